from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from configs.errors import BeltwatchError
from configs.publication import PublicationRules, shipped_rules
from configs.tables import figures_draft
from sandbox.draws import BASE_WEEK, BELT, WEEK, DrawnBelt, draw_belts
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.split import EFFECTS

FULL, UNKNOWN = Coverage(1.0, 1.0), Coverage(None, None)
BeltRows = Callable[..., pl.DataFrame]


@pytest.fixture(scope="module")
def drawn() -> DrawnBelt:
    """A belt of a hundred merchants."""
    return next(draw_belts(100, 1, seed=4))


def figures_of(
    current: pl.DataFrame, base: pl.DataFrame | None, coverage: Coverage = FULL, quarantined: bool = False
) -> pl.DataFrame:
    return belt_figures(current, base, BELT, WEEK, BASE_WEEK, coverage, shipped_rules(), quarantined)


def row(figures: pl.DataFrame, metric: str, panel: str, segment: str = "all") -> dict[str, object]:
    wanted = {"metric": metric, "panel": panel, "segment": segment}
    return figures.filter(*(pl.col(name) == part for name, part in wanted.items())).row(0, named=True)


def equal_merchants(make: BeltRows, week: date, values: list[float]) -> pl.DataFrame:
    return make(week, *((f"m{n:03}", "1", value) for n, value in enumerate(values)))


@given(change=st.floats(-0.9, 3), sizes=st.lists(st.floats(50, 150), min_size=10, max_size=40))
def test_a_planted_change_is_recovered(belt_rows: BeltRows, change: float, sizes: list[float]) -> None:
    current = equal_merchants(belt_rows, WEEK, [size * (1 + change) for size in sizes])
    figures = figures_of(current, equal_merchants(belt_rows, BASE_WEEK, sizes))
    headline = row(figures, "displayed_sales", "matched")
    assert headline["value"] == pytest.approx(change)
    assert headline["high"] - headline["low"] == pytest.approx(0, abs=1e-9)
    assert row(figures, "volume_effect", "total")["value"] == pytest.approx(change)


@given(sizes=st.lists(st.floats(50, 150), min_size=10, max_size=40))
def test_all_merchants_halved_is_minus_half_for_sure(belt_rows: BeltRows, sizes: list[float]) -> None:
    current = equal_merchants(belt_rows, WEEK, [size / 2 for size in sizes])
    headline = row(figures_of(current, equal_merchants(belt_rows, BASE_WEEK, sizes)), "displayed_sales", "matched")
    assert (headline["value"], headline["low"], headline["high"]) == (-0.5, -0.5, -0.5)


def test_a_new_giant_leaves_the_matched_figure_as_it_was(belt_rows: BeltRows, drawn: DrawnBelt) -> None:
    giant = belt_rows(WEEK, ("giant", "1", 1e9)).select(drawn.current.columns)
    with_giant = figures_of(pl.concat([drawn.current, giant]), drawn.base)
    without = figures_of(drawn.current, drawn.base)
    ends = ["value", "low", "high", "merchants", "listings"]
    matched = ("displayed_sales", "matched")
    assert [row(with_giant, *matched)[end] for end in ends] == [row(without, *matched)[end] for end in ends]
    level, total = ("displayed_sales", "none"), ("displayed_sales", "total")
    assert (row(without, *level)["reason"], row(without, *total)["reason"]) == ("none", "none")
    assert (row(with_giant, *level)["reason"], row(with_giant, *total)["reason"]) == ("dominance", "secondary")


def test_effects_add_up_to_the_total_change(drawn: DrawnBelt) -> None:
    figures = figures_of(drawn.current, drawn.base)
    effects = sum(row(figures, name, "total")["value"] for name in EFFECTS)
    assert effects == pytest.approx(row(figures, "displayed_sales", "total")["value"], rel=1e-9)


