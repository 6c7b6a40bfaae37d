"""Which day a year ago is meant: 364 days earlier (`plain`), or as far from the festival as this day is (`festival`).

With F and G the festival's dates this year and last, sigma = F - G, and o = d - F:

    plain      phi(d) = d - 364
    festival   mu(d) = d - sigma
    drift      S = sigma - 364: the image of last year's pulse under phi lies at o = -S
    weight     w(d) = 1 for o in [min(0, -S) - B, max(0, -S) + A], falling to 0 within T days on either side
    base       v*(d) = (1 - w) v(phi(d)) + w v(mu(d))

The window holds that image too: without it the base still has last year's pulse where this year's is over. Source:
METHOD 2.1, 2.2. B, A and T are those of configs/calendar.yaml.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from configs.calendar import YEAR
from configs.festivals import Festival, Promotion, Window
from transforms.promotions import promotion_mix, promotion_on, same_date

Mix = tuple[tuple[date, float], ...]  # base days or weeks, each once and in order, with weights that sum to 1


@dataclass(frozen=True)
class Shift:
    """One festival in the year around a day, and in the year before."""

    festival: str
    this: date
    last: date
    window: Window

    @property
    def days(self) -> int:
        """sigma, the days from last year's date to this year's."""
        return (self.this - self.last).days

    @property
    def drift(self) -> int:
        """S, how much later the festival is than 364 days after the last one."""
        return self.days - YEAR.days

    def moved(self, day: date) -> date:
        """mu, the day a year ago that was as far from the festival."""
        return day - timedelta(days=self.days)

    def weight(self, day: date, span: int = 1) -> float:
        """w of a day; of a reading, the highest of the `span` days that end at its day.

        A reading that holds one day of the pulse must be compared with one that holds the same day of last year's. The
        mean of w over its days leaves part of the base at a phase of another year: planted -20 % came out up to 26
        points off in the weeks in which a 28-day sum reaches over the edge of the window.
        """
        offset = (day - self.this).days
        first, last = min(0, -self.drift) - self.window.before_days, max(0, -self.drift) + self.window.after_days
        outside = max(first - offset, offset - (last + span - 1), 0)
        return max(0.0, 1 - outside / self.window.taper_days)


def plain_day(day: date) -> date:
    """phi, 364 days earlier: the same weekday."""
    return day - YEAR


def same_week(week: date, years: int) -> date:
    """The week whose Monday is nearest to the same date `years` earlier, for comparisons over several years: 364 days a
    year would drift from the season by 1.25 days a year."""
    later = same_date(week, years) + timedelta(days=3)
    return later - timedelta(days=later.weekday())


def shift_near(day: date, festival: Festival) -> Shift:
    """The shift of the festival nearest to a day; InputError where the calendar does not reach."""
    years = [year for year in (day.year - 1, day.year, day.year + 1) if year in festival.dates]
    nearest = min(years, key=lambda year: abs((day - festival.date_in(year)).days), default=day.year)
    return Shift(festival.name, festival.date_in(nearest), festival.date_in(nearest - 1), festival.window)


def shift_on(day: date, festivals: Iterable[Festival], span: int = 1) -> Shift | None:
    """The shift that holds on a day, or for a reading of the `span` days that end at it; None where w is 0 for all.

    Of two festivals whose windows overlap the first one given holds: a belt's own.
    """
    shifts = (shift_near(day, festival) for festival in festivals)
    return next((shift for shift in shifts if shift.weight(day, span) > 0), None)


def day_mix(day: date, festivals: Sequence[Festival], promotions: Sequence[Promotion] = ()) -> Mix:
    """The days that a day's flow is compared with. Within a festival's window promotions do not count."""
    shift = shift_on(day, festivals)
    if shift:
        weight = shift.weight(day)
        return mixed((plain_day(day), 1 - weight), (shift.moved(day), weight))
    promotion = promotion_on(day, promotions)
    return mixed(*promotion_mix(day, promotion, promotions)) if promotion else ((plain_day(day), 1.0),)


def mixed(*parts: tuple[date, float]) -> Mix:
    """Parts in order, each day once, those without weight left out."""
    weights: dict[date, float] = {}
    for day, weight in sorted(parts):
        weights[day] = weights.get(day, 0.0) + weight
    return tuple((day, weight) for day, weight in weights.items() if weight > 0)
