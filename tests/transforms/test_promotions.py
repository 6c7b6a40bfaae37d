"""Promotions that end on a fixed date while their presale starts on another day each year."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.festivals import Promotion, shipped_calendar
from tests.transforms.seasons import DAY, mondays
from transforms.calendar import plain_day
from transforms.calendar_flags import PRESALE, PROMOTION_DAYS, PROMOTION_PEAK, week_row
from transforms.promotions import promotion_mix, promotion_on, same_date

PROMOTIONS = shipped_calendar().promotions
FLAGS = (PROMOTION_PEAK, PRESALE, PROMOTION_DAYS)  # the farthest off first


def named(promotion: str, year: int) -> Promotion:
    return next(one for one in PROMOTIONS if (one.promotion, one.end.year) == (promotion, year))


@pytest.mark.parametrize("year", range(2021, 2027))
@pytest.mark.parametrize("promotion", ["618", "double_11"])
def test_start_meets_start_and_end_meets_end(promotion: str, year: int) -> None:
    this, last = named(promotion, year), named(promotion, year - 1)
    for day, base in ((this.start, last.start), (this.end, last.end)):
        assert [part for part in promotion_mix(day, this, PROMOTIONS) if part[1] > 0] == [(base, 1.0)]


@given(st.sampled_from([one for one in PROMOTIONS if one.end.year > 2020]), st.floats(0, 1))
def test_days_are_met_at_their_phase(this: Promotion, part: float) -> None:
    day = this.start + round(part * (this.end - this.start).days) * DAY
    last = named(this.promotion, this.end.year - 1)
    mix = promotion_mix(day, this, PROMOTIONS)
    assert sum(weight for _, weight in mix) == pytest.approx(1)
    met = sum(weight * (base - last.start).days for base, weight in mix) / (last.end - last.start).days
    assert met == pytest.approx((day - this.start).days / (this.end - this.start).days)


def test_a_daily_rate_is_recovered_whatever_the_length_of_the_presale() -> None:
    # sales that rise evenly from the presale's start to its end, 30 % lower this year
    this, last = named("double_11", 2024), named("double_11", 2023)

    def rate(day: date, promotion: Promotion, level: float) -> float:
        return level * (100 + 900 * (day - promotion.start).days / (promotion.end - promotion.start).days)

    assert (this.end - this.start).days != (last.end - last.start).days
    for number in range((this.end - this.start).days + 1):
        day = this.start + number * DAY
        base = sum(weight * rate(one, last, 1.0) for one, weight in promotion_mix(day, this, PROMOTIONS) if weight)
        assert rate(day, this, 0.7) / base - 1 == pytest.approx(-0.3)


def test_without_last_years_the_same_date_is_meant() -> None:
    this = named("618", 2020)
    assert promotion_mix(date(2020, 6, 18), this, PROMOTIONS) == [(date(2019, 6, 18), 1.0)]


def test_days_outside_promotions_are_in_none() -> None:
    assert promotion_on(date(2024, 5, 19), PROMOTIONS) is None
    assert promotion_on(date(2024, 5, 20), PROMOTIONS) == named("618", 2024)
    assert promotion_on(date(2024, 11, 11), PROMOTIONS) == named("double_11", 2024)
    assert promotion_on(date(2024, 11, 12), PROMOTIONS) is None


def test_a_leap_day_meets_28_february() -> None:
    assert same_date(date(2024, 2, 29)) == date(2023, 2, 28)
    assert same_date(date(2024, 2, 29), 4) == date(2020, 2, 28)
    assert same_date(date(2025, 2, 28)) == date(2024, 2, 28)


@cache
def pulse(day: date, peak: float) -> float:
    """A day's sales: half as much again in a promotion, presale included, and `peak` times on the day of its name."""
    one = promotion_on(day, PROMOTIONS)
    return 100.0 if one is None else 100.0 * (peak if day == one.peak else 1.5)


@cache
def reading(week: date, peak: float) -> float:
    """What a page shows on a Monday: the sum of the 28 days that end on it."""
    return sum(pulse(week - number * DAY, peak) for number in range(28))


