from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.panels import placed_listings
from transforms.ranked import ranked_segments
from transforms.segments import BANDS, TOP, Masks

WEEK = date(2026, 11, 16)
BeltRows = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def segments(belt_rows: BeltRows) -> Callable[..., Masks]:
    """The segments of listings given as (merchant, listing, unit price, value), sorted by key, in pieces."""

    def make(*listings: tuple[str, str, float | None, float | None], **columns: list[object]) -> Masks:
        made = belt_rows(WEEK, *((merchant, listing, value) for merchant, listing, _, value in listings))
        prices = pl.Series("unit_price_yuan", [price for _, _, price, _ in listings], pl.Float64)
        rows = made.with_columns(prices, *(pl.Series(name, values) for name, values in columns.items()))
        return ranked_segments(placed_listings(rows), "piece")

    return make


def members(found: Masks, name: str) -> list[int]:
    return np.flatnonzero(found[name]).tolist()


def test_a_merchants_place_is_that_of_its_median_price(segments: Callable[..., Masks]) -> None:
    """Of four merchants (mid-ranks 1/8, 3/8, 5/8, 7/8) the one of many listings has the second lowest median."""
    found = segments(
        *[("a", "1", 1.0, None), ("b", "1", 2.0, None), ("b", "2", 2.5, None), ("b", "3", 90.0, None)],
        *[("c", "1", 3.0, None), ("d", "1", 4.0, None)],
    )
    bands = {"10-20": [0], "30-40": [1, 2, 3], "60-70": [4], "80-90": [5]}
    assert {name: members(found, name) for name in BANDS} == {
        name: bands.get(name.removeprefix("price_band="), []) for name in BANDS
    }


def test_equal_prices_share_the_middle(segments: Callable[..., Masks]) -> None:
    found = segments(*((f"m{n}", "1", 5.0, None) for n in range(7)))
    assert members(found, "price_band=50-60") == list(range(7))


def test_other_units_and_places_have_no_place(segments: Callable[..., Masks]) -> None:
    listings = [("a", "1", 1.0, 1.0), ("b", "1", 9.0, 1.0), ("c", "1", 9.0, 1.0), ("d", "1", None, 1.0)]
    found = segments(*listings, unit=["piece", "metre", "piece", "piece"], weight=[1.0, 1.0, 0.0, 1.0])
    assert {name: members(found, name) for name in BANDS if found[name].any()} == {"price_band=50-60": [0]}


@given(prices=st.lists(st.floats(0.1, 100), min_size=1, max_size=60))
def test_every_priced_merchant_is_in_one_band_and_dearer_ones_in_no_lower(
    segments: Callable[..., Masks], prices: list[float]
) -> None:
    found = segments(*((f"m{n:02}", "1", price, None) for n, price in enumerate(prices)))
    band = np.array([found[name] for name in BANDS])
    assert (band.sum(axis=0) == 1).all()
    place = band.argmax(axis=0)[np.argsort(prices, kind="stable")]
    assert (np.diff(place) >= 0).all()


def test_the_fifth_that_sells_most_is_taken_in_each_category_and_by_key_among_equals(
    segments: Callable[..., Masks],
) -> None:
    values = [5.0, 5.0, 5.0, 1.0, 1.0, 1.0, 900.0, 800.0, 1.0, None]
    listings = [(f"m{n}", "1", 1.0, value) for n, value in enumerate(values)]
    found = segments(*listings, category=[*["carpets"] * 6, *["towels"] * 4])
    assert members(found, TOP) == [0, 1, 6]  # two of six, one of three that show sales
