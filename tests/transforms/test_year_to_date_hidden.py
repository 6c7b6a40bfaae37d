"""What floored displays add to the interval of the year to date."""

from datetime import date

import polars as pl
import pytest

from configs.publication import shipped_rules
from sandbox.draws import BELT, DrawnBelt
from tests.transforms.grids import COARSE
from tests.transforms.test_hidden_sales import drawn, figures_of, floored, row
from transforms.coverage import Coverage
from transforms.panels import placed_listings
from transforms.read_ends import read_pairs
from transforms.year_to_date import Reading, reading, windows, year_to_date

MARCH, JANUARY = date(2026, 3, 30), date(2026, 1, 5)
ENDS = ("value", "low", "high", "p_value", "method")


@pytest.fixture(scope="module")
def belt() -> DrawnBelt:
    return drawn(80, 6)


def read(now: pl.DataFrame, then: pl.DataFrame) -> Reading:
    return reading(*read_pairs(placed_listings(now), placed_listings(then)))


def to_date(week: date, *readings: Reading) -> dict[str, dict[str, object]]:
    read_weeks = dict(zip(windows(week), readings, strict=True))
    rows = year_to_date(read_weeks, BELT, week, Coverage(1.0, 1.0), shipped_rules())
    return {found["panel"]: found for found in rows.iter_rows(named=True)}


def hidden(belt: DrawnBelt) -> tuple[pl.DataFrame, pl.DataFrame]:
    return floored(belt.current, COARSE), floored(belt.base, COARSE)


@pytest.mark.parametrize("panel", ["matched", "total"])
def test_of_one_window_it_is_the_change_of_the_week(belt: DrawnBelt, panel: str) -> None:
    now, then = hidden(belt)
    found, weekly = to_date(JANUARY, read(now, then))[panel], row(figures_of(now, then), "displayed_sales", panel)
    assert "imputation" in str(found["method"])
    assert [found[name] for name in ENDS] == [weekly[name] for name in ENDS]


def test_a_listing_stands_at_one_rank_in_all_windows(belt: DrawnBelt) -> None:
    """Three windows that show the same are three times one of them, and just as unsure."""
    now, then = hidden(belt)
    one, three = to_date(JANUARY, read(now, then)), to_date(MARCH, *[read(now, then)] * 3)
    for panel in ("matched", "total"):
        assert [three[panel][end] for end in ENDS[:3]] == pytest.approx([one[panel][end] for end in ENDS[:3]])


def test_a_merchant_away_in_one_window_is_matched_and_what_it_hides_is_drawn(belt: DrawnBelt) -> None:
    """Without one of the windows' now the largest merchant is matched all the same, and its hidden base counts."""
    now, then = hidden(belt)
    sizes = then.group_by("merchant_id").agg(pl.col("value_yuan").sum()).sort("value_yuan")
    staying = set(now["merchant_id"]) & set(then["merchant_id"])
    largest = next(name for name in reversed(sizes["merchant_id"].to_list()) if name in staying)
    away = now.filter(pl.col("merchant_id") != largest)
    whole, lacking = read(now, then), read(away, then)
    found = to_date(MARCH, whole, lacking, whole)["matched"]
    assert found["merchants"] == to_date(MARCH, whole, whole, whole)["matched"]["merchants"]
    # The same by hand: its base hides as much in the window in which it is away as in the others
    own = lacking.rows.filter(pl.col("merchant_id") == largest, pl.col("group") >= 0)
    base, current = lacking.excess
    assert own["group"].n_unique() == 1
    assert abs(base[:, own["group"][0]]).max() > 0
    assert abs(current[:, own["group"][0]]).max() == 0
    emptied = lacking.rows.with_columns(
        group=pl.when(pl.col("merchant_id") == largest).then(-1).otherwise("group").cast(pl.Int64)
    )
    without = to_date(MARCH, whole, Reading(emptied, lacking.excess), whole)["matched"]
    assert (without["value"], without["merchants"]) == (found["value"], found["merchants"])
    assert without["low"] != found["low"]


def test_exact_displays_are_told_as_before(belt: DrawnBelt) -> None:
    value = pl.col("value_yuan")
    ends = (belt.current, belt.base)
    exact = [end.with_columns(value_low_yuan=value, value_high_yuan=value) for end in ends]
    assert to_date(JANUARY, read(*exact)) == to_date(JANUARY, read(*ends))
    assert "imputation" not in str(to_date(JANUARY, read(*exact))["matched"]["method"])
