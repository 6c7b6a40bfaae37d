"""Bands from a category's own past: what is planted outside is found, and what a market does is not."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from configs.tables import table
from transforms.drift import band, past_of
from transforms.traits import READ, kept_names_share, level_traits, matched_traits

WEEK = date(2026, 1, 5)


def offers(week: date, prices: list[str], page: int = 1) -> pl.DataFrame:
    """One page of offers of a week, a merchant each."""
    rows = pl.DataFrame({"price_text": prices}).with_columns(
        week=pl.lit(week),
        page=pl.lit(page),
        listing_id=pl.format("l{}", pl.int_range(len(prices))),
        merchant_id=pl.format("m{}", pl.int_range(len(prices))),
        title_text=pl.lit("毛巾"),
        sales_30d_text=pl.lit("1.2万+"),
        list_price_text=pl.lit("9.9"),
        is_ad=pl.lit(False),
    )
    schema = {name: kind for name, kind in table("offers").polars_schema().items() if name in READ}
    absent = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in rows.columns]
    return rows.with_columns(absent).select(pl.col(name).cast(schema[name]) for name in READ)


def series(values: list[float | None], trait: str = "title_text_share") -> tuple[dict[str, Any], Any]:
    """The last sound week and the past of one trait."""
    counts = {"merchant_count": 40, "returning_merchant_count": 40}
    array = np.array([[np.nan if value is None else value] for value in values])
    return counts | {trait: values[-1]}, past_of([trait], array)


def is_out(value: float | None, values: list[float | None], trait: str = "title_text_share") -> bool:
    before, past = series(values, trait)
    return band(trait, before, before, past, 1e-6, 8).is_outside(value)


def test_too_little_history_is_a_state_and_passes() -> None:
    assert not is_out(0.0, [1.0] * 7)
    assert is_out(0.0, [1.0] * 8)


def test_a_column_that_vanished_is_outside_and_a_few_merchants_are_not() -> None:
    assert not is_out(0.9, [1.0] * 20)
    assert is_out(0.3, [1.0] * 20)


def test_what_was_seen_before_is_inside_and_what_is_gone_is_not() -> None:
    quiet: list[float | None] = [0.8] * 30
    assert is_out(0.1, quiet)
    assert is_out(0.1, [*quiet, 0.1, *quiet]), "one week may have been a drift"
    assert not is_out(0.1, [*quiet, 0.1, 0.1, *quiet])
    assert is_out(None, quiet)
    assert not is_out(0.0, [*quiet, None]), "what the last sound week did not have may come and go"


def test_a_market_that_moves_each_week_moves_its_band() -> None:
    steady = [1.0 + 0.001 * week for week in range(20)]
    falling = [3.0 - 0.1 * week for week in range(20)]
    assert is_out(1.6, [*steady], "cards") is True
    assert is_out(0.95, [*falling], "cards") is False


@pytest.mark.parametrize("weeks", [8, 20, 60])
def test_alike_weeks_are_hardly_ever_outside(weeks: int) -> None:
    random = np.random.default_rng(weeks)
    draws = random.binomial(200, 0.7, (2000, weeks + 1)) / 200
    outside = sum(is_out(float(row[-1]), [float(value) for value in row[:-1]]) for row in draws)
    assert outside == 0


def test_traits_say_what_the_pages_hold() -> None:
    first, second = offers(WEEK, ["10.0", "20", "40"]), offers(WEEK + timedelta(weeks=1), ["1000", "2000", "4000"])
    levels = level_traits(pl.concat([first, second]))
    assert levels["price_middle_log"].to_list() == pytest.approx([np.log(20), np.log(2000)])
    assert levels["price_digit_count"].to_list() == pytest.approx([7 / 3, 4])
    assert levels["sales_middle_log"].to_list() == pytest.approx([np.log(12_001)] * 2)
    assert levels["price_at_list_share"].to_list() == [1.0, 1.0]
    assert (levels["title_text_share"][0], levels["unit_text_share"][0], levels["cards_per_page"][0]) == (1, 0, 3)
    matches = matched_traits(pl.concat([first, second])).row(0, named=True)
    shares = {"kept_share": 1, "returning_share": 1, "same_price_share": 0, "same_sales_share": 1, "same_step_share": 1}
    assert {name: matches[name] for name in shares} == shares
    assert (matches["compared_week"], matches["returning_merchant_count"]) == (WEEK, 3)


def test_listings_that_went_with_lost_pages_are_not_missed() -> None:
    then = pl.concat([offers(WEEK, ["1"] * 4, page=1), offers(WEEK, ["1"] * 8, page=2)[4:]])
    now = offers(WEEK + timedelta(weeks=1), ["1"] * 4)
    assert matched_traits(pl.concat([then, now]))["kept_share"].item() == 1
    half = pl.concat([offers(WEEK, ["1"] * 8), now])
    assert matched_traits(half)["kept_share"].item() == 0.5


def test_names_of_a_page_are_kept_or_not() -> None:
    assert kept_names_share("a b", "a b c d") == 0.5
    assert kept_names_share(None, "a") is None
    assert kept_names_share("a", None) is None
