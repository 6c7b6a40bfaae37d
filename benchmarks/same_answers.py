"""Whether the line and its peer say the same of every listing of a week.

python -m benchmarks.same_answers HOME
"""

import sys
from pathlib import Path

import polars as pl

from benchmarks.peer_stages import FOLDER
from configs.tables import table

TABLES = ("listing_weeks", "rejects", "listing_belts")
NEEDED = ["price_yuan", "unit", "unit_price_yuan", "sales_basis", "pieces_mid", "value_yuan", "place_code", "flags"]
ESTIMATED = ["sales_total_high"]  # where 1.2万+ ends the line concludes from the grid of its week, the peer does not
ROUNDING = 1e-9  # relative: the peer multiplies 1.13 by 10,000


def differences(home: Path, peer: Path) -> list[str]:
    """A sentence for each table whose keys differ, and for each column with other values; empty where all agree."""
    return [sentence for name in TABLES for sentence in _differences(name, *_both(name, home, peer))]


def totals(home: Path) -> str:
    """Rows and sums of what the line made, in words."""
    weeks, belts = _ours("listing_weeks", home), _ours("listing_belts", home)
    rejects = _ours("rejects", home)
    value, weight = weeks["value_yuan"].sum(), belts["weight"].sum()
    return (
        f"{weeks.height} listings accepted and {rejects.height} offers refused; {value:.0f} yuan of displayed sales; "
        f"{belts.height} memberships in belts of weight {weight:.1f}"
    )


def _both(name: str, home: Path, peer: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    schema = table(name).polars_schema()
    theirs = pl.read_parquet(peer / f"{name}.parquet")
    kept = [column for column in schema if column in theirs.columns]
    return _ours(name, home), theirs.select(
        pl.col(column).str.to_date() if column == "week" else pl.col(column).cast(schema[column]) for column in kept
    )


def _ours(name: str, home: Path) -> pl.DataFrame:
    return pl.read_parquet(str(home / name / "*" / "*" / "*.parquet"), hive_partitioning=False)


def _differences(name: str, ours: pl.DataFrame, theirs: pl.DataFrame) -> list[str]:
    key = table(name).key
    lacks = set(NEEDED) - set(theirs.columns) if name == "listing_weeks" else set()
    if lacks:
        return [f"{name}: the peer has no {', '.join(sorted(lacks))}"]
    only = [left.join(right, on=key, how="anti").height for left, right in ((ours, theirs), (theirs, ours))]
    if any(only) or ours.height != theirs.height:
        return [f"{name}: {ours.height} rows and {theirs.height} of the peer; {only} keys only on one side"]
    joined = ours.join(theirs, on=key, validate="1:1", suffix="_peer")
    return [
        f"{name}: {column} differs in {count} rows"
        for column in theirs.columns
        if column not in [*key, *ESTIMATED] and (count := joined.filter(~_is_same(column, ours.schema[column])).height)
    ]


def _is_same(column: str, kind: pl.DataType) -> pl.Expr:
    ours, theirs = pl.col(column), pl.col(f"{column}_peer")
    if kind == pl.Float64:
        theirs = theirs.fill_nan(None)
        is_near = (ours - theirs).abs() <= ROUNDING * ours.abs()
        return pl.when(ours.is_null() | theirs.is_null()).then(ours.is_null() == theirs.is_null()).otherwise(is_near)
    if isinstance(kind, pl.List):
        return ours.list.join(",").fill_null("") == theirs.list.join(",").fill_null("")
    return ours.eq_missing(theirs)


def main() -> int:
    """Prints what was made and whether both made it; 1 where they differ."""
    home = Path(sys.argv[1])
    found = differences(home, home / FOLDER)
    print(totals(home))
    print("\n".join(found) if found else "both say the same of every row")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
