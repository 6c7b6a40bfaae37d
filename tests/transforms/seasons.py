"""Daily sales whose season moves with a festival, and the readings that pages would show of them."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from math import exp

import polars as pl

from configs.festivals import Festival, shipped_calendar

Profile = Callable[[int], float]
DAY = timedelta(days=1)


def mooncakes(offset: int) -> float:
    """METHOD 2.2: sales by days from Mid-Autumn."""
    return 10 + 300 * exp(-(((offset + 12) / 9) ** 2))


def workshops(offset: int) -> float:
    """A belt around the Spring Festival: stocks are bought up before it, then nearly everybody is closed."""
    bought_up = 1 + 1.5 * exp(-(((offset + 16) / 6) ** 2))
    return 100 * bought_up * (1 - 0.95 * exp(-(((offset - 3) / 8) ** 2)))


@cache
def festival(name: str) -> Festival:
    return {one.name: one for one in shipped_calendar().followed_by("mid_autumn")}[name]


@cache
def followed(name: str) -> tuple[Festival, ...]:
    """What a belt follows that has a festival of this name."""
    return shipped_calendar().followed_by(name)


@cache
def flow(day: date, name: str, profile: Profile, year: int, change: float) -> float:
    """One day's sales: those of its season, from the festival of `year` on changed by `change`."""
    dates = festival(name).dates
    nearest = min((day.year - 1, day.year, day.year + 1), key=lambda one: abs((day - dates[one]).days))
    return profile((day - dates[nearest]).days) * (1 + change if nearest >= year else 1)


def daily(name: str, profile: Profile, year: int, change: float) -> pl.DataFrame:
    """The daily series from a year and a half before the festival of `year` to half a year after it."""
    first = festival(name).dates[year] - 550 * DAY
    days = [first + number * DAY for number in range(730)]
    return pl.DataFrame({"day": days, "value_yuan": [flow(day, name, profile, year, change) for day in days]})


@cache
def reading(week: date, name: str, profile: Profile, year: int, change: float) -> float:
    """What a page shows on the week's Monday: the sum of the 28 days that end on it."""
    return sum(flow(week - number * DAY, name, profile, year, change) for number in range(28))


def mondays(first: date, last: date) -> list[date]:
    """All Mondays from first to last."""
    start = first + (-first.weekday() % 7) * DAY
    return [start + 7 * number * DAY for number in range((last - start).days // 7 + 1)]
