"""Data that comes by other ways than our crawl: rows handed over, and WARC files of any crawler."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from configs.calendar import week_of
from configs.errors import InputError
from flows.mapping import as_they_come
from flows.progress import Reporter
from flows.workplace import Workplace

NAMED = 5  # hosts and kinds of records that a sentence names
UNUSABLE = ("no_listing_id", "no_merchant_id", "unreadable_price", "price_out_of_range", "unreadable_sales")

if TYPE_CHECKING:
    from spiders.backfill import BackfillReport


def ingest_files(work: Workplace, files: Iterable[Path], marketplace: str, reporter: Reporter) -> None:
    """Read every file first and store them only when all are sound."""
    from spiders.ingest import read_handed_over, store_handed_over

    with reporter.step("ingest") as step:
        if marketplace in work.configs.marketplaces:
            note = ""
        else:
            note = f"; {marketplace} has no file in configs/marketplaces, so its rows alone say what their sales mean"
        read = [(path, read_handed_over(path, marketplace, list(work.configs.categories))) for path in files]
        for path, offers in read:
            refuse_unusable(work, path, offers)
        for path, offers in read:
            store_handed_over(work.home, path, offers)
        weeks = {week for _, offers in read for week in offers["week"].unique()}
        rows = sum(offers.height for _, offers in read)
        step.say(f"{rows} offers of {len(weeks)} weeks taken in{note}; next: beltwatch build")


def refuse_unusable(work: Workplace, path: Path, offers: pl.DataFrame) -> None:
    """A row without an id, with a price or sales that are no number, or of a week that has not begun, refuses the file.

    What counts as a number is for clean to say; a price left open to negotiation is refused there, row by row."""
    from transforms.clean import clean

    future = offers.filter(pl.col("week") > week_of(work.now()))
    if not future.is_empty():
        row = future.row(0, named=True)
        raise InputError(f"{path}: row {row['position']} is of week {row['week']}, which has not begun; mend the file")
    marketplace = work.configs.marketplaces.get(offers["marketplace"][0]) if offers.height else None
    _, rejects = clean(offers, marketplace, work.configs.aliases)
    broken = rejects.filter(pl.col("reason").is_in(UNUSABLE)).sort("position")
    if not broken.is_empty():
        row = broken.row(0, named=True)
        found = f"row {row['position']}: {row['column_name']} is {row['value_text']!r} ({row['reason']})"
        more = f"; {broken.height} rows in all are so" if broken.height > 1 else ""
        raise InputError(f"{path}: {found}, expected one that can be used{more}; mend the file and hand it over again")


def backfill_files(work: Workplace, files: Iterable[Path], marketplace: str, reporter: Reporter) -> None:
    """Copy the marketplace's pages out of WARC files into the archive and the ledger."""
    from spiders.backfill import backfill

    found = work.configs.marketplace(marketplace)
    with reporter.step("backfill") as step:
        report = backfill(work.home, found, list(files), work.ledger, step.advance, as_they_come, step.advance)
        step.say(_sentence(report, marketplace))


def _counted(names: Counter[str]) -> str:
    """The most frequent of some names, each with its number, and how many there are besides."""
    shown = names.most_common(NAMED)
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(f"{name} {count}" for name, count in shown) + more


def _sentence(report: "BackfillReport", marketplace: str) -> str:
    """What a backfill found and took."""
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items()))
    parts = [
        f"{report.stored} pages taken from {report.sources} files ({outcomes})" if report.stored else "no new page",
        f"{report.known} known already" if report.known else "",
        f"{report.later} later captures of a week left" if report.later else "",
        f"{report.unmatched} addresses are no listing, first {report.unmatched_urls[0]}" if report.unmatched else "",
        f"of hosts that {marketplace} does not have: {_counted(report.unknown_hosts)}" if report.unknown_hosts else "",
        f"{report.undated} without a date" if report.undated else "",
        f"{report.revisits} revisits of pages in these files" if report.revisits else "",
        f"{report.unresolved} revisits of pages that are in none of them" if report.unresolved else "",
        f"records passed over: {_counted(report.skipped)}" if report.skipped else "",
        f"{report.damaged} damaged or cut short in {', '.join(map(str, report.cut_sources))}" if report.damaged else "",
    ]
    return "; ".join(part for part in parts if part)
