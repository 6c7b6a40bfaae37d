"""Weeks. A week is the Monday that starts it, in Asia/Shanghai; a year ago is 364 days, so that weekdays agree."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from configs.errors import InputError

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR = timedelta(days=364)
WEEK = timedelta(days=7)
LATE_WEEKS = 4  # how far back a run looks by itself for what came late or was left; further with --week


def week_of(instant: datetime) -> date:
    """The Monday of the instant's date in Asia/Shanghai; the instant must know its time zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    day = instant.astimezone(SHANGHAI).date()
    return day - timedelta(days=day.weekday())


def starts_at(week: date) -> datetime:
    """The first instant of a week."""
    return datetime(week.year, week.month, week.day, tzinfo=SHANGHAI)


def as_week(text: str | date) -> date:
    """A week from its text (2026-11-16); anything but the date of a Monday is refused."""
    try:
        day = text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is no week; a week is the date of its Monday, such as 2026-11-16") from None
    if day.weekday():
        monday = day - timedelta(days=day.weekday())
        raise InputError(f"{day} is a {day:%A}; a week is the date of its Monday, here {monday}")
    return day


def year_ago(week: date) -> date:
    """The week 364 days earlier."""
    return week - YEAR


def weeks_between(first: date, last: date) -> list[date]:
    """All weeks from first to last, both included."""
    return [first + WEEK * step for step in range((last - first) // WEEK + 1)]
