"""A belt of which some listings are known by their city only: the hard rule, and what may be at most and at least."""

from collections.abc import Callable
from datetime import date

import polars as pl

from configs.publication import PublicationRules, shipped_rules
from tests.transforms.told import lenient
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.membership_figures import MEMBERSHIP

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
BeltRows = Callable[..., pl.DataFrame]


def levels(
    rows: pl.DataFrame, rules: PublicationRules | None = None
) -> dict[str, tuple[float | None, float | None, float | None]]:
    figures = belt_figures(rows, None, "belt", WEEK, BASE_WEEK, Coverage(1.0, None), rules or lenient())
    kept = figures.filter(pl.col("metric").is_in(["displayed_sales", MEMBERSHIP]), segment="all", comparison="level")
    return {row[0]: row[1:] for row in kept.select("metric", "value", "low", "high").iter_rows()}


def test_the_sum_by_weight_lies_between_all_out_and_all_in(belt_rows: BeltRows) -> None:
    rows = belt_rows(WEEK, ("a", "1", 100.0), ("b", "1", 40.0), ("c", "1", 20.0))
    soft = rows.with_columns(weight=pl.Series([1.0, 0.25, 0.9]))
    found = levels(soft)
    assert found["displayed_sales"][0] == 128.0
    assert found[MEMBERSHIP] == (120.0, 100.0, 160.0)


def test_there_is_no_row_where_all_are_certain(belt_rows: BeltRows) -> None:
    assert set(levels(belt_rows(WEEK, ("a", "1", 100.0), ("b", "1", 40.0)))) == {"displayed_sales"}


def test_it_keeps_the_secrets_of_displayed_sales(belt_rows: BeltRows) -> None:
    rows = belt_rows(WEEK, ("a", "1", 100.0), ("b", "1", 40.0)).with_columns(weight=pl.Series([1.0, 0.25]))
    assert levels(rows, shipped_rules()) == dict.fromkeys(["displayed_sales", MEMBERSHIP], (None, None, None))
