"""What both ends of a comparison hold of promotions and days off, on planted calendars and on the shipped one."""

from datetime import date, timedelta

import pytest

from configs.festivals import Calendar, OfficialDays, Promotion, shipped_calendar
from transforms.calendar_flags import PRESALE, PROMOTION_DAYS, PROMOTION_PEAK, WORKING_DAYS, week_row

JULY, AUGUST = date(2031, 7, 28), date(2031, 8, 25)  # no festival is near, and nothing shipped is told of 2031
BASE = timedelta(days=364)


def planted(promoted: list[tuple[date, date]], holidays: dict[int, str]) -> Calendar:
    """A calendar with these runs of one promotion and these days off, and the shipped festivals."""
    source = "planted"
    runs = [Promotion(promotion="sale", start=start, end=end, source=source) for start, end in promoted]
    days_off = {year: OfficialDays(holidays=text) for year, text in holidays.items()}
    return of(runs, days_off)


def of(promotions: list[Promotion], days_off: dict[int, OfficialDays]) -> Calendar:
    shipped = shipped_calendar()  # no copy: that would keep what it has worked out
    return Calendar(windows=shipped.windows, festivals=shipped.festivals, promotions=promotions, days_off=days_off)


QUIET = {2030: "new_year 01-01", 2031: "new_year 01-01"}
SALE = (date(2031, 8, 4), date(2031, 8, 20))


def moved(run: tuple[date, date], start: int = 0, end: int = 0) -> tuple[date, date]:
    """A run 364 days earlier, and its ends some days later than that."""
    return run[0] - BASE + timedelta(days=start), run[1] - BASE + timedelta(days=end)


@pytest.mark.parametrize(
    ("last", "flags", "held"),
    [
        (moved(SALE), [], (17, 17)),
        (moved(SALE, end=1), [PROMOTION_DAYS], (17, 18)),
        (moved(SALE, start=-2, end=-2), [], (17, 17)),
        (moved(SALE, start=-3, end=-3), [PRESALE], (17, 17)),
        (moved(SALE, start=-7), [PRESALE, PROMOTION_DAYS], (17, 23)),  # its first day is before the 28
    ],
)
def test_a_promotion_that_lies_elsewhere_is_told(
    last: tuple[date, date], flags: list[str], held: tuple[int, int]
) -> None:
    calendar = planted([last, SALE], QUIET)
    row = week_row(AUGUST, calendar)
    assert row["plain_flags"] == flags
    assert (row["promotion_days"], row["promotion_days_year_ago"]) == held
    assert row["promotions"] == ["sale"]
    assert week_row(JULY, calendar)["promotions"] == (["sale"] if last[0] <= JULY - BASE else [])


@pytest.mark.parametrize(("peak", "is_told"), [(date(2031, 7, 29), True), (date(2031, 7, 30), False)])
def test_a_peak_in_one_end_only_is_told(peak: date, is_told: bool) -> None:
    """The first day of the 28 to AUGUST is 29 July; on the same date of the year before its base has not begun yet."""
    sale = Promotion(promotion="sale", start=date(2031, 7, 20), end=date(2031, 8, 20), peak=peak, source="planted")
    last = sale.model_copy(update={name: getattr(sale, name).replace(year=2030) for name in ("start", "end", "peak")})
    days_off = planted([], QUIET).days_off
    assert (PROMOTION_PEAK in week_row(AUGUST, of([last, sale], days_off))["plain_flags"]) == is_told  # type: ignore[operator]
    bare = [one.model_copy(update={"peak": None}) for one in (last, sale)]
    flags = week_row(AUGUST, of(bare, days_off))["plain_flags"]
    assert flags == [PROMOTION_DAYS]


@pytest.mark.parametrize(("days", "flags"), [("08-11..08-12", []), ("08-11..08-13", [WORKING_DAYS])])
def test_working_days_that_differ_by_three_are_told(days: str, flags: list[str]) -> None:
    calendar = planted([moved(SALE), SALE], QUIET | {2031: f"holiday {days}"})
    row = week_row(AUGUST, calendar)
    assert row["plain_flags"] == flags
    assert row["working_days_year_ago"] == 20
    assert row["working_days"] == 20 - (3 if flags else 2)


def test_weekend_days_worked_instead_count() -> None:
    calendar = shipped_calendar()
    assert week_row(date(2026, 2, 23), calendar)["working_days"] == 15  # 20 less 6 in the week, and 14 February
    assert week_row(date(2026, 8, 3), calendar)["working_days"] == 20


def test_what_the_calendar_does_not_hold_is_null_and_raises_no_flag() -> None:
    row = week_row(date(2027, 6, 14), shipped_calendar())
    assert (row["promotions"], row["promotion_days"], row["promotion_days_year_ago"]) == (None, None, 27)
    assert (row["working_days"], row["working_days_year_ago"]) == (None, 20)
    assert row["plain_flags"] == []
    assert week_row(date(2027, 2, 8), shipped_calendar())["spring_festival_flags"] == []


def test_two_holidays_that_overlap_are_told_on_the_festivals_phase() -> None:
    flags = {week: week_row(week, shipped_calendar())["mid_autumn_flags"] for week in MID_AUTUMNS}
    assert flags == MID_AUTUMNS


MID_AUTUMNS = {
    date(2025, 9, 29): [],
    date(2025, 10, 6): ["other_holiday"],  # the festival lies in the National Day's holiday, the last one before it
    date(2024, 9, 16): [],  # the festival's own days off are those of both years
    date(2024, 9, 30): ["other_holiday", "working_days"],  # last year's was followed by the National Day's
    date(2025, 6, 16): None,  # no season
}


def test_days_of_a_promotion_on_the_festivals_phase() -> None:
    """Mid-Autumn 2026 is 11 days earlier by weekdays than in 2025: the moved base reaches into Double-11."""
    row = week_row(date(2026, 10, 12), shipped_calendar())
    assert (row["promotion_days"], row["promotion_days_year_ago"], row["plain_flags"]) == (0, 0, [])
    assert row["mid_autumn_flags"] == ["promotion_days"]
