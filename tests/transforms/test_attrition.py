"""The bracket: listings seen no more, by cause."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.attrition import attrition_bracket
from transforms.footing import Footing, Footings
from transforms.panels import listing_pairs, matched_panel, placed_listings
from transforms.uncertainty import Interval

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
TOWELS = ("practice", "towels")
WHOLE, OPEN = Footing(is_whole=True), Footing(depth=50, is_whole=False)
BeltRows = Callable[..., pl.DataFrame]


def bracket(current: pl.DataFrame, base: pl.DataFrame, footings: Footings) -> Interval | None:
    pairs = listing_pairs(placed_listings(current), placed_listings(base), footings)
    return attrition_bracket(pairs, matched_panel(pairs), footings)


def ends(found: Interval | None) -> tuple[float, float]:
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.value == pytest.approx((found.low + found.high) / 2)
    return found.low, found.high


@pytest.fixture
def two(belt_rows: BeltRows) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A merchant who stays, 100 yuan to 80, and one of 60 yuan (price 2) who is seen no more."""
    gone = {"merchant_id": "b", "listing_id": "1", "value_yuan": 60.0, "price_yuan": 2.0}
    return belt_rows(WEEK, ("a", "1", 80.0)), belt_rows(BASE_WEEK, ("a", "1", 100.0), gone)


def test_where_nobody_has_gone_there_is_no_width(belt_rows: BeltRows) -> None:
    current, base = belt_rows(WEEK, ("a", "1", 80.0), ("new", "1", 9.0)), belt_rows(BASE_WEEK, ("a", "1", 100.0))
    assert ends(bracket(current, base, {TOWELS: WHOLE})) == pytest.approx((-0.2, -0.2))
    assert ends(bracket(current, base, {})) == pytest.approx((-0.2, -0.2))


def test_the_dead_count_in_the_low_end_only(two: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    assert ends(bracket(*two, {TOWELS: WHOLE})) == pytest.approx((80 / 160 - 1, 80 / 100 - 1))


def test_below_the_cut_one_may_sell_as_much_as_the_last_listing_seen(two: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    pieces = Footing(depth=50, is_whole=False, cut_by="pieces", cut=10.0)
    assert ends(bracket(*two, {TOWELS: pieces})) == pytest.approx((80 / 160 - 1, (80 + 20) / 160 - 1))
    yuan = Footing(depth=50, is_whole=False, cut_by="value", cut=16.0)
    assert ends(bracket(*two, {TOWELS: yuan})) == pytest.approx((80 / 160 - 1, (80 + 16) / 160 - 1))


def test_what_a_staying_merchant_may_sell_out_of_sight_counts_too(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, ("a", "1", 100.0), ("a", "2", 50.0))
    cut = Footing(depth=50, is_whole=False, cut_by="pieces", cut=10.0)
    found = bracket(belt_rows(WEEK, ("a", "1", 80.0)), base, {TOWELS: cut})
    assert ends(found) == pytest.approx((80 / 150 - 1, 90 / 150 - 1))


def test_without_an_end_an_order_or_a_cut_there_is_none(two: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    for footing in (OPEN, Footing(), Footing(depth=50, is_whole=False, cut_by="pieces")):
        assert bracket(*two, {TOWELS: footing}) is None
    assert bracket(*two, {("practice", "bedding"): WHOLE}) is None
    assert bracket(two[0], two[1].clear(), {TOWELS: WHOLE}) is None


def test_what_was_not_crawled_is_in_neither_end(belt_rows: BeltRows) -> None:
    """Three of six pages stored: as many as stay are expected on the other three, which are all that have gone."""
    base = belt_rows(BASE_WEEK, *((f"m{number}", "1", 100.0) for number in range(6)))
    current = belt_rows(WEEK, *((f"m{number}", "1", 80.0) for number in range(3)))
    lossy = Footing(now_share=0.5, is_whole=True)
    assert ends(bracket(current, base, {TOWELS: lossy})) == pytest.approx((-0.2, -0.2))
    complete = Footing(is_whole=True)
    assert ends(bracket(current, base, {TOWELS: complete})) == pytest.approx((-0.6, -0.2))


@given(
    then=st.dictionaries(st.sampled_from("abcdefgh"), st.floats(1, 100), min_size=2, max_size=8),
    growth=st.floats(0.1, 3),
    cut=st.floats(0.5, 120),
)
def test_the_change_of_all_who_were_there_lies_in_the_bracket(
    belt_rows: BeltRows, then: dict[str, float], growth: float, cut: float
) -> None:
    """Everybody goes on selling; those at or below the cut (here in pieces at the price 1) are out of sight."""
    now = {merchant: value * growth for merchant, value in then.items()}
    seen = {merchant: value for merchant, value in now.items() if value > cut}
    base, current = (
        belt_rows(week, *((merchant, "1", value) for merchant, value in rows.items()))
        for week, rows in ((BASE_WEEK, then), (WEEK, seen))
    )
    found = bracket(current, base, {TOWELS: Footing(depth=1, is_whole=False, cut_by="pieces", cut=cut)})
    if not seen:
        assert found is None
        return
    low, high = ends(found)
    assert low - 1e-9 <= growth - 1 <= high + 1e-9
