"""The ledger: every page we intend to read is written down before it is read, and is done exactly once.

A page goes planned -> leased -> done. A lease has a deadline, which its holder puts off; where it stands still for as
long as a lease lasts (spiders/ledger_watch.py), the page is let go for others. The ledger knows no clock: each `now` is
an argument. Many workers on many machines may use one ledger at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from configs.tables import table
from spiders.ledger_schema import PAGES, WRITING, insert_or_fill, insert_or_ignore, open_engine
from spiders.ledger_scope import Balance, Scope
from spiders.pages import PageFacts, PageKey, PlannedPage


class Ledger:
    """The pages table of one database; `url` is SQLAlchemy's, sqlite:/// or postgresql+psycopg://."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()

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

    # Leases

    def lease(self, scope: Scope, worker: str, count: int, now: datetime, seconds: float) -> list[PlannedPage]:
        """Up to `count` free pages that are now this worker's until `now` + `seconds`, a category after the other.

        Pages given back are free from their retry_at on. On PostgreSQL pages that another is just taking are passed
        over (SKIP LOCKED); on SQLite one takes after the other.
        """
        is_due = sa.or_(PAGES.c.retry_at.is_(None), PAGES.c.retry_at <= now)
        wanted = (
            sa.select(*_KEY, PAGES.c.url, PAGES.c.attempts)
            .where(*_within(scope), PAGES.c.state == "planned", is_due)
            .order_by(PAGES.c.category, PAGES.c.purpose, PAGES.c.page, PAGES.c.read)
            .limit(count)
            .with_for_update(skip_locked=True)
        )
        with self._writing() as connection:
            rows = connection.execute(wanted).all()
            pages = [PlannedPage(PageKey(*row[: len(_KEY)]), row.url, row.attempts) for row in rows]
            for page in pages:
                lease = {"state": "leased", "worker": worker, "lease_until": now + timedelta(seconds=seconds)}
                connection.execute(sa.update(PAGES).where(_is(page.key)).values(**lease))
        return pages

    def renew(self, worker: str, now: datetime, seconds: float) -> int:
        """Puts off the deadline of all that the worker holds; returns how many pages that is."""
        return self._update(_is_held_by(worker), lease_until=now + timedelta(seconds=seconds))

    def let_go(self, worker: str, deadline: datetime | None = None) -> int:
        """Makes the pages that the worker holds free again, counting no attempt; returns how many.

        With a `deadline` only leases that end by then: where the worker puts them off in this moment, it keeps them.
        """
        ends = [] if deadline is None else [PAGES.c.lease_until <= deadline]
        return self._update(sa.and_(_is_held_by(worker), *ends), state="planned", lease_until=None)

    def deadlines(self, scope: Scope) -> dict[str, datetime]:
        """The workers that hold leases, sorted, and when the last lease of each ends on the clock of its holder."""
        query = sa.select(PAGES.c.worker, sa.func.max(PAGES.c.lease_until)).where(*_within(scope))
        with self._engine.connect() as connection:
            found = connection.execute(query.where(PAGES.c.state == "leased").group_by(PAGES.c.worker)).all()
        return dict(sorted((worker, deadline) for worker, deadline in found))

    # The end of a fetch

    def store_done(self, key: PageKey, worker: str, facts: PageFacts, then: Iterable[PlannedPage] = ()) -> bool:
        """Makes a page done, and in the same transaction plans what follows from it, so that no crash falls between.

        Refused (False, and nothing is planned) where the page is done already or another worker holds it.
        """
        may_store = sa.or_(PAGES.c.state == "planned", PAGES.c.worker == worker)
        done = {"state": "done", "worker": worker, "lease_until": None, "retry_at": None, **asdict(facts)}
        query = sa.update(PAGES).where(_is(key), PAGES.c.state != "done", may_store)
        with self._writing() as connection:
            if connection.execute(query.values(**done, attempts=PAGES.c.attempts + 1)).rowcount != 1:
                return False
            self._plan(connection, then)
        return True

    def give_back(self, key: PageKey, worker: str, reason: str, retry_at: datetime) -> bool:
        """Counts a failed attempt and makes the page free again from `retry_at` on; only by who holds it."""
        free = {"state": "planned", "lease_until": None, "reason": reason, "retry_at": retry_at}
        held = sa.and_(_is(key), _is_held_by(worker))
        return self._update(held, **free, attempts=PAGES.c.attempts + 1) == 1

    def amend(self, told: Mapping[PageKey, PageFacts]) -> int:
        """Says of done pages otherwise what they turned out to be; returns how many there are."""
        with self._writing() as connection:
            done = ((_is(key) & (PAGES.c.state == "done"), facts) for key, facts in told.items())
            return sum(
                connection.execute(sa.update(PAGES).where(is_it).values(**asdict(facts))).rowcount
                for is_it, facts in done
            )

    # Reading

    def asked_between(self, marketplace: str, start: datetime, end: datetime) -> int:
        """Fetches of a marketplace's pages whose last answer or failure fell into the span, and those under way."""
        last_at = sa.func.coalesce(PAGES.c.fetched_at, PAGES.c.retry_at)
        falls = sa.and_(last_at >= start, last_at < end)
        fetches = sa.case((PAGES.c.state == "leased", 1), else_=0) + sa.case((falls, PAGES.c.attempts), else_=0)
        query = sa.select(sa.func.coalesce(sa.func.sum(fetches), 0)).where(PAGES.c.marketplace == marketplace)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def balance(
        self, marketplace: str | None = None, week: date | None = None, categories: Sequence[str] | None = None
    ) -> Balance:
        """Pages by state and outcome, counted in one instant."""
        within = _within(Scope(marketplace, week, categories))
        total = sa.select(sa.func.count()).select_from(PAGES).where(*within).scalar_subquery()
        query = sa.select(PAGES.c.state, PAGES.c.outcome, sa.func.count(), total).where(*within)
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
        return self._frame(_within(Scope(marketplace, week, categories)))

    def open_pages(
        self, marketplace: str | None = None, week: date | None = None, categories: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """The rows that are not done; once their week is over they are missing for good."""
        return self._frame([*_within(Scope(marketplace, week, categories)), PAGES.c.state != "done"])

    # Helpers

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._engine.connect().execution_options(**WRITING) as connection, connection.begin():
            yield connection

    def _update(self, where: sa.ColumnElement[bool], **values: Any) -> int:
        with self._writing() as connection:
            return connection.execute(sa.update(PAGES).where(where).values(**values)).rowcount

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


_KEY = [PAGES.c[name] for name in PageKey._fields]


def _is(key: PageKey) -> sa.ColumnElement[bool]:
    return sa.and_(*(PAGES.c[name] == value for name, value in key._asdict().items()))


def _is_held_by(worker: str) -> sa.ColumnElement[bool]:
    return sa.and_(PAGES.c.state == "leased", PAGES.c.worker == worker)


def _within(scope: Scope) -> list[sa.ColumnElement[bool]]:
    parts = {name: value for name, value in scope._asdict().items() if value is not None and name != "categories"}
    conditions = [PAGES.c[name] == value for name, value in parts.items()]
    return [*conditions, PAGES.c.category.in_(scope.categories)] if scope.categories is not None else conditions
