"""How often the interval of the assistant's effect holds what was planted, and how often a drift is called an effect.

    python -m benchmarks.assistant [--belts 500] [--seed 1]

Nominal 95 %, belts of 100, 200 and 500 merchants drawn at random, through the functions the line itself uses. Ends with
1 if published intervals cover too seldom or too often (benchmarks/demand.py).
"""

import argparse
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from benchmarks.adopters_textbook import bootstrapped, two_way_interval
from benchmarks.coverage import NO_RULES, coverage_of
from benchmarks.demand import concluded, judgement
from configs.publication import PublicationRules, shipped_rules
from sandbox.adopters import BELT, WEEK, DrawnAdoption, draw_adoptions
from transforms.adoption import adoption_panel, adoption_reading
from transforms.assistant import EFFECT, assistant_figures
from transforms.coverage import Coverage

SIZES = (100, 200, 500)
DRIFTS = (0.0, 0.01, 0.02, 0.03, 0.04)  # per reading of four weeks


def main() -> int:
    """Runs the campaign and prints both tables; 0 where every size covers as wanted, else 1."""
    arguments = _arguments()
    tried = pl.concat(coverage_of(trials(size, arguments.belts, arguments.seed)) for size in SIZES)
    results = tried.with_columns(judgement("covered_share", "published"))
    with pl.Config(tbl_cols=-1, tbl_width_chars=160, tbl_hide_dataframe_shape=True, float_precision=3):
        print(f"Intervals of assistant_effect, {arguments.belts} belts of each size, nominal 95 %")
        print(results.drop("metric", "panel"))
        print("Share called an effect, by drift of adopters per reading before and after")
        print(labels(arguments.belts // 5, arguments.seed).pivot("drift", index="merchants", values="called_effect"))
    return concluded(results["verdict"])


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
    adoption = adoption_panel(readings, WEEK).adoption
    plain, drawn = two_way_interval(adoption), bootstrapped(adoption, np.random.default_rng(len(adoption.first)))
    has_interval = free["low"] is not None
    return {
        "metric": "assistant_effect",
        "panel": "none",
        "is_published": figure["status"] == "published",
        "is_covered": has_interval and free["low"] <= belt.effect <= free["high"],
        "half_width": (free["high"] - free["low"]) / 2 if has_interval else None,
        "is_covered_plain_z": plain[0] <= belt.effect <= plain[1],
        "is_covered_bootstrap": drawn[0] <= belt.effect <= drawn[1],
        "is_effect": figure["method"] == EFFECT,
    }


def _figure(readings: dict[date, pl.DataFrame], rules: PublicationRules) -> dict[str, Any]:
    figures = assistant_figures(readings, BELT, WEEK, Coverage(1.0, None), rules)
    return figures.row(by_predicate=pl.col("metric") == "assistant_effect", named=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assistant", description=__doc__.splitlines()[0])
    parser.add_argument("--belts", type=int, default=500, help="belts drawn of each size")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other belts")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
