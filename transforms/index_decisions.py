"""Whether a belt's price index may be told: by the links that it rests on, between a base period and now.

A change on the year is judged by what stands both in the month a year before and now. A level goes back to the first
month that holds by itself, in which the index is 1, over several such links, each of a year at most; where one does not
hold, no level after it does. Nothing is published without an interval. Source: METHOD 1.6.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

import polars as pl

from configs.publication import PublicationRules
from transforms.coverage import Coverage
from transforms.index.months import columns_of, month_of
from transforms.index_footing import Footing, footing, shown, shown_by_period
from transforms.publication import Decision, decide, decide_level, suppressed, with_interval
from transforms.uncertainty import Interval

Point = Mapping[str, object]


@dataclass(frozen=True)
class Judged:
    """A decision, and how many merchants and listings the point rests on."""

    decision: Decision
    merchants: int
    listings: int


@dataclass(frozen=True)
class Footings:
    """By period what the levels of a belt and its changes on the year rest on; none where there is no base."""

    levels: Mapping[date, Footing | None]
    changes: Mapping[date, Footing | None]


def footings(rows: pl.DataFrame, points: pl.DataFrame, rules: PublicationRules) -> Footings:
    """From `index_rows`, and those of their `index_points` that are of the whole belt beside its strata."""
    periods = shown_by_period(rows, points)
    months = dict.fromkeys((row["week"] or row["month"], row["month"]) for row in points.iter_rows(named=True))
    ordered = sorted(months)
    between = cache(partial(footing, periods))
    changes = {period: between(year_before(month), period) for period, month in ordered}
    there = [(period, month) for period, month in ordered if period in periods]
    over = set(points.filter(~pl.col("is_provisional"))["month"])
    return Footings(_level_footings(between, there, over, rules), changes)


def first_sound(rows: pl.DataFrame, formulas: Mapping[str, str], rules: PublicationRules) -> date | None:
    """The first month of `index_rows` that is over and whose own listings let it be a base; None where none does.

    `formulas` are those of the strata."""
    columns = columns_of(rows["week"])
    over = columns.months.head(columns.final)
    for month in over:
        found = footing(shown(rows.filter(month_of("week") == month), formulas, over), month, month)
        if found and decide(found.facts, None, rules).is_published:
            return month  # type: ignore[no-any-return]
    return None


def judged_change(
    point: Point, interval: Interval, of: Footings, coverage: Coverage, rules: PublicationRules
) -> Judged:
    """Of the change of a point on the year."""
    found = of.changes.get(period_of_point(point)) if interval.value is not None else None
    decision = with_interval(decide(found.facts if found else None, coverage.lower_share, rules), interval)
    return _judged(decision, found, point)


def judged_level(point: Point, interval: Interval, of: Footings, coverage: Coverage, rules: PublicationRules) -> Judged:
    """Of the level of a point."""
    found = of.levels.get(period_of_point(point))
    decision = decide_level(coverage.current_share, rules, found.facts) if found else suppressed("no_base")
    return _judged(with_interval(decision, interval), found, point)


def period_of_point(point: Point) -> date:
    """The week of a flash, else the month."""
    period = point["week"] or point["month"]
    assert isinstance(period, date)
    return period


def year_before(month: date) -> date:
    """The same month a year earlier; takes the first day of a month."""
    return month.replace(year=month.year - 1)


def _judged(decision: Decision, found: Footing | None, point: Point) -> Judged:
    if found is None:
        return Judged(decision, int(str(point["merchants"])), int(str(point["products"])))
    return Judged(decision, found.facts.merchants, found.listings)


def _level_footings(
    between: Callable[[date, date], Footing | None],
    ordered: list[tuple[date, date]],
    over: Collection[date],
    rules: PublicationRules,
) -> dict[date, Footing | None]:
    """By period: the link with the earliest of the months of a year back whose own levels hold, or where that does not
    hold with the latest of them. Until one holds, each month is tried by itself. Where there is none in a year, what
    failed before fails again. `over` are the months that are over."""
    found: dict[date, Footing | None] = {}
    sound: list[date] = []
    failed: Footing | None = None
    for period, month in ordered:
        alone = [period] if period in over or not found else []
        near = [origin for origin in sound if origin >= year_before(month)] if sound else alone
        tried = [between(origin, period) for origin in dict.fromkeys([*near[:1], *near[-1:]])]
        holding = [link for link in tried if link and decide(link.facts, None, rules).is_published]
        failed = failed if holding or not tried else tried[-1]
        found[period] = holding[0] if holding else failed
        if holding and period in over:
            sound.append(period)
    return found
