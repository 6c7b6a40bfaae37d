"""A week's crawl of one marketplace: makes good what a crash left, then fetches the open pages in a child process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from configs.calendar import LATE_WEEKS, WEEK
from configs.clock import MACHINE, Clock
from configs.errors import BeltwatchError, ConfigError
from configs.marketplaces import Marketplace
from configs.networks import is_loopback, literal_of, refusal_of
from configs.settings import Settings
from spiders.decode import MAX_BODY_BYTES
from spiders.job import CrawlJob
from spiders.keeper import Desk, Keeper, Patience
from spiders.ledger import Ledger
from spiders.ledger_scope import Balance
from spiders.overseer import Progress, oversee
from spiders.presence import forget, is_dead, new_worker


class CrawlError(BeltwatchError):
    """A crawl that ended before its pages did."""


@dataclass(frozen=True)
class CrawlOptions:
    """How to crawl: categories (all that the marketplace maps where None), the clock in force, whom to tell the
    progress (pages done, pages planned), and how patiently pages are asked for."""

    categories: tuple[str, ...] | None = None
    clock: Clock = MACHINE
    on_progress: Callable[[Progress], None] | None = None
    lease_seconds: float = 120.0
    attempts: int = 3
    retry_seconds: float = 5.0
    timeout_seconds: float = 60.0
    max_bytes: int = MAX_BODY_BYTES


@dataclass(frozen=True)
class CrawlReport:
    """What one crawl did. `adopted` counts pages that dead workers had archived, those of weeks before included;
    `is_current` says whether the clock is in the week: pages of any other are not fetched, and what is open of a past
    one is missing for good."""

    marketplace: str
    week: date
    balance: Balance
    requests: int
    adopted: int
    is_current: bool
    seconds: float


def crawl(
    home: Path, settings: Settings, marketplace: Marketplace, week: date, options: CrawlOptions | None = None
) -> CrawlReport:
    """Fetches the open pages of a week, returning when none is open or the week is over.

    ConfigError where the site may not be crawled; CrawlError where the child broke off, after which the same call goes
    on where it stopped.
    """
    options = options or CrawlOptions()
    refuse_forbidden(marketplace, settings)
    began = time.monotonic()
    desk = _desk(home, marketplace, week, options)
    ledger = Ledger(settings.ledger_url)
    try:
        _free_the_dead(ledger, desk)
        adopted = _adopt(ledger, desk) + _adopt_late(ledger, desk)
        is_current = not desk.is_week_over
        has_work = is_current and ledger.balance(*desk.scope).open > 0
        requests = _fetch(ledger, desk, settings, options) if has_work else 0
        balance = ledger.balance(*desk.scope)
    finally:
        ledger.close()
    seconds = time.monotonic() - began
    return CrawlReport(marketplace.name, week, balance, requests, adopted, is_current, seconds)


def refuse_forbidden(marketplace: Marketplace, settings: Settings) -> None:
    """ConfigError where this marketplace may not be crawled from this installation."""
    where = f"configs/marketplaces/{marketplace.name}.yaml"
    if not marketplace.crawl:
        raise ConfigError(
            f"{marketplace.name} is not crawled ({marketplace.crawl_note}); hand its data over with `beltwatch ingest`"
        )
    host = urlsplit(marketplace.listing.url).hostname or ""
    is_here = is_loopback(host)
    if is_here and not marketplace.allow_loopback:
        raise ConfigError(f"{where}: its listing is on this machine, and allow_loopback is not true")
    literal = literal_of(host)
    if literal and (what := refusal_of(literal, is_here)):
        raise ConfigError(f"{where}: its listing is on {literal}, which is {what}; expected a public address")
    if not is_here and not settings.contact:
        raise ConfigError(
            f"{marketplace.name} is a real site and BELTWATCH_CONTACT is not set; "
            f"set it to an address where its operators can reach you"
        )


def user_agent(contact: str | None) -> str:
    """The honest name under which pages are fetched."""
    try:
        release = version("beltwatch")
    except PackageNotFoundError:
        release = "0"
    return f"beltwatch/{release} (+{contact})" if contact else f"beltwatch/{release}"


def _desk(home: Path, marketplace: Marketplace, week: date, options: CrawlOptions) -> Desk:
    categories = tuple(marketplace.categories) if options.categories is None else options.categories
    return Desk(
        home.absolute(), marketplace, week, categories, new_worker(), lambda: options.clock.at(datetime.now(UTC))
    )


def _free_the_dead(ledger: Ledger, desk: Desk) -> None:
    """Gives back the leases of workers that died on this machine, and once the week is over all that have run out:
    then nobody fetches any more. While it lasts, keepers find out who has fallen silent."""
    now = desk.clock()
    for worker, deadline in ledger.deadlines(desk.scope).items():
        if is_dead(desk.home, worker):
            ledger.let_go(worker)
            forget(desk.home, worker)
        elif desk.is_week_over and deadline <= now:
            ledger.let_go(worker, deadline)


def _adopt(ledger: Ledger, desk: Desk) -> int:
    keeper = Keeper(desk, ledger, Patience())
    try:
        return keeper.adopt()
    finally:
        keeper.close()


def _adopt_late(ledger: Ledger, desk: Desk) -> int:
    """The same for the weeks before, while pages of them are open: what comes late re-opens a week."""
    weeks = ledger.open_pages(desk.marketplace.name, None, desk.categories)["week"].unique()
    adopted = 0
    for week in sorted(week for week in weeks if desk.week - LATE_WEEKS * WEEK <= week < desk.week):
        late = replace(desk, week=week)
        _free_the_dead(ledger, late)
        adopted += _adopt(ledger, late)
    return adopted


def _fetch(ledger: Ledger, desk: Desk, settings: Settings, options: CrawlOptions) -> int:
    """Runs the child to its end; returns the requests for pages and robots.txt that it made."""
    job = CrawlJob(
        home=desk.home,
        ledger_url=settings.ledger_url,
        marketplace=desk.marketplace,
        week=desk.week,
        categories=desk.categories,
        worker=desk.worker,
        user_agent=user_agent(settings.contact),
        clock=options.clock,
        lease_seconds=options.lease_seconds,
        attempts=options.attempts,
        retry_seconds=options.retry_seconds,
        timeout_seconds=options.timeout_seconds,
        max_bytes=options.max_bytes,
    )
    on_progress = options.on_progress or (lambda _: None)
    try:
        ending = oversee(job, on_progress)
    finally:
        ledger.let_go(desk.worker)  # the child has ended, by itself or by force
        forget(desk.home, desk.worker)
    balance = ledger.balance(*desk.scope)
    on_progress(Progress(sum(balance.done.values()), balance.planned))
    if not ending.is_good:
        raise CrawlError(
            f"the crawl of {desk.marketplace.name} {desk.week} broke off ({ending.reason}) with {balance.open} of "
            f"{balance.planned} pages open; see the lines above, then run the same command again"
        )
    if ending.left_open and balance.open:
        raise CrawlError(
            f"the crawl of {desk.marketplace.name} {desk.week} stopped: {ending.left_open}; {balance.open} of "
            f"{balance.planned} pages stay open; run the same command again later"
        )
    return ending.requests
