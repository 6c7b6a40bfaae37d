"""The table of price wars counts what it says; planted readings stand in for two years of belts."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks.price_wars import FIRST_JUDGED, FIRST_WEEK, LIVE_WEEK, summary, war_weeks
from transforms.alarms import alarms

WEEKS = [FIRST_WEEK + timedelta(weeks=week) for week in range((LIVE_WEEK - FIRST_WEEK).days // 7)]
START = date(2026, 3, 2)


def belt(name: str, step_at: date | None, seed: int) -> pl.DataFrame:
    values = np.random.default_rng(seed).normal(0.3, 0.01, len(WEEKS))
    raised = values + np.array([0.2 if step_at and step_at <= week else 0.0 for week in WEEKS])
    return pl.DataFrame({"belt": name, "metric": "cut_share", "week": WEEKS, "value": raised, "grain": 0.0})


def test_wars_are_counted_with_their_delay_and_false_alarms_by_the_year() -> None:
    late = START + timedelta(weeks=3)
    series = [belt("at once", START, 1), belt("late", late, 2), belt("never shown", None, 3), belt("false", late, 4)]
    starts = {"at once": START, "late": START, "never shown": START, "false": None}
    row = summary(alarms(pl.concat(series)), starts).row(0, named=True)
    assert (row["wars"], row["wars_shown"]) == (3, 2)
    assert row["median_weeks"] == pytest.approx((1 + 4) / 2)
    before, calm = sum(FIRST_JUDGED <= week < START for week in WEEKS), sum(week >= FIRST_JUDGED for week in WEEKS)
    assert row["false_alarms_per_belt_year"] == pytest.approx(52 / (3 * before + calm))


def test_wars_begin_on_mondays_within_the_last_year() -> None:
    begins = war_weeks(50, seed=1)
    assert {start.weekday() for start in begins} == {0}
    assert LIVE_WEEK - timedelta(days=364) < min(begins) < max(begins) < LIVE_WEEK - timedelta(weeks=13)
