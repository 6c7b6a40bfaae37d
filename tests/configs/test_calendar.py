"""Weeks begin on Monday, midnight in Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.calendar import as_week, starts_at, week_of, weeks_between, year_ago
from configs.errors import InputError


def test_the_week_turns_at_midnight_in_shanghai() -> None:
    turn = datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert week_of(turn - timedelta(seconds=1)) == date(2026, 11, 9)
    assert week_of(turn) == date(2026, 11, 16)
    assert starts_at(date(2026, 11, 16)) == turn


@given(st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_every_instant_lies_in_its_week(instant: datetime) -> None:
    week = week_of(instant)
    assert week.weekday() == 0
    assert starts_at(week) <= instant < starts_at(week + timedelta(days=7))


def test_the_53rd_week_of_2026_has_a_year_ago() -> None:
    assert date(2026, 12, 28).isocalendar().week == 53
    assert year_ago(date(2026, 12, 28)) == date(2025, 12, 29)


def test_the_leap_day_of_2028_lies_in_a_week_like_any_other() -> None:
    assert week_of(datetime(2028, 2, 29, 4, tzinfo=UTC)) == date(2028, 2, 28)
    assert year_ago(date(2028, 2, 28)) == date(2027, 3, 1)


@pytest.mark.parametrize(("text", "said"), [("2026-11-17", "Tuesday.*2026-11-16"), ("next", "is no week")])
def test_what_is_no_week_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        as_week(text)


def test_weeks_between_holds_both_ends() -> None:
    assert weeks_between(date(2026, 11, 2), date(2026, 11, 16)) == [date(2026, 11, day) for day in (2, 9, 16)]
