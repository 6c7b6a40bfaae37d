"""Published figures beside the headline: past weeks, the levels of every metric, segments, regions.

Whatever is not published, or was replaced by a later release, is not read at all.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import polars as pl

from configs.calendar import WEEK, YEAR, year_ago
from transforms.crowding import churn_metrics

WEEKS_BACK = 52
REGION = "region:"
WITHIN_A_YEAR = [metric.id for metric in churn_metrics()]  # these have no level: what they tell is of the whole year
SEGMENT_KINDS = ("mode", "merchant_years", "price_band", "marketplace")
PUBLISHED = "superseded_at is null and status = 'published' and value is not null"
MATCHED_FIRST = "case panel when 'matched' then 0 when 'total' then 1 else 2 end"


class Reader(Protocol):
    """Anything that answers SQL on the published tables and views; a warehouse.Warehouse does."""

    def sql(self, query: str, /) -> pl.DataFrame:
        """The rows of one select statement."""
        ...


@dataclass(frozen=True)
class Number:
    """One published figure with its interval, where it has one; `unit` as in table figures."""

    value: float
    low: float | None
    high: float | None
    unit: str

    @property
    def verdict(self) -> str:
        """The interval against zero; `unclear` where there is none."""
        if self.low is None or self.high is None:
            return "unclear"
        return "down" if self.high < 0 else "up" if self.low > 0 else "unclear"


@dataclass(frozen=True)
class Reading:
    """One metric of one belt: its level this week and a year ago, and its published change on the year."""

    level: Number
    year_ago: Number | None
    change: Number | None


@dataclass(frozen=True)
class DownShare:
    """How many of a region's belts with a published change are surely down."""

    share: float
    belts: int

    @property
    def down(self) -> int:
        """The number of belts that are down."""
        return round(self.share * self.belts)


def day(value: date) -> str:
    """A date as SQL."""
    return f"date '{value.isoformat()}'"


def down_shares(reader: Reader, week: date) -> dict[str, DownShare]:
    """The share of published belts that are down, by region: a province's code, or china.

    Such a row counts belts where others count merchants."""
    query = f"""select belt, value, merchants from figures
where {PUBLISHED} and week = {day(week)} and metric = 'belts_down_share' and comparison = 'level' and segment = 'all'
  and alignment <> 'festival' and (belt = 'china' or starts_with(belt, '{REGION}'))
order by belt, alignment, panel"""
    rows = reader.sql(query).iter_rows()
    return {belt.removeprefix(REGION): DownShare(share, belts) for belt, share, belts in rows}


def history(reader: Reader, week: date) -> dict[str, dict[date, float]]:
    """The published matched change of each belt in the 52 weeks to this one, by week; other weeks are not there."""
    first = week - WEEK * (WEEKS_BACK - 1)
    query = f"""select belt, week, yoy_change from belt_yoy
where week between {day(first)} and {day(week)} and alignment = 'plain' and status = 'published'
  and verdict <> 'suppressed' and yoy_change is not null order by belt, week"""
    found: dict[str, dict[date, float]] = {}
    for belt, monday, change in reader.sql(query).iter_rows():
        found.setdefault(belt, {})[monday] = change
    return found


def readings(reader: Reader, week: date) -> dict[str, dict[str, Reading]]:
    """Every metric of each belt that has a published level this week, by metric."""
    query = f"""select belt, metric, week, comparison, value, low, high, unit from figures
where {PUBLISHED} and segment = 'all' and belt <> 'china' and not starts_with(belt, '{REGION}')
  and (comparison = 'level' and week in ({day(week)}, {day(year_ago(week))})
    or comparison = 'yoy' and alignment = 'plain' and week = {day(week)})
order by belt, metric, comparison, week, {MATCHED_FIRST}, panel"""
    numbers: dict[tuple[Any, ...], Number] = {}
    for belt, metric, monday, comparison, *number in reader.sql(query).iter_rows():
        numbers.setdefault((belt, metric, comparison, monday), Number(*number))
    found: dict[str, dict[str, Reading]] = {}
    for (belt, metric, comparison, monday), level in numbers.items():
        if comparison == "level" and monday == week:
            before, change = (belt, metric, "level", week - YEAR), (belt, metric, "yoy", week)
            found.setdefault(belt, {})[metric] = Reading(level, numbers.get(before), numbers.get(change))
        elif metric in WITHIN_A_YEAR and comparison == "yoy":
            found.setdefault(belt, {})[metric] = Reading(level, None, None)
    return found


def segments(reader: Reader, week: date) -> dict[str, dict[str, Number]]:
    """The published matched change of each belt by segment; a segment that is the whole belt is left out."""
    query = f"""select belt, segment, value, low, high, unit from figures
where {PUBLISHED} and week = {day(week)} and metric = 'displayed_sales' and comparison = 'yoy'
  and alignment = 'plain' and panel = 'matched' and low is not null and high is not null
order by belt, segment"""
    found: dict[str, dict[str, Number]] = {}
    for belt, segment, *number in reader.sql(query).iter_rows():
        found.setdefault(belt, {})[segment] = Number(*number)
    parts = {belt: _parts(by_segment) for belt, by_segment in found.items()}
    return {belt: by_segment for belt, by_segment in parts.items() if by_segment}


def _parts(by_segment: dict[str, Number]) -> dict[str, Number]:
    """Segments of the known kinds but for those equal to the belt: its only marketplace is the belt itself."""
    whole = by_segment.get("all")
    return {
        segment: number
        for segment, number in by_segment.items()
        if segment.partition("=")[0] in SEGMENT_KINDS and number != whole
    }
