"""Promotions that end on a fixed date while their presale starts on another day each year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.festivals import Promotion, shipped_calendar
from tests.transforms.seasons import DAY
from transforms.promotions import promotion_mix, promotion_on, same_date

PROMOTIONS = shipped_calendar().promotions


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


def test_weekly_readings_cannot_be_moved_to_a_promotions_date() -> None:
    """A spike on 11 November that this year's reading does not hold yet and the base's does: by date it stays."""

    def reading(week: date) -> float:
        days = [week - number * DAY for number in range(28)]
        return sum(1500.0 if (day.month, day.day) == (11, 11) else 100.0 for day in days)

    week = date(2025, 11, 10)
    on_date = same_date(week)
    before = on_date - on_date.weekday() * DAY
    part = on_date.weekday() / 7
    by_date = (1 - part) * reading(before) + part * reading(before + 7 * DAY)
    assert reading(week) / reading(week - timedelta(days=364)) - 1 < -0.3
    assert reading(week) / by_date - 1 < -0.2
