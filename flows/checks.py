"""Where the results of the gates are kept, one file per gate, marketplace, category and week, and what they stop."""

from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from configs.register import Configs
from configs.tables import table
from warehouse import lake
from warehouse.gates import Batch, is_stopped

UNIT_GATES = ("pages", "batch_traits", "offers", "listing_weeks")  # in the order of the line


def keep_checks(home: Path, configs: Configs, gate: str, part: Batch, checks: pl.DataFrame) -> None:
    """Keep the checks of a part in the file of its last week; those of its other weeks are out of date."""
    folder = home / "checks" / gate / f"marketplace={part.marketplace}"
    path = folder / f"week={part.weeks[-1]}" / f"{part.category}.parquet"
    rules = rules_of(configs, gate)
    if lake.fingerprint_of(path) != rules or not lake.read(table("checks"), [path]).equals(checks):
        lake.write(path, checks, rules)
    for earlier in part.weeks[:-1]:
        (folder / f"week={earlier}" / f"{part.category}.parquet").unlink(missing_ok=True)


def rules_of(configs: Configs, gate: str) -> str:
    """The digest of a gate's rules, which its checks bear."""
    return configs.digests[f"gates/{gate}.yaml"]


def quarantined_weeks(home: Path, marketplace: str, category: str) -> set[date]:
    """The weeks in which a category was stopped by a gate before its figures."""
    paths = [path for gate in UNIT_GATES for path in checks_files(home, gate, marketplace, category)]
    return {week_of(path) for path in paths if is_stopped(lake.read(table("checks"), [path]))}


def is_quarantined(home: Path, marketplace: str, category: str, week: date) -> bool:
    """Whether a category was stopped in one week."""
    folders = (home / "checks" / gate / f"marketplace={marketplace}" / f"week={week}" for gate in UNIT_GATES)
    found = [path for folder in folders if (path := folder / f"{category}.parquet").exists()]
    return any(_stops(path, *_stamp(path)) for path in found)


def _stamp(path: Path) -> tuple[int, int]:
    """What tells a file from one that is written in its place."""
    told = path.stat()
    return told.st_ino, told.st_mtime_ns


@lru_cache(maxsize=8192)
def _stops(path: Path, _file: int, _written: int) -> bool:
    """Whether a file of checks stops its category; four later weeks ask it of each week, over and over."""
    return is_stopped(lake.read(table("checks"), [path]))


def checks_files(home: Path, gate: str, marketplace: str = "*", category: str = "*") -> list[Path]:
    """The files of a gate, sorted."""
    return sorted((home / "checks" / gate).glob(f"marketplace={marketplace}/week=*/{category}.parquet"))


def week_of(path: Path) -> date:
    """The week of a file of checks."""
    return date.fromisoformat(path.parent.name.removeprefix("week="))
