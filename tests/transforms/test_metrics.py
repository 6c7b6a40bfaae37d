from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from configs.belts import CostFloor
from configs.publication import shipped_rules
from tests.transforms.told import BASE_WEEK, WEEK, figures, number
from transforms.catalogue import catalogue
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.metrics import left_out, metrics, metrics_in
from transforms.prices import with_cost_floor


def test_the_catalogue_stands_in_the_order_of_publication() -> None:
    assert [metric.id for metric in metrics()] == [
        *("displayed_sales", "merchants", "listings", "median_price", "below_cost_share", "margin_over_floor"),
        *("floor_ratio", "cut_share", "ad_share", "service_pressure", "repurchase_share", "return_rate"),
        *("below_cost_value_share", "near_cost_share", "floor_velocity", "price_dispersion", "quartile_ratio"),
        *(
            "decile_ratio",
            "duplicate_dispersion",
            "regular_cut_share",
            "net_cut_share",
            "cut_among_changes_share",
            "cut_size",
        ),
        *("undercut_share", "undercut_excess", "undercut_chain", "undercut_chain_p95"),
        *(
            "title_homogeneity",
            "title_hhi",
            "hhi",
            "cr4",
            "effective_merchants",
            "hhi_lower",
            "cr4_lower",
            "volatility",
        ),
        *("repurchase_by_sales_share", "full_repurchase_share", "net_sales"),
        *("refund_only_share", "return_7d_share", "ship_48h_share", "repurchase_median"),
    ]
    assert {metric.unit for metric in catalogue()} == {"yuan", "count", "share", "ratio", "change"}


def test_a_metric_is_published_in_the_belt_and_in_its_own_cuts() -> None:
    by_id = {metric.id: metric for metric in metrics()}
    assert all(metric.is_in("all") for metric in by_id.values())
    assert by_id["displayed_sales"].is_in("price_band=0-10")
    assert by_id["repurchase_share"].is_in("value_top=20")
    assert by_id["price_dispersion"].is_in("mode=self")
    assert not by_id["floor_velocity"].is_in("marketplace=practice")
    assert {metric for metric in by_id if metric not in left_out("price_band=0-10")} == {"displayed_sales"}
    assert [metric.id for metric in metrics_in("value_top=20")] == [
        *("repurchase_share", "full_repurchase_share", "repurchase_median")
    ]


def test_every_metric_has_one_id_both_names_and_both_definitions() -> None:
    everything = catalogue()
    assert len({metric.id for metric in everything}) == len(everything)
    for metric in everything:
        assert metric.en
        assert metric.zh
        assert metric.definition.endswith(".")
        assert metric.definition_zh.endswith("。")
        assert metric.source


def test_full_counts_of_a_belt_written_by_hand(belt_rows: Callable[..., pl.DataFrame]) -> None:
    half = {"merchant_id": "c", "listing_id": "1", "value_yuan": 10.0, "weight": 0.5}
    found = figures(belt_rows(WEEK, ("a", "1", 100.0), ("a", "2", None), ("b", "1", 20.0), half))
    assert [number(found, name) for name in ("displayed_sales", "merchants", "listings")] == [125.0, 2, 3]


def test_a_third_of_three_listings_is_below_a_cost_of_one(rows: Callable[..., pl.DataFrame]) -> None:
    """METHOD 9, check 12: at cost itself is not below it."""
    floor = CostFloor(yuan=1.0, unit="piece", on=WEEK, source="by hand")
    priced = rows(WEEK, *({"unit_price_yuan": price} for price in (0.8, 1.0, 1.2)))
    found = figures(with_cost_floor(priced, floor))
    assert number(found, "below_cost_share") == pytest.approx(1 / 3)
    assert number(found, "margin_over_floor") == 1.0
    assert number(found, "median_price") == 1.0


def test_only_listings_of_the_floors_unit_are_held_against_it(rows: Callable[..., pl.DataFrame]) -> None:
    floor = CostFloor(yuan=1.0, unit="metre", on=WEEK, source="by hand")
    priced = rows(
        WEEK,
        *({"unit_price_yuan": 0.1} for _ in range(3)),
        *({"unit_price_yuan": price, "unit": "metre"} for price in (0.5, 3.0)),
    )
    found = figures(with_cost_floor(priced, floor))
    assert number(found, "below_cost_share") == 0.5
    assert number(found, "margin_over_floor") == 1.75
    assert number(found, "median_price") == 0.1  # pieces are the commonest


def test_what_cannot_be_known_has_no_row(rows: Callable[..., pl.DataFrame]) -> None:
    found = figures(with_cost_floor(rows(WEEK, {"unit_price_yuan": 2.0}, {"unit_price_yuan": 3.0}), None))
    assert set(found.filter(pl.col("comparison") == "level")["metric"]) == {
        *("displayed_sales", "merchants", "listings", "median_price", "floor_ratio"),
        *("price_dispersion", "quartile_ratio", "decile_ratio"),
    }


