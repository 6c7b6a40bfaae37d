"""A planted change is recovered from weekly readings of 28 days, whatever day the festival falls on."""

from datetime import date, timedelta
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.calendar import WEEK
from tests.transforms.seasons import DAY, Profile, festival, followed, mondays, mooncakes, reading, workshops
from transforms.base_mix import EACH_SIDE, MOST_SCALED, BaseMix, base_mix, curve_weeks, season_mixes
from transforms.calendar import plain_day, shift_near, shift_on

PLANTED = -0.2
TOLERANCE = 0.02
SEASONS = {"mid_autumn": mooncakes, "spring_festival": workshops}

weeks = st.integers(0, 9900).map(lambda number: date(1905, 1, 2) + number * WEEK)
belts = st.sampled_from(["mid_autumn", "spring_festival"])


def weeks_of(name: str, year: int) -> list[date]:
    """May to October for Mid-Autumn, from 14 weeks before the Spring Festival to 14 weeks after it."""
    if name == "mid_autumn":
        return mondays(date(year, 5, 1), date(year, 10, 31))
    day = festival(name).dates[year]
    return mondays(day - 98 * DAY, day + 98 * DAY)


def change(week: date, mix: BaseMix, name: str, profile: Profile, year: int) -> float:
    base = mix.scale * sum(weight * reading(one, name, profile, year, PLANTED) for one, weight in mix.parts)
    return reading(week, name, profile, year, PLANTED) / base - 1


def worst(name: str, year: int, by: str, own: Profile | None = None) -> float:
    """The largest error in any week, as a fraction."""
    profile, festivals = own or SEASONS[name], followed(name)
    errors = []
    for week in weeks_of(name, year):
        curve = {one: reading(one, name, profile, year, PLANTED) for one in curve_weeks(week, festivals)}
        mix = {
            "curve": lambda w=week, c=curve: base_mix(w, festivals, c),
            "day": lambda w=week: base_mix(w, festivals),
            "plain": lambda w=week: base_mix(w, ()),
        }[by]()
        errors.append(abs(change(week, mix, name, profile, year) - PLANTED))
    return max(errors)


@pytest.mark.parametrize("year", range(2016, 2031))
@pytest.mark.parametrize("name", SEASONS)
def test_a_planted_change_is_recovered_in_every_week_of_every_year(name: str, year: int) -> None:
    assert worst(name, year, "curve") <= TOLERANCE
    assert worst(name, year, "plain") > 0.3  # what the alignment is for


def test_by_the_calendar_alone_the_day_is_placed_several_points_off() -> None:
    assert 0.10 < worst("mid_autumn", 2024, "day") < 0.20
    assert 0.04 < worst("spring_festival", 2027, "day") < 0.10


def test_the_mean_weight_of_a_readings_days_would_not_do() -> None:
    """Even were the reading of the very day known: what a reading holds of the pulse needs the base of its phase."""
    errors = []
    for week in weeks_of("mid_autumn", 2024):
        shift = shift_near(week, festival("mid_autumn"))
        then = [reading(day, "mid_autumn", mooncakes, 2024, PLANTED) for day in (plain_day(week), shift.moved(week))]
        now = reading(week, "mid_autumn", mooncakes, 2024, PLANTED)
        mean = sum(shift.weight(week - number * DAY) for number in range(28)) / 28
        highest = shift.weight(week, 28)
        errors.append([abs(now / ((1 - w) * then[0] + w * then[1]) - 1 - PLANTED) for w in (mean, highest)])
    by_mean, by_highest = (max(column) for column in zip(*errors, strict=True))
    assert by_mean > 0.2
    assert by_highest < 0.001


@pytest.mark.parametrize("year", [2026, 2027])
def test_a_belt_that_closes_overnight_is_several_points_off(year: int) -> None:
    """No rule that reads weeks can tell on which day of one everybody shut: the limit of weekly readings, on record."""

    def closed(offset: int) -> float:
        return 100 * (1 + exp(-(((offset + 14) / 7) ** 2))) * (0.1 if -7 <= offset <= 12 else 1)

    assert 0.02 < worst("spring_festival", year, "curve", closed) < 0.07
    assert worst("spring_festival", year, "plain", closed) > 0.5


@given(weeks, belts, st.data())
def test_parts_sum_to_one_and_are_a_year_ago(week: date, name: str, data: st.DataObject) -> None:
    festivals = followed(name)
    known = data.draw(st.sets(st.sampled_from(curve_weeks(week, festivals))))
    levels = {one: data.draw(st.floats(0, 1e9)) for one in sorted(known)}
    mix = base_mix(week, festivals, levels)
    assert sum(weight for _, weight in mix.parts) == pytest.approx(1, abs=1e-9)
    assert all(weight > 0 and one.weekday() == 0 for one, weight in mix.parts)
    assert all(343 <= (week - one).days <= 385 for one, _ in mix.parts)
    assert len(mix.parts) <= 3
    assert abs(mix.scale - 1) <= MOST_SCALED + 1e-12
    assert {one for one, _ in mix.parts} <= set(curve_weeks(week, festivals))
    assert mix.week in {one for one, _ in mix.parts}


