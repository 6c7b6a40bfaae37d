"""The steps plan, crawl and parse: from what is configured to the offers of a week."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from configs.calendar import week_of
from configs.errors import BeltwatchError, InputError
from configs.register import Configs
from flows.progress import Advance
from flows.week_offers import ParseReport, Unit, parse_week, twins_of
from flows.workplace import Workplace


def plan(work: Workplace, marketplace: str, week: date) -> int:
    """Write down the first page of every category of a marketplace for a week; returns how many pages are new."""
    from spiders.plan import plan_week

    return work.ledger.plan(plan_week(work.configs.marketplace(marketplace), week))


def refuse_future(work: Workplace, week: date) -> None:
    """A week that has not begun cannot be read."""
    this = week_of(work.now())
    if week > this:
        raise InputError(f"week {week} has not begun; the current week is {this}; see --week")


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
    unless `again`, which also asks anew of every archived page what it is. Pages that cannot be what they were asked
    for give no offers. A category whose pages were all refused or in error gets a file without rows."""
    report = ParseReport()
    site = pages.filter(pl.col("marketplace") == marketplace)
    by_week = site.filter(pl.col("category") == category).partition_by("week", as_dict=True)
    chosen = sorted(key[0] for key in by_week if weeks is None or key[0] in set(weeks))
    twins = twins_of(site, category)
    read: dict[date, frozenset[str]] = {}
    for done, week in enumerate(chosen, start=1):
        unit = Unit(home, configs, marketplace, category, week, twins.get(week, frozenset()), read)
        parse_week(unit, by_week[(week,)], again, report)
        advance(done, len(chosen))
    return report


def note_amended(work: Workplace, report: ParseReport) -> None:
    """Write into the ledger what pages turned out to be, and plan what follows from a first page that is a listing."""
    from spiders.plan import rest_of

    if report.amended:
        work.ledger.amend(report.amended)
    for key, facts in report.amended.items():
        work.ledger.plan(rest_of(work.configs.marketplace(key.marketplace), key, facts))


def refuse_failures(report: ParseReport) -> None:
    """Pages that the ledger calls listings but that cannot be read stop the step: a hole must not look like a fall."""
    if report.failures:
        raise BeltwatchError(
            f"{len(report.failures)} pages could not be read, first: {report.failures[0]}; "
            f"mend the layout in configs/marketplaces and run `beltwatch parse --again`"
        )
