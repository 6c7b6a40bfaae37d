"""How often the intervals of a belt's price index hold the planted prices: belts drawn at random.

    python -m benchmarks.index_coverage [--belts 600] [--seed 1]

Nominal 95 %, weighted (GEKS-Törnqvist) and without quantities (GEKS-Jevons, merchants equal), the level after fourteen
months and the change on the year. Ends with 1 where intervals cover too seldom or too often (benchmarks/demand.py).
"""

import argparse
from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.coverage import SIZES
from benchmarks.demand import concluded, judgement
from benchmarks.textbook import FloatArray, Z, bootstrap
from configs.belts import Belt, BeltPlace, Name
from configs.publication import shipped_rules
from sandbox.priced import LEVEL_MONTH, PricedBelt, draw_priced
from transforms.index_figures import index_figures

HELD = ("is_covered", "is_covered_plain_z", "is_covered_bootstrap")
YEAR_BEFORE = LEVEL_MONTH.replace(year=LEVEL_MONTH.year - 1)
DRAWN = Belt(
    id="drawn",
    name=Name(en="Drawn", zh="抽样"),
    places=[BeltPlace(code="130628")],
    categories=["towels"],
    evidence="drawn at random",
    evidence_grade="none",
)


def main() -> int:
    """Runs the campaign and prints its table; 0 where every cell covers as wanted, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index_coverage", description=__doc__.splitlines()[0])
    parser.add_argument("--belts", type=int, default=600, help="belts of each size; a third to all are published")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other belts")
    arguments = parser.parse_args()
    found = coverage(pl.concat(trials(size, arguments.belts, arguments.seed) for size in SIZES))
    table = found.with_columns(judgement("covered", "published"))
    print(f"Price index, {arguments.belts} belts of each size, nominal 95 %\n")
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True, tbl_width_chars=140, float_precision=3):
        print(table)
    return concluded(table["verdict"])


def trials(merchants: int, belts: int, seed: int) -> pl.DataFrame:
    """One row per belt drawn, formula and comparison: does the interval hold what was planted."""
    rows = [row for belt in draw_priced(merchants, belts, seed) for row in _trial(belt)]
    return pl.DataFrame(rows).with_columns(pl.lit(merchants).alias("merchants"))


def coverage(tried: pl.DataFrame) -> pl.DataFrame:
    """One row per size, formula and comparison: coverage of the published intervals, from `trials`."""
    keys, is_published = ["merchants", "formula", "comparison"], pl.col("is_published")
    return tried.group_by(keys, maintain_order=True).agg(
        is_published.sum().alias("published"),
        pl.col(*HELD).filter(is_published).mean().name.map(lambda name: name.replace("is_", "")),
        pl.col("half_width").median(),
    )


def _trial(belt: PricedBelt) -> Iterator[dict[str, object]]:
    planted = {"level": belt.level, "yoy": belt.change}
    for is_weighted in (True, False):
        others = _textbook(belt, is_weighted)
        for point in _figures(belt, is_weighted).iter_rows(named=True):
            is_yoy = point["comparison"] == "yoy"
            is_published = point["status"] == "published"
            is_held = is_published and point["low"] <= planted[point["comparison"]] <= point["high"]
            yield {
                "formula": point["method"].partition(",")[0],
                "comparison": point["comparison"],
                "is_published": is_published,
                "half_width": (point["high"] - point["low"]) / 2 if is_published else None,
                **dict(zip(HELD, [is_held, *(others if is_yoy else (None, None))], strict=True)),
            }


def _figures(belt: PricedBelt, is_weighted: bool) -> pl.DataFrame:
    """The published level and change of the month; without weights no listing shows any sales."""
    rows = belt.rows.with_columns(
        value_yuan=pl.col("price") * pl.col("quantity"), sales_basis=pl.lit("trailing_30d"), is_at_ceiling=pl.lit(False)
    )
    if not is_weighted:
        nothing = {"quantity": pl.lit(None, pl.Float64), "sales_basis": pl.lit(None, pl.String)}
        rows = rows.with_columns(value_yuan=pl.lit(0.0), **nothing)
    covered = dict.fromkeys(rows["week"].unique().to_list(), (1.0, 1.0))
    figures = index_figures(rows, DRAWN, covered, shipped_rules())
    is_month = (pl.col("week").dt.truncate("1mo") == LEVEL_MONTH) & (pl.col("segment") == "all")
    return figures.filter(is_month)


def _textbook(belt: PricedBelt, is_weighted: bool) -> tuple[bool, bool]:
    """Whether textbook intervals of the bilateral index of the two months hold the change: linearised, bootstrapped."""
    weights, relatives = _by_merchant(belt.rows, is_weighted)
    planted = np.log1p(belt.change)
    mean = relatives.sum() / weights.sum()
    influence = (relatives - mean * weights) / weights.sum()
    reach = Z * np.sqrt(len(weights) / (len(weights) - 1) * (influence**2).sum())
    low, high = bootstrap(relatives, weights, np.random.default_rng(len(weights)))
    return bool(abs(planted - mean) <= reach), low <= planted <= high


def _by_merchant(rows: pl.DataFrame, is_weighted: bool) -> tuple[FloatArray, FloatArray]:
    """Each merchant's weight (its mean share of value, or 1) and weight times mean log relative over the year."""
    at = pl.col("week").dt.truncate("1mo")
    value = pl.col("price") * pl.col("quantity")
    then, now = (
        rows.filter(at == month).with_columns(share=value / value.sum()) for month in (YEAR_BEFORE, LEVEL_MONTH)
    )
    both = then.join(now, on=["merchant", "product"], validate="1:1", maintain_order="left")
    weight = (pl.col("share") + pl.col("share_right")) / 2 if is_weighted else 1 / pl.len().over("merchant")
    weighed = both.select("merchant", weight.alias("weight"), relative=(pl.col("price_right") / pl.col("price")).log())
    sums = weighed.group_by("merchant", maintain_order=True).agg(
        pl.col("weight").sum(), (pl.col("weight") * pl.col("relative")).sum().alias("relative")
    )
    return sums["weight"].to_numpy(), sums["relative"].to_numpy()


if __name__ == "__main__":
    raise SystemExit(main())
