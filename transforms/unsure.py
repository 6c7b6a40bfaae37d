"""Metrics that rest on a number known only between two ends, as a cost floor may be: the interval holds all of them.

The metric is measured at either end too, and its interval is the hull of the three: from what the floor's lower end
leaves at the least to what its upper end leaves at the most. The value is that at the point. Source: METHOD 5.1; Manski
2003 for what is known between bounds.
"""

from collections.abc import Collection
from dataclasses import replace
from functools import cache

from transforms.forms import Quantile, Share
from transforms.metric import LevelMetric
from transforms.metrics import left_out, metrics
from transforms.samples import Estimate
from transforms.uncertainty import Interval

Found = dict[tuple[str, str], Estimate]  # by metric and segment


@cache
def at_ends() -> dict[str, tuple[LevelMetric, LevelMetric]]:
    """By metric that has a range behind it the same at both ends, under ids of their own."""
    return {
        metric.id: (_at(metric, 0), _at(metric, 1))
        for metric in metrics()
        if isinstance(metric.form, Share | Quantile) and metric.form.between
    }


@cache
def left_out_with_ends(segment: str) -> Collection[str]:
    """The metrics that are not published in a segment, and the same at their ends."""
    own = left_out(segment)
    return frozenset(own).union(end.id for name, ends in at_ends().items() if name in own for end in ends)


def with_ends(found: Found) -> Found:
    """The estimates without those at the ends, which the intervals of the metrics themselves take in."""
    owner = {end.id: name for name, ends in at_ends().items() for end in ends}
    told = {key: estimate for key, estimate in found.items() if key[0] not in owner}
    if len(told) == len(found):
        return found
    for name, ends in at_ends().items():
        for key in [key for key in told if key[0] == name and (ends[0].id, key[1]) in found]:
            told[key] = _held(told[key], *(found[end.id, key[1]] for end in ends))
    return told


def _at(metric: LevelMetric, place: int) -> LevelMetric:
    form = metric.form
    assert isinstance(form, Share | Quantile)
    assert form.between
    part = form.between[place]
    own = replace(form, part=part, between=None) if isinstance(form, Share) else replace(form, price=part, between=None)
    return replace(metric, id=f"{metric.id} at end {place}", form=own)


def _held(own: Estimate, *ends: Estimate) -> Estimate:
    """The estimate with an interval that holds those at the ends."""
    intervals = [own.interval, *(end.interval for end in ends)]
    lows, highs = [each.low for each in intervals], [each.high for each in intervals]
    low = min((low for low in lows if low is not None), default=None) if None not in lows else None
    high = max((high for high in highs if high is not None), default=None) if None not in highs else None
    interval = replace(own.interval, low=low, high=high, p_value=_p_value(intervals))
    return replace(own, interval=interval, method=f"{own.method}, over the range of the cost floor")


def _p_value(intervals: list[Interval]) -> float | None:
    """The largest: no change must be refuted at each; 1 where they do not go the same way."""
    known = [each.p_value for each in intervals if each.p_value is not None]
    signs = {each.value > 0 for each in intervals if each.value}
    return None if len(known) < len(intervals) else 1.0 if len(signs) > 1 else max(known)