def test_what_was_planted_lies_in_the_intervals(drawn: DrawnBelt) -> None:
    figures = figures_of(drawn.current, drawn.base)
    for (metric, panel), planted in drawn.planted.items():
        found = row(figures, metric, panel)
        assert found["low"] <= planted <= found["high"], metric


def test_rows_are_those_of_the_table_whatever_the_order_of_the_input(drawn: DrawnBelt) -> None:
    figures = figures_of(drawn.current, drawn.base)
    shuffled = (frame.sample(fraction=1, shuffle=True, seed=9) for frame in (drawn.current, drawn.base))
    assert_frame_equal(figures_of(*shuffled), figures, check_exact=True)
    assert figures.columns == figures_draft().names
    assert figures.select(figures_draft().key).is_unique().all()
    assert figures.height == 35


def test_levels_are_published_without_interval_and_grade(drawn: DrawnBelt) -> None:
    levels = figures_of(drawn.current, drawn.base).filter(pl.col("comparison") == "level", pl.col("segment") == "all")
    assert levels["metric"].to_list() == ["displayed_sales", "listings", "merchants"]
    assert levels["value"].to_list() == pytest.approx(
        [drawn.current["value_yuan"].sum(), drawn.current.height, drawn.current["merchant_id"].n_unique()]
    )
    assert levels.select("low", "high", "grade").null_count().row(0) == (3, 3, 3)
    assert set(levels.select("alignment", "panel", "status", "reason").rows()) == {
        ("none", "none", "published", "none")
    }


@pytest.mark.parametrize("base", [None, "empty"])
def test_without_a_base_yoy_rows_stand_suppressed(belt_rows: BeltRows, drawn: DrawnBelt, base: str | None) -> None:
    figures = figures_of(drawn.current, None if base is None else belt_rows(BASE_WEEK), UNKNOWN)
    yoy = figures.filter(pl.col("comparison") == "yoy")
    assert yoy.height == 29
    assert set(yoy.select("status", "reason", "grade", "value", "low", "high").rows()) == {
        ("suppressed", "no_base", None, None, None, None)
    }
    assert (figures.filter(pl.col("comparison") == "level")["status"] == "published").all()


def test_a_base_that_shows_no_sales_is_no_base(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, *((f"m{n}", "1", None) for n in range(20)))
    figures = figures_of(belt_rows(WEEK, *((f"m{n}", "1", 5.0) for n in range(20))), base)
    assert row(figures, "displayed_sales", "matched")["reason"] == "no_base"


def test_without_data_all_rows_stand_suppressed(belt_rows: BeltRows, drawn: DrawnBelt) -> None:
    figures = figures_of(belt_rows(WEEK), drawn.base)
    assert figures.height == 35
    assert set(figures.select("status", "reason", "value").rows()) == {("suppressed", "no_data", None)}


def test_quarantine_suppresses_everything(drawn: DrawnBelt) -> None:
    figures = figures_of(drawn.current, drawn.base, quarantined=True)
    assert set(figures.select("status", "reason", "value", "grade").rows()) == {
        ("suppressed", "quarantined", None, None)
    }


def test_coverage_of_a_comparison_is_that_of_the_worse_end(drawn: DrawnBelt) -> None:
    figures = figures_of(drawn.current, drawn.base, Coverage(current_share=0.9, base_share=0.7))
    yoy, level = (figures.filter(pl.col("comparison") == comparison) for comparison in ("yoy", "level"))
    assert set(yoy.select("coverage_share", "reason").rows()) == {(0.7, "low_coverage")}
    assert set(level.select("coverage_share", "reason").rows()) == {(0.9, "none")}


def test_unknown_coverage_is_null_and_grade_b(drawn: DrawnBelt) -> None:
    figures = figures_of(drawn.current, drawn.base, Coverage(current_share=1.0, base_share=None))
    headline = row(figures, "displayed_sales", "matched")
    assert (headline["coverage_share"], headline["grade"], headline["status"]) == (None, "B", "published")


