"""Faults injected into the crawl and what came of each, as a table.

    python -m benchmarks.faults [--only kills] [--short]

Ends with 1 where any count is not where it must be.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from benchmarks.faults.table import FaultRow

# Modules of this package, each with row(folder, is_short)
CAMPAIGNS = (
    "kills",
    "killed_runs",
    "cut_bodies",
    "false_pages",
    "drifts",
    "storm",
    "robots",
    "addresses",
    "bombs",
    "encodings",
    "canaries",
    "two_runs",
    "resorting",
    "clocks",
    "archives",
)


def main() -> int:
    """Runs the campaigns in turn and prints a row as soon as it is there."""
    options = _options()
    is_good = True
    for name in options.only or CAMPAIGNS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            row = campaign(name)(Path(folder), options.short)
        is_good &= row.is_good
        print("\n".join([*row.lines(), f"      {time.monotonic() - began:.0f} seconds"]), flush=True)
    return 0 if is_good else 1


def campaign(name: str) -> Callable[[Path, bool], FaultRow]:
    """The function that injects one kind of fault."""
    found: Callable[[Path, bool], FaultRow] = import_module(f"benchmarks.faults.{name}").row
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", action="append", choices=CAMPAIGNS, help="one campaign; may be given again")
    parser.add_argument("--short", action="store_true", help="fewer faults of each kind")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
