"""Retry-After in all its spellings."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.retry_after import LONGEST_SECONDS, asked_seconds

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)


@given(st.integers(0, 86_400), st.integers(-100_000, 100_000))
def test_seconds_and_dates_ask_for_the_same_whatever_the_sites_clock_shows(seconds: int, skew: int) -> None:
    theirs = NOW + timedelta(seconds=skew)
    date, until = (
        format_datetime(theirs, usegmt=True),
        format_datetime(theirs + timedelta(seconds=seconds), usegmt=True),
    )
    assert asked_seconds(str(seconds), "", NOW) == asked_seconds(until, date, NOW) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Wed, 18 Nov 2026 04:00:30 GMT", 30),
        ("Wednesday, 18-Nov-26 04:00:30 GMT", 30),
        ("Wed, 18 Nov 2026 03:59:00 GMT", 0),
        ("Wed, 18 Nov 2099 04:00:30 GMT", LONGEST_SECONDS),
        ("9" * 400, LONGEST_SECONDS),
        (" 7 ", 7),
        ("-5", 0),
        ("1.5", 0),
        ("٣", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_each_spelling(text: str, seconds: float) -> None:
    assert asked_seconds(text, "", NOW) == seconds


@given(st.text(), st.text())
def test_nothing_breaks_it(text: str, date: str) -> None:
    assert 0 <= asked_seconds(text, date, NOW) <= LONGEST_SECONDS
