"""Archives of other crawlers, damaged in many ways: is every whole record found, nothing invented, no row doubled?

The captures are the practice marketplace's past. What an undamaged archive gives is the truth; each damage names the
pages that it has harmed, and only those may be missing or be no listing. Every backfill is killed by SIGKILL at a
random moment, run again to its end, and then run once more.
"""

import gzip
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from benchmarks.faults.damages import DAMAGES, packed, plain, split
from benchmarks.faults.table import FaultRow
from configs.calendar import week_of
from configs.marketplaces import Marketplace, read_marketplace
from sandbox.scenario import load
from sandbox.world import lay_out, write_marketplace
from spiders.backfill import backfill
from spiders.ledger import Ledger
from spiders.pages import STORED
from spiders.parse import parse_category

SCENARIO = "tiny"
FILES = 10
KEY = ["week", "category", "page"]


IN_SHORT = 4


class Taken(NamedTuple):
    """Rows of table pages that reach figures, and of table offers."""

    pages: pl.DataFrame
    offers: pl.DataFrame


@dataclass
class Counts:
    """What came of some archives."""

    invented: int = 0
    lost: int = 0
    doubled: int = 0
    kills: int = 0


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Every kind of damage, on packed and on plain archives."""
    home = folder / "world"
    world = lay_out(home, load(SCENARIO), 1)
    marketplace = read_marketplace(write_marketplace(home, "http://127.0.0.1:9"))
    sources = [gzip.decompress(path.read_bytes()) for path in world.archives[marketplace.name].glob("*.gz")][:FILES]
    records = [record for source in sorted(sources) for record in split(source)]
    began = time.perf_counter()
    truth = _taken(folder / "truth", marketplace, _written(folder / "truth.warc.gz", packed(records)))
    seconds, counts, dice = time.perf_counter() - began, Counts(), random.Random(5)
    kinds = IN_SHORT if is_short else len(DAMAGES)
    for number, damage in enumerate(DAMAGES[:kinds]):
        for pack, suffix in ((packed, ".warc.gz"), (plain, ".warc")):
            damaged = damage(records, pack)
            source, taken = _written(folder / f"{number}{suffix}", damaged.data), folder / f"{number}{suffix}-taken"
            if pack is packed and (number == 0 or not is_short):
                _killed(home, taken, source, dice.uniform(0, seconds))
                counts.kills += 1
            _count(
                counts, truth, _taken(taken, marketplace, source), {_key(records[place]) for place in damaged.harmed}
            )
    return FaultRow(
        fault=f"archives of other crawlers, {kinds} kinds of damage on packed and plain files of {len(records)} pages",
        counts={"pages invented": counts.invented, "whole records lost": counts.lost, "rows doubled": counts.doubled},
        seen={"kills": counts.kills},
    )


def _killed(world: Path, home: Path, source: Path, seconds: float) -> None:
    """A backfill in a process of its own, which is killed so many seconds after it has begun."""
    file = world / "configs" / "marketplaces" / "practice.yaml"
    command = [sys.executable, "-m", "benchmarks.faults.archives", str(file), str(home), str(source)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(seconds)
    child.kill()
    child.communicate()


def _taken(home: Path, marketplace: Marketplace, source: Path) -> Taken:
    """What a home holds once the archive has been taken, and taken once more."""
    home.mkdir(exist_ok=True)
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    try:
        for _ in range(2):
            backfill(home, marketplace, [source], ledger)
        pages = ledger.rows()
    finally:
        ledger.close()
    units = pages.select("week", "category").unique().sort("week", "category").rows()
    offers = [parse_category(home, marketplace, week, category, pages)[0] for week, category in units]
    return Taken(pages.filter(pl.col("outcome").is_in(STORED)), pl.concat(offers))


def _count(counts: Counts, truth: Taken, found: Taken, harmed: set[tuple[date, str]]) -> None:
    right = {(url, digest) for url, digest in truth.pages.select("url", "sha256").iter_rows()}
    there = {(week, url): digest for week, url, digest in found.pages.select("week", "url", "sha256").iter_rows()}
    meant = {(week, url): digest for week, url, digest in truth.pages.select("week", "url", "sha256").iter_rows()}
    counts.invented += sum(
        meant.get(key, digest) != digest or (key[1], digest) not in right for key, digest in there.items()
    )
    counts.lost += sum(there.get(key) != digest for key, digest in meant.items() if key not in harmed)
    counts.doubled += found.pages.height - len(there)
    counts.doubled += found.offers.height - found.offers.unique([*KEY, "position"]).height
    inside = found.offers.filter(
        pl.struct("week", "page_digest").is_in(
            truth.offers.select(pl.struct("week", "page_digest")).to_series().implode()
        )
    )
    counts.doubled += max(0, inside.height - truth.offers.height)


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _key(record: bytes) -> tuple[date, str]:
    """Week and address of a capture."""
    head = dict(line.split(": ", 1) for line in record.partition(b"\r\n\r\n")[0].decode().splitlines()[1:])
    return week_of(datetime.fromisoformat(head["WARC-Date"])), head["WARC-Target-URI"]


def main() -> None:
    """Takes an archive in; says so before it begins."""
    file, home, source = map(Path, sys.argv[1:])
    marketplace = read_marketplace(file)
    home.mkdir(exist_ok=True)
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    print("begins", flush=True)
    backfill(home, marketplace, [source], ledger)


if __name__ == "__main__":
    main()
