"""The same stages as one writes them with parsel and pandas, over the whole week at once.

    python -m benchmarks.peer_stages start|parse|clean|place HOME

It reads the same archive and the same belts, as a table; its tables are in HOME/peer.
"""

import sys
from pathlib import Path

FOLDER = "peer"


def main() -> None:
    """Runs one stage, with no more imports than it needs."""
    stage, home = sys.argv[1], Path(sys.argv[2])
    out = home / FOLDER
    out.mkdir(exist_ok=True)
    if stage == "start":
        import pandas  # noqa: F401
    elif stage == "parse":
        from benchmarks.peer_parse import parse

        parse(home, out)
    elif stage == "clean":
        from benchmarks.peer_clean import clean

        clean(out)
    elif stage == "place":
        from benchmarks.peer_place import place

        place(home / "belts.csv", out)
    else:
        raise SystemExit(f"found stage {stage!r}, expected start, parse, clean or place")


if __name__ == "__main__":
    main()