def test_marketplaces_add_up_and_stand_alone(drawn: DrawnBelt) -> None:
    other = pl.lit("other").alias("marketplace")
    twice = [pl.concat([end, end.with_columns(other, pl.col("value_yuan") * 3)]) for end in (drawn.current, drawn.base)]
    figures, alone = figures_of(*twice), figures_of(drawn.current, drawn.base)
    levels = {
        s: row(figures, "displayed_sales", "none", s)["value"]
        for s in ("all", "marketplace=practice", "marketplace=other")
    }
    assert levels["all"] == pytest.approx(levels["marketplace=practice"] + levels["marketplace=other"])
    assert levels["marketplace=other"] == pytest.approx(3 * levels["marketplace=practice"])
    for segment in ("all", "marketplace=practice"):
        assert row(alone, "displayed_sales", "matched", segment)["value"] == pytest.approx(
            row(figures, "displayed_sales", "matched", "marketplace=practice")["value"], abs=0
        )
    assert row(figures, "merchants", "none")["value"] == 2 * row(alone, "merchants", "none")["value"]


def test_a_dominant_factory_is_not_published(belt_rows: BeltRows) -> None:
    base = equal_merchants(belt_rows, BASE_WEEK, [10.0] * 20 + [300.0])
    headline = row(figures_of(base.with_columns(pl.lit(WEEK).alias("week")), base), "displayed_sales", "matched")
    assert (headline["status"], headline["value"]) == ("suppressed", None)
    assert headline["reason"] == "dominance"


def test_rows_of_another_week_are_refused(drawn: DrawnBelt) -> None:
    with pytest.raises(BeltwatchError, match=r"week 2026-11-16 hold the weeks \['2025-11-17'\]"):
        figures_of(drawn.base, drawn.current)


def test_milk_of_five_outlets(belt_rows: BeltRows, milk: pl.DataFrame) -> None:
    """Real scanner data; the answer is worked out here once more, by dictionaries."""
    months = {date(2019, 12, 1): date(2019, 12, 2), date(2018, 12, 1): date(2018, 12, 3)}
    sold: dict[date, dict[int, float]] = {month: {} for month in months}
    listings: dict[date, dict[tuple[int, int], list[float]]] = {month: {} for month in months}
    for month, price, pieces, product, outlet, _ in milk.filter(pl.col("time").is_in(list(months))).iter_rows():
        sold[month][outlet] = sold[month].get(outlet, 0.0) + price * pieces
        value, quantity = listings[month].get((outlet, product), [0.0, 0.0])
        listings[month][outlet, product] = [value + price * pieces, quantity + pieces]
    now, then = (
        belt_rows(week, *(_sold(outlet, product, *parts) for (outlet, product), parts in listings[month].items()))
        for month, week in months.items()
    )
    rules = PublicationRules.model_validate(shipped_rules().model_dump() | {"merchants_minimum": 3})
    figures = belt_figures(now, then, "milk", date(2019, 12, 2), date(2018, 12, 3), UNKNOWN, rules)
    headline = row(figures, "displayed_sales", "matched")
    both = sold[date(2018, 12, 1)].keys() & sold[date(2019, 12, 1)].keys()
    ratio = sum(sold[date(2019, 12, 1)][o] for o in both) / sum(sold[date(2018, 12, 1)][o] for o in both)
    assert headline["value"] == pytest.approx(ratio - 1, abs=1e-9)
    assert headline["value"] == pytest.approx(0.05219485336731955, abs=1e-9)
    assert (headline["status"], headline["grade"], headline["merchants"]) == ("published", "B", 5)


def _sold(outlet: int, product: int, value: float, pieces: float) -> dict[str, object]:
    return {
        "merchant_id": str(outlet),
        "listing_id": str(product),
        "value_yuan": value,
        "price_yuan": value / pieces,
    }