def test_badges_and_advertisements(rows: Callable[..., pl.DataFrame]) -> None:
    badges = [["refund_only", "ship_48h"], ["pay_later"], [], None, ["return_7d"]]
    found = figures(rows(WEEK, *({"flags": flags, "is_advertised": n == 0} for n, flags in enumerate(badges))))
    assert number(found, "service_pressure") == 0.5  # of four whose page shows badges
    assert [number(found, f"{badge}_share") for badge in ("refund_only", "return_7d", "ship_48h")] == [0.25] * 3
    assert number(found, "ad_share") == pytest.approx(0.2)


def test_a_merchants_repurchase_rate_counts_once(rows: Callable[..., pl.DataFrame]) -> None:
    shares = [("a", "1", 0.2), ("a", "2", 0.2), ("a", "3", 0.2), ("b", "1", 0.8), ("c", "1", None)]
    listings = [
        {"merchant_id": merchant, "listing_id": listing, "merchant_repurchase_share": share, "return_share": share}
        for merchant, listing, share in shares
    ]
    found = figures(rows(WEEK, *listings))
    assert number(found, "repurchase_share") == pytest.approx(0.5)
    assert number(found, "repurchase_median") == pytest.approx(0.5)
    assert number(found, "return_rate") == pytest.approx(0.35)


def test_the_price_that_a_twentieth_undercuts(rows: Callable[..., pl.DataFrame]) -> None:
    prices = [1.0, 1.2, *(4.0 + n / 100 for n in range(38))]
    found = figures(rows(WEEK, *({"unit_price_yuan": price} for price in prices)))
    median = (4.0 + 17 / 100 + 4.0 + 18 / 100) / 2
    assert number(found, "median_price") == pytest.approx(median)
    assert number(found, "floor_ratio") == pytest.approx((1.2 + 4.0) / 2 / median)  # 2 of 40 are exactly 5 %
    assert number(found, "decile_ratio") == pytest.approx((4.01 + 4.02) / 2 / median)  # and 4 of them 10 %


def test_shares_change_by_points_and_prices_by_a_ratio(rows: Callable[..., pl.DataFrame]) -> None:
    then = rows(BASE_WEEK, *({"is_advertised": n < 2, "unit_price_yuan": 2.0 + n} for n in range(10)))
    now = rows(WEEK, *({"is_advertised": n < 5, "unit_price_yuan": (2.0 + n) / 2} for n in range(10)))
    found = figures(now, then)
    assert number(found, "ad_share", "yoy") == pytest.approx(0.3)
    assert number(found, "median_price", "yoy") == pytest.approx(-0.5)
    units = dict(found.filter(pl.col("comparison") == "yoy").select("metric", "unit").rows())
    assert (units["ad_share"], units["median_price"], units["floor_ratio"]) == ("share", "change", "change")
    halved = found.filter(pl.col("metric") == "median_price", pl.col("comparison") == "yoy", pl.col("segment") == "all")
    assert halved.select("low", "high").row(0) == pytest.approx((-0.5, -0.5))  # every merchant alike: surely so


def test_a_comparison_of_prices_keeps_the_unit_of_the_base(rows: Callable[..., pl.DataFrame]) -> None:
    def priced(week: date, pieces: int, metres: int) -> pl.DataFrame:
        return rows(
            week,
            *({"unit_price_yuan": 2.0} for _ in range(pieces)),
            *({"unit_price_yuan": 80.0, "unit": "metre"} for _ in range(metres)),
        )

    found = figures(priced(WEEK, 3, 6), priced(BASE_WEEK, 6, 3))
    assert number(found, "median_price") == 80.0
    assert number(found, "median_price", "yoy") == 0.0


def test_few_merchants_publish_their_number_only(rows: Callable[..., pl.DataFrame]) -> None:
    now = rows(WEEK, *({"is_advertised": False, "unit_price_yuan": 1.0} for _ in range(9)))
    found = belt_figures(now, None, "belt", WEEK, BASE_WEEK, Coverage(1.0, 1.0), shipped_rules())
    levels = found.filter(pl.col("comparison") == "level", pl.col("segment") == "all")
    assert dict(levels.select("metric", "reason").rows()) == {
        **dict.fromkeys(("merchants", "listings"), "none"),
        **dict.fromkeys(("displayed_sales", "median_price", "floor_ratio", "ad_share"), "few_merchants"),
        **dict.fromkeys(("price_dispersion", "quartile_ratio", "decile_ratio"), "few_merchants"),
    }
