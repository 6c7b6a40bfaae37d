"""How often published intervals hold the truth: belts drawn at random, through the functions the line itself uses.

    python -m benchmarks.coverage [--belts 1000] [--seed 1]

Nominal 95 %. Ends with 1 if the published intervals of the headline, matched displayed sales, cover at any size of belt
too seldom or too often (benchmarks/demand.py), or those of any other figure too seldom: they may be wider.
"""

import argparse
from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.demand import OK, concluded, judgement
from benchmarks.textbook import FloatArray, bootstrap, linearised
from configs.publication import PublicationRules, shipped_rules
from sandbox.draws import BASE_WEEK, BELT, WEEK, DrawnBelt, draw_belts
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.split import MONTGOMERY

SIZES = (15, 30, 100, 500)  # merchants of a belt at the base
TEXTBOOK = ("is_covered_plain_z", "is_covered_bootstrap")
HEADLINE = ("displayed_sales", "matched")
NO_RULES = PublicationRules(
    merchants_grade_a=1,
    merchants_minimum=1,
    effective_minimum=1,
    top1_share_maximum=1,
    top2_share_maximum=1,
    matched_share_minimum=0,
    movers_minimum=1,
    movers_rest_minimum=0,
    coverage_minimum=0,
)


def main() -> int:
    """Runs the campaign and prints both tables; 0 where every published figure covers as wanted, else 1."""
    arguments = _arguments()
    results = judged(pl.concat(coverage_of(trials(size, arguments.belts, arguments.seed)) for size in SIZES))
    print(f"Matched change of displayed sales, {arguments.belts} belts of each size, nominal 95 %\n")
    _print(results.filter(_is_headline()).drop("metric", "panel"))
    print("\nAll changes: coverage of published intervals by merchants of the belt\n")
    _print(results.pivot("merchants", index=["metric", "panel"], values="covered_share"))
    for row in results.filter(pl.col("verdict") != OK).iter_rows(named=True):
        print(f"{row['verdict']}: {row['metric']} {row['panel']} of {row['merchants']} merchants")
    return concluded(results["verdict"])


def judged(results: pl.DataFrame) -> pl.DataFrame:
    """`coverage_of` rows with the verdict on each; only the headline can cover too often."""
    return results.with_columns(judgement("covered_share", "published", has_upper=_is_headline()))


def trials(merchants: int, belts: int, seed: int) -> pl.DataFrame:
    """One row per belt drawn and yoy figure with an interval: was it published, and does it hold what was planted."""
    rows = [row for belt in draw_belts(merchants, belts, seed) for row in _trial(belt)]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.lit(merchants).alias("merchants"))


def coverage_of(tried: pl.DataFrame) -> pl.DataFrame:
    """One row per figure of one size of belt: shares of belts and of intervals, from `trials`."""
    published = pl.col("is_published")
    return tried.group_by("merchants", "metric", "panel", maintain_order=True).agg(
        pl.len().alias("belts"),
        published.sum().alias("published"),
        published.mean().alias("published_share"),
        pl.col("is_covered").filter(published).mean().alias("covered_share"),
        pl.col("is_covered").mean().alias("covered_share_without_rules"),
        pl.col("half_width").filter(published).mean().alias("mean_half_width"),
        pl.col("half_width").filter(published).median().alias("median_half_width"),
        *(
            pl.col(name).filter(published).mean().alias(name.replace("is_covered", "covered_share"))
            for name in TEXTBOOK
        ),
    )


def _trial(belt: DrawnBelt) -> Iterator[dict[str, object]]:
    """The yoy figures of one belt. Without the rules a published figure is what it is with them."""
    with_rules = _figures(belt, shipped_rules())
    without = with_rules if (with_rules["status"] == "published").all() else _figures(belt, NO_RULES)
    matched = _sums_of_matched(belt)
    others = linearised(*matched), bootstrap(*matched, np.random.default_rng(len(matched[0])))
    for figure, free in zip(with_rules.iter_rows(named=True), without.iter_rows(named=True), strict=True):
        planted = belt.planted[figure["metric"], figure["panel"]]
        is_headline = (figure["metric"], figure["panel"]) == HEADLINE
        yield {
            "metric": figure["metric"],
            "panel": figure["panel"],
            "is_published": figure["status"] == "published",
            "is_covered": free["low"] is not None and free["low"] <= planted <= free["high"],
            "half_width": None if free["low"] is None else (free["high"] - free["low"]) / 2,
            **{
                name: low <= 1 + planted <= high if is_headline else None
                for name, (low, high) in zip(TEXTBOOK, others, strict=True)
            },
        }


def _figures(belt: DrawnBelt, rules: PublicationRules) -> pl.DataFrame:
    """The yoy rows of a belt that have an interval; but for the split by logarithms, whose parts have no closed form in
    an endless belt."""
    coverage = Coverage(current_share=1.0, base_share=1.0)
    figures = belt_figures(belt.current, belt.base, BELT, WEEK, BASE_WEEK, coverage, rules)
    is_wanted = (pl.col("segment") == "all") & (pl.col("comparison") == "yoy")
    return figures.filter(is_wanted, ~pl.col("metric").is_in(["matched_share", *MONTGOMERY]))


def _sums_of_matched(belt: DrawnBelt) -> tuple[FloatArray, FloatArray]:
    """Sales of the merchants that are there at both ends: now and then."""
    sums = (frame.group_by("merchant_id").agg(pl.col("value_yuan").sum()) for frame in (belt.base, belt.current))
    then, now = next(sums), next(sums)
    matched = then.join(now, on="merchant_id", validate="1:1", maintain_order="left").sort("merchant_id")
    return matched["value_yuan_right"].to_numpy(), matched["value_yuan"].to_numpy()


def _is_headline() -> pl.Expr:
    return (pl.col("metric") == HEADLINE[0]) & (pl.col("panel") == HEADLINE[1])


def _print(frame: pl.DataFrame) -> None:
    table = [
        [name.replace("_", " ") for name in frame.columns],
        *([_cell(cell) for cell in row] for row in frame.rows()),
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print(" | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__.splitlines()[0])
    parser.add_argument("--belts", type=int, default=1000, help="belts drawn of each size")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other belts")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
