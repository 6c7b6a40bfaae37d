"""What a week of 100,000 listings costs: parse, clean and place by the line, and by parsel and pandas, turn by turn.

    python -m benchmarks.throughput [--listings 100000] [--rounds 3] [--seed 1]

Each side is a process of its own on at most two processors, and CPU-seconds and peak memory are those that the system
counts for it. Both read the same archived pages, and every row that they make is compared at the end: the benchmark
ends with 1 where they differ.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SIDES = {"ours": "benchmarks.line_stages", "peer": "benchmarks.peer_stages"}
WORK = ("parse", "clean", "place")
START = "start"  # imports and configuration
MADE = {
    "ours": ("offers", "listing_weeks", "rejects", "listing_belts", "parameters"),
    "peer": ("peer",),
}
PROCESSORS = 2
WANTED = 4.0  # times the CPU-seconds, over all stages


@dataclass(frozen=True)
class Cost:
    """What one stage took in one round: user and system CPU-seconds, and the most memory held until its end."""

    side: str
    stage: str
    cpu_seconds: float
    peak_mb: float


def main() -> int:
    """Makes the week, runs both sides in turn, prints the table; 0 where both say the same of every row."""
    arguments = _arguments()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSORS])
    with tempfile.TemporaryDirectory() as folder:
        print(_run("benchmarks.week_of_pages", folder, str(arguments.listings), str(arguments.seed)), end="")
        costs = [cost for _ in range(arguments.rounds) for side in SIDES for cost in _costs(side, Path(folder))]
        print("\n".join(table_of(costs)), flush=True)
        is_same = subprocess.run([*_python("benchmarks.same_answers"), folder], check=False).returncode == 0
    return 0 if is_same else 1


def table_of(costs: Sequence[Cost]) -> Iterator[str]:
    """The lines of the table: medians over the rounds; `all` is their sum."""
    rounds = sum(cost.stage == START for cost in costs) // len(SIDES)
    yield f"\nCPU-seconds (medians of {rounds} rounds) and peak memory in MB, {PROCESSORS} processors"
    yield f"{'stage':20}{'ours':>10}{'peer':>10}{'ratio':>8}{'ours MB':>10}{'peer MB':>10}"
    rows = [(stage, [stage]) for stage in (START, *WORK)]
    for title, stages in [*rows, ("all", [START, *WORK])]:
        ours, peer = (sum(_median(costs, side, stage).cpu_seconds for stage in stages) for side in SIDES)
        peaks = (max(_median(costs, side, stage).peak_mb for stage in stages) for side in SIDES)
        memory = "".join(f"{peak:10.0f}" for peak in peaks)
        yield f"{title:20}{ours:10.2f}{peer:10.2f}{peer / ours:8.2f}{memory}"
    yield f"wanted: at least {WANTED:.0f} times: {'ok' if peer >= WANTED * ours else 'not reached'}"


def _costs(side: str, home: Path) -> Iterator[Cost]:
    """One round of one side, from nothing but the archive."""
    for name in MADE[side]:
        shutil.rmtree(home / name, ignore_errors=True)
    before = 0.0
    for line in _run(SIDES[side], str(home)).splitlines():
        stage, cpu_seconds, peak_mb = json.loads(line)
        yield Cost(side, stage, cpu_seconds - before, peak_mb)
        before = cpu_seconds


def _run(module: str, *arguments: str) -> str:
    """What a module prints that is run to its end in a process of its own.

    This process must stay small: Linux counts the memory of whoever starts a process as that process's first.
    """
    return subprocess.run([*_python(module), *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def _median(costs: Sequence[Cost], side: str, stage: str) -> Cost:
    found = [cost for cost in costs if (cost.side, cost.stage) == (side, stage)]
    return Cost(side, stage, median(one.cpu_seconds for one in found), median(one.peak_mb for one in found))


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--listings", type=int, default=100_000, help="listings that the pages show at least")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side has its turn")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other listings")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
