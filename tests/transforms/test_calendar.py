"""Which day a year ago is meant."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.calendar import year_ago
from configs.errors import InputError
from configs.festivals import shipped_calendar
from tests.transforms.seasons import DAY, festival, followed, mondays
from transforms.calendar import Shift, day_mix, plain_day, same_week, shift_near, shift_on

FESTIVALS = ("spring_festival", "mid_autumn")
PROMOTIONS = shipped_calendar().promotions
days = st.dates(date(1903, 1, 1), date(2098, 12, 31))


@pytest.mark.parametrize(
    ("name", "day", "sigma", "drift"),
    [
        ("mid_autumn", date(2024, 9, 17), 354, -10),
        ("spring_festival", date(2024, 2, 10), 384, 20),
        ("spring_festival", date(2026, 2, 17), 384, 20),
        ("spring_festival", date(2027, 2, 6), 354, -10),
    ],
)
def test_shifts_of_known_years(name: str, day: date, sigma: int, drift: int) -> None:
    shift = shift_near(day, festival(name))
    assert (shift.this, shift.days, shift.drift) == (day, sigma, drift)


@given(st.integers(1903, 2098), st.sampled_from(FESTIVALS), st.data())
def test_the_window_holds_the_pulse_and_the_image_of_the_last_one(year: int, name: str, data: st.DataObject) -> None:
    one = festival(name)
    from_festival = data.draw(st.integers(-one.window.before_days, one.window.after_days)) * DAY
    shift = shift_near(one.dates[year], one)
    assert shift.weight(one.dates[year] + from_festival) == 1
    assert shift.weight(one.dates[year - 1] + from_festival + timedelta(days=364)) == 1


@given(days, st.sampled_from([None, "mid_autumn"]), st.booleans())
def test_weights_sum_to_one_and_days_are_a_year_ago(day: date, own: str | None, promoted: bool) -> None:
    mix = day_mix(day, followed(own or ""), PROMOTIONS if promoted else ())
    assert sum(weight for _, weight in mix) == pytest.approx(1, abs=1e-12)
    assert all(weight > 0 for _, weight in mix)
    assert all(353 <= (day - base).days <= 385 for base, _ in mix)
    assert [base for base, _ in mix] == sorted({base for base, _ in mix})


@given(days, st.sampled_from(FESTIVALS), st.integers(1, 30))
def test_a_reading_weighs_as_much_as_the_heaviest_of_its_days(day: date, name: str, span: int) -> None:
    shift = shift_near(day, festival(name))
    assert shift.weight(day, span) == max(shift.weight(day - number * DAY) for number in range(span))


@given(days)
def test_a_weight_changes_by_no_more_than_the_taper_from_day_to_day(day: date) -> None:
    weights = [
        (shift.weight(one) if (shift := shift_on(one, followed("mid_autumn"))) else 0.0) for one in (day, day + DAY)
    ]
    assert abs(weights[1] - weights[0]) <= 1 / 14 + 1e-12


@given(days)
def test_outside_the_windows_the_base_is_the_plain_one(day: date) -> None:
    if shift_on(day, followed("mid_autumn")) is None:
        assert day_mix(day, followed("mid_autumn")) == ((plain_day(day), 1.0),)


def test_the_edges_of_a_window() -> None:
    # Mid-Autumn 2024: S = -10, so w is 1 from o = -35 to o = 20
    shift = shift_near(date(2024, 9, 17), festival("mid_autumn"))
    offsets = (-49, -42, -35, 20, 27, 34)
    assert [shift.weight(shift.this + offset * DAY) for offset in offsets] == [0, 0.5, 1, 1, 0.5, 0]
    assert shift.moved(date(2024, 9, 17)) == date(2023, 9, 29)


def test_week_53_of_2026_and_leap_days_have_a_plain_day() -> None:
    assert date(2026, 12, 28).isocalendar().week == 53
    assert plain_day(date(2026, 12, 28)) == year_ago(date(2026, 12, 28)) == date(2025, 12, 29)
    assert plain_day(date(2024, 2, 29)) == date(2023, 3, 2)
    assert plain_day(date(2025, 2, 27)) == date(2024, 2, 29)


@given(st.dates(date(2016, 2, 29), date(2040, 12, 31)), st.integers(1, 15))
def test_over_years_the_nearest_monday_is_meant(day: date, years: int) -> None:
    week = day - day.weekday() * DAY
    base = same_week(week, years)
    assert base.weekday() == 0
    month, in_month = (2, 28) if (week.month, week.day) == (2, 29) else (week.month, week.day)
    assert abs((base - date(week.year - years, month, in_month)).days) <= 3
    if years == 1:
        assert (week - base).days in (364, 371)


def test_five_years_of_364_days_drift_and_the_nearest_monday_does_not() -> None:
    week = date(2026, 11, 16)
    assert week - 5 * timedelta(days=364) == date(2021, 11, 22)
    assert same_week(week, 5) == date(2021, 11, 15)
    assert same_week(date(2024, 2, 29) - 3 * DAY, 4) == date(2020, 2, 24)


def test_a_belts_own_festival_comes_first() -> None:
    assert _on(date(2026, 9, 21), "mid_autumn").festival == "mid_autumn"
    assert _on(date(2026, 2, 16), "mid_autumn").festival == "spring_festival"
    assert shift_on(date(2026, 9, 21), followed("")) is None


def test_windows_of_the_shipped_festivals_never_overlap() -> None:
    for week in mondays(date(2020, 1, 1), date(2040, 12, 31)):
        assert sum(shift_on(week, [one], 30) is not None for one in followed("mid_autumn")) <= 1


def test_within_a_window_promotions_do_not_count() -> None:
    day = date(2025, 10, 20)  # Double-11 has begun, and Mid-Autumn of 6 October fades out
    shift = _on(day, "mid_autumn")
    assert 0 < shift.weight(day) < 1
    assert {base for base, _ in day_mix(day, followed("mid_autumn"), PROMOTIONS)} == {plain_day(day), shift.moved(day)}


def test_days_beyond_the_calendar_are_an_error() -> None:
    for day in (date(1901, 2, 19), date(2101, 1, 1)):
        with pytest.raises(InputError, match="is not in the calendar, which holds 1901 to 2099"):
            shift_near(day, festival("spring_festival"))


def _on(day: date, own: str) -> Shift:
    shift = shift_on(day, followed(own))
    assert shift is not None
    return shift
