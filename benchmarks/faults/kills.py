"""SIGKILL at random moments of the step commands, each followed by the same command: what is lost, doubled, different?

Two copies of a tiny practice world go through one week; one is left in peace, in the other the commands are killed.
Then every table must be equal in all columns that are not volatile, the ledger must balance, and no page may have been
asked for again after it was stored.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import polars as pl

from benchmarks.faults.table import FaultRow
from configs.calendar import starts_at
from configs.tables import table
from sandbox.scenario import load
from sandbox.site import serving
from sandbox.world import lay_out, write_marketplace
from spiders.archive import read_page
from spiders.ledger import Ledger
from warehouse.read import Warehouse

SCENARIO = "tiny"
STEPS = ("plan", "crawl", "parse", "build", "release")
KILLS_PER_WEEK = 10
WEEKS = 20
STORED = ("listing_weeks", "listing_belts", "rejects", "figures", "releases", "pages")


@dataclass(frozen=True)
class Trial:
    """What came of a killed week beside the undisturbed one."""

    kills: int
    pages_lost: int
    pages_fetched_again: int
    rows_doubled: int
    tables_different: list[str]
    is_balanced: bool

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled, fetched again or different."""
        harm = self.pages_lost + self.pages_fetched_again + self.rows_doubled + len(self.tables_different)
        return harm == 0 and self.is_balanced


def prepare(folder: Path) -> Path:
    """A home whose practice world's past has been read and published."""
    home = folder / "prepared"
    lay_out(home, load(SCENARIO), 1)
    write_marketplace(home, "http://127.0.0.1:9")
    _finish(home, ["backfill", str(home / "sandbox" / "archive" / "practice"), "--marketplace", "practice"])
    _finish(home, ["release"])
    return home


def trial(folder: Path, prepared: Path, kills: int, seed: int) -> Trial:
    """One week in peace and one under `kills` kills, from the same prepared home."""
    peaceful, killed = folder / "peaceful", folder / "killed"
    url, port = None, 0
    seconds: dict[str, float] = {}
    for home in (peaceful, killed):
        shutil.copytree(prepared, home)
        with serving(SCENARIO, 1, _now(), folder / f"{home.name}.log", port=port) as base:
            url, port = base, urlsplit(base).port or 0
            write_marketplace(home, url)
            if home is peaceful:
                seconds = {step: _finish(home, [step, *_options(step)]) for step in STEPS}
            else:
                _kill_through(home, seconds, kills, random.Random(seed))
    return _judged(peaceful, killed, folder / "killed.log", kills)


def _kill_through(home: Path, seconds: dict[str, float], kills: int, dice: random.Random) -> None:
    """Every step in turn: killed as often as its share of all kills, then run to its end."""
    share = _shares(kills)
    for step in STEPS:
        for _ in range(share[step]):
            child = _start(home, [step, *_options(step)])
            time.sleep(dice.uniform(0, seconds[step]))
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        _finish(home, [step, *_options(step)])


def _shares(kills: int) -> dict[str, int]:
    """The kills shared out over the steps; plan, the shortest, gets what is left last."""
    order = ("crawl", "build", "release", "parse", "plan")
    return {step: kills // len(order) + (rank < kills % len(order)) for rank, step in enumerate(order)}


def _judged(peaceful: Path, killed: Path, log: Path, kills: int) -> Trial:
    pages = {home: _pages(home) for home in (peaceful, killed)}
    done = pages[killed].filter(pl.col("state") == "done")
    different = []
    doubled = 0
    for name in STORED:
        left, right = _rows(peaceful, name), _rows(killed, name)
        doubled += right.height - right.unique(table(name).key).height
        if not left.equals(right):
            different.append(name)
    return Trial(
        kills=kills,
        pages_lost=pages[peaceful].height - done.height,
        pages_fetched_again=_fetched_again(killed, done, log),
        rows_doubled=doubled,
        tables_different=different,
        is_balanced=done.height == pages[killed].height,
    )


def _rows(home: Path, name: str) -> pl.DataFrame:
    shape = table(name)
    with Warehouse(home) as reader:
        columns = ", ".join(f'"{column}"' for column in shape.stable_names)
        return reader.sql(f"select {columns} from {name}").sort(shape.key)


def _pages(home: Path) -> pl.DataFrame:
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    try:
        return ledger.rows()
    finally:
        ledger.close()


def _fetched_again(home: Path, done: pl.DataFrame, log: Path) -> int:
    """Pages of the live week whose last request is none of those whose answers are stored: a page may be stored once as
    a listing and once as an overlap."""
    last: dict[str, int] = {}
    for line in log.read_bytes().splitlines():
        request = orjson.loads(line)
        last[request["path"]] = max(last.get(request["path"], 0), request["seq"])
    live = done.filter(pl.col("week") == load(SCENARIO).live_week)
    kept: dict[str, int] = {}
    for row in live.iter_rows(named=True):
        stored = read_page(home, row["archive_file"], row["archive_offset"])
        parts = urlsplit(row["url"])
        path = f"{parts.path}?{parts.query}"
        kept[path] = max(kept.get(path, 0), int(stored.header("X-Request-Number")))
    return sum(last[path] != number for path, number in kept.items())


def _options(step: str) -> list[str]:
    week = ["--week", str(load(SCENARIO).live_week)]
    return week if step in ("release", "build") else [*week, "--marketplace", "practice"]


def _now() -> datetime:
    return starts_at(load(SCENARIO).live_week) + timedelta(hours=2)


def _start(home: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    environment = os.environ | {"BELTWATCH_NOW": _now().isoformat(), "BELTWATCH_HOME": str(home)}
    command = [sys.executable, "-m", "flows", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def _finish(home: Path, arguments: Sequence[str]) -> float:
    """Run a command to its end; returns its seconds."""
    began = time.perf_counter()
    child = _start(home, arguments)
    _, errors = child.communicate(timeout=600)
    if child.returncode:
        raise RuntimeError(f"beltwatch {' '.join(arguments)}: exit {child.returncode}: {errors.decode()[-2000:]}")
    return time.perf_counter() - began


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Kills in weeks of ten each, from one prepared home."""
    prepared = prepare(folder)
    trials = [trial(folder / str(week), prepared, KILLS_PER_WEEK, week) for week in range(1 if is_short else WEEKS)]
    kills = sum(one.kills for one in trials)
    return FaultRow(
        fault=f"SIGKILL at random moments of {', '.join(STEPS)}: {kills} kills",
        counts={
            "pages lost": sum(one.pages_lost for one in trials),
            "pages fetched again after stored": sum(one.pages_fetched_again for one in trials),
            "rows doubled": sum(one.rows_doubled for one in trials),
            "tables different": sum(len(one.tables_different) for one in trials),
            "weeks out of balance": sum(not one.is_balanced for one in trials),
        },
    )
