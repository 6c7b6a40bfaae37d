"""Leases: which worker may fetch which pages, how many at once over all workers, and for how long.

A lease has a deadline, which its holder puts off; where it stands still for as long as a lease lasts
(spiders/ledger_watch.py), the page is let go for others. Each `now` is an argument, of the clock in force.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from spiders.ledger_database import KEY, LedgerDatabase, is_held_by, is_page, within
from spiders.ledger_schema import CRAWL_WORKERS, PAGES, put
from spiders.ledger_scope import Scope
from spiders.pages import PageKey, PlannedPage

SEEN_SECONDS = 10.0  # a worker that asked for pages so long ago counts as one that will again
TELL_SECONDS = 2.0  # how often it says so


class Quota(NamedTuple):
    """What all workers of a marketplace together may do: pages held at once, and pages asked for in a span of the clock
    in force (None: any number)."""

    at_once: int
    in_all: int | None = None
    span: tuple[datetime, datetime] | None = None


class Leases(LedgerDatabase):
    """The leases in the table pages, and the workers that want some in the table crawl_workers."""

    def lease(
        self, scope: Scope, worker: str, count: int, now: datetime, seconds: float, quota: Quota | None = None
    ) -> list[PlannedPage]:
        """Up to `count` free pages that are now this worker's until `now` + `seconds`, a category after the other; no
        more than the quota leaves over (of a scope of one marketplace and week).

        Pages given back are free from their retry_at on. On PostgreSQL pages that another is just taking are passed
        over (SKIP LOCKED); on SQLite one takes after the other.
        """
        with self._writing() as connection:
            if quota is not None:
                count = min(count, self._allowed(connection, scope, worker, quota))
            pages = self._free(connection, scope, count, now) if count > 0 else []
            for page in pages:
                lease = {"state": "leased", "worker": worker, "lease_until": now + timedelta(seconds=seconds)}
                connection.execute(sa.update(PAGES).where(is_page(page.key)).values(**lease))
        return pages

    def renew(self, worker: str, now: datetime, seconds: float) -> int:
        """Puts off the deadline of all that the worker holds; returns how many pages that is."""
        return self._update(is_held_by(worker), lease_until=now + timedelta(seconds=seconds))

    def let_go(self, worker: str, deadline: datetime | None = None) -> int:
        """Makes the pages that the worker holds free again, counting no attempt; returns how many.

        With a `deadline` only leases that end by then: where the worker puts them off in this moment, it keeps them.
        """
        ends = [] if deadline is None else [PAGES.c.lease_until <= deadline]
        with self._writing() as connection:
            connection.execute(sa.delete(CRAWL_WORKERS).where(CRAWL_WORKERS.c.worker == worker))
            free = sa.update(PAGES).where(sa.and_(is_held_by(worker), *ends))
            return connection.execute(free.values(state="planned", lease_until=None)).rowcount

    def deadlines(self, scope: Scope) -> dict[str, datetime]:
        """The workers that hold leases, sorted, and when the last lease of each ends on the clock of its holder."""
        query = sa.select(PAGES.c.worker, sa.func.max(PAGES.c.lease_until)).where(*within(scope))
        with self._engine.connect() as connection:
            found = connection.execute(query.where(PAGES.c.state == "leased").group_by(PAGES.c.worker)).all()
        return dict(sorted((worker, deadline) for worker, deadline in found))

    def asked_between(self, marketplace: str, start: datetime, end: datetime) -> int:
        """Fetches of a marketplace's pages whose last answer or failure fell into the span, and those under way."""
        with self._engine.connect() as connection:
            return _asked(connection, marketplace, start, end)

    def _free(self, connection: sa.Connection, scope: Scope, count: int, now: datetime) -> list[PlannedPage]:
        is_due = sa.or_(PAGES.c.retry_at.is_(None), PAGES.c.retry_at <= now)
        wanted = (
            sa.select(*KEY, PAGES.c.url, PAGES.c.attempts)
            .where(*within(scope), PAGES.c.state == "planned", is_due)
            .order_by(PAGES.c.category, PAGES.c.purpose, PAGES.c.page, PAGES.c.read)
            .limit(count)
            .with_for_update(skip_locked=True)
        )
        rows: Sequence[sa.Row[tuple[object, ...]]] = connection.execute(wanted).all()
        return [PlannedPage(PageKey(*row[: len(KEY)]), row.url, row.attempts) for row in rows]

    def _allowed(self, connection: sa.Connection, scope: Scope, worker: str, quota: Quota) -> int:
        """How many pages more the worker may hold: of those that all together may an even part, for one that came first
        would have them all; and none before the others have given theirs back."""
        marketplace = scope.marketplace or ""
        self._queue(connection, f"leases {marketplace}")
        counted = sa.select(PAGES.c.worker, sa.func.count()).where(*within(scope._replace(categories=None)))
        rows = connection.execute(counted.where(PAGES.c.state == "leased").group_by(PAGES.c.worker)).all()
        held: dict[str, int] = dict(map(tuple, rows))
        at_work = {worker, *held, *self._seen(connection, marketplace, worker)}
        own = max(1, quota.at_once // len(at_work)) - held.get(worker, 0)
        allowed = min(own, quota.at_once - sum(held.values()))
        if quota.in_all is None or quota.span is None or allowed <= 0:
            return allowed
        return min(allowed, quota.in_all - _asked(connection, marketplace, *quota.span))

    def _seen(self, connection: sa.Connection, marketplace: str, worker: str) -> set[str]:
        """The workers of a marketplace that asked for pages lately; notes that this one does."""
        now, mine = self._instant(connection), CRAWL_WORKERS.c.marketplace == marketplace
        found = connection.execute(sa.select(CRAWL_WORKERS.c.worker, CRAWL_WORKERS.c.seen_at).where(mine)).all()
        ages = {name: (now - seen_at).total_seconds() for name, seen_at in found}
        if not 0 <= ages.get(worker, -1) < TELL_SECONDS:
            old = [name for name, age in ages.items() if not 0 <= age < SEEN_SECONDS]
            connection.execute(sa.delete(CRAWL_WORKERS).where(mine, CRAWL_WORKERS.c.worker.in_(old)))
            seen = {"marketplace": marketplace, "worker": worker, "seen_at": now}
            connection.execute(put(self._engine, CRAWL_WORKERS), seen)
        return {name for name, age in ages.items() if 0 <= age < SEEN_SECONDS}


def _asked(connection: sa.Connection, marketplace: str, start: datetime, end: datetime) -> int:
    last_at = sa.func.coalesce(PAGES.c.fetched_at, PAGES.c.retry_at)
    falls = sa.and_(last_at >= start, last_at < end)
    fetches = sa.case((PAGES.c.state == "leased", 1), else_=0) + sa.case((falls, PAGES.c.attempts), else_=0)
    query = sa.select(sa.func.coalesce(sa.func.sum(fetches), 0)).where(PAGES.c.marketplace == marketplace)
    return int(connection.execute(query).scalar_one())
