"""The steps plan, crawl and parse: from what is configured to the offers of a week."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from configs.calendar import week_of
from configs.errors import BeltwatchError, InputError
from configs.marketplaces import Marketplace
from configs.register import Configs
from configs.tables import table
from flows.late import read_from, reopen
from flows.progress import Advance
from flows.workplace import Workplace
from warehouse import lake

METHOD = "offers-1"


def plan(work: Workplace, marketplace: str, week: date) -> int:
    """Write down the first page of every category of a marketplace for a week; returns how many pages are new."""
    from spiders.plan import plan_week

    return work.ledger.plan(plan_week(work.configs.marketplace(marketplace), week))


def refuse_future(work: Workplace, week: date) -> None:
    """A week that has not begun cannot be read."""
    this = week_of(work.now())
    if week > this:
        raise InputError(f"week {week} has not begun; the current week is {this}; see --week")


@dataclass
class ParseReport:
    """What was read from the archive."""

    pages: int = 0
    offers: int = 0
    units: int = 0
    failures: list[str] = field(default_factory=list)


def parse_units(work: Workplace, marketplaces: Sequence[str], weeks: Sequence[date] | None) -> list[tuple[str, str]]:
    """The (marketplace, category) of which the ledger has pages in the weeks (None: any week)."""
    pages = work.ledger.rows()
    chosen = pages.filter(pl.col("marketplace").is_in(list(marketplaces)))
    if weeks is not None:
        chosen = chosen.filter(pl.col("week").is_in(list(weeks)))
    return [
        (row[0], row[1])
        for row in chosen.select("marketplace", "category").unique().sort("marketplace", "category").rows()
    ]


def parse_category(
    home: Path,
    configs: Configs,
    pages: pl.DataFrame,
    marketplace: str,
    category: str,
    weeks: Sequence[date] | None,
    again: bool = False,
    advance: Advance = lambda done, total: None,
) -> ParseReport:
    """Read one category's archived pages into offers, week by week; weeks whose pages have been read are passed over
    unless `again`. A category whose pages were all refused or in error gets a file without rows."""
    from spiders.parse import parse_category as read_pages

    report = ParseReport()
    own = pages.filter((pl.col("marketplace") == marketplace) & (pl.col("category") == category))
    found = configs.marketplace(marketplace)
    by_week = own.partition_by("week", as_dict=True)
    chosen = sorted(key[0] for key in by_week if weeks is None or key[0] in set(weeks))
    for done, week in enumerate(chosen, start=1):
        rows = by_week[(week,)].filter(pl.col("outcome") == "listing")
        path = lake.page_offers_file(home, marketplace, week, category)
        made_of = read_from(by_week[(week,)], [METHOD, configs.digests[f"marketplaces/{marketplace}.yaml"]])
        if again or lake.fingerprint_of(path) != made_of:
            if path.exists():
                reopen(home, week)
            _write_overlaps(home, found, week, category, rows)
            offers, failures = read_pages(home, found, week, category, rows)
            lake.write(path, table("offers").conform(offers), made_of)
            report.failures += [f"page {failure.page}: {failure.reason}" for failure in failures]
            report.pages += rows.filter(purpose="listing").height
            report.offers += offers.height
            report.units += 1
        advance(done, len(chosen))
    return report


def _write_overlaps(home: Path, marketplace: Marketplace, week: date, category: str, rows: pl.DataFrame) -> None:
    """What the pages showed that were read a second time; one that cannot be read now tells nothing and is left out."""
    from spiders.parse import parse_category as read_pages

    again = rows.filter(purpose="overlap")
    if not again.is_empty():
        shown, _ = read_pages(home, marketplace, week, category, again, "overlap")
        lake.write(lake.overlap_file(home, marketplace.name, week, category), shown)


def refuse_failures(report: ParseReport) -> None:
    """Pages that the ledger calls listings but that cannot be read stop the step: a hole must not look like a fall."""
    if report.failures:
        raise BeltwatchError(
            f"{len(report.failures)} pages could not be read, first: {report.failures[0]}; "
            f"mend the layout in configs/marketplaces and run `beltwatch parse --again`"
        )
