"""Festivals, promotions and official days off, as read from calendar.yaml. Weeks are configs/calendar.py's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from configs.errors import InputError
from configs.yaml_lines import KeyedError, load_model

FILE = Path(__file__).with_name("calendar.yaml")
FestivalName = Literal["spring_festival", "mid_autumn"]
LUNAR_YEARS = ((353, 355), (383, 385))  # days from one festival to the next, without and with a leap month


class Window(BaseModel):
    """How many days before and after a festival the comparison follows it, and over how many it fades out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before_days: int = Field(ge=0, le=90)
    after_days: int = Field(ge=0, le=90)
    taper_days: int = Field(ge=1, le=30)


class Promotion(BaseModel):
    """One promotion in one year, from the first day of its presale to its last day; most is sold on its peak."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    promotion: str = Field(pattern=r"^[a-z0-9_]+$")
    start: date
    end: date
    peak: date | None = None
    source: str = Field(min_length=3)
    approximate: bool = False

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.end <= self.start:
            raise KeyedError(f"found end {self.end}, expected a day after start {self.start}", "end")
        if self.peak and not self.start <= self.peak <= self.end:
            raise KeyedError(f"found peak {self.peak}, expected a day from {self.start} to {self.end}", "peak")
        return self


class OfficialDays(BaseModel):
    """One year's days off as runs (`spring_festival 02-10..02-17, ...`), and weekend days worked instead (`02-04`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    holidays: str
    worked: str = ""


@dataclass(frozen=True)
class Holiday:
    """A run of official days off with one name."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Festival:
    """One festival: its date in each year, and its window."""

    name: str
    dates: dict[int, date]
    window: Window

    def date_in(self, year: int) -> date:
        """Its date; a year that the calendar does not hold is an error."""
        if year not in self.dates:
            held = f"{min(self.dates)} to {max(self.dates)}"
            raise InputError(f"{self.name} of {year} is not in the calendar, which holds {held}; see calendar.yaml")
        return self.dates[year]


class Calendar(BaseModel):
    """The file. A line of `festivals` holds consecutive years' dates, the first of them its key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    windows: dict[FestivalName, Window]
    promotions: list[Promotion]
    festivals: dict[FestivalName, dict[int, str]]
    days_off: dict[int, OfficialDays]

    def followed_by(self, own: str | None) -> tuple[Festival, ...]:
        """The festivals that a belt's sales follow: its own first, and the Spring Festival, which all do."""
        names: list[FestivalName] = ["spring_festival"]
        if own == "mid_autumn":
            names.insert(0, "mid_autumn")
        return tuple(Festival(name, _dates(self.festivals[name], name), self.windows[name]) for name in names)

    @cached_property
    def holidays(self) -> tuple[Holiday, ...]:
        """All runs of official days off, in order."""
        return tuple(holiday for year, days in self.days_off.items() for holiday in _runs(year, days.holidays))

    def working_days(self, first: date, days: int = 7) -> int | None:
        """How many of the `days` from the first on are worked in offices; None where one of them is in a year that no
        announcement tells of."""
        found = [first + timedelta(days=number) for number in range(days)]
        if not {day.year for day in found} <= self.days_off.keys():
            return None
        return sum(day in self._worked or (day.weekday() < 5 and self.holiday_on(day) is None) for day in found)

    def holiday_on(self, day: date) -> str | None:
        """The name of the official holiday that makes a day free, weekends within it too; None for other days."""
        return self._free.get(day)

    @cached_property
    def _free(self) -> dict[date, str]:
        """Every official day off with the name of its holiday."""
        runs = ((one, (one.last - one.first).days + 1) for one in self.holidays)
        return {one.first + timedelta(days=number): one.name for one, days in runs for number in range(days)}

    @cached_property
    def _worked(self) -> frozenset[date]:
        """Every weekend day that is worked instead."""
        return frozenset(day for year, days in self.days_off.items() for day in _days(year, days.worked))

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        for name, lines in self.festivals.items():
            if name not in self.windows:
                raise KeyedError(f"found no window for {name}, expected one", "windows")
            _dates(lines, name)
        for year, days in self.days_off.items():
            list(_runs(year, days.holidays))
            _days(year, days.worked)
        _refuse_overlaps(self.promotions)
        return self


@cache
def shipped_calendar() -> Calendar:
    """The calendar of the shipped calendar.yaml, without any overlay."""
    return load_model(FILE, Calendar)


def _dates(lines: dict[int, str], name: str) -> dict[int, date]:
    """Year to date; years follow on one another, and dates are as far apart as lunar years are long."""
    dates: dict[int, date] = {}
    for first, text in lines.items():
        where = ("festivals", name, first)
        if dates and first != max(dates) + 1:
            raise KeyedError(f"found a line of {first}, expected {max(dates) + 1} to follow {max(dates)}", *where)
        for year, word in enumerate(text.split(), start=first):
            dates[year] = _day(year, word, *where)
            _check_distance(dates, year, where)
    if not dates:
        raise KeyedError(f"found no dates of {name}, expected a line for every ten years or so", "festivals", name)
    return dates


def _check_distance(dates: dict[int, date], year: int, where: tuple[str | int, ...]) -> None:
    if year - 1 in dates:
        days = (dates[year] - dates[year - 1]).days
        if not any(least <= days <= most for least, most in LUNAR_YEARS):
            found = f"found {dates[year]}, {days} days after {dates[year - 1]}"
            raise KeyedError(f"{found}, expected 353 to 355 or 383 to 385 days, as lunar years are long", *where)


def _runs(year: int, text: str) -> Iterator[Holiday]:
    where = ("days_off", year, "holidays")
    for run in text.split(","):
        name, _, days = run.strip().partition(" ")
        first, _, last = days.partition("..")
        yield Holiday(name, _day(year, first, *where), _day(year, last or first, *where))


def _days(year: int, text: str) -> list[date]:
    return [_day(year, word, "days_off", year, "worked") for word in text.split()]


def _day(year: int, word: str, *where: str | int) -> date:
    try:
        return date.fromisoformat(f"{year}-{word}")
    except ValueError:
        raise KeyedError(f"found {word!r} for {year}, expected month and day as 02-17", *where) from None


def _refuse_overlaps(promotions: list[Promotion]) -> None:
    last: dict[str, Promotion] = {}
    for number, one in enumerate(promotions):
        before = last.get(one.promotion)
        if before and one.start <= before.end:
            expected = f"expected a day after {before.end}, when the one before it ends"
            raise KeyedError(f"found {one.promotion} from {one.start}, {expected}", "promotions", number, "start")
        last[one.promotion] = one
