"""What the calendar alone does to the comparison of a week: one row of table `weeks`.

A weekly reading W holds the 28 days that end at W; on `plain` it is compared with those that end at W - 364 days, on a
festival's phase with those that end as far from last year's festival, mixed with the plain ones at the weight of
transforms/calendar.py. Both ends are `uneven` in what they hold of promotions and of official days off, and this is
named and not corrected: weekly sums do not tell on which day a spike fell (transforms/promotions.py). The codes:

    festival        (plain only, added by belt_yoy) a festival that the belt follows has moved: alignment `festival`
                    compares like with like
    promotion_peak  the peak of a promotion, the day on which most is sold, lies in one end and not in the other
    promotion_days  both ends hold different numbers of days of a promotion
    presale         the presale of a promotion that either end holds began 3 days or more off the 364
    working_days    the numbers of days worked in offices differ by 3 or more
    other_holiday   (festival only) so do the days off of another official holiday than the festival's own

What configs/calendar.yaml does not hold raises no flag, and its counts are null: of promotions the years before and
after those in it, of days off the years that are not announced. Source: METHOD 2.2.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from configs.calendar import YEAR
from configs.festivals import Calendar
from transforms.base_mix import READING_DAYS
from transforms.calendar import plain_day, shift_on
from transforms.promotions import promotion_on, year_before

READING = 28
PROMOTION_PEAK, PROMOTION_DAYS, PRESALE = "promotion_peak", "promotion_days", "presale"
WORKING_DAYS, OTHER_HOLIDAY = "working_days", "other_holiday"
APART = 3  # days: 364 days move a fixed date by 1 or 2, which takes as many days of a holiday over the edge of a window
LEAST = {PROMOTION_PEAK: 0.5, PROMOTION_DAYS: 1, WORKING_DAYS: APART, OTHER_HOLIDAY: APART}
FOLLOWED = ("spring_festival", "mid_autumn")

Held = dict[str, Counter[str] | None]  # code -> what the 28 days hold of it, by name; None where that is not known
Parts = Mapping[date, float]  # the last days of the base's windows, with weights that sum to 1


def week_row(week: date, calendar: Calendar) -> dict[str, object]:
    """One row of table `weeks` but for its ISO names."""
    base = plain_day(week)
    now, then = held(week, calendar), held(base, calendar)
    promoted = now[PROMOTION_DAYS], then[PROMOTION_DAYS]
    return {
        "week": week,
        "year_ago": base,
        "promotions": None if None in promoted else sorted({name for days in promoted for name in days or ()}),
        "promotion_days": _total(now[PROMOTION_DAYS]),
        "promotion_days_year_ago": _total(then[PROMOTION_DAYS]),
        "working_days": _total(now[WORKING_DAYS]),
        "working_days_year_ago": _total(then[WORKING_DAYS]),
        "plain_flags": sorted(_uneven(now, [(then, 1.0)]) - {OTHER_HOLIDAY} | _presale(week, calendar)),
        **{f"{festival}_flags": festival_flags(week, festival, calendar) for festival in FOLLOWED},
    }


def festival_flags(week: date, festival: str, calendar: Calendar) -> list[str] | None:
    """The codes of a week on the phase of one festival, sorted; None outside its window."""
    followed = [one for one in calendar.followed_by(festival) if one.name == festival]
    shift = shift_on(week, followed, READING_DAYS)
    if shift is None:
        return None
    weight = shift.weight(week, READING_DAYS)
    parts = {plain_day(week): 1 - weight, shift.moved(week): weight}
    return sorted(_uneven(held(week, calendar), [(held(day, calendar), part) for day, part in parts.items()], festival))


def held(last: date, calendar: Calendar) -> Held:
    """What the 28 days that end at `last` hold: peaks and days of each promotion, days worked, days off of each
    holiday."""
    days = [last - timedelta(days=number) for number in reversed(range(READING))]
    years = {day.year for day in days}
    near = [one for one in calendar.promotions if one.start <= last and one.end >= days[0]]
    is_told = years <= {one.end.year for one in calendar.promotions}
    peaks = Counter(one.promotion for one in near if one.peak in days)
    promoted = Counter(one.promotion for day in days if (one := promotion_on(day, near)))
    worked = calendar.working_days(days[0], READING)
    free = Counter(name for day in days if (name := calendar.holiday_on(day)))
    return {
        PROMOTION_PEAK: peaks if is_told else None,
        PROMOTION_DAYS: promoted if is_told else None,
        WORKING_DAYS: None if worked is None else Counter(worked=worked),
        OTHER_HOLIDAY: free if years <= calendar.days_off.keys() else None,
    }


def _uneven(now: Held, bases: list[tuple[Held, float]], festival: str | None = None) -> set[str]:
    """The codes of what a week and its mixed base hold unequally, of what is known of all of them."""
    found = set()
    for code, least in LEAST.items():
        days, parts = now[code], [(base[code], part) for base, part in bases if part]
        if days is not None and all(base is not None for base, _ in parts):
            told = [(base or Counter(), part) for base, part in parts]
            found |= {code} if _apart(days, told, festival) >= least else set()
    return found


def _apart(now: Counter[str], bases: list[tuple[Counter[str], float]], but: str | None) -> float:
    """By how many days that differs which differs most."""
    names = {*now, *(name for base, _ in bases for name in base)} - {but}
    return max((abs(now[name] - sum(part * base[name] for base, part in bases)) for name in names), default=0.0)


def _presale(week: date, calendar: Calendar) -> set[str]:
    """Whether the presale of a promotion that the week or its base holds began elsewhere than 364 days later."""
    ends = (week, plain_day(week))
    for this in calendar.promotions:
        last = year_before(this, calendar.promotions)
        if last is not None and abs((this.start - last.start - YEAR).days) >= APART:
            both = zip(ends, (this, last), strict=True)
            if any(one.start <= end and one.end > end - timedelta(days=READING) for end, one in both):
                return {PRESALE}
    return set()


def _total(days: Counter[str] | None) -> int | None:
    return None if days is None else days.total()
