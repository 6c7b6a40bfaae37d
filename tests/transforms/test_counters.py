from datetime import date, timedelta
from itertools import takewhile

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.counters import flows, since_last_tick, tick_levels, tightened, with_runs

WEEK = date(2026, 1, 5)
Shown = tuple[float, float | None]


def history(*readings: Shown | None, listing: str = "A", kinds: list[str] | None = None) -> pl.DataFrame:
    """One listing's counter, a reading a week; None where the listing was not seen."""
    rows = [
        {
            "week": WEEK + timedelta(weeks=at),
            "sales_total_low": float(shown[0]),
            "sales_total_high": None if shown[1] is None else float(shown[1]),
            "kind": kinds[at] if kinds else "pieces",
        }
        for at, shown in enumerate(readings)
        if shown is not None
    ]
    schema = {"week": pl.Date, "sales_total_low": pl.Float64, "sales_total_high": pl.Float64, "kind": pl.String}
    named = {"marketplace": "practice", "category": "towels", "merchant_id": "M", "listing_id": listing}
    return pl.DataFrame(rows, schema=schema).with_columns(pl.lit(value).alias(name) for name, value in named.items())


def exact(*counters: float | None) -> pl.DataFrame:
    return history(*(None if counter is None else (counter, counter) for counter in counters))


def test_a_run_ends_where_the_counter_must_have_fallen() -> None:
    assert with_runs(exact(10, 20, 5, 7, 2))["run"].to_list() == [0, 0, 1, 1, 2]
    assert with_runs(history((1000, 2000), (1000, 1500), (1200, 1300)))["run"].to_list() == [0, 0, 0]


def test_a_fall_counts_however_long_ago_the_higher_reading_was() -> None:
    shrinking = history((100, 200), (90, 150), (80, 95))
    assert with_runs(shrinking)["run"].to_list() == [0, 0, 1]


def test_another_kind_begins_another_run_and_is_never_subtracted() -> None:
    mixed = history((10, 10), (500, 500), (520, 520), kinds=["reviews", "pieces", "pieces"])
    assert with_runs(mixed)["run"].to_list() == [0, 1, 1]
    assert flows(with_runs(mixed), weeks=1)["flow_mid"].to_list() == [None, None, 20 * 4]


def test_runs_and_flows_need_no_kind() -> None:
    told = exact(10, 20, 30, 40, 60, 5, 7)
    untold = told.drop("kind")
    assert with_runs(untold)["run"].to_list() == [0, 0, 0, 0, 0, 1, 1]
    assert flows(with_runs(untold)).equals(flows(with_runs(told)).drop("kind"))
    assert tightened(untold, with_future=True).equals(tightened(told, with_future=True).drop("kind"))


def test_orders_taken_back_end_no_run_and_a_slow_leak_of_them_does() -> None:
    assert with_runs(exact(1000, 985, 990))["run"].to_list() == [0, 0, 0]
    assert with_runs(exact(1000, 985, 975))["run"].to_list() == [0, 0, 1]
    assert with_runs(history((11_950, 12_050), (11_850, 11_950)))["run"].to_list() == [0, 0], "1.20万 and 1.19万"
    assert with_runs(history((12_000, 13_000), (11_000, 12_000)))["run"].to_list() == [0, 1], "1.2万+ and 1.1万+"


def test_bounds_are_tightened_by_the_past_and_only_if_asked_by_the_future() -> None:
    shown = history((1000, 2000), (1400, 1400), (1000, 2000), (1400, None), (1600, 1600), (300, 400), (350, None))
    past, both = tightened(shown), tightened(shown, with_future=True)
    assert past["sales_total_low"].to_list() == [1000, 1400, 1400, 1400, 1600, 300, 350]
    assert past["sales_total_high"].to_list() == [2000, 1400, 2000, None, 1600, 400, None]
    assert both["sales_total_high"].to_list() == [1400, 1400, 1600, 1600, 1600, 400, None]


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ((100, 100), (160, 160), (60, 60, 60, False)),
        ((1000, 2000), (1000, 2000), (0, 0, 1000, False)),
        ((1000, 2000), (3000, 4000), (1000, 2000, 3000, False)),
        ((1000, 2000), (200, 300), (0, None, None, True)),
        ((1000, None), (1000, None), (0, 0, None, False)),
        ((2000, 3000), (1000, 2000), (0, None, None, True)),
        ((100, 100), (100, 200), (0, 50, 100, False)),
        ((1000, 1000), (990, 990), (0, 0, 0, False)),
    ],
)
def test_flow_of_four_weeks(then: Shown, now: Shown, expected: tuple[float | None, ...]) -> None:
    found = flows(with_runs(history(then, None, None, None, now)))
    assert found.select("flow_low", "flow_mid", "flow_high", "is_reset").row(1) == expected


