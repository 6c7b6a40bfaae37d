"""SIGKILL at random moments of `beltwatch run`, the whole week as a Prefect flow, each followed by the same command."""

from pathlib import Path

from benchmarks.faults.homes import LIVE
from benchmarks.faults.kills import campaign
from benchmarks.faults.table import FaultRow

COMMANDS = {"run": ["run", "--week", str(LIVE), "--marketplace", "practice"]}
WEEKS = 4
KILLS_PER_WEEK = 5


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Kills of whole runs."""
    return campaign(folder, COMMANDS, 1 if is_short else WEEKS, 1 if is_short else KILLS_PER_WEEK)
