from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from configs.belts import CostFloor
from tests.transforms.told import BASE_WEEK, WEEK, figures, number
from transforms.earlier import with_earlier
from transforms.past import Past
from transforms.prices import with_cost_floor

MONTH_AGO, TWO_MONTHS_AGO = date(2026, 10, 19), date(2026, 9, 21)


def test_cuts_are_counted_among_listings_that_stood_four_weeks_earlier(
    rows: Callable[..., pl.DataFrame], with_past: Callable[..., tuple[Past, pl.DataFrame]]
) -> None:
    earlier = rows(MONTH_AGO, *({"price_yuan": 10.0} for _ in range(5)))
    now = rows(WEEK, *({"price_yuan": price} for price in (9.9, 9.96, 10.5, 8.0, 4.0, 1.0)))
    before = earlier.with_columns(pl.Series("pack_count", [1.0, 1.0, 1.0, 1.0, 10.0]))
    after = now.with_columns(pl.Series("pack_count", [1.0, 1.0, 1.0, 1.0, 5.0, 1.0]))
    past, numbered = with_past(before, after)
    found = figures(with_earlier(numbered, past))
    assert number(found, "cut_share") == pytest.approx(2 / 4)  # the fifth has another pack, the sixth is new
    assert number(found, "net_cut_share") == pytest.approx(1 / 4)
    assert number(found, "cut_among_changes_share") == pytest.approx(2 / 3)
    assert number(found, "cut_size") == pytest.approx((0.01 + 0.2) / 2)
    alone, numbered = with_past(after)
    assert number(figures(with_earlier(numbered, alone)), "cut_share") is None


def test_a_sale_that_ends_within_four_weeks_is_no_regular_cut(
    rows: Callable[..., pl.DataFrame], with_past: Callable[..., tuple[Past, pl.DataFrame]]
) -> None:
    """Of four cuts one is taken back at once, one three weeks later, one stays, and one goes further down."""
    paths = {
        TWO_MONTHS_AGO: (10.0, 10.0, 10.0, 10.0, 10.0),
        MONTH_AGO: (8.0, 8.0, 8.0, 8.0, 10.0),
        date(2026, 10, 26): (10.0, 8.0, 8.0, 8.0, 10.0),
        date(2026, 11, 9): (8.0, 10.0, 8.0, 7.0, 10.0),
        WEEK: (8.0, 8.0, 8.0, 7.0, 8.0),
    }
    weeks = [rows(week, *({"price_yuan": price} for price in prices)) for week, prices in paths.items()]
    past, numbered = with_past(*weeks)
    found = figures(with_earlier(numbered, past))
    assert number(found, "regular_cut_share") == pytest.approx(2 / 5)
    assert number(found, "cut_share") == pytest.approx(2 / 5)


def test_concentration_needs_a_window_before_to_be_told(
    rows: Callable[..., pl.DataFrame], with_past: Callable[..., tuple[Past, pl.DataFrame]]
) -> None:
    """METHOD 9, check 12; a merchant's listings add up, and one that has gone since counts in the window before."""
    sold = [("a", "1", 30.0), ("a", "2", 20.0), ("b", "1", 30.0), ("c", "1", 20.0)]
    names = ("merchant_id", "listing_id", "value_yuan")
    now = rows(WEEK, *(dict(zip(names, row, strict=True)) for row in sold))
    then = rows(MONTH_AGO, *(dict(zip(names, row, strict=True)) for row in [*sold[1:], ("a", "9", 30.0)]))
    past, numbered = with_past(then, now)
    found = figures(with_earlier(numbered, past))
    assert number(found, "hhi") == pytest.approx(3800)
    assert number(found, "effective_merchants") == pytest.approx(1 / 0.38)
    told = found.filter(pl.col("metric") == "hhi", pl.col("comparison") == "level", pl.col("segment") == "all")
    assert told.select("low", "high").row(0) == pytest.approx((3800, 3800))  # both windows agree
    alone, numbered = with_past(now)
    assert number(figures(with_earlier(numbered, alone)), "hhi") is None


