"""What floored displays do to the figures of a belt: points, intervals, bounds, and nothing at all where none hides."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from configs.publication import shipped_rules
from sandbox.draws import BASE_WEEK, BELT, WEEK, DrawnBelt, draw_belt
from tests.transforms.grids import COARSE, FIRST_DIGIT, GRIDS, FloatArray, floored_by
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.displays import KIND, pooled

PER_28_DAYS = 28 / 30
HARD, LOWER = "displayed_sales_hard_bounds", "displayed_sales_lower"
Rows = tuple[pl.DataFrame, pl.DataFrame]


def figures_of(current: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    return belt_figures(current, base, BELT, WEEK, BASE_WEEK, Coverage(1.0, 1.0), shipped_rules())


def row(figures: pl.DataFrame, metric: str, panel: str = "matched", segment: str = "all") -> dict[str, object]:
    wanted = {"metric": metric, "panel": panel, "segment": segment, "comparison": "yoy"}
    return figures.filter(*(pl.col(name) == part for name, part in wanted.items())).row(0, named=True)


def floored(rows: pl.DataFrame, grid: FloatArray, whole: pl.DataFrame | None = None) -> pl.DataFrame:
    """The rows as a site shows them whose grid is given: value behind the display, its ends, and the law of `whole`."""
    shown = floored_by(grid)
    category = rows if whole is None else whole

    def displays(part: pl.DataFrame) -> pl.DataFrame:
        low = shown((part["value_yuan"] / part["price_yuan"] / PER_28_DAYS).to_numpy())
        high = pl.Series(np.where(low > 0, np.nan, 0.0)).fill_nan(None)
        return part.select(*KIND, low=pl.Series(low), high=high)

    law = pooled(displays(category)).select("low", bin_high="high", point="point", sales_mu="mu", sales_sigma="sigma")
    piece = pl.col("price_yuan") * PER_28_DAYS
    named = rows.with_columns(displays(rows)["low"]).join(law, on="low", how="left", validate="m:1")
    return named.with_columns(
        value_low_yuan=pl.col("low") * piece,
        value_yuan=pl.col("point").fill_null(0.0) * piece,
        value_high_yuan=pl.when(pl.col("low") > 0).then(pl.col("bin_high") * piece).otherwise(0.0),
    ).drop("low", "bin_high", "point")


def drawn(merchants: int, seed: int) -> DrawnBelt:
    return draw_belt(merchants, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def belt() -> DrawnBelt:
    return drawn(150, 4)


@pytest.mark.parametrize(("grid", "reach"), [("first digit", 0.05), ("coarse", 0.3)])
def test_the_change_is_recovered_inside_its_interval_and_its_bounds(belt: DrawnBelt, grid: str, reach: float) -> None:
    """Some hundred listings: on the coarse grid one of them at 10万+ moves the belt by a tenth."""
    true = row(figures_of(belt.current, belt.base), "displayed_sales")
    figures = figures_of(*(floored(end, GRIDS[grid]) for end in (belt.current, belt.base)))
    found, hard, lower = (row(figures, metric) for metric in ("displayed_sales", HARD, LOWER))
    assert found["low"] < true["value"] < found["high"]
    assert found["value"] == pytest.approx(true["value"], abs=reach)
    assert "imputation" in found["method"]
    assert hard["value"] == found["value"]
    assert hard["low"] <= true["value"] <= (np.inf if hard["high"] is None else hard["high"])
    assert lower["low"] < lower["value"] < lower["high"]
    assert lower["value"] == pytest.approx(true["value"], abs=2 * reach)


def test_exact_displays_give_the_same_figures_to_the_last_bit(belt: DrawnBelt) -> None:
    value = pl.col("value_yuan")
    exact = (end.with_columns(value_low_yuan=value, value_high_yuan=value) for end in (belt.current, belt.base))
    assert_frame_equal(figures_of(*exact), figures_of(belt.current, belt.base), check_exact=True)


def test_roundings_that_hide_little_move_nothing_but_the_bounds(belt: DrawnBelt) -> None:
    """6.15万 is half a hundred either way."""
    value = pl.col("value_yuan")
    rounded = (
        end.with_columns(value_low_yuan=value * 0.999, value_high_yuan=value * 1.001)
        for end in (belt.current, belt.base)
    )
    found, known = figures_of(*rounded), figures_of(belt.current, belt.base)
    beside = pl.col("metric") == HARD
    assert_frame_equal(found.filter(~beside), known, check_exact=True)
    hard = row(found, HARD)
    assert (hard["low"], hard["high"]) == pytest.approx(
        [(1 + hard["value"]) * part - 1 for part in (0.999 / 1.001, 1.001 / 0.999)]
    )


def test_payers_are_a_count_of_something_else_and_hide_nothing(belt: DrawnBelt) -> None:
    payers = {"value_low_yuan": pl.col("value_yuan"), "flags": pl.lit(["payers"], dtype=pl.List(pl.String()))}
    found = figures_of(*(end.with_columns(**payers) for end in (belt.current, belt.base)))
    known = figures_of(belt.current, belt.base)
    matched = (pl.col("metric") == "displayed_sales") & (pl.col("segment") == "all")
    assert_frame_equal(found.filter(matched), known.filter(matched), check_exact=True)
    assert found.filter(pl.col("metric").is_in([HARD, LOWER])).is_empty()


def test_flows_of_counters_have_bounds_and_no_draws(belt: DrawnBelt) -> None:
    value = pl.col("value_yuan")
    flowing = {"value_low_yuan": value * 0.5, "value_high_yuan": value * 2, "sales_basis": pl.lit("cumulative")}
    figures = figures_of(*(end.with_columns(**flowing) for end in (belt.current, belt.base)))
    known = row(figures_of(belt.current, belt.base), "displayed_sales")
    found = row(figures, "displayed_sales")
    assert [found[end] for end in ("value", "low", "high", "method")] == [
        known[end] for end in ("value", "low", "high", "method")
    ]
    assert row(figures, HARD)["low"] == pytest.approx((1 + known["value"]) / 4 - 1)
    assert figures.filter(pl.col("metric") == LOWER).is_empty()


def test_bounds_are_told_of_the_whole_belt_only(belt: DrawnBelt) -> None:
    figures = figures_of(*(floored(end, COARSE) for end in (belt.current, belt.base)))
    beside = figures.filter(pl.col("metric").is_in([HARD, LOWER]))
    assert set(beside.select("segment", "comparison", "panel").rows()) == {("all", "yoy", "matched")}
    alone = row(figures, "displayed_sales", segment="marketplace=practice")
    assert alone["low"] == row(figures, "displayed_sales")["low"]


def test_neither_the_order_of_rows_nor_a_new_merchant_moves_the_matched_interval(belt: DrawnBelt) -> None:
    now, then = (floored(end, FIRST_DIGIT) for end in (belt.current, belt.base))
    known = figures_of(now, then)
    shuffled = (end.sample(fraction=1, shuffle=True, seed=9) for end in (now, then))
    assert_frame_equal(figures_of(*shuffled), known, check_exact=True)
    giant = now.head(1).with_columns(merchant_id=pl.lit("giant"), value_yuan=1e9, value_high_yuan=2e9)
    ends = ["value", "low", "high"]
    found = row(figures_of(pl.concat([now, giant]), then), "displayed_sales")
    assert [found[end] for end in ends] == [row(known, "displayed_sales")[end] for end in ends]


def test_too_much_at_the_ceiling_of_the_base_is_not_published(belt: DrawnBelt) -> None:
    ceiling = np.unique([0, 1, 10, 100])
    figures = figures_of(*(floored(end, ceiling) for end in (belt.current, belt.base)))
    for metric, panel in (("displayed_sales", "matched"), ("displayed_sales", "total"), (HARD, "matched")):
        assert row(figures, metric, panel)["reason"] == "at_ceiling"


@pytest.mark.parametrize(("merchants", "grid"), [(40, "first digit"), (40, "coarse")])
def test_intervals_hold_what_was_planted(merchants: int, grid: str) -> None:
    """120 belts, each with the law of a category five times its size; 95 % is meant, 90 % is far enough from chance."""
    held, published = 0, 0
    for seed in range(120):
        belt, others = drawn(merchants, seed), drawn(4 * merchants, 1000 + seed)
        ends = (
            floored(end, GRIDS[grid], pl.concat([end, other]))
            for end, other in ((belt.current, others.current), (belt.base, others.base))
        )
        found = row(figures_of(*ends), "displayed_sales")
        if found["status"] == "published":
            published += 1
            held += found["low"] <= belt.change <= found["high"]
    assert published > 60
    assert held / published > 0.9
