from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from transforms.earlier import COLUMNS, with_earlier
from transforms.past import Past, with_numbers
from transforms.view import View

WEEK = date(2026, 11, 16)
WithPast = Callable[..., tuple[Past, pl.DataFrame]]
BeltRows = Callable[..., pl.DataFrame]


def ago(weeks: int) -> date:
    return WEEK - timedelta(days=7 * weeks)


@pytest.fixture(scope="session")
def priced(belt_rows: BeltRows) -> Callable[..., pl.DataFrame]:
    """Makes listings of one week from price or (price, other columns), one merchant each."""

    def make(week: date, *prices: Any) -> pl.DataFrame:
        named = [price if isinstance(price, dict) else {"price_yuan": price} for price in prices]
        made = [{"merchant_id": f"m{n}", "listing_id": "1", "value_yuan": 10.0} | row for n, row in enumerate(named)]
        packs = pl.Series("pack_count", [row.pop("pack_count", 1.0) for row in made], pl.Float64)
        return belt_rows(week, *(row for row in made if row.get("price_yuan") is not None)).with_columns(packs)

    return make


def column(rows: pl.DataFrame, name: str) -> list[float | None]:
    return rows.sort("merchant_id")[name].to_list()


def test_earlier_prices_are_those_of_the_same_unit_and_pack(with_past: WithPast, priced: Any) -> None:
    then = priced(ago(4), 10.0, 10.0, {"price_yuan": 10.0, "pack_count": 5.0}, {"price_yuan": 10.0, "unit": "metre"})
    past, rows = with_past(then, priced(WEEK, 8.0, {"price_yuan": 9.0, "listing_id": "2"}, 8.0, 8.0))
    assert column(with_earlier(rows, past), "earlier_price_yuan") == [10.0, None, None, None]


def test_what_was_not_read_or_is_held_back_is_not_looked_back_on(with_past: WithPast, priced: Any) -> None:
    past, rows = with_past(priced(ago(4), 10.0), priced(WEEK, 8.0))
    held = Past(past.merchant, past.standings, past.titles, {ago(4)})
    found = with_earlier(rows, held)
    assert [column(found, name) for name in COLUMNS] == [[None], [None], [8.0], [None], [None]]


def test_the_highest_price_since_is_over_the_weeks_that_were_read(with_past: WithPast, priced: Any) -> None:
    weeks = [priced(ago(8), 10.0, 10.0), priced(ago(4), 8.0, 8.0), priced(ago(2), 9.5, 8.0), priced(WEEK, 8.0, 8.0)]
    past, rows = with_past(*weeks)
    found = with_earlier(rows, past)
    assert column(found, "older_price_yuan") == [10.0, 10.0]
    assert column(found, "highest_since_yuan") == [9.5, 8.0]


def test_a_merchants_earlier_sales_are_those_of_all_its_listings(with_past: WithPast, priced: Any) -> None:
    two = [{"price_yuan": 1.0, "merchant_id": "m0", "listing_id": name, "value_yuan": 7.0} for name in ("1", "9")]
    past, rows = with_past(priced(ago(4), *two), priced(WEEK, 1.0, 1.0))
    assert column(with_earlier(rows, past), "earlier_merchant_yuan") == [14.0, None]


def test_numbers_hold_for_all_weeks_whatever_the_order_of_the_rows(belt_rows: BeltRows) -> None:
    rows = pl.concat(
        [belt_rows(ago(1), ("b", "1", 1.0), ("a", "2", 1.0)), belt_rows(WEEK, ("a", "1", 1.0), ("b", "1", 1.0))]
    )
    numbered = with_numbers(rows.sample(fraction=1, shuffle=True, seed=3))
    found = {
        (merchant, listing): number
        for merchant, listing, number in numbered.select("merchant_id", "listing_id", "number").rows()
    }
    assert found == {("a", "1"): 0, ("a", "2"): 1, ("b", "1"): 2}


def test_a_window_holds_the_weeks_in_order_and_nothing_where_none_stood(with_past: WithPast, priced: Any) -> None:
    past, _ = with_past(priced(ago(2), 3.0, 5.0), priced(ago(1), 2.0), priced(WEEK, 1.0, 4.0))
    view = View(past, WEEK)
    found = view.window(4, "price_yuan", np.array([0, 1]))
    expected = [[np.nan, np.nan], [3.0, 5.0], [2.0, np.nan], [1.0, 4.0]]
    np.testing.assert_array_equal(found, expected)


def test_a_listing_in_two_categories_counts_once(with_past: WithPast, belt_rows: BeltRows) -> None:
    rows = [
        {"merchant_id": "a", "listing_id": "1", "category": category, "price_yuan": price}
        for category, price in (("towels", 5.0), ("bedding", 3.0))
    ]
    past, _ = with_past(belt_rows(WEEK, *rows))
    assert View(past, WEEK).now("price_yuan").tolist() == [3.0]


def test_growth_is_that_of_merchants_on_one_basis_at_both_weeks(with_past: WithPast, belt_rows: BeltRows) -> None:
    def week(day: date, yuan: float, basis: str) -> pl.DataFrame:
        other = {"merchant_id": "b", "listing_id": "1", "value_yuan": 9 * yuan, "sales_basis": basis}
        return belt_rows(day, ("a", "1", yuan), other, (f"c{day.day}", "1", 1000.0))

    past, _ = with_past(week(ago(4), 100.0, "trailing_30d"), week(WEEK, 150.0, "cumulative"))
    assert past.growth(ago(4), WEEK) == pytest.approx(np.log(1.5))
    assert past.growth(ago(8), WEEK) is None
