"""A planted change is recovered from daily flows in every week, whatever day the festival falls on."""

from datetime import date, timedelta

import polars as pl
import pytest

from configs.festivals import Festival, Window, shipped_calendar
from tests.transforms.seasons import DAY, Profile, daily, festival, followed, mondays, mooncakes, workshops
from transforms.calendar import Shift, plain_day
from transforms.daily_yoy import annual_change, base_days, festival_yoy, season_to_date

PLANTED = -0.2
TOLERANCE = 0.003


def weeks_of(name: str, year: int) -> list[date]:
    """May to October for Mid-Autumn, from 14 weeks before the Spring Festival to 14 weeks after it."""
    if name == "mid_autumn":
        return mondays(date(year, 5, 1), date(year, 10, 25))
    day = festival(name).dates[year]
    return mondays(day - 98 * DAY, day + 98 * DAY)


def changes(series: pl.DataFrame, name: str, year: int, festivals: tuple[Festival, ...]) -> dict[date, float]:
    found = festival_yoy(series, weeks_of(name, year), festivals)
    return dict(found.select("week", "change").iter_rows())


def test_check_9_mooncakes_of_2024() -> None:
    series = daily("mid_autumn", mooncakes, 2024, PLANTED)
    aligned = changes(series, "mid_autumn", 2024, followed("mid_autumn"))
    assert len(aligned) == 25
    assert max(abs(change - PLANTED) for change in aligned.values()) <= TOLERANCE
    plain = changes(series, "mid_autumn", 2024, ())
    known = {date(2024, 8, 26): 5.646, date(2024, 9, 9): -0.478, date(2024, 9, 16): -0.866, date(2024, 9, 23): -0.885}
    assert {week: round(plain[week], 3) for week in known} == known
    assert (round(min(plain.values()), 2), round(max(plain.values()), 2)) == (-0.89, 5.65)


@pytest.mark.parametrize(
    ("name", "profile", "year"),
    [
        *(("mid_autumn", mooncakes, year) for year in range(2016, 2031)),
        *(("spring_festival", workshops, year) for year in range(2016, 2031)),
    ],
)
def test_a_planted_change_is_recovered_in_every_week_of_every_year(name: str, profile: Profile, year: int) -> None:
    series = daily(name, profile, year, PLANTED)
    aligned = changes(series, name, year, followed(name))
    assert max(abs(change - PLANTED) for change in aligned.values()) <= TOLERANCE
    plain = changes(series, name, year, ())
    assert max(plain.values()) > 0.5  # what the alignment is for
    assert min(plain.values()) < -0.6


def test_a_window_without_the_image_of_the_last_pulse_fails() -> None:
    """[-35, +7] and no drift: by METHOD 2.2 -48 % in the week of 23 September, where -20 % was planted."""
    flows = dict(daily("mid_autumn", mooncakes, 2024, PLANTED).iter_rows())
    this, last = (festival("mid_autumn").dates[year] for year in (2024, 2023))
    without_drift = Shift(
        "mid_autumn", this, this - timedelta(days=364), Window(before_days=35, after_days=7, taper_days=14)
    )
    now = base = 0.0
    for day in (date(2024, 9, 23) + number * DAY for number in range(7)):
        weight = without_drift.weight(day)
        now += flows[day]
        base += (1 - weight) * flows[plain_day(day)] + weight * flows[day - (this - last)]
    assert now / base - 1 == pytest.approx(-0.48, abs=0.005)


def test_states_of_weeks() -> None:
    series = daily("mid_autumn", mooncakes, 2024, PLANTED)
    weeks = [date(2024, 5, 6), date(2024, 9, 9)]
    assert festival_yoy(series, weeks, followed("mid_autumn"))["state"].to_list() == ["plain", "festival"]
    promotions = shipped_calendar().promotions
    found = festival_yoy(series, [date(2024, 5, 6), date(2024, 6, 10)], followed("mid_autumn"), promotions)
    assert found["state"].to_list() == ["plain", "promotion"]
    assert found["festival_weight"].to_list() == [0.0, 0.0]


