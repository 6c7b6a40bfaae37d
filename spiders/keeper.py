"""One leased page's way to done: its answer is archived, told what it is, and only then written into the ledger."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from configs.calendar import week_of
from configs.marketplaces import Marketplace
from spiders.archive import PageWriter, unlisted
from spiders.budget import Budget
from spiders.ledger import Ledger
from spiders.ledger_scope import Scope
from spiders.ledger_watch import Watch
from spiders.outcome import Outcome, classify
from spiders.pages import ArchivedPage, PageFacts, PageKey, PlannedPage
from spiders.plan import rest_of
from spiders.presence import forget, is_dead
from spiders.retry_after import asked_seconds

REFUSALS = (429, 503)  # the host wants to be left alone; it says nothing of the page
ASKED_AGAIN = ("blocked", "login")  # perhaps a probe's, which was given back: its record does not say


@dataclass(frozen=True)
class Patience:
    """How long a worker holds a page, and how often and when it asks again after a temporary failure.

    `attempts` are those of one crawl that fail by the page's own fault, `refused_attempts` those that the host refused.
    Seconds are the machine's; a clock of another speed shows `clock_speed` times as many.
    """

    lease_seconds: float = 120.0
    attempts: int = 3
    retry_seconds: float = 5.0
    retry_factor: float = 4.0
    clock_speed: float = 1.0
    refused_attempts: int = 20
    longest_retry_seconds: float = 600.0
    jitter_share: float = 0.5

    @property
    def shown_lease_seconds(self) -> float:
        """How long a lease lasts on the clock in force."""
        return self.lease_seconds * self.clock_speed

    def retry_at(self, now: datetime, attempts: int, asked_seconds: float = 0.0, luck: float = 0.0) -> datetime:
        """When to ask again after `attempts` failed ones; not before the site wants it. `luck` in [0, 1) spreads the
        attempts of pages that failed together.
        """
        backoff = min(self.retry_seconds * self.retry_factor ** (attempts - 1), self.longest_retry_seconds)
        seconds = max(backoff * (1 + self.jitter_share * luck), asked_seconds)
        return now + timedelta(seconds=seconds * self.clock_speed)


@dataclass(frozen=True)
class Desk:
    """Where a worker works: what it reads, for which week, under which name, and what tells it the time."""

    home: Path
    marketplace: Marketplace
    week: date
    categories: tuple[str, ...]
    worker: str
    clock: Callable[[], datetime]

    @property
    def scope(self) -> Scope:
        """The pages that the worker may lease."""
        return Scope(self.marketplace.name, self.week, self.categories)

    @property
    def is_week_over(self) -> bool:
        """Whether a page fetched now would belong to another week."""
        return week_of(self.clock()) != self.week


class Keeper:
    """Leases pages for one worker and brings each to its end; everything of a crawl but the fetching itself."""

    def __init__(self, desk: Desk, ledger: Ledger, patience: Patience) -> None:
        self.desk = desk
        self._patience = patience
        self.budget = Budget(desk.marketplace, ledger, desk.clock)
        self._ledger = ledger
        self._faults: Counter[tuple[PageKey, bool]] = Counter()  # of this crawl: the page's own, and the host's
        self._watch = Watch(patience.lease_seconds)
        self._writer = PageWriter(desk.home, desk.worker)

    @property
    def patience(self) -> Patience:
        """How long it holds a page, and how often it asks."""
        return self._patience

    def lease(self, count: int) -> list[PlannedPage]:
        """Up to `count` pages to fetch now; none once the week is over."""
        if count <= 0 or self.desk.is_week_over:
            return []
        self._free_the_silent()
        now, seconds = self.desk.clock(), self._patience.shown_lease_seconds
        return self._ledger.lease(self.desk.scope, self.desk.worker, count, now, seconds, self.budget.quota())

    def renew(self) -> None:
        """Puts off the deadline of all leases."""
        self._ledger.renew(self.desk.worker, self.desk.clock(), self._patience.shown_lease_seconds)

    def is_finished(self) -> bool:
        """Whether nothing is left to wait for: every page is done, or the week is over."""
        return self.desk.is_week_over or self._ledger.balance(*self.desk.scope).open == 0

    def close(self) -> None:
        """Gives back what is still leased and closes the archive."""
        self._ledger.let_go(self.desk.worker)
        self._writer.close()

    def is_last_page(self) -> bool:
        """Whether one page is left and others are done."""
        balance = self._ledger.balance(*self.desk.scope)
        return balance.open == 1 and bool(balance.done)

    def keep(self, planned: PlannedPage, page: ArchivedPage, note: str = "", is_probe: bool = False) -> Outcome:
        """Archives an answer and makes its page done, or gives it back where another attempt may help.

        `note` is added to the reason. A probe that meets a block is given back: it was sent to look, not to read.
        """
        place = self._writer.write(planned.key, page)
        outcome = classify(page, self.desk.marketplace, locator(planned.key), planned.key)
        facts = facts_of(outcome, page, place)
        if note:
            facts = replace(facts, reason=f"{facts.reason}, {note}")
        if week_of(page.fetched_at) != self.desk.week:
            self._ledger.give_back(planned.key, self.desk.worker, "answered after the week's end", self.desk.clock())
        elif outcome.is_temporary or (is_probe and outcome.kind == "blocked"):
            self._retry(planned, facts, _asked_seconds(page))
        else:
            self._done(planned.key, facts)
        return outcome

    def fail(self, planned: PlannedPage, reason: str, kind: str = "error") -> None:
        """Counts an attempt that gave no answer at all; `kind` is the outcome if it is the last."""
        self._retry(planned, PageFacts(kind, reason), 0.0)

    def refuse(self, planned: PlannedPage, reason: str, kind: str = "refused") -> None:
        """Makes a page done that the site does not want to be fetched, or that is nowhere where it may be."""
        self._done(planned.key, PageFacts(kind, reason))

    def adopt(self) -> int:
        """Makes done what a crashed worker had archived and had no time to write down; returns how many pages.

        Of several answers for one page the earliest stands. Records of failed attempts stay what they are, and so do
        blocks and logins: their page is asked for again.
        """
        rows = self._ledger.rows(*self.desk.scope)
        known = set(rows.select("archive_file", "archive_offset").drop_nulls().iter_rows())
        waiting = {PageKey(*key) for key in rows.filter(state="planned").select(PageKey._fields).iter_rows()}
        if not waiting:
            return 0
        found = unlisted(self.desk.home, self.desk.marketplace.name, self.desk.week.isoformat(), known)
        return sum(self._adopted(*record) for record in found if record[0] in waiting)

    def _free_the_silent(self) -> None:
        """Gives back what workers held that died on this machine, or put off their deadlines no longer on any."""
        others = self._ledger.deadlines(self.desk.scope)
        others.pop(self.desk.worker, None)
        silent = self._watch.silent(others)
        for worker, deadline in others.items():
            if is_dead(self.desk.home, worker):
                self._ledger.let_go(worker)
                forget(self.desk.home, worker)
            elif worker in silent:
                self._ledger.let_go(worker, deadline)

    def _adopted(self, key: PageKey, archive_file: str, offset: int, page: ArchivedPage) -> bool:
        outcome = classify(page, self.desk.marketplace, locator(key), key)
        is_to_be_asked = outcome.is_temporary or outcome.kind in ASKED_AGAIN
        if is_to_be_asked or week_of(page.fetched_at) != self.desk.week:
            return False
        return self._done(key, facts_of(outcome, page, (archive_file, offset)))

    def _retry(self, planned: PlannedPage, facts: PageFacts, asked_seconds: float) -> None:
        is_hosts = facts.status in REFUSALS or facts.outcome == "blocked"
        self._faults[planned.key, is_hosts] += 1
        faults = self._faults[planned.key, is_hosts]
        if faults >= (self._patience.refused_attempts if is_hosts else self._patience.attempts):
            self._done(planned.key, facts)
            return
        waits = 1 if is_hosts else faults  # how long a host rests is not for its pages to say
        retry_at = self._patience.retry_at(self.desk.clock(), waits, asked_seconds, random.random())
        self._ledger.give_back(planned.key, self.desk.worker, facts.reason or "", retry_at)

    def _done(self, key: PageKey, facts: PageFacts) -> bool:
        then = rest_of(self.desk.marketplace, key, facts)
        return self._ledger.store_done(key, self.desk.worker, facts, then)


def locator(key: PageKey) -> str:
    """A page's name in reasons and errors."""
    return f"{key.marketplace}/{key.week}/{key.category}/page {key.page}"


def facts_of(outcome: Outcome, page: ArchivedPage, place: tuple[str, int]) -> PageFacts:
    """What the ledger keeps of an answer whose record stands at a place of the archive (file, offset)."""
    reading = outcome.reading
    return PageFacts(
        outcome=outcome.kind,
        reason=outcome.reason,
        archive_file=place[0],
        archive_offset=place[1],
        sha256=outcome.digest,
        status=page.status,
        bytes=len(page.body),
        fetched_at=page.fetched_at,
        cards=len(reading.cards) if reading else None,
        pages_said=reading.pages_said if reading else None,
        listings_said=reading.listings_said if reading else None,
    )


def _asked_seconds(page: ArchivedPage) -> float:
    """Seconds that the site asks to wait, 0 where it names none."""
    return asked_seconds(page.header("Retry-After"), page.header("Date"), datetime.now(UTC))
