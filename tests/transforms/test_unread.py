"""Counters without a flow at one end: what they stand for at the other is left out of the matched sums, and no more."""

from collections.abc import Callable
from datetime import date

import polars as pl

from transforms.panels import listing_pairs, matched_panel, placed_listings, total_panel

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
BeltRows = Callable[..., pl.DataFrame]


def counter(listing: str, price: float, value: float | None, merchant: str = "a") -> dict[str, object]:
    return {
        "merchant_id": merchant,
        "listing_id": listing,
        "price_yuan": price,
        "value_yuan": value,
        "sales_basis": "cumulative",
    }


def pairs_of(current: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    return listing_pairs(placed_listings(current), placed_listings(base))


def ends(belt_rows: BeltRows) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A shop of which one listing stays, one was relaunched at 10.50 and its counter set back, and one has gone."""
    stays, base = counter("stays", 10.0, 100.0), [counter("old", 10.0, 70.0), counter("dear", 30.0, 40.0)]
    return belt_rows(WEEK, stays, counter("new", 10.5, None)), belt_rows(BASE_WEEK, stays, *base)


def test_the_gone_listing_nearest_in_price_is_left_out_with_it(belt_rows: BeltRows) -> None:
    current, base = ends(belt_rows)
    panel = matched_panel(pairs_of(current, base))
    assert (panel.base.tolist(), panel.current.tolist()) == ([140.0], [100.0])


def test_the_other_way_round_it_is_the_same(belt_rows: BeltRows) -> None:
    current, base = ends(belt_rows)
    panel = matched_panel(pairs_of(base, current))
    assert (panel.base.tolist(), panel.current.tolist()) == ([100.0], [140.0])


def test_the_total_leaves_nothing_out(belt_rows: BeltRows) -> None:
    panel = total_panel(pairs_of(*ends(belt_rows)))
    assert (panel.base.tolist(), panel.current.tolist()) == ([210.0], [100.0])


def test_without_a_likeness_nothing_is_left_out(belt_rows: BeltRows) -> None:
    stays = counter("stays", 10.0, 100.0)
    base = belt_rows(BASE_WEEK, stays, counter("old", 10.0, 70.0))
    unlike = [
        counter("new", 15.1, None),
        counter("new", 10.0, 55.0),
        counter("new", 10.0, None, "b"),
        counter("new", 10.0, None) | {"unit": "metre"},
        counter("new", 10.0, None) | {"category": "bedding"},
        counter("new", 10.0, None) | {"sales_basis": None},
    ]
    for row in unlike:
        assert matched_panel(pairs_of(belt_rows(WEEK, stays, row), base)).base.tolist() == [170.0], row
    assert matched_panel(pairs_of(belt_rows(WEEK, stays, counter("new", 14.9, None)), base)).base.tolist() == [100.0]


def test_each_stands_for_another(belt_rows: BeltRows) -> None:
    """Three that were relaunched and cannot be read, two of them at one price, are no counterpart of a fourth's."""
    stays, gone = counter("stays", 10.0, 100.0), {"a": 10.0, "b": 10.0, "c": 11.0, "d": 13.0}
    base = belt_rows(BASE_WEEK, stays, *(counter(name, price, 70.0) for name, price in gone.items()))
    unread = [counter(f"{name}2", price, None) for name, price in (("a", 10.2), ("b", 10.2), ("c", 10.9))]
    current = belt_rows(WEEK, stays, *unread, counter("d2", 13.0, 50.0))
    pairs = pairs_of(current, base)
    assert pairs.filter(~pl.col("is_usable"))["listing_id"].to_list() == ["a", "b", "c"]
    panel = matched_panel(pairs)
    assert (panel.base.tolist(), panel.current.tolist()) == ([170.0], [150.0])
    more = belt_rows(WEEK, stays, *unread, *(counter(f"e{number}", 10.5, None) for number in range(9)))
    assert matched_panel(pairs_of(more, base)).base.tolist() == [100.0]
