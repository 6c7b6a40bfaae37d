"""Counters of single weeks, planted with resets, late crawls, missing weeks and orders taken back, and what flowed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.test_sales import ENDS, ROW, WEEK, counters
from transforms.sales import with_cumulative_flows

MONDAY = datetime(WEEK.year, WEEK.month, WEEK.day, 3, tzinfo=UTC)
RESTARTS = (10_000, 100)  # what a counter is set back to, so far below all before it that the fall is seen
GRIDS = (1, 10, 100, 1000)


def read(
    levels: dict[int, int], grid: int = 1, days: dict[int, float] | None = None, counted: dict[int, str] | None = None
) -> pl.DataFrame:
    """listing_weeks of one counter: number of the week to what it stood at, floored to `grid`, read so many days into
    the week, and what it counts."""
    rows = [
        {
            **ROW,
            "week": WEEK + timedelta(weeks=at),
            "seen_at": MONDAY + timedelta(weeks=at, days=(days or {}).get(at, 0)),
            "listing_id": "L",
            "sales_total_low": float(level // grid * grid),
            "sales_total_high": float(level // grid * grid + (grid if grid > 1 else 0)),
            "flags": [counted[at]] if counted and at in counted else None,
        }
        for at, level in levels.items()
    ]
    shape = counters(WEEK, "1")
    texts = pl.DataFrame(rows, schema_overrides={"flags": pl.List(pl.String())}, infer_schema_length=None)
    full = pl.concat([shape.clear(), texts.with_columns(sales_basis=pl.lit("cumulative"))], how="diagonal_relaxed")
    return full.select(shape.columns).cast(dict(shape.schema))


def flow_of(history: pl.DataFrame, at: int) -> dict[str, object]:
    """What is told of one week, made alone from the weeks before it."""
    now = history.filter(week=WEEK + timedelta(weeks=at))
    return with_cumulative_flows(now, history.filter(pl.col("week") < now["week"].item())).row(0, named=True)


@pytest.mark.parametrize(("at", "sold"), [(4, 350), (5, 350)])
def test_a_reset_within_the_four_weeks_is_seen_though_the_counter_has_grown_beyond_its_base(at: int, sold: int) -> None:
    """Set back to nought between 200 and 50: 150 is no upper end of what was sold."""
    found = flow_of(read(dict(enumerate([100, 200, 50, 150, 250, 350]))), at)
    assert (found["pieces_low"], found["pieces_mid"], found["pieces_high"]) == (300, None, None)
    assert found["pieces_low"] <= sold
    assert (found["value_low_yuan"], found["value_yuan"], found["value_high_yuan"]) == (300 * 3.5, None, None)
    assert found["flags"] == ["counter_reset"]


def test_a_fall_is_seen_wherever_it_lies_and_flows_of_runs_add_up() -> None:
    for fall in range(1, 5):
        levels = {at: 1000 + 10 * at if at < fall else 10 * at for at in range(5)}
        assert flow_of(read(levels), 4)["pieces_low"] == 30
    assert flow_of(read({0: 1000, 1: 1010, 2: 5, 3: 9, 4: 2}), 4)["pieces_low"] == 14
    assert flow_of(read({0: 1000, 4: 900}), 4)["pieces_low"] == 0


def test_a_run_that_begins_behind_a_floor_may_have_begun_just_below_the_next_number() -> None:
    """11,000+ after 10,000+ may be one piece, 13,000+ at least 2,000."""
    assert flow_of(read({0: 50_900, 1: 10_999, 3: 11_000, 4: 11_001}, grid=1000), 4)["pieces_low"] == 0
    assert flow_of(read({0: 50_900, 1: 10_999, 3: 12_000, 4: 13_001}, grid=1000), 4)["pieces_low"] == 2000


def test_readings_in_between_of_something_else_and_weeks_without_one_tell_nothing() -> None:
    levels = {0: 1000, 1: 1010, 2: 30, 3: 1030, 4: 1040}
    reviews = flow_of(read(levels, counted={2: "reviews"}), 4)
    missing = flow_of(read({at: level for at, level in levels.items() if at != 2}), 4)
    assert [reviews[end] for end in ENDS] == [missing[end] for end in ENDS] == [40, 40, 40]
    assert flow_of(read({1: 1010, 2: 1020, 4: 1040}), 4)["pieces_low"] is None, "there is no base"


def test_the_flag_of_a_reset_stands_beside_others_and_falls_of_the_past_leave_it_out() -> None:
    paid = read({at: 900 if at < 2 else 10 * at for at in range(8)}, counted=dict.fromkeys(range(8), "payers"))
    assert flow_of(paid, 5)["flags"] == ["counter_reset", "payers"]
    assert flow_of(paid, 6)["flags"] == ["payers"]
    assert flow_of(paid, 6)["pieces_mid"] == 40


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [(0, 0, 280), (0, 6, 280), (6, 0, 280), (2, 3, 280), (0, 0.45, 280 * 28.45 / 28), (6.9, 0, 280)],
    ids=["same day", "34 days", "22 days", "29 days", "the same day, hours later", "21 days"],
)
def test_ten_a_day_are_280_whichever_days_were_crawled(then: float, now: float, told: float) -> None:
    levels = {0: round(1e5 + 10 * then), 4: round(1e5 + 10 * (28 + now))}
    found = flow_of(read(levels, days={0: then, 4: now}), 4)
    assert [found[end] for end in ENDS] == pytest.approx([told] * 3, abs=0.5)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_hard_bounds_hold_what_was_sold_whatever_happened(data: st.DataObject) -> None:
    """Sales before and after a fall within its week, displays, days and missing weeks are drawn; the truth is what was
    sold between both readings, per 28 days."""
    sold = data.draw(st.lists(st.integers(0, 400), min_size=9, max_size=9), "sold up to each reading")
    falls = sorted(data.draw(st.sets(st.integers(1, 8), max_size=2), "weeks of falls"))
    lost = {at: data.draw(st.integers(0, sold[at]), "before the fall") for at in falls}
    grid = data.draw(st.sampled_from(GRIDS), "grid")
    days = dict(enumerate(data.draw(st.lists(st.integers(0, 6), min_size=9, max_size=9), "days")))
    missing = data.draw(st.sets(st.integers(0, 8), max_size=4), "weeks without a reading")
    levels, level, restarts = {}, data.draw(st.integers(10**5, 10**6), "counter"), iter(RESTARTS)
    for at, pieces in enumerate(sold):
        level = next(restarts) + pieces - lost[at] if at in falls else level + pieces
        levels[at] = level
    history = read({at: level for at, level in levels.items() if at not in missing}, grid, days)
    for at in sorted({4, 5, 6, 7, 8} - missing):
        found, is_set_back = flow_of(history, at), any(at - 4 < fall <= at for fall in falls)
        if at - 4 in missing:
            assert found["pieces_low"] is None
            continue
        truth = sum(sold[at - 3 : at + 1]) * 28 / (28 + days[at] - days[at - 4])
        assert 0 <= found["pieces_low"] <= truth + 1e-6
        assert (found["pieces_high"] is None) == is_set_back
        assert is_set_back or found["pieces_high"] >= truth - 1e-6
        assert (found["flags"] == ["counter_reset"]) == is_set_back
        if grid == 1:
            assert found["pieces_mid"] == (None if is_set_back else pytest.approx(truth))


@settings(max_examples=30, deadline=None)
@given(
    weeks=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=4, max_size=4),
    base=st.integers(20_000, 10**6),
    grid=st.sampled_from((1, 10)),
)
def test_orders_taken_back_are_no_reset_and_what_is_left_of_the_sales_lies_within(
    weeks: list[tuple[int, int]], base: int, grid: int
) -> None:
    levels = [base]
    for pieces, taken_back in weeks:
        levels.append(levels[-1] + pieces - taken_back)
    found, left = flow_of(read(dict(enumerate(levels)), grid), 4), max(0, levels[-1] - base)
    assert found["flags"] is None
    assert found["pieces_low"] <= left <= found["pieces_high"]
    assert found["pieces_low"] <= sum(max(0, now - then) for then, now in pairwise(levels))
    assert grid > 1 or found["pieces_mid"] == left