def test_a_history_that_is_too_short_is_a_state() -> None:
    series = daily("mid_autumn", mooncakes, 2024, PLANTED)
    week = date(2024, 9, 9)
    short = series.filter(pl.col("day") > week - timedelta(days=354))
    row = festival_yoy(short, [week], followed("mid_autumn")).row(0, named=True)
    assert (row["state"], row["change"], row["base_yuan"]) == ("no_base", None, None)
    # without the festival 364 days are needed, which are not there either
    assert festival_yoy(short, [week], ())["state"].item() == "no_base"
    future = festival_yoy(series, [date(2026, 5, 4)], ())
    assert future.select("state", "value_yuan", "change").row(0) == ("no_data", None, None)


def test_a_day_without_value_is_unknown_and_a_base_of_nothing_is_none() -> None:
    series = daily("mid_autumn", mooncakes, 2024, PLANTED)
    base = date(2023, 5, 8)
    holed = series.with_columns(pl.when(pl.col("day") != base).then("value_yuan"))
    assert festival_yoy(holed, [date(2024, 5, 6)], ())["state"].item() == "no_base"
    idle = series.with_columns(pl.when(pl.col("day") > date(2024, 1, 1)).then("value_yuan").otherwise(0.0))
    row = festival_yoy(idle, [date(2024, 5, 6)], ()).row(0, named=True)
    assert (row["state"], row["change"], row["base_yuan"]) == ("no_base", None, 0.0)


def test_a_day_that_is_there_twice_is_refused() -> None:
    series = daily("mid_autumn", mooncakes, 2024, PLANTED)
    with pytest.raises(ValueError, match="each day once"):
        festival_yoy(pl.concat([series, series.head(1)]), [date(2024, 5, 6)], ())


def test_the_order_of_the_days_does_not_matter() -> None:
    series = daily("mid_autumn", mooncakes, 2024, PLANTED)
    weeks = weeks_of("mid_autumn", 2024)
    found = festival_yoy(series, weeks, followed("mid_autumn"))
    assert festival_yoy(series.sample(fraction=1, shuffle=True, seed=1), weeks, followed("mid_autumn")).equals(found)


def test_many_series_are_compared_alike() -> None:
    """Like for like: two merchants, one with the season and one without, each -20 %."""
    week = date(2024, 8, 26)
    days = [week + number * DAY for number in range(7)]
    pairs = base_days(days, followed("mid_autumn"))
    assert pairs.group_by("day").agg(pl.col("weight").sum())["weight"].to_list() == [1.0] * 7
    for profile in (mooncakes, lambda offset: 50.0):
        series = daily("mid_autumn", profile, 2024, PLANTED)
        now = series.filter(pl.col("day").is_in(days))["value_yuan"].sum()
        base = pairs.join(series, left_on="base_day", right_on="day", validate="m:1")
        assert now / (base["weight"] * base["value_yuan"]).sum() - 1 == pytest.approx(PLANTED, abs=1e-9)


@pytest.mark.parametrize("offset", [-60, -20, 0, 30])
def test_a_season_to_date_adds_up_to_the_planted_change(offset: int) -> None:
    series = daily("mid_autumn", mooncakes, 2024, PLANTED)
    one = festival("mid_autumn")
    found = season_to_date(series, one, one.dates[2024] + offset * DAY)
    assert found.state == "festival"
    assert found.change == pytest.approx(PLANTED, abs=1e-12)
    now = series.filter(pl.col("day").is_between(one.dates[2024] - 60 * DAY, one.dates[2024] + offset * DAY))
    assert found.value_yuan == pytest.approx(now["value_yuan"].sum())


def test_a_season_that_has_not_begun_or_has_no_base_is_a_state() -> None:
    series = daily("mid_autumn", mooncakes, 2024, PLANTED)
    one = festival("mid_autumn")
    early = season_to_date(series, one, one.dates[2024] - 61 * DAY)
    assert (early.state, early.change) == ("off_season", None)
    short = series.filter(pl.col("day") > one.dates[2023] - 50 * DAY)
    assert season_to_date(short, one, one.dates[2024]).state == "no_base"
    assert season_to_date(short, one, date(2026, 9, 25)).state == "no_data"


def test_years_are_summed_by_date() -> None:
    """2026 has 53 weeks, 2025 has 52: by week numbers a flat year would grow by 1.9 %."""
    days = [date(2025, 1, 1) + number * DAY for number in range(730)]
    flat = pl.DataFrame({"day": days, "value_yuan": [100.0] * 730})
    assert annual_change(flat, 2026).change == 0
    assert annual_change(flat, 2025).state == "no_base"
