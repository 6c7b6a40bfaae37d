"""Clocks that start anywhere and run at any speed, and the settings that make them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.calendar import SHANGHAI
from configs.clock import MACHINE, Clock
from configs.errors import ConfigError
from configs.settings import Settings, settings

START = datetime(2026, 11, 16, tzinfo=UTC)
SINCE = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_a_week_passes_in_a_minute() -> None:
    clock = Clock(START, SINCE, speed=7 * 24 * 60)
    assert clock.at(SINCE) == START
    assert clock.at(SINCE + timedelta(minutes=1)) == START + timedelta(weeks=1)
    assert clock.machine_at(START + timedelta(weeks=2)) == SINCE + timedelta(minutes=2)
    assert Clock(START.astimezone(SHANGHAI), SINCE).at(SINCE).tzinfo is UTC


@given(
    instant=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    speed=st.floats(0.1, 100_000),
)
def test_there_and_back(instant: datetime, speed: float) -> None:
    clock = Clock(START, SINCE, speed)
    back = clock.at(clock.machine_at(instant))
    assert abs(back - instant) <= timedelta(microseconds=1 + speed), "a microsecond of the machine is `speed` of them"
    assert MACHINE.at(instant) == instant


def test_instants_without_a_zone_are_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELTWATCH_NOW", "2026-11-16T00:00")
    monkeypatch.setenv("BELTWATCH_CLOCK_SINCE", "2030-01-01T20:00+08:00")
    monkeypatch.setenv("BELTWATCH_CLOCK_SPEED", "10080")
    found = settings()
    assert (found.now, found.clock_since, found.clock_speed) == (START, SINCE, 10_080)
    assert Settings(home=Path()).now == START


@pytest.mark.parametrize("text", ["fast", "0", "-1", "inf", "nan"])
def test_a_speed_that_is_none_is_one_sentence(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELTWATCH_CLOCK_SPEED", text)
    with pytest.raises(ConfigError, match="BELTWATCH_CLOCK_SPEED is"):
        settings()
