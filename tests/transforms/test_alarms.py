"""An alarm stands where a series really leaves its own past, and not before."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from transforms.alarms import LEAST_WEEKS, LEFT_OUT, TO_SIGMA, alarms

FIRST = date(2025, 1, 6)


def readings(values: list[float], grain: float = 0.0, belt: str = "b") -> pl.DataFrame:
    weeks = [FIRST + timedelta(weeks=week) for week in range(len(values))]
    return pl.DataFrame({"belt": belt, "metric": "m", "week": weeks, "value": values, "grain": grain})


def noise(weeks: int, seed: int = 1) -> list[float]:
    return np.random.default_rng(seed).normal(0.5, 0.01, weeks).tolist()


def test_a_deviation_is_measured_against_the_weeks_before_the_last_four() -> None:
    values = noise(60)
    found = alarms(readings([*values, 0.6]))
    past = np.array(values[60 - LEFT_OUT - 52 + 0 : 60 - LEFT_OUT])
    spread = TO_SIGMA * np.median(np.abs(past - np.median(past)))
    assert found["deviation"][-1] == pytest.approx((0.6 - np.median(past)) / spread)


def test_an_alarm_begins_in_the_second_week_and_ends_when_it_is_quiet() -> None:
    found = alarms(readings([*noise(60), 0.6, 0.6, 0.53, 0.5, 0.6, 0.5]))
    assert found["is_alarm"].to_list()[-6:] == [False, True, True, False, False, False]
    assert found["is_onset"].to_list()[-6:] == [False, True, False, False, False, False]
    assert found["is_onset"].sum() == 1


def test_two_weeks_to_different_sides_are_no_alarm() -> None:
    assert not alarms(readings([*noise(60), 0.6, 0.4, 0.6]))["is_alarm"].any()


def test_a_short_past_tells_nothing() -> None:
    found = alarms(readings([*noise(LEAST_WEEKS + LEFT_OUT - 1), 9.0, 9.0]))
    assert found["deviation"].is_null().sum() == LEAST_WEEKS + LEFT_OUT
    assert not found["is_alarm"].any()


def test_one_listing_more_is_no_alarm_where_nothing_ever_moved() -> None:
    still = [0.0] * 60
    assert not alarms(readings([*still, 0.01, 0.01], grain=0.01))["is_alarm"].any()
    assert alarms(readings([*still, 0.05, 0.05], grain=0.01))["is_alarm"].to_list()[-2:] == [False, True]


def test_belts_are_judged_apart_and_rows_in_any_order() -> None:
    both = pl.concat([readings([*noise(60), 0.6, 0.6]), readings(noise(62, seed=2), belt="c")])
    found = alarms(both.sample(fraction=1.0, shuffle=True, seed=3))
    assert found.filter("is_alarm")["belt"].unique().to_list() == ["b"]
    assert alarms(both.clear()).is_empty()
