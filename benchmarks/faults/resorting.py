"""Lists that re-sort between the requests for their pages, of which only so many are shown: how many listings are
there within reach, and how many did the crawl miss?

Every list is a category of one real crawl over HTTP, with its ledger, archive and parse. The truth is the number of
listings that stand on the pages that are shown, which is the same at every moment of the crawl.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from benchmarks.faults.table import FaultRow
from configs.calendar import starts_at
from configs.clock import Clock
from configs.marketplaces import Marketplace
from configs.settings import Settings
from sandbox.moving import MovingList, serving
from spiders.crawl import CrawlOptions, crawl
from spiders.ledger import Ledger
from spiders.parse import parse_category
from spiders.plan import plan_week
from transforms.recapture import Recapture, recapture

WEEK = date(2026, 11, 16)
LISTS, LISTS_SHORT = 100, 10
LEAST_SHARE = 0.9


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """One crawl of all lists; which of the intervals hold what was there."""
    lists = [MovingList(seed) for seed in range(LISTS_SHORT if is_short else LISTS)]
    with serving(lists) as port:
        marketplace = marketplace_at(port, len(lists))
        pages = _crawled(folder, marketplace)
    told, missed, beyond = [], [], 0
    for category, moving in zip(marketplace.categories, lists, strict=True):
        offers, _ = parse_category(folder, marketplace, WEEK, category, pages)
        again, _ = parse_category(folder, marketplace, WEEK, category, pages, "overlap")
        found = recapture(offers, again, marketplace.listing.first_page)
        assert found is not None
        told.append(found)
        there, seen = set(moving.within_reach), set(offers["listing_id"].cast(pl.Int64))
        missed.append(len(there - seen) / len(there))
        beyond += offers["page"].max() != moving.pages
    return _judged(told, missed, [moving.pages * moving.page_size for moving in lists], beyond)


def marketplace_at(port: int, count: int) -> Marketplace:
    """The marketplace file of a site of so many moving lists."""
    layout = {
        "name": "moving",
        "kind": "script",
        "marker": "var pageConfig =",
        "cards": "list",
        "pages": "pages",
        "fields": {"listing_id": "id", "merchant_id": "shop"},
    }
    return Marketplace.model_validate(
        {
            "name": "moving",
            "title": {"en": "Moving", "zh": "变动"},
            "hosts": ["127.0.0.1"],
            "allow_loopback": True,
            "listing": {"url": f"http://127.0.0.1:{port}/list/{{category}}/{{page}}", "depth": 30},
            "rate": {"requests_per_second": 1000, "concurrency": 1},
            "categories": {f"list-{number:03d}": str(number) for number in range(count)},
            "sales": {"basis": "trailing_30d"},
            "layouts": [layout],
        }
    )


def _crawled(home: Path, marketplace: Marketplace) -> pl.DataFrame:
    """The ledger's pages after a crawl."""
    settings = Settings(home=home)
    ledger = Ledger(settings.ledger_url)
    try:
        ledger.plan(plan_week(marketplace, WEEK))
        clock = Clock(starts_at(WEEK), datetime.now(UTC))
        crawl(home, settings, marketplace, WEEK, CrawlOptions(clock=clock))
        return ledger.rows()
    finally:
        ledger.close()


def _judged(told: list[Recapture], missed: list[float], truths: list[int], beyond: int) -> FaultRow:
    numbers = [one.number for one in told]
    lists = list(zip(numbers, truths, strict=True))
    shares = list(zip([one.missed for one in told], missed, strict=True))
    return FaultRow(
        fault=f"list re-sorted while read, pages capped: {len(told)} lists of {min(truths)} to {max(truths)} listings",
        counts={
            "true number inside the interval": sum(ends.low <= truth <= ends.high for ends, truth in lists),
            "lists not read to their last page": beyond,
        },
        least={"true number inside the interval": LEAST_SHARE * len(told)},
        seen={
            "true share missed inside its interval": sum(ends.low <= truth <= ends.high for ends, truth in shares),
            "mean error of the estimate": _mean([ends.value / truth - 1 for ends, truth in lists]),
            "mean width of the interval over the truth": _mean(
                [(ends.high - ends.low) / truth for ends, truth in lists]
            ),
            "mean share missed": _mean(missed),
            "mean share missed, estimated": _mean([ends.value for ends, _ in shares]),
            "cards repeated": sum(one.repeated for one in told),
        },
    )


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 5)
