"""Data that comes by other ways than our crawl: rows handed over, and WARC files of any crawler."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flows.progress import Reporter
from flows.workplace import Workplace

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
            store_handed_over(work.home, path, offers)
        weeks = {week for _, offers in read for week in offers["week"].unique()}
        rows = sum(offers.height for _, offers in read)
        step.say(f"{rows} offers of {len(weeks)} weeks taken in{note}; next: beltwatch build")


def backfill_files(work: Workplace, files: Iterable[Path], marketplace: str, reporter: Reporter) -> None:
    """Copy the marketplace's pages out of WARC files into the archive and the ledger."""
    from spiders.backfill import backfill

    found = work.configs.marketplace(marketplace)
    with reporter.step("backfill") as step:
        report = backfill(work.home, found, list(files), work.ledger, step.advance)
        step.say(_sentence(report))


def _sentence(report: "BackfillReport") -> str:
    """What a backfill found and took."""
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items()))
    parts = [
        f"{report.stored} pages taken from {report.sources} files ({outcomes})" if report.stored else "no new page",
        f"{report.known} known already" if report.known else "",
        f"{report.later} later captures of a week left" if report.later else "",
        f"{report.unmatched} addresses are no listing, first {report.unmatched_urls[0]}" if report.unmatched else "",
        f"{report.undated} without a date" if report.undated else "",
        f"cut short: {', '.join(map(str, report.cut_sources))}" if report.cut_sources else "",
    ]
    return "; ".join(part for part in parts if part)
