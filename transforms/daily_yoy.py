"""Changes on the year of a daily series of flows, on the phase of festivals and promotions. Source: METHOD 2.2.

A daily series is a frame of `day` and `value_yuan`, a day once. A day that is not there is unknown, never 0. What
cannot be compared is a state and no error: `no_data` where a day of this year is missing, `no_base` where a base day
is, or where the base sold nothing. Aligned figures do not add up over a year, since some base days are used twice and
some never; over a season `season_to_date` adds up, over a year `annual_change`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum
from typing import Literal

import polars as pl

from configs.calendar import WEEK
from configs.festivals import Festival, Promotion
from transforms.calendar import Mix, day_mix, plain_day, shift_near, shift_on

State = Literal["plain", "festival", "promotion", "no_data", "no_base", "off_season"]
SEASON_DAYS = 60  # a season begins so many days before its festival

SCHEMA = {
    "week": pl.Date(),
    "value_yuan": pl.Float64(),
    "base_yuan": pl.Float64(),
    "change": pl.Float64(),
    "festival_weight": pl.Float64(),
    "state": pl.String(),
}


@dataclass(frozen=True)
class Compared:
    """Two sums of flows; both None where one of them is unknown."""

    value_yuan: float | None
    base_yuan: float | None
    state: State

    @property
    def change(self) -> float | None:
        """The change as a fraction; None where there is no base."""
        if self.value_yuan is None or not self.base_yuan:
            return None
        return self.value_yuan / self.base_yuan - 1


def festival_yoy(
    daily: pl.DataFrame, weeks: Iterable[date], festivals: Sequence[Festival], promotions: Sequence[Promotion] = ()
) -> pl.DataFrame:
    """One row per week: its seven days' flows, those of the days they are compared with, the change, the mean weight of
    the festival's phase, and the state: whether a festival or a promotion moved the base or it is the plain one."""
    flows = _flows(daily)
    rows = [(week, *_week_row(flows, week, festivals, promotions)) for week in weeks]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def base_days(
    days: Iterable[date], festivals: Sequence[Festival], promotions: Sequence[Promotion] = ()
) -> pl.DataFrame:
    """One row per day and base day with its `weight`, for comparing many daily series alike: like for like, each
    listing takes the weights of its belt."""
    rows = [(day, base, weight) for day in days for base, weight in day_mix(day, festivals, promotions)]
    return pl.DataFrame(rows, schema={"day": pl.Date(), "base_day": pl.Date(), "weight": pl.Float64()}, orient="row")


def season_to_date(daily: pl.DataFrame, festival: Festival, day: date) -> Compared:
    """The flows from 60 days before the festival to `day` against those up to the same phase of last year's season.

    `off_season` for a day before the season of the festival that is nearest to it.
    """
    shift = shift_near(day, festival)
    first = shift.this - timedelta(days=SEASON_DAYS)
    if day < first:
        return Compared(None, None, "off_season")
    days = _days(first, day)
    return _compared(_flows(daily), days, [((shift.moved(one), 1.0),) for one in days], "festival")


def annual_change(daily: pl.DataFrame, year: int) -> Compared:
    """The flows of a calendar year against those of the year before, by date: summed by week numbers, a year of 53
    weeks would have grown by 1.9 %."""
    now, then = (_days(date(one, 1, 1), date(one, 12, 31)) for one in (year, year - 1))
    return _compared(_flows(daily), now, [((one, 1.0),) for one in then], "plain")


def _week_row(
    flows: dict[date, float], week: date, festivals: Sequence[Festival], promotions: Sequence[Promotion]
) -> tuple[float | None, float | None, float | None, float, State]:
    days = _days(week, week + WEEK - timedelta(days=1))
    mixes = [day_mix(day, festivals, promotions) for day in days]
    shifts = [(shift_on(day, festivals), day) for day in days]
    weight = fsum(shift.weight(day) for shift, day in shifts if shift) / len(days)
    is_plain = all(mix == ((plain_day(day), 1.0),) for day, mix in zip(days, mixes, strict=True))
    found = _compared(flows, days, mixes, "festival" if weight > 0 else "plain" if is_plain else "promotion")
    return found.value_yuan, found.base_yuan, found.change, weight, found.state


def _compared(flows: dict[date, float], days: list[date], mixes: Sequence[Mix], state: State) -> Compared:
    if any(day not in flows for day in days):
        return Compared(None, None, "no_data")
    if any(day not in flows for mix in mixes for day, _ in mix):
        return Compared(None, None, "no_base")
    value = fsum(flows[day] for day in days)
    base = fsum(weight * flows[day] for mix in mixes for day, weight in mix)
    return Compared(value, base, state if base > 0 else "no_base")


def _flows(daily: pl.DataFrame) -> dict[date, float]:
    known = daily.drop_nulls(["day", "value_yuan"])
    if known["day"].is_duplicated().any():
        raise ValueError("a daily series holds each day once")
    return dict(known.select("day", "value_yuan").iter_rows())


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
