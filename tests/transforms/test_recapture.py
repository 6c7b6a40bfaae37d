"""Capture-recapture: planted lists and planted catches, and what they must give back."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.recapture import SIGHTING, Recapture, pooled, population, recapture

SCHEMA = {"page": pl.Int64(), "is_ad": pl.Boolean(), "merchant_id": pl.String(), "listing_id": pl.String()}


def cards(pages: dict[int, list[int]], is_ad: bool | None = None) -> pl.DataFrame:
    """Pages with the numbers of their listings, two of a merchant."""
    rows = [(page, is_ad, f"m{one // 2}", str(one)) for page, listed in pages.items() for one in listed]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").select(SIGHTING)


def told(pages: dict[int, list[int]], again: dict[int, list[int]], first_page: int = 1) -> Recapture:
    found = recapture(cards(pages), cards(again), first_page)
    assert found is not None
    return found


TEN_PAGES = {page: list(range(10 * page, 10 * page + 10)) for page in range(1, 11)}


def test_a_list_that_stood_still_has_what_was_seen() -> None:
    found = told(TEN_PAGES, {page: TEN_PAGES[page] for page in (1, 4, 8)})
    assert (found.seen, found.repeated, found.new, found.merchants) == (100, 0, 0, 50)
    assert found.number.value == found.number.low == 100
    assert 100 < found.number.high < 120
    assert found.missed.value == found.missed.low == 0


def test_all_pages_read_again_leave_little_doubt() -> None:
    again = {**TEN_PAGES, 3: [*range(30, 38), 1001, 1002]}
    found = told(TEN_PAGES, again)
    assert found.new == 2
    assert (found.number.low, found.number.high) == (102, 103)


def test_what_is_new_on_the_first_page_is_counted_and_on_others_stands_for_more() -> None:
    on_first = told(TEN_PAGES, {1: [1001, 1002, *range(10, 18)], 4: TEN_PAGES[4], 8: TEN_PAGES[8]})
    on_fourth = told(TEN_PAGES, {1: TEN_PAGES[1], 4: [1001, 1002, *range(40, 48)], 8: TEN_PAGES[8]})
    assert on_first.number.value == on_first.number.low == 102
    assert on_fourth.number.value == pytest.approx(100 + 90 / 18 * 2, abs=1)


def test_cards_of_a_listing_that_stood_on_two_pages_are_counted() -> None:
    moved = {**TEN_PAGES, 5: [49, *range(50, 59)]}
    found = told(moved, {1: TEN_PAGES[1], 4: TEN_PAGES[4]})
    assert (found.seen, found.repeated) == (99, 1)


def test_advertisements_and_pages_that_were_lost_at_first_are_left_out() -> None:
    lost = {page: listed for page, listed in TEN_PAGES.items() if page != 4}
    shown = pl.concat([cards(lost), cards({2: [7001, 7002]}, is_ad=True)])
    again = pl.concat([cards({page: TEN_PAGES[page] for page in (1, 4, 8)}), cards({8: [7003]}, is_ad=True)])
    found = recapture(shown, again, 1)
    assert found is not None
    assert (found.seen, found.new) == (90, 0)


def test_the_first_page_alone_stands_for_all_and_where_nothing_is_known_nothing_is_told() -> None:
    assert told(TEN_PAGES, {1: [1001, *range(10, 19)]}).number.value == pytest.approx(101 * 11 / 10 - 1)
    assert recapture(cards(TEN_PAGES), cards({1: [1001], 2: [1002]}), 1) is None
    assert recapture(cards(TEN_PAGES), cards({}), 1) is None


def test_pages_may_be_counted_from_nought() -> None:
    from_nought = {page - 1: listed for page, listed in TEN_PAGES.items()}
    again = {0: [1001, *range(10, 19)], 4: from_nought[4]}
    assert told(from_nought, again, first_page=0).number.low == 101


@given(st.integers(1, 400), st.integers(1, 200), st.data())
def test_the_interval_never_lies_below_what_was_seen_and_holds_the_estimate(
    marked: int, caught: int, data: st.DataObject
) -> None:
    known = data.draw(st.integers(1, min(marked, caught)))
    value, low, high = population(marked, caught, known)
    assert marked + caught - known <= low <= value <= high


@pytest.mark.parametrize(
    ("total", "marked", "caught"), [(120, 100, 30), (1000, 960, 90), (1000, 997, 200), (60, 30, 30)]
)
def test_a_planted_population_is_inside_at_least_95_times_of_a_hundred(total: int, marked: int, caught: int) -> None:
    known = np.random.default_rng(1).hypergeometric(marked, total - marked, caught, 2000)
    ends = {count: population(marked, caught, count) for count in set(known.tolist()) if count}
    inside = [count in ends and ends[count][1] <= total <= ends[count][2] for count in known.tolist()]
    assert np.mean(inside) >= 0.95


def test_lists_add_up_and_their_doubts_by_squares() -> None:
    one = told(TEN_PAGES, {1: TEN_PAGES[1], 4: [1001, *range(40, 49)], 8: TEN_PAGES[8]})
    both = pooled([one, one])
    assert both.seen == 200
    assert both.number.value == pytest.approx(2 * one.number.value)
    assert both.number.high - both.number.value == pytest.approx(2**0.5 * (one.number.high - one.number.value))
    assert both.number.low >= 200
