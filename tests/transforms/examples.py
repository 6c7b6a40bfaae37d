"""numbers.csv, the table of example texts: a new form of a number is one more line there.

reader is a function of transforms/numbers.py, `unit` or `selling_unit` of transforms/selling.py (text is the unit text,
title the title). low, mid and high are the numbers; unit and pack the class and content of a unit, of a count 元
where it is turnover (or a weight or length) and the days that it names; outcome is why there is no number, `range` for
a price that is the middle of one, `price_from` for one that is the least, what was counted instead, or the note."""

import csv
from pathlib import Path

import polars as pl

EXAMPLES = Path(__file__).with_name("numbers.csv")


def examples(*readers: str) -> list[dict[str, str]]:
    """The lines of some readers."""
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if not readers or row["reader"] in readers]


def number(text: str) -> float | None:
    return float(text) if text else None


def texts(*values: str | None) -> pl.Series:
    return pl.Series("text", values, dtype=pl.String())