def test_concentration_of_lower_ends_by_hand(
    rows: Callable[..., pl.DataFrame], with_past: Callable[..., tuple[Past, pl.DataFrame]]
) -> None:
    """Of five merchants the model has 40, 30, 15, 10 and 5; displays show 40, 20, 20, 10 and 10 at least."""
    sold, least = (40.0, 30.0, 15.0, 10.0, 5.0), [40.0, 20.0, 20.0, 10.0, 10.0]
    then, now = (
        rows(week, *({"value_yuan": yuan} for yuan in sold)).with_columns(value_low_yuan=pl.Series(least))
        for week in (MONTH_AGO, WEEK)
    )
    past, numbered = with_past(then, now)
    found = figures(with_earlier(numbered, past))
    assert number(found, "hhi") == pytest.approx(1600 + 900 + 225 + 100 + 25)
    assert number(found, "hhi_lower") == pytest.approx(1600 + 400 + 400 + 100 + 100)
    assert number(found, "cr4_lower") == pytest.approx(0.9)
    told = found.filter(pl.col("metric") == "hhi_lower", pl.col("comparison") == "level", pl.col("segment") == "all")
    assert told.select("low", "high").row(0) == pytest.approx((2600, 2600))  # both windows agree
    exact = numbered.with_columns(value_low_yuan="value_yuan")
    assert number(figures(with_earlier(exact, past)), "hhi_lower") is None


def test_what_sells_below_cost_counts_by_what_it_sells(rows: Callable[..., pl.DataFrame]) -> None:
    floor = CostFloor(yuan=1.0, unit="piece", on=WEEK, source="by hand")
    sold = [(0.8, 300.0), (1.05, 100.0), (1.2, None), (3.0, 200.0)]
    priced = rows(WEEK, *({"unit_price_yuan": price, "value_yuan": value} for price, value in sold))
    found = figures(with_cost_floor(priced, floor))
    assert number(found, "below_cost_share") == pytest.approx(1 / 4)
    assert number(found, "below_cost_value_share") == pytest.approx(300 / 600)
    assert number(found, "near_cost_share") == pytest.approx(2 / 4)


RANGE = {"unit": "piece", "on": WEEK, "source": "by hand"}


def told(found: pl.DataFrame, metric: str, comparison: str = "level") -> tuple[float, float, float]:
    wanted = found.filter(metric=metric, comparison=comparison, segment="all")
    return wanted.select("value", "low", "high").row(0)  # type: ignore[return-value]


def test_a_range_of_the_cost_floor_widens_what_is_below_it(rows: Callable[..., pl.DataFrame]) -> None:
    """Of forty listings 4 are below the range of 1 to 3, 12 below the floor itself, 24 below its upper end: the ends of
    the interval are the low one of 10 % and the high one of 60 %, as they are told where these are the floor."""
    prices = [*[0.5] * 4, *[1.5] * 8, *[2.5] * 12, *[4.0] * 16]
    then, now = (
        rows(week, *({"unit_price_yuan": factor * price, "value_yuan": 100.0} for price in prices))
        for week, factor in ((BASE_WEEK, 2.0), (WEEK, 1.0))
    )

    def tell(floor: CostFloor) -> pl.DataFrame:
        return figures(with_cost_floor(now, floor), with_cost_floor(then, floor))

    found = tell(CostFloor(yuan=2.0, low_yuan=1.0, high_yuan=3.0, **RANGE))
    least, point, most = (tell(CostFloor(yuan=yuan, **RANGE)) for yuan in (1.0, 2.0, 3.0))
    for metric in ("below_cost_share", "below_cost_value_share"):
        value, low, high = told(found, metric)
        assert value == pytest.approx(0.3)
        assert (told(least, metric)[0], told(most, metric)[0]) == pytest.approx((0.1, 0.6))
        assert (low, high) == (told(least, metric)[1], told(most, metric)[2])
    low, high = told(least, "near_cost_share")[1], told(most, "near_cost_share")[2]
    assert told(found, "near_cost_share") == (told(point, "near_cost_share")[0], low, high)
    low, high = told(most, "margin_over_floor")[1], told(least, "margin_over_floor")[2]
    assert told(found, "margin_over_floor") == pytest.approx((2.5 / 2, low, high))
    changes = [told(each, "below_cost_share", "yoy") for each in (least, point, most)]
    assert [change[0] for change in changes] == pytest.approx([0.1, 0.2, 0.5])
    value, low, high = told(found, "below_cost_share", "yoy")
    assert (value, low, high) == (changes[1][0], min(c[1] for c in changes), max(c[2] for c in changes))
    margins = [told(each, "margin_over_floor", "yoy") for each in (found, point)]
    assert margins[0] == pytest.approx(margins[1])  # one floor serves both ends
    assert set(found["metric"]) == set(point["metric"])


