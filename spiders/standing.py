"""What the hosts of a marketplace asked for last, kept over the end of a crawl: `<home>/hosts/<marketplace>.json`.

Several crawls of a marketplace share the file: each writes into it what it was told, and hears what the others were.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from spiders.lake_files import make_folder, write_bytes_atomic

FOLDER = "hosts"


class HostStanding(BaseModel):
    """A host's circuit (closed, open, half-open), before which instant it is not asked, until when half as often (None:
    for no time), and the first two in one line."""

    state: str
    not_before: datetime
    line: str
    slow_until: datetime | None = None


STANDINGS = TypeAdapter(dict[str, HostStanding])


def standing_file(home: Path, marketplace: str) -> Path:
    """Where the standings of a marketplace's hosts are."""
    return home / FOLDER / f"{marketplace}.json"


def read_standings(path: Path) -> dict[str, HostStanding]:
    """Standings by host; none where there is no file, or none that can be read: then the hosts tell it anew."""
    try:
        return STANDINGS.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return {}


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Waits until no other crawl writes the standings, and keeps them out until the block ends."""
    make_folder(path.parent)
    with path.with_suffix(".lock").open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def version_of(path: Path) -> tuple[int, int] | None:
    """What changes whenever the file is written; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def write_standings(path: Path, standings: dict[str, HostStanding]) -> None:
    """Puts the standings in place of the file's."""
    write_bytes_atomic(path, STANDINGS.dump_json(standings, indent=1) + b"\n")


def lines_of(home: Path) -> list[str]:
    """One line for each host that is not asked as usual, sorted."""
    found = (read_standings(path) for path in sorted((home / FOLDER).glob("*.json")))
    return sorted(one.line for standings in found for one in standings.values() if one.state != "closed")
