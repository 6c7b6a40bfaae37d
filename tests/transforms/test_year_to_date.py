from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest

from configs.calendar import year_ago
from configs.publication import shipped_rules
from transforms.coverage import Coverage
from transforms.panels import listing_pairs, placed_listings
from transforms.read_ends import read_pairs
from transforms.year_to_date import reading, windows, year_to_date

WEEK = date(2026, 3, 30)
BeltRows = Callable[..., pl.DataFrame]


@pytest.fixture
def readings(belt_rows: BeltRows) -> Callable[..., dict[date, pl.DataFrame]]:
    """Makes the readings of all windows: 20 merchants, each `change` on a year ago in each window."""

    def make(changes: list[float], away: dict[tuple[str, int, str], bool] | None = None) -> dict[date, pl.DataFrame]:
        found = {}
        for number, (week, change) in enumerate(zip(windows(WEEK), changes, strict=True)):
            size = {f"m{n:02}": 100.0 + n for n in range(20)}
            absent = {(merchant, end) for (merchant, window, end), _ in (away or {}).items() if window == number}
            now = belt_rows(week, *((m, "1", v * (1 + change)) for m, v in size.items() if (m, "now") not in absent))
            then = belt_rows(year_ago(week), *((m, "1", v) for m, v in size.items() if (m, "then") not in absent))
            found[week] = reading(listing_pairs(placed_listings(now), placed_listings(then)))
        return found

    return make


def figures_of(found: dict[date, pl.DataFrame], quarantined: bool = False) -> dict[str, dict[str, object]]:
    coverage = Coverage(1.0, 0.9)
    rows = year_to_date(found, "belt", WEEK, coverage, shipped_rules(), quarantined)
    assert set(rows.select("metric", "comparison", "segment", "alignment", "coverage_share").rows()) == {
        ("displayed_sales", "ytd", "all", "plain", 0.9)
    }
    return {row["panel"]: row for row in rows.iter_rows(named=True)}


def test_windows_do_not_overlap_and_lie_in_the_year() -> None:
    assert windows(WEEK) == [date(2026, 3, 30), date(2026, 3, 2), date(2026, 2, 2)]
    assert windows(date(2026, 1, 5)) == [date(2026, 1, 5)]  # at least one, though most of its days are last year's
    for week in (date(2026, 12, 28), date(2024, 12, 30), date(2025, 6, 2)):
        found = windows(week)
        assert found[0] == week
        assert {earlier - later for later, earlier in zip(found[1:], found[:-1], strict=True)} <= {timedelta(days=28)}
        assert all(window - timedelta(days=27) >= date(week.year, 1, 1) for window in found)
        assert found[-1] - timedelta(days=28 + 27) < date(week.year, 1, 1)


def test_the_year_to_date_is_the_ratio_of_the_sums(readings: Callable[..., dict[date, pl.DataFrame]]) -> None:
    found = figures_of(readings([-0.5, -0.2, 0.1]))
    assert found["matched"]["value"] == pytest.approx(-0.2)
    assert found["total"]["value"] == pytest.approx(-0.2)
    assert (found["matched"]["merchants"], found["matched"]["listings"]) == (20, 20)
    assert found["matched"]["grade"] == "B"


def test_a_merchant_away_for_a_month_stays_matched(readings: Callable[..., dict[date, pl.DataFrame]]) -> None:
    found = figures_of(readings([0.0, 0.0, 0.0], {("m05", 1, "now"): True, ("m06", 2, "then"): True}))
    size = 20 * 100 + sum(range(20))
    assert found["matched"]["value"] == pytest.approx((3 * size - 105) / (3 * size - 106) - 1)
    assert found["matched"]["merchants"] == 20


def test_a_merchant_that_is_new_this_year_is_not_matched(readings: Callable[..., dict[date, pl.DataFrame]]) -> None:
    new = {("m19", window, "then"): True for window in range(3)}
    found = figures_of(readings([0.0, 0.0, 0.0], new))
    assert (found["matched"]["value"], found["matched"]["merchants"]) == (0.0, 19)
    assert found["total"]["value"] > 0  # type: ignore[operator]
    assert (found["total"]["merchants"], found["total"]["listings"]) == (20, 20)


def test_a_window_without_base_leaves_no_base(readings: Callable[..., dict[date, pl.DataFrame]]) -> None:
    gone = {(f"m{n:02}", 2, "then"): True for n in range(20)}
    for row in figures_of(readings([0.0, 0.0, 0.0], gone)).values():
        assert (row["status"], row["reason"], row["value"]) == ("suppressed", "no_base", None)


def test_a_window_that_was_not_read_is_no_data(readings: Callable[..., dict[date, pl.DataFrame]]) -> None:
    found = readings([0.0, 0.0, 0.0])
    del found[windows(WEEK)[1]]
    assert {row["reason"] for row in figures_of(found).values()} == {"no_data"}
    gone = {(f"m{n:02}", 0, "now"): True for n in range(20)}
    assert {row["reason"] for row in figures_of(readings([0.0, 0.0, 0.0], gone)).values()} == {"no_data"}


def test_quarantine_suppresses(readings: Callable[..., dict[date, pl.DataFrame]]) -> None:
    assert {row["reason"] for row in figures_of(readings([0.0] * 3), True).values()} == {"quarantined"}


def test_small_weights_count_for_their_part(belt_rows: BeltRows) -> None:
    found = {}
    for week in windows(WEEK):
        half = {"merchant_id": "h", "listing_id": "1", "weight": 0.5}
        sold = [(f"m{n:02}", "1", 50.0) for n in range(12)]
        now = belt_rows(week, *sold, half | {"value_yuan": 0.0})
        then = belt_rows(year_ago(week), *sold, half | {"value_yuan": 200.0})
        found[week] = reading(listing_pairs(placed_listings(now), placed_listings(then)))
    assert figures_of(found)["matched"]["value"] == pytest.approx(600 / 700 - 1)
    assert figures_of(found)["matched"]["merchants"] == 12


def test_a_base_at_the_ceiling_of_one_window_counts_with_the_others(belt_rows: BeltRows) -> None:
    """Of three equal windows two stand at the ceiling by a quarter: a sixth of the sum, and then by a half: a third."""
    for share, reason in ((0.25, "none"), (0.5, "at_ceiling")):
        found = {}
        for number, week in enumerate(windows(WEEK)):
            sold = [(f"m{n:02}", "1", 50.0) for n in range(20)]
            is_open = pl.col("merchant_id").cum_count() <= 20 * share * (number < 2)
            ends = {"value_low_yuan": pl.col("value_yuan"), "value_high_yuan": pl.when(~is_open).then("value_yuan")}
            now, then = belt_rows(week, *sold), belt_rows(year_ago(week), *sold).with_columns(**ends)
            found[week] = reading(*read_pairs(placed_listings(now), placed_listings(then)))
        assert {row["reason"] for row in figures_of(found).values()} == {reason}