@given(weeks, belts)
def test_outside_the_windows_it_is_the_plain_base(week: date, name: str) -> None:
    mix = base_mix(week, followed(name))
    assert mix.is_plain == (shift_on(week, followed(name), 30) is None)
    if mix.is_plain:
        assert (mix.parts, mix.scale, mix.weight) == (((plain_day(week), 1.0),), 1.0, 0.0)
        assert curve_weeks(week, followed(name)) == [plain_day(week)]


@given(weeks, belts, st.floats(1, 1e9))
def test_steady_sales_stay_themselves(week: date, name: str, level: float) -> None:
    """The base of a steady listing is its own sales, whatever the belt's curve is, unless the belt turns there."""
    festivals = followed(name)
    flat = base_mix(week, festivals, dict.fromkeys(curve_weeks(week, festivals), level))
    assert flat.scale == pytest.approx(1, abs=1e-12)
    rising = {one: level * (1 + number) for number, one in enumerate(curve_weeks(week, festivals))}
    assert base_mix(week, festivals, rising).scale == pytest.approx(1, abs=1e-12)


@given(weeks, st.floats(1, 1e6), st.floats(0.1, 10))
def test_the_unit_of_the_readings_does_not_matter(week: date, level: float, factor: float) -> None:
    festivals = followed("mid_autumn")
    curve = {one: level * (1 + (number % 3)) for number, one in enumerate(curve_weeks(week, festivals))}
    mix = base_mix(week, festivals, curve)
    other = base_mix(week, festivals, {one: factor * value for one, value in curve.items()})
    assert [one for one, _ in mix.parts] == [one for one, _ in other.parts]
    assert [weight for _, weight in mix.parts] == pytest.approx([weight for _, weight in other.parts])
    assert mix.scale == pytest.approx(other.scale)


def test_by_the_calendar_a_day_lies_between_its_mondays() -> None:
    week = date(2020, 9, 21)  # 384 days before is the Tuesday of 2019-09-03
    mix = base_mix(week, followed("mid_autumn"))
    assert dict(mix.parts) == pytest.approx({date(2019, 9, 2): 6 / 7, date(2019, 9, 9): 1 / 7})
    assert (mix.week, mix.readings, mix.weight) == (date(2019, 9, 2), 2, 1.0)


def test_a_day_that_is_a_monday_is_that_week_alone() -> None:
    dates = festival("spring_festival").dates
    year = next(year for year in range(2000, 2100) if (dates[year] - dates[year - 1]).days == 385)
    week = dates[year] - dates[year].weekday() * DAY
    mix = base_mix(week, followed("spring_festival"))
    assert (mix.parts, mix.readings) == (((week - timedelta(days=385), 1.0),), 1)


def test_fewer_readings_place_a_day_less_well_and_say_so() -> None:
    week, festivals = date(2024, 8, 26), followed("mid_autumn")
    curve = {one: reading(one, "mid_autumn", mooncakes, 2024, PLANTED) for one in curve_weeks(week, festivals)}
    assert base_mix(week, festivals, curve).readings == 2 * EACH_SIDE
    before = max(one for one, _ in base_mix(week, festivals, curve).parts) - WEEK
    late = {one: value for one, value in curve.items() if one >= before - WEEK}
    found = base_mix(week, festivals, late)
    assert found.readings == 2 + EACH_SIDE
    assert abs(change(week, found, "mid_autumn", mooncakes, 2024) - PLANTED) < 0.04
    bare = base_mix(week, festivals, {one: value for one, value in curve.items() if one >= before})
    assert (bare.readings, bare.scale) == (2, 1.0)
    assert bare.parts == base_mix(week, festivals).parts


def test_a_history_that_is_too_short_is_a_state() -> None:
    week, festivals = date(2024, 8, 26), followed("mid_autumn")
    mix = base_mix(week, festivals)
    assert mix.lacking(curve_weeks(week, festivals)) == []
    assert mix.lacking([mix.parts[-1][0]]) == [one for one, _ in mix.parts[:-1]]


def test_the_season_to_date_is_made_of_readings_that_do_not_overlap() -> None:
    one = festival("mid_autumn")
    first = one.dates[2024] - 60 * DAY
    week = date(2024, 9, 16)
    found = season_mixes(week, one)
    assert [window for window, _ in found] == [week, week - timedelta(days=28)]
    assert found[-1][0] - 27 * DAY >= first > found[-1][0] - 55 * DAY
    assert all(mix.weight == 1 and mix.festival == "mid_autumn" for _, mix in found)
    assert season_mixes(date(2024, 7, 15), one) == []


@pytest.mark.parametrize("year", range(2016, 2031))
def test_a_season_to_date_recovers_the_planted_change(year: int) -> None:
    one = festival("mid_autumn")
    for week in mondays(one.dates[year] - 60 * DAY, one.dates[year] + 28 * DAY):
        around = [week + number * WEEK for number in range(-70, -40)]
        curve = {base: reading(base, "mid_autumn", mooncakes, year, PLANTED) for base in around}
        now = base = 0.0
        for window, mix in season_mixes(week, one, curve):
            now += reading(window, "mid_autumn", mooncakes, year, PLANTED)
            base += mix.scale * sum(weight * curve[part] for part, weight in mix.parts)
        assert now / base - 1 == pytest.approx(PLANTED, abs=TOLERANCE)
