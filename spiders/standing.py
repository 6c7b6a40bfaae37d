"""What the hosts of a marketplace asked for last, kept over the end of a crawl: `<home>/hosts/<marketplace>.json`."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from spiders.lake_files import write_bytes_atomic

FOLDER = "hosts"


class HostStanding(BaseModel):
    """A host's circuit (closed, open, half-open), before which instant it is not asked, and both in one line."""

    state: str
    not_before: datetime
    line: str


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


def write_standings(path: Path, standings: dict[str, HostStanding]) -> None:
    """Puts the standings in place of the file's."""
    write_bytes_atomic(path, STANDINGS.dump_json(standings, indent=1) + b"\n")


def lines_of(home: Path) -> list[str]:
    """One line for each host that is not asked as usual, sorted."""
    found = (read_standings(path) for path in sorted((home / FOLDER).glob("*.json")))
    return sorted(one.line for standings in found for one in standings.values() if one.state != "closed")
