"""The ledger: every page we intend to read is written down before it is read, and is done exactly once.

A page goes planned -> leased -> done (spiders/ledger_leases.py). Many workers on many machines may use one ledger at
once, and together they keep the pace of a host (spiders/ledger_turns.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from configs.tables import table
from spiders.ledger_database import is_held_by, is_page, within
from spiders.ledger_leases import Leases, Quota
from spiders.ledger_schema import PAGES, insert_or_fill, insert_or_ignore
from spiders.ledger_scope import Balance, Scope
from spiders.ledger_turns import Turns
from spiders.pages import PageFacts, PageKey, PlannedPage

__all__ = ["Balance", "Ledger", "Quota", "Scope"]


class Ledger(Leases, Turns):
    """One database: what is planned and done; leases and turns are in modules of their own."""

    # Writing down what to read

    def plan(self, pages: Iterable[PlannedPage]) -> int:
        """Writes pages down as planned; pages already there stay as they are. Returns how many are new."""
        with self._writing() as connection:
            return self._plan(connection, pages)

    def record(self, rows: Iterable[Mapping[str, object]]) -> int:
        """Writes down pages that are done already, such as another crawler's; those that are done here stay as they
        are, those that are still open are done with it.

        Rows have the columns of table pages; purpose, read, state, attempts may be left out. Returns how many are new.
        """
        given = {"purpose": "listing", "read": 1, "state": "done", "attempts": 1}
        listed = [given | dict(row) for row in rows]
        if not listed:
            return 0
        frame = table("pages").conform(pl.DataFrame(listed, infer_schema_length=None))
        with self._writing() as connection:
            return self._insert(connection, insert_or_fill(self._engine), frame.to_dicts())

    # The end of a fetch

    def store_done(self, key: PageKey, worker: str, facts: PageFacts, then: Iterable[PlannedPage] = ()) -> bool:
        """Makes a page done, and in the same transaction plans what follows from it, so that no crash falls between.

        Refused (False, and nothing is planned) where the page is done already or another worker holds it.
        """
        may_store = sa.or_(PAGES.c.state == "planned", PAGES.c.worker == worker)
        done = {"state": "done", "worker": worker, "lease_until": None, "retry_at": None, **asdict(facts)}
        query = sa.update(PAGES).where(is_page(key), PAGES.c.state != "done", may_store)
        with self._writing() as connection:
            if connection.execute(query.values(**done, attempts=PAGES.c.attempts + 1)).rowcount != 1:
                return False
            self._plan(connection, then)
        return True

    def give_back(self, key: PageKey, worker: str, reason: str, retry_at: datetime) -> bool:
        """Counts a failed attempt and makes the page free again from `retry_at` on; only by who holds it."""
        free = {"state": "planned", "lease_until": None, "reason": reason, "retry_at": retry_at}
        held = sa.and_(is_page(key), is_held_by(worker))
        return self._update(held, **free, attempts=PAGES.c.attempts + 1) == 1

    def amend(self, told: Mapping[PageKey, PageFacts]) -> int:
        """Says of done pages otherwise what they turned out to be; returns how many there are."""
        with self._writing() as connection:
            done = ((is_page(key) & (PAGES.c.state == "done"), facts) for key, facts in told.items())
            return sum(
                connection.execute(sa.update(PAGES).where(is_it).values(**asdict(facts))).rowcount
                for is_it, facts in done
            )

    # Reading

    def balance(
        self, marketplace: str | None = None, week: date | None = None, categories: Sequence[str] | None = None
    ) -> Balance:
        """Pages by state and outcome, counted in one instant."""
        meant = within(Scope(marketplace, week, categories))
        total = sa.select(sa.func.count()).select_from(PAGES).where(*meant).scalar_subquery()
        query = sa.select(PAGES.c.state, PAGES.c.outcome, sa.func.count(), total).where(*meant)
        with self._engine.connect() as connection:
            groups = connection.execute(query.group_by(PAGES.c.state, PAGES.c.outcome)).all()
        counts = {state: count for state, _, count, _ in groups}
        return Balance(
            planned=groups[0][3] if groups else 0,
            done=dict(sorted((outcome, count) for state, outcome, count, _ in groups if state == "done")),
            leased=counts.get("leased", 0),
            waiting=counts.get("planned", 0),
        )

    def rows(
        self, marketplace: str | None = None, week: date | None = None, categories: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """The table pages, one row per planned fetch, sorted by its key."""
        return self._frame(within(Scope(marketplace, week, categories)))

    def open_pages(
        self, marketplace: str | None = None, week: date | None = None, categories: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """The rows that are not done; once their week is over they are missing for good."""
        return self._frame([*within(Scope(marketplace, week, categories)), PAGES.c.state != "done"])

    # Helpers

    def _plan(self, connection: sa.Connection, pages: Iterable[PlannedPage]) -> int:
        rows = [{**page.key._asdict(), "state": "planned", "attempts": 0, "url": page.url} for page in pages]
        return self._insert(connection, insert_or_ignore(self._engine), rows)

    def _insert(self, connection: sa.Connection, query: Any, rows: list[dict[str, Any]]) -> int:
        """How many of the rows are written; PostgreSQL counts only what it returns."""
        return len(connection.execute(query.returning(PAGES.c.page), rows).all()) if rows else 0

    def _frame(self, where: Sequence[sa.ColumnElement[bool]]) -> pl.DataFrame:
        with self._engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(sa.select(PAGES).where(*where))]
        pages = table("pages")
        # sorted here: the order of texts in PostgreSQL depends on its locale
        return pages.conform(pl.DataFrame(rows, schema=pages.polars_schema(), orient="row")).sort(pages.key)
