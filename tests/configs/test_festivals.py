"""The dates of calendar.yaml against the libraries they were copied from and an answer known apart from them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.calendar_table import YEARS, days_off, festival_date, section, work_days
from configs.errors import ConfigError, InputError
from configs.festivals import FILE, Calendar, Festival, Window, shipped_calendar
from configs.register import load

# METHOD 9, check 8: by own astronomy (solstice and new moons) and six libraries.
SPRING_FESTIVALS = [
    "02-19",
    "02-08",
    "01-28",
    "02-16",
    "02-05",
    "01-25",
    "02-12",
    "02-01",
    "01-22",
    "02-10",
    "01-29",
    "02-17",
    "02-06",
    "01-26",
    "02-13",
    "02-03",
]
MID_AUTUMNS = [
    "09-27",
    "09-15",
    "10-04",
    "09-24",
    "09-13",
    "10-01",
    "09-21",
    "09-10",
    "09-29",
    "09-17",
    "10-06",
    "09-25",
    "09-15",
    "10-03",
    "09-22",
    "09-12",
]


def festival(name: str) -> Festival:
    return {one.name: one for one in shipped_calendar().followed_by("mid_autumn")}[name]


@pytest.mark.parametrize(("name", "known"), [("spring_festival", SPRING_FESTIVALS), ("mid_autumn", MID_AUTUMNS)])
def test_the_32_known_dates(name: str, known: list[str]) -> None:
    assert [f"{festival(name).date_in(year):%m-%d}" for year in range(2015, 2031)] == known


def test_the_53_week_years_are_known() -> None:
    assert [y for y in range(2015, 2033) if date(y, 12, 28).isocalendar().week == 53] == [2015, 2020, 2026, 2032]


@pytest.mark.parametrize("name", ["spring_festival", "mid_autumn"])
def test_every_date_is_that_of_lunar_python(name: str) -> None:
    assert festival(name).dates == {year: festival_date(name, year) for year in YEARS}


def test_every_day_off_is_that_of_chinesecalendar() -> None:
    held = {
        holiday.first + timedelta(days=number): holiday.name
        for holiday in shipped_calendar().holidays
        for number in range((holiday.last - holiday.first).days + 1)
    }
    assert held == days_off()
    assert min(held).year == 2004


def test_every_working_week_is_that_of_chinesecalendar() -> None:
    off, instead = set(days_off()), set(work_days())
    weeks = [date(2004, 1, 5) + timedelta(weeks=number) for number in range(1199)]
    assert weeks[-1] == date(2026, 12, 21)
    for week in weeks:
        days = [week + timedelta(days=number) for number in range(7)]
        worked = sum((day.weekday() < 5 or day in instead) and day not in off for day in days)
        assert shipped_calendar().working_days(week) == worked


def test_weeks_that_nobody_has_announced_are_unknown() -> None:
    assert shipped_calendar().working_days(date(2003, 12, 29)) is None
    assert shipped_calendar().working_days(date(2026, 12, 28)) is None


def test_the_file_holds_what_the_generator_prints() -> None:
    assert set(section()) <= set(FILE.read_text(encoding="utf-8").splitlines())


def test_windows_are_those_of_the_method() -> None:
    assert festival("mid_autumn").window == Window(before_days=35, after_days=10, taper_days=14)
    assert festival("spring_festival").window == Window(before_days=28, after_days=28, taper_days=14)


def test_all_belts_follow_the_spring_festival_and_some_their_own_first() -> None:
    followed = shipped_calendar().followed_by
    assert [one.name for one in followed(None)] == ["spring_festival"]
    assert [one.name for one in followed("spring_festival")] == ["spring_festival"]
    assert [one.name for one in followed("mid_autumn")] == ["mid_autumn", "spring_festival"]


def test_a_year_outside_the_calendar_is_an_error() -> None:
    with pytest.raises(InputError, match="mid_autumn of 2100 is not in the calendar, which holds 1901 to 2099"):
        festival("mid_autumn").date_in(2100)


def overlay(home: Path, text: str) -> Path:
    path = home / "configs" / "calendar.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


WINDOWS = """windows:
  spring_festival: {before_days: 28, after_days: 28, taper_days: 14}
  mid_autumn: {before_days: 60, after_days: 10, taper_days: 14}
