"""The two sections of configs/calendar.yaml that are copied from libraries: python -m benchmarks.calendar_table

The line itself needs neither library: dates are read from the file, and a test compares them with both.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from textwrap import wrap

from chinese_calendar import constants
from lunar_python import Lunar

LUNAR_DAYS = {"spring_festival": (1, 1), "mid_autumn": (8, 15)}
YEARS = range(1901, 2100)
NAMES = {
    "New Year's Day": "new_year",
    "Spring Festival": "spring_festival",
    "Tomb-sweeping Day": "tomb_sweeping",
    "Labour Day": "labour_day",
    "Dragon Boat Festival": "dragon_boat",
    "Mid-autumn Festival": "mid_autumn",
    "National Day": "national_day",
    "Anti-Fascist 70th Day": "victory_day",
}


@cache
def festival_date(festival: str, year: int) -> date:
    """The day of a lunar festival, by lunar_python."""
    solar = Lunar.fromYmd(year, *LUNAR_DAYS[festival]).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def days_off() -> dict[date, str]:
    """Each official day off and our name of its holiday, by chinesecalendar, in order."""
    return {day: NAMES[name] for day, name in sorted(constants.holidays.items())}


def work_days() -> list[date]:
    """Each weekend day that is worked to make up for a day off, by chinesecalendar, in order."""
    return sorted(constants.workdays)


def section() -> Iterator[str]:
    """The lines of both sections."""
    yield "festivals:"
    for festival in LUNAR_DAYS:
        yield f"  {festival}:"
        for first in range(YEARS[0], YEARS[-1] + 1, 10):
            dates = (festival_date(festival, year) for year in range(first, min(first + 10, YEARS.stop)))
            yield f"    {first}: {' '.join(f'{day:%m-%d}' for day in dates)}"
    yield "days_off:"
    for year in sorted({day.year for day in days_off()}):
        work = " ".join(f"{day:%m-%d}" for day in work_days() if day.year == year)
        yield f"  {year}:"
        holidays = f"holidays: {', '.join(_runs(year))}"
        yield from wrap(holidays, 118, initial_indent="    ", subsequent_indent="      ")
        yield f"    worked: {work}"


def _runs(year: int) -> Iterator[str]:
    """The year's days off as runs of consecutive days: `spring_festival 01-22..01-28`."""
    runs: list[tuple[str, date, date]] = []
    for day, name in days_off().items():
        if runs and runs[-1][0] == name and day - runs[-1][2] == timedelta(days=1) and day.year == runs[-1][1].year:
            runs[-1] = (name, runs[-1][1], day)
        else:
            runs.append((name, day, day))
    for name, first, last in runs:
        if first.year == year:
            yield f"{name} {first:%m-%d}" + (f"..{last:%m-%d}" if last > first else "")


if __name__ == "__main__":
    print("\n".join(section()))
