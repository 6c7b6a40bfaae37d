"""The same stages as one writes them with parsel and pandas, over the whole week at once.

    python -m benchmarks.peer_stages HOME

It reads the same archive and the same belts, as a table; its tables are in HOME/peer.
"""

import sys
from pathlib import Path

from benchmarks.stage_costs import told

FOLDER = "peer"


def main() -> None:
    """Runs the stages in turn, each with no more imports than it needs."""
    home = Path(sys.argv[1])
    out = home / FOLDER
    out.mkdir(exist_ok=True)
    import pandas  # noqa: F401

    told("start")
    from benchmarks.peer_parse import parse

    parse(home, out)
    told("parse")
    from benchmarks.peer_clean import clean

    clean(out)
    told("clean")
    from benchmarks.peer_place import place

    place(home / "belts.csv", out)
    told("place")


if __name__ == "__main__":
    main()
