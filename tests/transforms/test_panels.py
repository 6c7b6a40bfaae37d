from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.counted import listing_panel, merchant_panel
from transforms.panels import (
    listing_pairs,
    matched_panel,
    placed_listings,
    total_panel,
)

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
BeltRows = Callable[..., pl.DataFrame]


def pairs_of(current: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    return listing_pairs(placed_listings(current), placed_listings(base))


def sums(pairs: pl.DataFrame) -> tuple[list[float], list[float]]:
    panel = matched_panel(pairs)
    return panel.base.tolist(), panel.current.tolist()


def test_a_merchant_swapping_listings_stays_matched(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, ("a", "old", 100.0), ("b", "1", 40.0), ("gone", "1", 7.0))
    current = belt_rows(WEEK, ("a", "new", 80.0), ("b", "1", 30.0), ("b", "2", 5.0), ("come", "1", 9.0))
    pairs = pairs_of(current, base)
    assert sums(pairs) == ([100.0, 40.0], [80.0, 35.0])
    whole = total_panel(pairs)
    assert (whole.base.tolist(), whole.current.tolist()) == ([100.0, 40.0, 0.0, 7.0], [80.0, 35.0, 9.0, 0.0])
    assert (whole.merchants, whole.listings) == (4, 6)
    assert (matched_panel(pairs).merchants, matched_panel(pairs).listings) == (2, 4)


def test_one_merchant_on_two_marketplaces_is_two(belt_rows: BeltRows) -> None:
    elsewhere = {"marketplace": "other", "merchant_id": "a", "listing_id": "1", "value_yuan": 5.0}
    pairs = pairs_of(belt_rows(WEEK, ("a", "1", 1.0), elsewhere), belt_rows(BASE_WEEK, ("a", "1", 2.0)))
    assert sums(pairs) == ([2.0], [1.0])
    assert total_panel(pairs).merchants == 2


def test_the_base_week_weighs_both_ends(belt_rows: BeltRows) -> None:
    base = belt_rows(
        BASE_WEEK,
        {"merchant_id": "a", "listing_id": "1", "value_yuan": 10.0, "weight": 0.3},
        {"merchant_id": "a", "listing_id": "2", "value_yuan": 10.0, "weight": 0.5},
    )
    current = belt_rows(
        WEEK,
        {"merchant_id": "a", "listing_id": "1", "value_yuan": 10.0, "weight": 0.9},
        {"merchant_id": "a", "listing_id": "3", "value_yuan": 10.0, "weight": 0.9},
        {"merchant_id": "new", "listing_id": "1", "value_yuan": 10.0, "weight": 0.6},
    )
    pairs = pairs_of(current, base)
    weights = dict(pairs.select(pl.format("{}{}", "merchant_id", "listing_id"), "weight").rows())
    assert weights == pytest.approx({"a1": 0.3, "a2": 0.5, "a3": 0.4, "new1": 0.6})


def test_the_mean_of_equal_weights_is_that_weight_to_the_last_bit(belt_rows: BeltRows) -> None:
    thirds = [{"merchant_id": "a", "listing_id": str(n), "value_yuan": 1.0, "weight": 0.3} for n in range(3)]
    pairs = pairs_of(belt_rows(WEEK, ("a", "new", 1.0)), belt_rows(BASE_WEEK, *thirds))
    assert pairs["weight"].to_list() == [0.3] * 4


def test_a_merchant_that_moved_keeps_the_belt_of_the_base(belt_rows: BeltRows) -> None:
    outside = {"merchant_id": "a", "listing_id": "1", "value_yuan": 6.0, "weight": None}
    stranger = {"merchant_id": "b", "listing_id": "1", "value_yuan": 6.0, "weight": None}
    pairs = pairs_of(belt_rows(WEEK, outside, stranger), belt_rows(BASE_WEEK, ("a", "1", 10.0)))
    assert sums(pairs) == ([10.0], [6.0])
    assert pairs["merchant_id"].to_list() == ["a"]


def test_a_listing_in_two_categories_counts_once(belt_rows: BeltRows) -> None:
    row = {"merchant_id": "a", "listing_id": "1"}
    twice = [{**row, "category": "towels", "value_yuan": 5.0}, {**row, "category": "bedding", "value_yuan": 4.0}]
    assert placed_listings(belt_rows(WEEK, *twice))["value_yuan"].to_list() == [4.0]


def test_a_change_of_sales_basis_is_no_change_of_sales(belt_rows: BeltRows) -> None:
    cumulative = {"merchant_id": "a", "listing_id": "1", "value_yuan": 900.0, "sales_basis": "cumulative"}
    base = belt_rows(BASE_WEEK, ("a", "1", 10.0), ("a", "2", 20.0))
    pairs = pairs_of(belt_rows(WEEK, cumulative, ("a", "2", 22.0)), base)
    assert sums(pairs) == ([20.0], [22.0])
    assert total_panel(pairs).current.tolist() == [922.0]
    assert pairs["is_comparable"].to_list() == [False, True]


def test_listings_of_another_basis_do_not_stand_in_for_each_other(belt_rows: BeltRows) -> None:
    cumulative = {"merchant_id": "a", "listing_id": "2", "value_yuan": 900.0, "sales_basis": "cumulative"}
    pairs = pairs_of(belt_rows(WEEK, cumulative), belt_rows(BASE_WEEK, ("a", "1", 10.0)))
    assert sums(pairs) == ([], [])


def test_sales_not_shown_are_not_zero(belt_rows: BeltRows) -> None:
    silent = {"merchant_id": "a", "listing_id": "1", "value_yuan": None, "sales_basis": None}
    base = belt_rows(BASE_WEEK, ("a", "1", 10.0), ("a", "2", 20.0))
    pairs = pairs_of(belt_rows(WEEK, silent, ("a", "2", 20.0)), base)
    assert sums(pairs) == ([20.0], [20.0])
    assert listing_panel(pairs).current.tolist() == [2.0]


def test_sales_shown_as_zero_are_zero(belt_rows: BeltRows) -> None:
    pairs = pairs_of(belt_rows(WEEK, ("a", "1", 0.0)), belt_rows(BASE_WEEK, ("a", "1", 10.0)))
    assert sums(pairs) == ([10.0], [0.0])


def test_small_weights_add_value_but_are_not_counted(belt_rows: BeltRows) -> None:
    half = {"merchant_id": "b", "listing_id": "1", "value_yuan": 10.0, "weight": 0.5}
    pairs = pairs_of(belt_rows(WEEK, ("a", "1", 10.0), half), belt_rows(BASE_WEEK, ("a", "1", 10.0), half))
    assert sums(pairs) == ([10.0, 5.0], [10.0, 5.0])
    assert (matched_panel(pairs).merchants, matched_panel(pairs).listings) == (1, 1)
    assert merchant_panel(pairs).base.tolist() == [1.0, 0.0]


def test_merchants_stand_once_however_many_listings(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, ("a", "1", 1.0), ("a", "2", 1.0), ("b", "1", 1.0))
    pairs = pairs_of(belt_rows(WEEK, ("a", "1", 1.0), ("c", "1", 1.0)), base)
    merchants, listings = merchant_panel(pairs), listing_panel(pairs)
    assert (merchants.base.tolist(), merchants.current.tolist()) == ([1.0, 1.0, 0.0], [1.0, 0.0, 1.0])
    assert (listings.base.tolist(), listings.current.tolist()) == ([2.0, 1.0, 0.0], [1.0, 0.0, 1.0])


def test_an_empty_end_makes_pairs_too(belt_rows: BeltRows) -> None:
    rows, nothing = belt_rows(WEEK, ("a", "1", 5.0)), belt_rows(WEEK)
    assert total_panel(pairs_of(rows, nothing)).current.tolist() == [5.0]
    assert total_panel(pairs_of(nothing, rows)).base.tolist() == [5.0]
    assert pairs_of(nothing, nothing).is_empty()


def test_the_order_of_rows_decides_nothing(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, *((f"m{n % 7}", f"l{n}", 0.1 * n) for n in range(50)))
    current = belt_rows(WEEK, *((f"m{n % 5}", f"l{n}", 0.3 * n) for n in range(10, 60)))
    shuffled = [frame.sample(fraction=1, shuffle=True, seed=3) for frame in (current, base)]
    assert_frame_equal(pairs_of(*shuffled), pairs_of(current, base), check_exact=True)
