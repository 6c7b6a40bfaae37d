"""docs/claims.md: each claim of the story with the query that answers it, and what it answers on the practice world.

    python -m reports.claims docs/claims.md --home data

Writes the answers anew: below every block of SQL a table of what the current release of the home says.
"""

import argparse
import re
from datetime import date, datetime
from pathlib import Path

import polars as pl

import warehouse
from reports.readings import Reader
from spiders.lake_files import write_bytes_atomic

QUERY = re.compile(r"```sql\n(?P<sql>.*?)```\n(?:\n(?P<answer>\|.*?\n)(?=\n|\Z))?", re.DOTALL)
DECIMALS = 3


def with_answers(page: str, reader: Reader) -> str:
    """The page with the answer below each of its queries made anew."""
    return QUERY.sub(lambda found: f"```sql\n{found['sql']}```\n\n{answer(reader.sql(found['sql']))}", page)


def answer(rows: pl.DataFrame) -> str:
    """Rows as a Markdown table; numbers with three decimals at most, unknown ones as a dash."""
    lines = [rows.columns, ["---"] * rows.width, *([_cell(value) for value in row] for row in rows.rows())]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{value:%Y-%m-%d}" if isinstance(value, date | datetime) else str(value)


def main() -> None:
    """Writes the page's answers anew."""
    parser = argparse.ArgumentParser(prog="python -m reports.claims", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--home", type=Path, default=Path("data"), help="a home in which `beltwatch demo` has run")
    options = parser.parse_args()
    with warehouse.open(options.home) as reader:
        text = with_answers(options.page.read_text(encoding="utf-8"), reader)
    write_bytes_atomic(options.page, text.encode())


if __name__ == "__main__":
    main()