def test_a_long_difference_is_told_per_28_days_and_hides_a_thirteenth() -> None:
    runs = with_runs(history((1000, 2000), *([None] * 51), (14_000, 15_000)))
    low, middle, high = flows(runs, weeks=52).select("flow_low", "flow_mid", "flow_high").row(1)
    assert (low, middle, high) == pytest.approx((12_000 / 13, 1000, 14_000 / 13))


@example(steps=[320, 318, 1, 1, 10, 0, 10, 140], resets={1}, grid=1)
@example(steps=[315, 314, 1, 0, 10, 0, 10, 150], resets={1}, grid=1)
@example(steps=[0, 0, 301, 300, 0, 0, 0, 0], resets={1, 3}, grid=1)
@given(
    steps=st.lists(st.integers(0, 400), min_size=8, max_size=40),
    resets=st.sets(st.integers(1, 39), max_size=3),
    grid=st.sampled_from([1, 10, 100, 1000]),
)
def test_what_was_sold_lies_within_and_no_flow_is_negative(steps: list[int], resets: set[int], grid: int) -> None:
    """Weekly flows of a floored counter that is set back to 0 now and then, tightened by past and future.

    A counter that sold more in the week of its fall than it had before, or as much but for 2 %, does not show that it
    fell; what lies between the two levels, before and after, passes for orders that were taken back."""
    counter, level, shown, hidden_falls = 0, 0, list[Shown](), set[int]()
    for at, step in enumerate(steps):
        is_hidden = at in resets and step // grid >= 0.98 * (counter // grid)
        if is_hidden or counter // grid < level // grid:
            hidden_falls.add(at)
        if is_hidden:
            above = takewhile(lambda earlier: shown[earlier][0] > step // grid * grid, reversed(range(at)))  # noqa: B023
            hidden_falls.update(above)
        if at in resets:
            level = max(level, counter) if is_hidden else 0
        counter = step if at in resets else counter + step
        shown.append((counter // grid * grid, counter // grid * grid + (0 if grid == 1 else grid)))
    for rows in (with_runs(history(*shown)), tightened(history(*shown), with_future=True)):
        found = flows(rows, weeks=1).with_columns(sold=4.0 * pl.Series(steps))
        assert found["flow_low"].drop_nulls().ge(0).all()
        assert found["flow_mid"].drop_nulls().ge(0).all()
        since = found.filter(
            pl.col("flow_low").is_not_null(), ~pl.Series([at in hidden_falls for at in range(len(steps))])
        )
        assert (since["flow_low"] <= since["sold"] + 1e-6).all()
        assert (since["flow_high"] >= since["sold"] - 1e-6).all()


def test_the_level_between_two_ticks_is_a_straight_line() -> None:
    shown = [
        (1000, 2000),
        (1000, 2000),
        (2000, 3000),
        (2000, 3000),
        (2000, 3000),
        (2000, 3000),
        (4000, 5000),
        (4000, 5000),
    ]
    levels = tick_levels(with_runs(history(*shown)))["level"].to_list()
    assert levels == [None, None, 2000, 2500, 3000, 3500, 4000, None]


def test_ticks_tell_the_mean_flow_better_than_differences_of_floors() -> None:
    """A steady 70 a week behind a counter that shows thousands."""
    true = [5000 + 70 * week for week in range(120)]
    runs = with_runs(history(*((counter // 1000 * 1000, counter // 1000 * 1000 + 1000) for counter in true)))
    levels = tick_levels(runs)["level"]
    of_ticks = (levels - levels.shift(4)).drop_nulls()
    of_floors = flows(runs)["flow_mid"].drop_nulls()
    assert (of_ticks - 280).abs().max() < 30
    assert (of_floors - 280).abs().max() > 250


def test_after_the_last_tick_the_flow_is_bounded_by_the_time_that_passed() -> None:
    shown = [(1000, 2000), (2000, 3000), (2000, 3000), (2000, 3000)]
    assert since_last_tick(with_runs(history(*shown)))["rate_high"].to_list() == [None, None, 4000, 2000]
