"""Pages that come late, after their week was read: from a backfill, or from a worker that came back.

A week of which such pages are in the ledger is open again: the next run reads and builds it anew, with every week that
rests on it, and the next release holds what changed. A note in <home>/runs/reopened stands from the reading to the
building, so that a run that is killed between leaves no week half made.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from spiders.lake_files import make_folder, sync_folder
from spiders.pages import STORED
from warehouse import lake

UNIT = ["marketplace", "week", "category"]


def read_from(pages: pl.DataFrame, rules: Iterable[str]) -> str:
    """The fingerprint of offers: of the stored pages (rows of table pages of one unit; empty ones have none and count
    for coverage) and, apart, of what they are read by."""
    stored = pages.filter(pl.col("outcome").is_in(STORED)).sort("page", "purpose", "read")
    return f"{lake.fingerprint(stored['sha256'].fill_null(''))}-{lake.fingerprint(rules)}"


def late_weeks(home: Path, pages: pl.DataFrame, marketplaces: Sequence[str]) -> list[date]:
    """The weeks that were read before pages of them came, sorted; whether by today's rules does not count."""
    chosen = pages.filter(pl.col("marketplace").is_in(list(marketplaces)))
    late = set()
    for (marketplace, week, category), rows in chosen.group_by(UNIT):
        stood = lake.fingerprint_of(lake.page_offers_file(home, marketplace, week, category))
        if stood is not None and stood.partition("-")[0] != read_from(rows, ()).partition("-")[0]:
            late.add(week)
    return sorted(late)


def reopen(home: Path, week: date) -> None:
    """Note that a week is read, for the first time or anew, and has still to be built."""
    note = _notes(home) / str(week)
    if not note.exists():  # a week has many categories, and a note is on disk before any of them is read
        make_folder(note.parent)
        note.touch()
        sync_folder(note.parent)


def reopened(home: Path) -> list[date]:
    """The weeks that were read and are not built yet, sorted; one of which nothing was written yet is unread."""
    noted = (path.name for path in _notes(home).glob("*"))
    return sorted(date.fromisoformat(week) for week in noted if any((home / "offers").glob(f"*/{week}/*.parquet")))


def close(home: Path, weeks: Iterable[date]) -> None:
    """Note that weeks are built."""
    for week in weeks:
        (_notes(home) / str(week)).unlink(missing_ok=True)


def _notes(home: Path) -> Path:
    return home / "runs" / "reopened"
