"""The ledger: every page we intend to read is written down before it is read, and is done exactly once.

A page goes planned -> leased -> done. A lease has a deadline, after which another may take the page. The ledger knows
no clock: each `now` is an argument. Many workers on many machines may use one ledger at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import polars as pl
import sqlalchemy as sa

from configs.tables import table
from spiders.ledger_schema import PAGES, WRITING, insert_or_ignore, open_engine
from spiders.pages import STORED, PageFacts, PageKey, PlannedPage


class Scope(NamedTuple):
    """Which pages are meant; None means all."""

    marketplace: str | None = None
    week: date | None = None
    categories: Sequence[str] | None = None


@dataclass(frozen=True)
class Balance:
    """Pages of a scope: planned = done by outcome + leased + waiting, always."""

    planned: int
    done: dict[str, int]
    leased: int
    waiting: int

    @property
    def open(self) -> int:
        """Pages that are not done."""
        return self.leased + self.waiting

    @property
    def is_even(self) -> bool:
        """Whether no page is missing and none is counted twice."""
        return self.planned == sum(self.done.values()) + self.open


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
        """Writes down pages that are done already, such as another crawler's; pages already there stay as they are.

        Rows have the columns of table pages; purpose, read, state, attempts may be left out. Returns how many are new.
        """
        given = {"purpose": "listing", "read": 1, "state": "done", "attempts": 1}
        listed = [given | dict(row) for row in rows]
        if not listed:
            return 0
        frame = table("pages").conform(pl.DataFrame(listed, infer_schema_length=None))
        with self._writing() as connection:
            return self._insert(connection, frame.to_dicts())

    # Leases

    def lease(self, scope: Scope, worker: str, count: int, now: datetime, seconds: float) -> list[PlannedPage]:
        """Up to `count` pages that are now this worker's until `now` + `seconds`, a category after the other.

        Pages whose lease has run out come back; pages given back come after their retry_at.
        """
        is_due = sa.or_(PAGES.c.retry_at.is_(None), PAGES.c.retry_at <= now)
        is_free = sa.and_(PAGES.c.state == "planned", is_due)
        wanted = (
            sa.select(*_KEY, PAGES.c.url, PAGES.c.attempts)
            .where(*_within(scope), sa.or_(is_free, _is_expired(now)))
            .order_by(PAGES.c.category, PAGES.c.page, PAGES.c.purpose, PAGES.c.read)
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

    def let_go(self, worker: str) -> int:
        """Makes all pages that the worker holds free again, counting no attempt; returns how many."""
        return self._update(_is_held_by(worker), state="planned", lease_until=None)

    def holders(self, scope: Scope) -> list[str]:
        """The workers that hold leases, sorted."""
        query = sa.select(PAGES.c.worker).distinct().where(*_within(scope), PAGES.c.state == "leased")
        with self._engine.connect() as connection:
            return sorted(connection.execute(query).scalars())

    # The end of a fetch

    def store_done(
        self, key: PageKey, worker: str, now: datetime, facts: PageFacts, then: Iterable[PlannedPage] = ()
    ) -> bool:
        """Makes a page done, and in the same transaction plans what follows from it, so that no crash falls between.

        Refused (False, and nothing is planned) where the page is done already or another worker's lease still runs.
        """
        may_store = sa.or_(PAGES.c.state == "planned", PAGES.c.worker == worker, _is_expired(now))
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

    def coverage(
        self, marketplace: str | None = None, week: date | None = None, categories: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """One row per marketplace, week and category, sorted: pages planned, stored and open, coverage_share (stored
        over planned), offers seen on its pages, and listings that the site says it has (null where it does not say).
        """
        is_stored = pl.col("outcome").is_in(STORED)
        counted = (
            self.rows(marketplace, week, categories)
            .filter(pl.col("purpose") == "listing", pl.col("read") == 1)
            .group_by("marketplace", "week", "category")
            .agg(
                planned=pl.len().cast(pl.Int64),
                stored=is_stored.sum().cast(pl.Int64),
                open=(pl.col("state") != "done").sum().cast(pl.Int64),
                cards=pl.col("cards").sum(),
                listings_said=pl.col("listings_said").max(),
            )
        )
        share = (pl.col("stored") / pl.col("planned")).alias("coverage_share")
        return counted.with_columns(share).sort("marketplace", "week", "category")

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
        return self._insert(connection, rows)

    def _insert(self, connection: sa.Connection, rows: list[dict[str, Any]]) -> int:
        """How many of the rows are new; PostgreSQL counts only what it returns."""
        query = insert_or_ignore(self._engine).returning(PAGES.c.page)
        return len(connection.execute(query, rows).all()) if rows else 0

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


def _is_expired(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(PAGES.c.state == "leased", PAGES.c.lease_until <= now)


def _within(scope: Scope) -> list[sa.ColumnElement[bool]]:
    parts = {name: value for name, value in scope._asdict().items() if value is not None and name != "categories"}
    conditions = [PAGES.c[name] == value for name, value in parts.items()]
    return [*conditions, PAGES.c.category.in_(scope.categories)] if scope.categories is not None else conditions
