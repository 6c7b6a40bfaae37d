"""Promotions: they end on a fixed date while the start of their presale moves, so a day is compared with the same phase
of last year's. Source: METHOD 2.2."""

from collections import Counter
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
    last = next((one for one in promotions if _is_year_before(one, this)), None)
    if last is None:
        return [(same_date(day), 1.0)]
    phase = (day - this.start).days * (last.end - last.start).days / (this.end - this.start).days
    whole = int(phase)
    first = last.start + timedelta(days=whole)
    return [(first, 1 - (phase - whole)), (first + timedelta(days=1), phase - whole)]


def same_date(day: date, years: int = 1) -> date:
    """The same date some years earlier; 28 February for the 29th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if is_leap_day else day.day)


def uneven_promotions(week: date, base_week: date, promotions: Sequence[Promotion], span: int = 28) -> list[str]:
    """Promotions of which the readings of a week and its base hold different numbers of days, sorted by name.

    Weekly readings are not moved to a promotion's phase, since they do not tell on which day of a week a spike fell:
    where it enters one end only, a base interpolated to the same date is nearly as far off as the plain one. The
    difference is named and not corrected.
    """
    held = [_days_held(end, span, promotions) for end in (week, base_week)]
    return sorted(name for name in held[0].keys() | held[1].keys() if held[0].get(name) != held[1].get(name))


def _is_year_before(one: Promotion, this: Promotion) -> bool:
    return one.promotion == this.promotion and one.end.year == this.end.year - 1


def _days_held(week: date, span: int, promotions: Sequence[Promotion]) -> Counter[str]:
    days = (week - timedelta(days=number) for number in range(span))
    return Counter(one.promotion for day in days if (one := promotion_on(day, promotions)))
