"""Promotions: they end on a fixed date while the start of their presale moves, so a day is compared with the same phase
of last year's. Source: METHOD 2.2."""

from collections.abc import Sequence
from datetime import date, timedelta

from configs.festivals import Promotion


def promotion_on(day: date, promotions: Sequence[Promotion]) -> Promotion | None:
    """The promotion that a day lies in, first and last day included."""
    return next((one for one in promotions if one.start <= day <= one.end), None)


def promotion_mix(day: date, this: Promotion, promotions: Sequence[Promotion]) -> list[tuple[date, float]]:
    """The days of last year's promotion at the phase of `day` in `this`, with weights that sum to 1.

    The phase is start' + (d - start) (end' - start') / (end - start): start falls on start' and end on end'. Between
    two days it takes from both. Flows stay rates per day, so that a longer presale does not count as more sales. Where
    last year's is not known, the same date of last year: 364 days would put a fixed day one or two days too late.
    """
    last = year_before(this, promotions)
    if last is None:
        return [(same_date(day), 1.0)]
    phase = (day - this.start).days * (last.end - last.start).days / (this.end - this.start).days
    whole = int(phase)
    first = last.start + timedelta(days=whole)
    return [(first, 1 - (phase - whole)), (first + timedelta(days=1), phase - whole)]


def year_before(this: Promotion, promotions: Sequence[Promotion]) -> Promotion | None:
    """Last year's promotion of the same name; None where it is not known."""
    wanted = this.promotion, this.end.year - 1
    return next((one for one in promotions if (one.promotion, one.end.year) == wanted), None)


def same_date(day: date, years: int = 1) -> date:
    """The same date some years earlier; 28 February for the 29th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if is_leap_day else day.day)
