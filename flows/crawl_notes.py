"""Which marketplaces' last crawl failed, and why: a note each in <home>/runs/crawls, gone with the next good crawl."""

import json
from datetime import date, datetime
from pathlib import Path

from spiders.lake_files import write_bytes_atomic


def note_failure(home: Path, marketplace: str, week: date, reason: str, now: datetime) -> None:
    """Write down that a crawl ended before its pages did."""
    note = {"marketplace": marketplace, "week": str(week), "ended_at": now.isoformat(timespec="seconds")}
    write_bytes_atomic(_path(home, marketplace), json.dumps(note | {"reason": reason}, ensure_ascii=False).encode())


def clear_failure(home: Path, marketplace: str) -> None:
    """A crawl ended well: what was said of the one before counts no more."""
    _path(home, marketplace).unlink(missing_ok=True)


def failures(home: Path) -> list[dict[str, str]]:
    """marketplace, week, ended_at and reason of each crawl that failed last time, sorted by marketplace."""
    return [json.loads(path.read_bytes()) for path in sorted(_path(home, "*").parent.glob("*.json"))]


def _path(home: Path, marketplace: str) -> Path:
    return home / "runs" / "crawls" / f"{marketplace}.json"
