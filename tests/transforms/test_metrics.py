from collections.abc import Callable
from datetime import date

import polars as pl

from transforms.metrics import comparison_metrics, displayed_sales, listings, merchants, metrics
from transforms.panels import placed_listings

WEEK = date(2026, 11, 16)


def test_the_catalogue_stands_in_the_order_of_publication() -> None:
    assert [metric.id for metric in metrics()] == ["displayed_sales", "merchants", "listings"]
    assert [metric.unit for metric in metrics()] == ["yuan", "count", "count"]


def test_every_metric_has_one_id_and_both_names() -> None:
    everything = [*metrics(), *comparison_metrics()]
    assert len({metric.id for metric in everything}) == len(everything)
    assert all(metric.en and metric.zh and metric.source for metric in everything)


def test_levels_of_a_belt_written_by_hand(belt_rows: Callable[..., pl.DataFrame]) -> None:
    half = {"merchant_id": "c", "listing_id": "1", "value_yuan": 10.0, "weight": 0.5}
    rows = placed_listings(belt_rows(WEEK, ("a", "1", 100.0), ("a", "2", None), ("b", "1", 20.0), half))
    assert displayed_sales(rows) == 125.0
    assert merchants(rows) == 2
    assert listings(rows) == 3


def test_levels_of_nothing_are_zero(belt_rows: Callable[..., pl.DataFrame]) -> None:
    rows = placed_listings(belt_rows(WEEK))
    assert [metric.measure(rows) for metric in metrics()] == [0, 0, 0]
