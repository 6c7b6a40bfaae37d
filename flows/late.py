"""Pages that come late, after their week was read: from a backfill, or from a worker that came back.

A week of which such pages are in the ledger is open again: the next run reads and builds it anew, with every week that
rests on it, and the next release holds what changed. A note in <home>/runs/reopened stands from the reading to the
building, so that a run that is killed between leaves no week half made.

So is one of the four weeks before whose pages were never read: the run that should have read them broke off. A history
further back that nobody has read is left to `parse`: a week's run does not take on years.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from configs.calendar import LATE_WEEKS, WEEK
from spiders.lake_files import make_folder, sync_folder
from spiders.pages import STORED
from warehouse import lake

UNIT = ["marketplace", "week", "category"]


def read_from(pages: pl.DataFrame, rules: Iterable[str]) -> str:
    """The fingerprint of offers: of the stored pages (rows of table pages of one unit; empty ones have none and count
    for coverage) and, apart, of what they are read by."""
    stored = pages.filter(pl.col("outcome").is_in(STORED)).sort("page", "purpose", "read")
    return f"{lake.fingerprint(stored['sha256'].fill_null(''))}-{lake.fingerprint(rules)}"


def late_weeks(home: Path, pages: pl.DataFrame, marketplaces: Sequence[str], week: date) -> list[date]:
    """The weeks that were read before pages of them came, and of the LATE_WEEKS before `week` those with a category of
    which pages are stored and were never read; sorted. Whether they were read by today's rules does not count."""
    chosen = pages.filter(pl.col("marketplace").is_in(list(marketplaces)))
    late = set()
    for (marketplace, day, category), rows in chosen.group_by(UNIT):
        path = lake.page_offers_file(home, marketplace, day, category)
        is_recent = week - LATE_WEEKS * WEEK <= day < week
        if _came_late(path, rows) or (is_recent and _is_unread(path, rows)):
            late.add(day)
    return sorted(late)


def _came_late(path: Path, rows: pl.DataFrame) -> bool:
    """Whether offers were made from other pages; a file that does not say is of pages that could not be read."""
    stood = lake.fingerprint_of(path)
    return stood is not None and stood.partition("-")[0] != read_from(rows, ()).partition("-")[0]


def _is_unread(path: Path, rows: pl.DataFrame) -> bool:
    return not path.exists() and rows["outcome"].is_in(STORED).any()


def reopen(home: Path, week: date) -> None:
    """Note that a week is read, for the first time or anew, and has still to be built."""
    note = _notes(home) / str(week)
    is_new = not note.exists()
    make_folder(note.parent)
    note.touch()  # one that stands as well: a build under way has not seen these pages
    if is_new:
        sync_folder(note.parent)


def reopened(home: Path) -> list[date]:
    """The weeks that were read and are not built yet, sorted; one of which nothing was written yet is unread."""
    return sorted(week for week in notes_of(home) if any((home / "offers").glob(f"*/{week}/*.parquet")))


def notes_of(home: Path) -> dict[date, int]:
    """The notes by week, each with the instant at which it was written last (ns)."""
    return {date.fromisoformat(path.name): path.stat().st_mtime_ns for path in _notes(home).glob("*")}


def close(home: Path, built: Mapping[date, int]) -> None:
    """Note that weeks are built: their notes go, as they were before the building. One that was written since is of
    pages that it has not seen, and stays."""
    now = notes_of(home)
    for week, written in built.items():
        if now.get(week) == written:
            (_notes(home) / str(week)).unlink(missing_ok=True)


def _notes(home: Path) -> Path:
    return home / "runs" / "reopened"
