"""Which weeks a weekly reading is compared with on the festival's phase.

A reading W is the sum of the 28 or 30 days that end at W. Its base is (1 - w) R(W - 364) + w R(W - sigma), with w the
highest weight of its days (transforms/calendar.py). W - sigma is seldom a Monday, so R is interpolated between the
readings before and after it (DESIGN 9): R = (1 - a) R(Monday before) + a R(Monday after).

`a` is not simply the day's place between the two Mondays. A pulse of three weeks bends the curve of 28-day sums so much
between two weekly readings that a straight line put planted -20 % up to 15 points off. The belt's own readings of last
year tell where between the two its sales stood: a natural cubic spline on the square roots of up to eight of them (four
on either side) gives the belt's level y at the day, and a = (y - before) / (after - before), kept within 0 and 1. Every
listing is then interpolated linearly with the same a, so that a listing of steady sales, whatever a is, stays itself.
Where the belt turns between the two Mondays y lies beyond both: `scale` lifts or lowers the whole base to it, by at
most 10 %.

The curve is the base year's alone. No reading of this year enters, so that the base does not depend on the result.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.interpolate import CubicSpline

from configs.calendar import WEEK
from configs.festivals import Festival
from transforms.calendar import Mix, Shift, mixed, plain_day, shift_near, shift_on
from transforms.daily_yoy import SEASON_DAYS

READING_DAYS = 30  # of the longest reading; a 28-day one is covered too
WINDOW = timedelta(days=28)
EACH_SIDE = 4  # readings: in 15 years the worst week was 3.5 points off with two a side, 1.8 with three, 1.7 with four
MOST_SCALED = 0.1


@dataclass(frozen=True)
class BaseMix:
    """The base weeks of one week with their weights, which sum to 1; what they add up to counts `scale` times.

    `weight` is w of the festival named. `readings` is how many of the belt's readings placed the day: 1 where it is a
    Monday, 2 where only the calendar told its place, which is good to a few points only; 0 in a plain mix.
    """

    parts: Mix
    scale: float = 1.0
    festival: str | None = None
    weight: float = 0.0
    readings: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether this is the plain comparison, whose figures then are the festival's too."""
        return self.festival is None

    @property
    def week(self) -> date:
        """The base week of most weight, the earlier of equals: the one whose particulars a base is described by."""
        return max(self.parts, key=lambda part: (part[1], -part[0].toordinal()))[0]

    def lacking(self, known: Collection[date]) -> list[date]:
        """The base weeks that are not there. With any of them lacking there is no base yet (`no_base`)."""
        return [week for week, _ in self.parts if week not in known]


def base_mix(week: date, festivals: Sequence[Festival], readings: Mapping[date, float] | None = None) -> BaseMix:
    """The base of a week for a belt that follows `festivals` (`Calendar.followed_by`), the plain one outside their
    windows.

    `readings` maps base weeks to the belt's displayed sales in yuan; of use are those of `curve_weeks`. A week without
    reading is left out of the mapping.
    """
    shift = shift_on(week, festivals, READING_DAYS)
    if shift is None:
        return BaseMix(((plain_day(week), 1.0),))
    weight = shift.weight(week, READING_DAYS)
    return _moved(week, shift, weight, readings or {})


def curve_weeks(week: date, festivals: Sequence[Festival]) -> list[date]:
    """The base weeks whose readings `base_mix` looks at, those of its parts among them, in order."""
    shift = shift_on(week, festivals, READING_DAYS)
    if shift is None:
        return [plain_day(week)]
    return sorted(_around(_monday(shift.moved(week))) | {plain_day(week)})


def season_mixes(
    week: date, festival: Festival, readings: Mapping[date, float] | None = None
) -> list[tuple[date, BaseMix]]:
    """The weeks whose readings make up the season to date, latest first, each with its base; empty before the season.

    They are W, W - 28 days ... as far as their 28 days lie in the season, which begins 60 days before the festival (W
    itself always); all are on the festival's phase alone.
    """
    shift = shift_near(week, festival)
    return [(one, _moved(one, shift, 1.0, readings or {})) for one in _season_windows(week, shift)]


def season_weeks(week: date, festival: Festival) -> list[date]:
    """The base weeks whose readings `season_mixes` looks at, in order."""
    shift = shift_near(week, festival)
    return sorted({day for one in _season_windows(week, shift) for day in _around(_monday(shift.moved(one)))})


def is_in_season(week: date, festival: Festival) -> bool:
    """Whether a season to date is told: from the first reading that lies in the season as a whole, to the first that
    holds the end of the festival's window."""
    shift = shift_near(week, festival)
    first, last = shift.this - timedelta(days=SEASON_DAYS), shift.this + timedelta(days=shift.window.after_days)
    return first + WINDOW <= week + timedelta(days=1) and week < last + WEEK


def _season_windows(week: date, shift: Shift) -> list[date]:
    first = shift.this - timedelta(days=SEASON_DAYS)
    found = [week] if week >= first else []
    while found and found[-1] - WINDOW - timedelta(days=27) >= first:
        found.append(found[-1] - WINDOW)
    return found


def _around(before: date) -> set[date]:
    """The readings on either side of a day between two Mondays."""
    return {before + WEEK * step for step in range(1 - EACH_SIDE, EACH_SIDE + 1)}


def _moved(week: date, shift: Shift, weight: float, readings: Mapping[date, float]) -> BaseMix:
    day = shift.moved(week)
    before = _monday(day)
    place, scale, count = _place(readings, before, (day - before).days / WEEK.days)
    whole = 1 - weight + weight * scale  # the scale is that of the moved part
    after = weight * scale * place / whole
    parts = (
        (plain_day(week), (1 - weight) / whole),
        (before, weight * scale * (1 - place) / whole),
        (before + WEEK, after),
    )
    return BaseMix(mixed(*parts), whole, shift.festival, weight, count)


def _place(readings: Mapping[date, float], before: date, by_day: float) -> tuple[float, float, int]:
    """a, the scale, and how many readings told; by the day alone with fewer than two readings on either side."""
    if by_day == 0:
        return 0.0, 1.0, 1
    left = _run(readings, (before - WEEK * step for step in range(EACH_SIDE)))
    right = _run(readings, (before + WEEK * (1 + step) for step in range(EACH_SIDE)))
    if min(len(left), len(right)) < 2:
        return by_day, 1.0, 2
    roots = np.sqrt(np.maximum(0.0, [*reversed(left), *right]))
    level = float(CubicSpline(np.arange(len(roots)), roots, bc_type="natural")(len(left) - 1 + by_day)) ** 2
    place = _between(left[0], right[0], level, by_day)
    line = (1 - place) * left[0] + place * right[0]
    scale = level / line if line > 0 else 1.0
    return place, min(1 + MOST_SCALED, max(1 - MOST_SCALED, scale)), len(roots)


def _between(before: float, after: float, level: float, by_day: float) -> float:
    return by_day if before == after else min(1.0, max(0.0, (level - before) / (after - before)))


def _run(readings: Mapping[date, float], weeks: Iterable[date]) -> list[float]:
    """The readings of the weeks up to the first that is not there."""
    found = []
    for week in weeks:
        if week not in readings:
            break
        found.append(readings[week])
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
