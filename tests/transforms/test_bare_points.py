"""Only full counts stand without an interval: of all else a value that nothing tells how sure it is of is withheld."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.transforms.told import BASE_WEEK, WEEK, figures
from transforms.earlier import with_earlier
from transforms.past import Past
from transforms.publication import PUBLISHED, suppressed, with_interval
from transforms.uncertainty import Interval

MONTH_AGO, BASE_MONTH_AGO = date(2026, 10, 19), date(2025, 10, 20)
CONCENTRATIONS = ("hhi", "cr4", "effective_merchants")
SOLD = {
    BASE_MONTH_AGO: (40.0, 30.0, 15.0, 10.0, 5.0),
    BASE_WEEK: (40.0, 25.0, 20.0, 10.0, 5.0),
    MONTH_AGO: (55.0, 20.0, 15.0, 6.0, 4.0),
    WEEK: (60.0, 20.0, 10.0, 6.0, 4.0),
}
Rows = Callable[..., pl.DataFrame]
WithPast = Callable[..., tuple[Past, pl.DataFrame]]


@pytest.fixture(scope="session")
def concentrated(rows: Rows, with_past: WithPast) -> Callable[..., dict[tuple[str, str], dict[str, Any]]]:
    """What is told of five merchants' sales, by metric and comparison, if only some weeks were read."""

    def tell(*weeks: date) -> dict[tuple[str, str], dict[str, Any]]:
        made = [rows(week, *({"value_yuan": yuan} for yuan in SOLD[week])) for week in weeks]
        past, _ = with_past(*made)
        numbered = past_rows(made)
        now, then = (with_earlier(numbered.filter(pl.col("week") == week), past) for week in (WEEK, BASE_WEEK))
        found = figures(now, then).filter(pl.col("segment") == "all", pl.col("metric").is_in(CONCENTRATIONS))
        return {(row["metric"], row["comparison"]): row for row in found.iter_rows(named=True)}

    def past_rows(made: list[pl.DataFrame]) -> pl.DataFrame:
        return pl.concat([with_past(*made[: place + 1])[1] for place in range(len(made))])

    return tell


def test_concentration_and_its_change_with_both_windows_before(concentrated: Any) -> None:
    """Shares of 60, 20, 10, 6 and 4 % against 40, 25, 20, 10 and 5 %."""
    found = concentrated(BASE_MONTH_AGO, BASE_WEEK, MONTH_AGO, WEEK)
    now, then = 3600 + 400 + 100 + 36 + 16, 1600 + 625 + 400 + 100 + 25
    expected = {
        ("hhi", "level"): now,
        ("effective_merchants", "level"): 10_000 / now,
        ("cr4", "level"): 0.96,
        ("hhi", "yoy"): now / then - 1,
        ("effective_merchants", "yoy"): then / now - 1,
        ("cr4", "yoy"): 0.96 / 0.95 - 1,
    }
    assert {name: row["value"] for name, row in found.items()} == pytest.approx(expected)
    assert all(row["low"] < row["value"] < row["high"] for row in found.values())


def test_a_base_without_its_window_before_leaves_the_change_withheld(concentrated: Any) -> None:
    found = concentrated(BASE_WEEK, MONTH_AGO, WEEK)
    for metric in CONCENTRATIONS:
        assert found[metric, "level"]["status"] == "published"
        change = found[metric, "yoy"]
        assert (change["value"], change["low"], change["reason"]) == (None, None, "no_interval")


def test_a_week_without_its_window_before_has_no_concentration(concentrated: Any) -> None:
    assert concentrated(BASE_MONTH_AGO, BASE_WEEK, WEEK) == {}


def test_prices_that_are_mostly_one_have_a_dispersion_of_nought_that_is_withheld(rows: Rows) -> None:
    now = rows(WEEK, *({"unit_price_yuan": price} for price in (2.0, 2.0, 2.0, 5.0)))
    found = figures(now, now.with_columns(week=pl.lit(BASE_WEEK)))
    flat = found.filter(pl.col("metric") == "price_dispersion", pl.col("segment") == "all")
    assert flat.select("comparison", "value", "reason").rows() == [
        ("level", None, "no_interval"),
        ("yoy", None, "no_base"),  # nothing is so many times nought
    ]


def test_one_merchants_share_is_withheld_however_lenient_the_rules(rows: Rows) -> None:
    now = rows(WEEK, *({"merchant_id": "a", "listing_id": f"{n}", "is_advertised": n < 2} for n in range(4)))
    levels = figures(now).filter(pl.col("segment") == "all", pl.col("comparison") == "level")
    reasons = dict(levels.select("metric", "reason").rows())
    assert reasons["ad_share"] == "no_interval"
    assert reasons["listings"] == "none"  # a full count


def test_other_reasons_come_first() -> None:
    assert with_interval(PUBLISHED, Interval(0.3)) == suppressed("no_interval")
    assert with_interval(suppressed("dominance"), Interval(0.3)) == suppressed("dominance")
    assert with_interval(PUBLISHED, Interval(0.3, 0.2, 0.4)) == PUBLISHED
