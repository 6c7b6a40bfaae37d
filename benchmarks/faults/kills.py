"""SIGKILL at random moments of the step commands, each followed by the same command: what is lost, doubled, different?

Copies of a home with a tiny practice world go through one week: one is left in peace, in the others the commands are
killed. Then every table must be equal in all columns that are not volatile, the ledger must balance, and no page may
have been asked for again after it was stored.
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.faults.homes import (
    LIVE,
    NOW,
    SCENARIO,
    different,
    doubled,
    fetched_again,
    finish,
    pages_of,
    prepare,
    start,
    steps,
)
from benchmarks.faults.table import FaultRow
from sandbox.site import serving
from sandbox.world import write_marketplace

KILLS_PER_WEEK = 20
WEEKS = 10
MOST_KILLED = ("crawl", "build", "release", "parse", "plan")  # who gets one more where kills do not share out evenly
LANES = 2  # weeks at once, each on a home and a site of its own: a command uses one processor for most of its time
MOST_TRIES = 4  # a kill: a command that ends before its kill is not counted as killed

Commands = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Twin:
    """A home that went through the week in peace, and the seconds that each command took."""

    prepared: Path
    home: Path
    seconds: dict[str, float]


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


def in_peace(folder: Path, prepared: Path, commands: Commands) -> Twin:
    """The week as it is when nobody disturbs it."""
    home = folder / "peaceful"
    shutil.copytree(prepared, home)
    with serving(SCENARIO, 1, NOW, folder / "peaceful.log") as url:
        write_marketplace(home, url)
        return Twin(prepared, home, {name: finish(home, command) for name, command in commands.items()})


def trial(folder: Path, twin: Twin, commands: Commands, kills: int, seed: int) -> Trial:
    """One week under `kills` kills, from the home that its twin began with."""
    home, log = folder / "killed", folder / "killed.log"
    shutil.copytree(twin.prepared, home)
    with serving(SCENARIO, 1, NOW, log) as url:
        write_marketplace(home, url)
        landed = _kill_through(home, commands, twin.seconds, kills, random.Random(seed))
    found = _judged(twin.home, home, log, landed)
    shutil.rmtree(home)
    return found


def _kill_through(home: Path, commands: Commands, seconds: dict[str, float], kills: int, dice: random.Random) -> int:
    """Every command in turn: killed as often as its share of all kills, then run to its end. Returns the kills."""
    landed = 0
    for name, share in _shares(commands, kills).items():
        wanted = landed + share
        for _ in range(MOST_TRIES * share):
            if landed == wanted:
                break
            landed += _is_killed(home, commands[name], dice.uniform(0, seconds[name]))
        finish(home, commands[name])
    return landed


def _is_killed(home: Path, command: Sequence[str], after: float) -> bool:
    """Whether the command was still at work when it was killed, with all its group, after so many seconds."""
    child = start(home, command)
    time.sleep(after)
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    return child.returncode == -signal.SIGKILL


def _shares(commands: Commands, kills: int) -> dict[str, int]:
    """The kills shared out over the commands, which keep their order."""
    ranks = {name: rank for rank, name in enumerate([*(name for name in MOST_KILLED if name in commands), "run"])}
    each, more = divmod(kills, len(commands))
    return {name: each + (ranks[name] < more) for name in commands}


def _judged(peaceful: Path, killed: Path, log: Path, kills: int) -> Trial:
    planned, pages = pages_of(peaceful), pages_of(killed)
    done = pages.filter(pl.col("state") == "done")
    return Trial(
        kills=kills,
        pages_lost=planned.height - done.height,
        pages_fetched_again=fetched_again(killed, done.filter(pl.col("week") == LIVE), log),
        rows_doubled=doubled(killed),
        tables_different=different(peaceful, killed),
        is_balanced=done.height == pages.height,
    )


def campaign(folder: Path, commands: Commands, weeks: int, kills: int) -> FaultRow:
    """So many weeks of so many kills each, from one prepared home and beside one twin."""
    twin = in_peace(folder, prepare(folder), commands)
    with ThreadPoolExecutor(LANES) as lanes:
        under_way = [lanes.submit(trial, folder / str(week), twin, commands, kills, week) for week in range(weeks)]
        trials = [one.result() for one in under_way]
    landed = sum(one.kills for one in trials)
    return FaultRow(
        fault=f"SIGKILL at random moments of {', '.join(commands)}: {landed} kills",
        counts={
            "kills": landed,
            "pages lost": sum(one.pages_lost for one in trials),
            "pages fetched again after stored": sum(one.pages_fetched_again for one in trials),
            "rows doubled": sum(one.rows_doubled for one in trials),
            "tables different": sum(len(one.tables_different) for one in trials),
            "weeks out of balance": sum(not one.is_balanced for one in trials),
        },
        least={"kills": weeks * kills},
    )


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Kills of the step commands."""
    return campaign(folder, steps(), 1 if is_short else WEEKS, 5 if is_short else KILLS_PER_WEEK)
