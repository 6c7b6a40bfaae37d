"""Counters read on any day, put at Mondays: a steady counter keeps its weekly flow whenever it is read."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.calendar import starts_at, week_of
from transforms.monday_counters import monday_counters

MONDAY = datetime(2026, 11, 1, 16, tzinfo=UTC)  # midnight of 2 November in Shanghai


def readings(*read: tuple[str, datetime, float | None]) -> pl.DataFrame:
    schema = {"listing": pl.String, "seen_at": pl.Datetime("us", "UTC"), "sales_total": pl.Float64}
    return pl.DataFrame(read, schema=schema, orient="row")


@given(st.lists(st.integers(0, 60 * 24 * 60), min_size=2, max_size=9, unique=True), st.floats(0, 1e4))
def test_a_steady_counter_is_recovered_at_every_monday(minutes: list[int], per_minute: float) -> None:
    instants = [MONDAY + timedelta(minutes=minute) for minute in sorted(minutes)]
    read = [("a", at, per_minute * ((at - MONDAY) / timedelta(minutes=1))) for at in instants]
    found = monday_counters(readings(*reversed(read)), ["listing"])
    weeks = [week_of(MONDAY) + timedelta(weeks=number) for number in range(10)]
    inside = [week for week in weeks if instants[0] <= starts_at(week) <= instants[-1]]
    assert found["week"].to_list() == inside
    flows = [per_minute * ((starts_at(week) - MONDAY) / timedelta(minutes=1)) for week in inside]
    assert found["sales_total"].to_list() == pytest.approx(flows)


def test_a_late_crawl_still_gives_seven_days() -> None:
    read = [("a", MONDAY, 0.0), ("a", MONDAY + timedelta(days=9), 90.0), ("a", MONDAY + timedelta(days=14), 140.0)]
    found = monday_counters(readings(*read), ["listing"])
    assert found["sales_total"].to_list() == [0.0, 70.0, 140.0]


def test_nothing_is_said_across_a_reset_or_beyond_the_readings() -> None:
    read = [
        ("a", MONDAY, 50.0),
        ("a", MONDAY + timedelta(days=3), 60.0),
        ("a", MONDAY + timedelta(days=10), 5.0),
        ("a", MONDAY + timedelta(days=20), 25.0),
        ("b", MONDAY + timedelta(days=1), 7.0),
        ("b", MONDAY + timedelta(days=8), None),
    ]
    found = monday_counters(readings(*read), ["listing"])
    assert found.rows() == [("a", date(2026, 11, 2), 50.0), ("a", date(2026, 11, 16), 13.0)]


def test_each_key_stands_alone() -> None:
    read = [("a", MONDAY, 1.0), ("b", MONDAY + timedelta(days=7), 9.0)]
    assert monday_counters(readings(*read), ["listing"]).rows() == [
        ("a", date(2026, 11, 2), 1.0),
        ("b", date(2026, 11, 9), 9.0),
    ]
    assert monday_counters(readings(), ["listing"]).is_empty()
