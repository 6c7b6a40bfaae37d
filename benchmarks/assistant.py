"""How often the interval of the assistant's effect holds what was planted, and how often a drift is called an effect.

    python -m benchmarks.assistant [--belts 500] [--seed 1]

Nominal 95 %, belts of 100, 200 and 500 merchants drawn at random, through the functions the line itself uses. Ends with
1 if published intervals cover in less than 92.5 % or more than 98.5 %.
"""

import argparse
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from benchmarks.coverage import NO_RULES, coverage_of
from configs.publication import PublicationRules, shipped_rules
from sandbox.adopters import BELT, WEEK, DrawnAdoption, draw_adoptions
from transforms.adoption import adoption_panel, adoption_reading
from transforms.assistant import EFFECT, assistant_figures
from transforms.coverage import Coverage
from transforms.group_time import Adoption
from transforms.ordered import BoolArray, FloatArray

SIZES = (100, 200, 500)
DRIFTS = (0.0, 0.01, 0.02, 0.03, 0.04)  # per reading of four weeks
LOWEST, HIGHEST = 0.925, 0.985


def main() -> int:
    """Runs the campaign and prints both tables; 0 where every size covers as wanted, else 1."""
    arguments = _arguments()
    results = pl.concat(coverage_of(trials(size, arguments.belts, arguments.seed)) for size in SIZES)
    with pl.Config(tbl_cols=-1, tbl_width_chars=160, tbl_hide_dataframe_shape=True, float_precision=3):
        print(f"Intervals of assistant_effect, {arguments.belts} belts of each size, nominal 95 %")
        print(results.drop("metric", "panel"))
        print("Share called an effect, by drift of adopters per reading before and after")
        print(labels(arguments.belts // 5, arguments.seed).pivot("drift", index="merchants", values="called_effect"))
    is_enough = bool(results["covered_share"].is_between(LOWEST, HIGHEST).all())
    print(f"wanted: {LOWEST} to {HIGHEST} everywhere: {'ok' if is_enough else 'FAILED'}")
    return 0 if is_enough else 1


def trials(merchants: int, belts: int, seed: int, drift: float = 0.0) -> pl.DataFrame:
    """One row per belt drawn, with the columns of `benchmarks.coverage.trials` and `is_effect`, the label."""
    rows = [_trial(belt) for belt in draw_adoptions(merchants, belts, seed, drift)]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.lit(merchants).alias("merchants"))


def labels(belts: int, seed: int) -> pl.DataFrame:
    """One row per size and drift: how often the figure is called an effect."""
    return pl.DataFrame(
        {"merchants": size, "drift": str(drift), "called_effect": trials(size, belts, seed, drift)["is_effect"].mean()}
        for size in SIZES
        for drift in DRIFTS
    )


def _trial(belt: DrawnAdoption) -> dict[str, object]:
    readings = {week: adoption_reading(rows) for week, rows in belt.readings.items()}
    figure, free = (_figure(readings, rules) for rules in (shipped_rules(), NO_RULES))
    plain_low, plain_high = two_way_interval(adoption_panel(readings, WEEK).adoption)
    has_interval = free["low"] is not None
    return {
        "metric": "assistant_effect",
        "panel": "none",
        "is_published": figure["status"] == "published",
        "is_covered": has_interval and free["low"] <= belt.effect <= free["high"],
        "half_width": (free["high"] - free["low"]) / 2 if has_interval else None,
        "is_covered_plain_z": plain_low <= belt.effect <= plain_high,
        "is_covered_bootstrap": None,
        "is_effect": figure["method"] == EFFECT,
    }


def _figure(readings: dict[date, pl.DataFrame], rules: PublicationRules) -> dict[str, Any]:
    figures = assistant_figures(readings, BELT, WEEK, Coverage(1.0, None), rules)
    return figures.row(by_predicate=pl.col("metric") == "assistant_effect", named=True)


def two_way_interval(adoption: Adoption) -> tuple[float, float]:
    """What a textbook gives: two-way fixed effects with variance clustered by unit, and the normal quantile."""
    slope, error = two_way_slope(adoption)
    return float(np.expm1(slope - 1.96 * error)), float(np.expm1(slope + 1.96 * error))


def two_way_slope(adoption: Adoption) -> tuple[float, float]:
    """The coefficient of one dummy for having the assistant beside effects of unit and of stratum by reading, by least
    squares, and its standard error clustered by unit."""
    outcome = adoption.outcome
    is_seen = ~np.isnan(outcome) & (adoption.first > 0)[:, None]
    has_assistant = (np.arange(outcome.shape[1]) >= adoption.first[:, None]).astype(np.float64)
    sold, treated = (_within(part, is_seen, adoption) for part in (np.nan_to_num(outcome), has_assistant))
    spread = float((treated**2).sum())
    slope = float((treated * sold).sum()) / spread
    scores = (treated * (sold - slope * treated)).sum(axis=1)
    return slope, float(np.sqrt((scores**2).sum())) / spread


def _within(values: FloatArray, is_seen: BoolArray, adoption: Adoption) -> FloatArray:
    """What is left of values after taking out the means of units and of strata at each reading, in turns."""
    left = np.where(is_seen, values, 0.0)
    members = (adoption.stratum == np.unique(adoption.stratum)[:, None]).astype(np.float64)
    counts = members @ is_seen
    for _ in range(30):
        left -= np.where(
            is_seen, left.sum(axis=1, keepdims=True) / np.maximum(1, is_seen.sum(axis=1, keepdims=True)), 0
        )
        left -= np.where(is_seen, (members @ left / np.maximum(1, counts))[adoption.stratum], 0)
    return left


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assistant", description=__doc__.splitlines()[0])
    parser.add_argument("--belts", type=int, default=500, help="belts drawn of each size")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other belts")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
