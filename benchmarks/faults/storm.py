"""A storm of 429 and 503 over half of all requests, with Retry-After in seconds and as dates: who asks too early?

The practice site storms for ten minutes of its clock, which runs ten times as fast as the machine's, and is read until
no page is open. All is judged by the site's own log, on the machine's clock: when each request came, when it was
answered, and what the answer asked for.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import yaml

from benchmarks.faults.table import FaultRow
from configs.calendar import starts_at
from configs.clock import Clock
from configs.marketplaces import Marketplace
from configs.settings import Settings
from sandbox.scenario import SCENARIOS, load
from sandbox.site import serving
from sandbox.world import TEMPLATES
from spiders.crawl import CrawlError, CrawlOptions, crawl
from spiders.host import SLOW_SECONDS
from spiders.ledger import Ledger
from spiders.plan import plan_week

SCENARIO, SEED = "tiny", 1
SPEED = 10.0
STORM_SECONDS = {False: 600, True: 90}  # of the site's clock
PAGE_SIZE = {False: 1, True: 4}  # so that the pages outlast the storm
RATE = {False: 2.0, True: 8.0}  # requests a second
ON_THE_WAY_SECONDS = {False: 0.1, True: 0.05}  # an answer to the crawler, or a request that waits for a thread
MOST_RUNS = 10


@dataclass(frozen=True)
class Asked:
    """One request as the site saw it, in seconds since 1970; `not_before` is what its answer asked for, or its own
    instant where it asked for nothing."""

    came_at: float
    answered_at: float
    status: int
    not_before: float


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """One storm, read to its end."""
    scenario = _scenario(folder, is_short)
    start = starts_at(load(SCENARIO).live_week) + timedelta(hours=2)
    since = datetime.now(UTC)
    log = folder / "site.log"
    storm = f"any=stormx{STORM_SECONDS[is_short]}s"
    named: dict[str, Any] = {"fail": [storm], "clock_speed": SPEED, "clock_since": since.isoformat()}
    with serving(scenario, SEED, start, log, **named) as url:
        marketplace = _marketplace(url, PAGE_SIZE[is_short], RATE[is_short])
        missing, runs = _read_all(folder / "home", marketplace, Clock(start, since, SPEED))
    asked = requests(log)
    refused = [one for one in asked if one.status in (429, 503)]
    slack, delay = ON_THE_WAY_SECONDS[is_short], 1 / RATE[is_short]
    return FaultRow(
        fault=f"429/503 with Retry-After for half of the requests in {STORM_SECONDS[is_short] / 60:.1f} minutes",
        counts={
            "requests earlier than Retry-After": earlier_than_asked(asked, slack),
            "requests earlier than the rate": earlier_than_rate(asked, delay, slack),
            "pages missing at the end": missing,
            "requests refused": len(refused),
        },
        least={"requests refused": 3 if is_short else 15},
        seen={"requests": len(asked), "runs until no page was open": runs},
    )


def requests(log: Path) -> list[Asked]:
    """The requests of a site's log in the order in which they came."""
    return sorted(map(_asked, map(orjson.loads, log.read_bytes().splitlines())), key=lambda one: one.came_at)


def earlier_than_asked(asked: Sequence[Asked], slack: float) -> int:
    """Requests that came before an earlier answer allowed it; what was on the way when it was given is not meant."""
    return sum(
        any(before.answered_at + slack < one.came_at < before.not_before for before in asked[:number])
        for number, one in enumerate(asked)
    )


def earlier_than_rate(asked: Sequence[Asked], delay: float, slack: float) -> int:
    """Requests that came sooner behind the one before than `delay` seconds, or twice that after a refusal."""
    count = 0
    refused_at = float("-inf")
    for before, one in pairwise(asked):
        is_slow = refused_at < before.came_at < refused_at + SLOW_SECONDS - 2 * delay
        count += one.came_at - before.came_at < (2 * delay if is_slow else delay) - slack
        if before.status in (429, 503):
            refused_at = before.answered_at
    return count


def _asked(entry: dict[str, Any]) -> Asked:
    text = entry.get("Retry-After")
    not_before = entry["came_at"]
    if text is not None:
        not_before = entry["at"] + int(text) if text.isdigit() else parsedate_to_datetime(text).timestamp()
    return Asked(entry["came_at"], entry["at"], entry["status"], not_before)


def _read_all(home: Path, marketplace: Marketplace, clock: Clock) -> tuple[int, int]:
    """Pages that are not stored in the end, and the runs that it took: one that was given up is started again."""
    week = load(SCENARIO).live_week
    settings = Settings(home=home)
    ledger = Ledger(settings.ledger_url)
    ledger.plan(plan_week(marketplace, week))
    options = CrawlOptions(clock=clock, retry_seconds=0.25)
    runs = 0
    while ledger.balance().open and runs < MOST_RUNS:
        runs += 1
        with suppress(CrawlError):
            crawl(home, settings, marketplace, week, options)
    balance = ledger.balance()
    ledger.close()
    return balance.planned - balance.done.get("listing", 0), runs


def _scenario(folder: Path, is_short: bool) -> Path:
    content = yaml.safe_load((SCENARIOS / f"{SCENARIO}.yaml").read_text(encoding="utf-8"))
    path = folder / f"{SCENARIO}.yaml"
    path.write_text(yaml.safe_dump(content | {"page_size": PAGE_SIZE[is_short]}, allow_unicode=True), encoding="utf-8")
    return path


def _marketplace(url: str, page_size: int, rate: float) -> Marketplace:
    content = yaml.safe_load(TEMPLATES["practice"].read_text(encoding="utf-8"))
    content["listing"] |= {
        "url": content["listing"]["url"].replace("http://127.0.0.1:8816", url),
        "page_size": page_size,
    }
    content["rate"] = {"requests_per_second": rate, "concurrency": 2}
    content["categories"] = dict(load(SCENARIO).categories)
    return Marketplace.model_validate(content)