def between(day: date, peak: float) -> float:
    """A reading on a day between two Mondays, interpolated."""
    before, part = day - day.weekday() * DAY, day.weekday() / 7
    return (1 - part) * reading(before, peak) + part * reading(before + 7 * DAY, peak)


def on_the_phase(week: date, peak: float, told: Sequence[Promotion]) -> float:
    """The base of a reading at the phase of the last day of a promotion in it, as a table tells of them."""
    held = (week - number * DAY for number in range(28))
    last, this = next(((day, one) for day in held if (one := promotion_on(day, told))), (week, None))
    if this is None:
        return reading(plain_day(week), peak)
    return sum(part * between(day + (week - last), peak) for day, part in promotion_mix(last, this, told))


def out_by(days: int) -> list[Promotion]:
    """The table with every presale that it calls approximate told so many days early or late, by turns."""
    by_turns = {one: days * DAY * (1 if one.end.year % 2 else -1) for one in PROMOTIONS if one.approximate}
    return [one.model_copy(update={"start": one.start + by_turns.get(one, 0 * DAY)}) for one in PROMOTIONS]


@pytest.fixture(scope="module")
def weeks() -> dict[date, str]:
    """The weeks of 2021 to 2026 of which either end holds days of a promotion, with the first flag of each."""
    rows = [week_row(week, shipped_calendar()) for week in mondays(date(2021, 1, 4), date(2026, 12, 28))]
    flags = {row["week"]: [one for one in FLAGS if one in row["plain_flags"]] for row in rows if row["promotions"]}  # type: ignore[operator]
    return {week: (found or ["none"])[0] for week, found in flags.items()}  # type: ignore[misc]


def off(weeks: Iterable[date], peak: float, told: Sequence[Promotion] | None = None) -> list[float]:
    """How many points a planted -20 % is missed by, plain, or on the phase that a table of promotions tells."""
    bases = ((week, on_the_phase(week, peak, told) if told else reading(plain_day(week), peak)) for week in weeks)
    return [abs(100 * (0.8 * reading(week, peak) / base - 0.8)) for week, base in bases]


@pytest.mark.parametrize(("peak", "least", "most"), [(5.0, 12, 13), (15.0, 40, 41)])
def test_a_week_without_a_flag_is_right_and_how_far_the_others_are_off(
    weeks: dict[date, str], peak: float, least: float, most: float
) -> None:
    by_flag = {flag: off((week for week, own in weeks.items() if own == flag), peak) for flag in (*FLAGS, "none")}
    assert {flag: len(found) for flag, found in by_flag.items()} == {
        PROMOTION_PEAK: 4,
        PRESALE: 48,
        PROMOTION_DAYS: 33,
        "none": 12,
    }
    assert max(by_flag["none"]) == pytest.approx(0)
    assert max(by_flag[PROMOTION_DAYS]) < 2.6
    assert 11 < max(by_flag[PRESALE]) < 11.5
    assert least < max(by_flag[PROMOTION_PEAK]) < most


def test_moving_weekly_readings_to_the_phase_helps_only_as_far_as_presales_are_known(weeks: dict[date, str]) -> None:
    """So they are not moved: most starts of presales are told to a week only, and a peak stays where it is."""
    plain, known = off(weeks, 5.0), off(weeks, 5.0, PROMOTIONS)
    roughly, badly = off(weeks, 5.0, out_by(4)), off(weeks, 5.0, out_by(7))
    assert fmean(plain) == pytest.approx(2.65, abs=0.01)
    assert fmean(known) == pytest.approx(1.40, abs=0.01)
    by_date = (abs(100 * (0.8 * reading(week, 5.0) / between(same_date(week), 5.0) - 0.8)) for week in weeks)
    assert fmean(by_date) == pytest.approx(2.24, abs=0.01)
    assert fmean(roughly) == pytest.approx(fmean(plain), abs=0.15)
    assert fmean(badly) > fmean(plain) + 0.6
    assert max(known) == pytest.approx(max(plain), abs=0.2)
    assert sum(one.approximate for one in PROMOTIONS) > len(PROMOTIONS) / 2
    even = [week for week, flag in weeks.items() if flag == "none"]
    assert max(off(even, 5.0, PROMOTIONS)) > 1.5, "weeks that were right are so no more"