def test_one_end_of_the_range_leaves_the_other_at_the_floor(rows: Callable[..., pl.DataFrame]) -> None:
    now = rows(WEEK, *({"unit_price_yuan": price} for price in (0.5, 1.5, 1.5, 2.5, 4.0, 4.0, 4.0, 4.0)))
    one, point, most = (
        figures(with_cost_floor(now, CostFloor(**ends, **RANGE)))  # type: ignore[arg-type]
        for ends in ({"yuan": 2.0, "high_yuan": 3.0}, {"yuan": 2.0}, {"yuan": 3.0})
    )
    value, low, high = told(one, "below_cost_share")
    assert (value, low) == told(point, "below_cost_share")[:2]
    assert high == told(most, "below_cost_share")[2]


def test_repurchase_of_the_listings_that_sell_most(rows: Callable[..., pl.DataFrame]) -> None:
    """Three of fourteen listings are the top 20 %; one merchant has the two best of them, and counts once."""
    rates = [1.0, 0.5, *[0.2] * 11]
    best = {"merchant_id": "m0", "listing_id": "2", "value_yuan": 900.0, "merchant_repurchase_share": 1.0}
    listings = [{"value_yuan": 900.0 - n, "merchant_repurchase_share": rate} for n, rate in enumerate(rates)]
    now = rows(WEEK, *listings, best)
    found = figures(now, now.with_columns(pl.lit(BASE_WEEK).alias("week"), pl.col("merchant_repurchase_share") / 2))
    assert number(found, "repurchase_median", "yoy") == pytest.approx(0.1)
    assert number(found, "repurchase_median", "yoy", "value_top=20") == pytest.approx(0.375)
    assert number(found, "repurchase_share", segment="value_top=20") == pytest.approx(0.75)
    assert number(found, "full_repurchase_share", segment="value_top=20") == pytest.approx(1 / 2)
    assert number(found, "full_repurchase_share") == pytest.approx(1 / 13)
    assert number(found, "displayed_sales", segment="value_top=20") is None
    assert number(found, "repurchase_median", segment="value_top=20") == pytest.approx((1.0 + 0.5) / 2)
    assert number(found, "repurchase_median") == pytest.approx(0.2)
    by_sales = [900.0, *(900.0 - n for n in range(13))]
    weighted = sum(v * r for v, r in zip(by_sales, [1.0, *rates], strict=True)) / sum(by_sales)
    assert number(found, "repurchase_by_sales_share") == pytest.approx(weighted)


def test_sales_net_of_returns_fall_where_returns_rise(rows: Callable[..., pl.DataFrame]) -> None:
    """METHOD 3.3: returns from 5 to 20 % at level sales are -15.8 %."""
    then, now = (
        rows(week, *({"value_yuan": 100.0 + n, "return_share": share} for n in range(12)))
        for week, share in ((BASE_WEEK, 0.05), (WEEK, 0.20))
    )
    found = figures(now, then)
    assert number(found, "net_sales") == pytest.approx(0.8 * sum(100 + n for n in range(12)))
    assert number(found, "net_sales", "yoy") == pytest.approx(0.8 / 0.95 - 1)
    assert number(figures(then.drop("return_share").with_columns(week=pl.lit(WEEK))), "net_sales") is None


def test_dear_merchants_are_compared_as_they_were_dear_then(rows: Callable[..., pl.DataFrame]) -> None:
    """The dearest tenth of twenty grew by 15 %, and one of them is among the cheapest now."""
    names = [f"m{n:02}" for n in range(20)]
    then = [{"merchant_id": name, "unit_price_yuan": 1.0 + n, "value_yuan": 100.0} for n, name in enumerate(names)]
    now = [row | {"value_yuan": 115.0 if n >= 18 else 50.0} for n, row in enumerate(then)]
    now[19] |= {"unit_price_yuan": 0.5}
    found = figures(rows(WEEK, *now), rows(BASE_WEEK, *then))
    matched = found.filter(pl.col("panel") == "matched")
    assert number(matched, "displayed_sales", "yoy", "price_band=90-100") == pytest.approx(0.15)
    assert number(matched, "displayed_sales", "yoy", "price_band=0-10") == pytest.approx(-0.5)
    assert number(found, "median_price", segment="price_band=90-100") is None  # sales only