"""


def test_a_section_of_the_home_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    overlay(tmp_path, WINDOWS)
    calendar = load(tmp_path).calendar
    assert calendar.windows["mid_autumn"].before_days == 60
    assert calendar.festivals == shipped_calendar().festivals
    assert load(tmp_path / "elsewhere").calendar == shipped_calendar()


PROMOTION = "promotions:\n  - {promotion: double_11, start: 2025-10-15, end: 2025-11-11, source: a test}\n"
DAYS_OFF = "days_off:\n  2025:\n    holidays: new_year 01-01\n"
DATES = "festivals:\n  mid_autumn:\n    1991: 09-22 09-11 09-30\n  spring_festival:\n    1991: 02-15\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            WINDOWS.replace("28, taper", "x, taper"),
            r"calendar.yaml:2: found .*after_days: 'x', expected a whole number",
        ),
        (WINDOWS.replace("mid_autumn", "midautumn"), r"calendar.yaml:3: .*midautumn.*mid_autumn"),
        (WINDOWS.replace("taper_days: 14}\n", "taper: 14}\n", 1), r"calendar.yaml:2: .*taper.*did you mean taper_days"),
        (WINDOWS[: WINDOWS.index("  mid_")], r"calendar.yaml:1: found no window for mid_autumn"),
        (PROMOTION.replace("2025-11-11", "2025-10-15"), r"calendar.yaml:2: found end 2025-10-15, expected a day after"),
        (PROMOTION + PROMOTION.split("\n")[1], r"calendar.yaml:3: found double_11 from 2025-10-15, expected a day"),
        (
            PROMOTION.replace("source", "peak: 2025-11-12, source"),
            r"calendar.yaml:2: found peak 2025-11-12, expected a day",
        ),
        (PROMOTION.replace("2025-11-11", "soon"), r"calendar.yaml:2: found promotions.0.end"),
        (
            DATES.replace("09-11", "11-09"),
            r"calendar.yaml:3: found 1992-11-09, 414 days after 1991-09-22, expected 353",
        ),
        (DATES.replace("09-11", "09-31"), r"calendar.yaml:3: found '09-31' for 1992, expected month and day"),
        (DATES + "    1993: 01-23\n", r"calendar.yaml:6: found a line of 1993, expected 1992 to follow 1991"),
        (DAYS_OFF.replace("01-01", "first"), r"calendar.yaml:3: found 'first' for 2025, expected month and day"),
        (DAYS_OFF + "    worked: 02-30\n", r"calendar.yaml:4: found '02-30' for 2025"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_line(tmp_path: Path, text: str, expected: str) -> None:
    overlay(tmp_path, text)
    with pytest.raises(ConfigError, match=expected) as raised:
        load(tmp_path)
    assert "\n" not in str(raised.value)


def test_every_promotion_names_its_source() -> None:
    promotions = shipped_calendar().promotions
    assert {one.promotion for one in promotions} == {"618", "double_11"}
    assert all(one.approximate for one in promotions if one.source == "general knowledge")
    assert all((one.end.month, one.end.day) in ((6, 20), (11, 11)) for one in promotions)
    peaks = {(one.promotion, one.peak.replace(year=2000)) for one in promotions if one.peak}
    assert peaks == {("618", date(2000, 6, 18)), ("double_11", date(2000, 11, 11))}
    assert all(one.peak and one.peak.year == one.end.year for one in promotions)


def test_the_calendar_is_read_back_from_its_own_dump() -> None:
    assert Calendar.model_validate(shipped_calendar().model_dump()) == shipped_calendar()
