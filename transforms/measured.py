"""The metrics that are measured of a belt's past: their levels, and their changes from both levels."""

from collections.abc import Iterator, Mapping

import numpy as np

from configs.publication import PublicationRules
from transforms.coverage import Coverage
from transforms.figures import Figure
from transforms.forms import Measured
from transforms.metric import LevelMetric
from transforms.metrics import metrics
from transforms.publication import decide, decide_level, with_interval
from transforms.samples import Estimate
from transforms.uncertainty import Interval
from transforms.view import View

Measures = Mapping[str, Estimate]  # by metric


def measure(view: View) -> Measures:
    """The levels of one week; none where no listing stands in the belt."""
    if not len(view.number):
        return {}
    found = {metric.id: form.by(view) for metric, form in _measured()}
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def measured_figures(now: Measures, then: Measures, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The figures of segment `all`: the levels of `now`, and their changes against `then`, which are suppressed with
    `no_base` where that has none."""
    for metric, form in _measured():
        own, base = now.get(metric.id), then.get(metric.id)
        if own is None:
            continue
        counts = own.merchants, own.listings
        decision = with_interval(decide_level(coverage.current_share, rules, own.facts), own.interval)
        yield Figure(metric.id, "level", "none", own.interval, metric.unit, *counts, own.method, decision)
        change = change_of(own.interval, base.interval, form) if base else Interval(None)
        decision = with_interval(decide(base.facts if base else None, coverage.lower_share, rules), change)
        yield Figure(metric.id, "yoy", "total", change, metric.change_unit, *counts, own.method, decision)


def change_of(now: Interval, then: Interval, form: Measured) -> Interval:
    """The change between two levels, each side as far as the levels' own intervals squared and added (Zou and Donner
    2008); both weeks' errors are taken for independent, which is wide where the same merchants stand at both."""
    if form.changes_by == "ratio":
        logs = [_each(end, np.log) for end in (now, then)]
        return _each(_difference(*logs), np.expm1)
    return _difference(now, then)


def _measured() -> list[tuple[LevelMetric, Measured]]:
    return [(metric, metric.form) for metric in metrics() if isinstance(metric.form, Measured)]


def _difference(now: Interval, then: Interval) -> Interval:
    if now.value is None or then.value is None:
        return Interval(None)
    value = now.value - then.value
    if now.low is None or now.high is None or then.low is None or then.high is None:
        return Interval(value)
    below = float(np.hypot(now.value - now.low, then.high - then.value))
    above = float(np.hypot(now.high - now.value, then.value - then.low))
    return Interval(value, value - below, value + above)


def _each(interval: Interval, function: np.ufunc) -> Interval:
    ends = (interval.value, interval.low, interval.high)
    return Interval(*(None if end is None or np.isnan(end) else float(function(end)) for end in ends))
