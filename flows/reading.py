"""The steps plan, crawl and parse: from what is configured to the offers of a week."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from configs.calendar import WEEK, week_of
from configs.errors import BeltwatchError, InputError
from configs.register import Configs
from flows.progress import Advance
from flows.week_offers import ParseReport, Shown, Unit, parse_week, twins_of
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
    again: date | None = None,
    advance: Advance = lambda done, total: None,
) -> ParseReport:
    """Read one category's archived pages into offers, week by week; weeks whose pages have been read are passed over
    where no present week is given as `again`, in which every archived page is asked anew what it is. Pages that cannot
    be read or be what they were asked for give no offers. A category whose pages were all refused or in error gets a
    file without rows."""
    report = ParseReport()
    site = pages.filter(pl.col("marketplace") == marketplace)
    by_week = site.filter(pl.col("category") == category).partition_by("week", as_dict=True)
    chosen = sorted(key[0] for key in by_week if weeks is None or key[0] in set(weeks))
    twins = twins_of(site, category)
    read: dict[date, Shown] = {}
    for done, week in enumerate(chosen, start=1):
        unit = Unit(home, configs, marketplace, category, week, twins.get(week, frozenset()), read)
        parse_week(unit, by_week[(week,)], by_week.get((week - WEEK,)), again, report)
        advance(done, len(chosen))
    return report


def note_amended(work: Workplace, report: ParseReport, pages: pl.DataFrame, this_week: date) -> None:
    """Write into the ledger what pages turned out to be, and plan what follows from it; `pages` are the ledger's rows
    before.

    Nothing follows from a page of a foreign archive, whose plan nobody knows, or of a category that the marketplace
    maps no longer. In a week that is over nothing is read a second time; the pages behind a first one that is a listing
    after all are written down there too, since they are missing and coverage has to say so, and backfill may fill them.
    """
    from spiders.plan import rest_of
    from spiders.second_look import is_foreign, key_of

    if not report.amended:
        return
    work.ledger.amend(report.amended)
    weeks = {key.week for key in report.amended}
    foreign = {
        key_of(row) for row in pages.filter(pl.col("week").is_in(weeks)).iter_rows(named=True) if is_foreign(row)
    }
    for key, facts in report.amended.items():
        marketplace = work.configs.marketplace(key.marketplace)
        if key not in foreign and key.category in marketplace.categories:
            rest = rest_of(marketplace, key, facts)
            is_over = key.week < this_week
            work.ledger.plan(one for one in rest if not is_over or (one.key.purpose, one.key.read) == ("listing", 1))


def refuse_failures(failures: Sequence[str]) -> None:
    """Pages that the ledger called listings but that cannot be read end the command: somebody should look at them."""
    if failures:
        raise BeltwatchError(
            f"{len(failures)} pages could not be read, first: {failures[0]}; "
            f"mend the layout in configs/marketplaces and run `beltwatch parse --again`"
        )
