"""The quantiles and dispersions of a belt for all their segments at once: levels, and changes between two ends.

One row is what one price says of one segment. Metrics that read the same price share its order and its quantiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from transforms.dispersion import HALF, dispersion_rows
from transforms.forms import Dispersion, Median, Quantile
from transforms.metric import LevelMetric
from transforms.ordered import BoolArray, IntArray
from transforms.publication import BaseFacts, facts_of_rows
from transforms.quantiles import Rows, Weighted, intervals_of, joined, quantile_rows
from transforms.reads import names_of
from transforms.samples import Estimate, Sample
from transforms.segments import Masks
from transforms.share_tables import Found, Wanted, seen_at_either
from transforms.uncertainty import Interval, mapped, with_p_of_ratio

LEVELS = {
    Quantile: "cluster quantile, Woodruff v1",
    Median: "median over merchants, Woodruff v1",
    Dispersion: "median distance, Woodruff v1",
}
CHANGES = {
    Quantile: "ratio of quantiles, Woodruff v1",
    Median: "difference of medians, Woodruff v1",
    Dispersion: "ratio of median distances, Woodruff v1",
}


@dataclass(frozen=True)
class Priced:
    """One price of the listings of one end in some segments, which are the rows of `listings`; `counted` marks those of
    weight 0.8 or more, `wanted` are the quantiles and places of segments that metrics ask for."""

    listings: Weighted
    counted: BoolArray
    wanted: Sequence[tuple[float, int]]

    def rows(self, metric: LevelMetric, places: list[int]) -> Rows:
        """What a metric says of some segments."""
        if isinstance(metric.form, Dispersion):
            listings = replace(self.listings, weight=self.listings.weight[places])
            return dispersion_rows(listings, self.quantile(HALF, places))
        if isinstance(metric.form, Median):
            return self.quantile(HALF, places)
        assert isinstance(metric.form, Quantile)
        found = self.quantile(metric.form.level, places)
        return found if metric.form.over is None else found.over(self.quantile(metric.form.over, places))

    def quantile(self, level: float, places: list[int]) -> Rows:
        """One of the quantiles of some segments."""
        return self.quantiles.take([self.wanted.index((level, place)) for place in places])

    @cached_property
    def quantiles(self) -> Rows:
        """All of them, one after the other."""
        levels, places = zip(*self.wanted, strict=True)
        return quantile_rows(replace(self.listings, weight=self.listings.weight[list(places)]), np.array(levels))

    @cached_property
    def counts(self) -> tuple[IntArray, IntArray]:
        """Merchants and listings of weight 0.8 or more of each segment."""
        is_counted = (self.listings.weight > 0) & self.counted
        merchants = self.listings.by_merchant(is_counted.astype(np.float64))
        return np.count_nonzero(merchants, axis=1), np.count_nonzero(is_counted, axis=1)

    @cached_property
    def facts(self) -> list[BaseFacts]:
        """What the rules of publication look at, of each segment."""
        return facts_of_rows(self.counts[0], self.listings.by_merchant(self.listings.weight))


def quantile_levels_of(sample: Sample, masks: Masks, wanted: Wanted) -> Found:
    """The levels of quantiles and dispersions, from the listings of a week and which of these are in which segment."""
    found: Found = {}
    for name, names, metrics in _by_price(wanted):
        priced = _priced(sample, name, np.array([masks[segment] for segment in names]), _asked(names, metrics), metrics)
        asked = [(metric, segment, names.index(segment)) for metric, segments in metrics for segment in segments]
        intervals = intervals_of(joined([priced.rows(metric, _places(names, own)) for metric, own in metrics]))
        for (metric, segment, place), interval in zip(asked, intervals, strict=True):
            if interval.value is not None:
                merchants, listings = (int(count[place]) for count in priced.counts)
                told, facts, method = _capped(interval, metric), priced.facts[place], LEVELS[type(metric.form)]
                found[metric.id, segment] = Estimate(told, merchants, listings, facts, method)
    return found


def quantile_changes_of(base: Sample, current: Sample, masks: Masks, wanted: Wanted) -> Found:
    """Their changes between two ends whose merchants are numbered alike, by which of these are in which segment; none
    where the current end reads nothing, no value where the base reads nothing."""
    found: Found = {}
    for name, names, metrics in _by_price(wanted):
        belongs = np.array([masks[segment] for segment in names])
        asked = _asked(names, metrics)
        then, now = (_priced(end, name, belongs[:, end.merchant], asked, metrics) for end in (base, current))
        is_there: BoolArray = np.count_nonzero(now.listings.weight > 0, axis=1) > 0
        counts = seen_at_either(base, current, [name], belongs)
        told = [(metric, segment, names.index(segment)) for metric, segments in metrics for segment in segments]
        ratios = _ratios(then, now, [(metric, _places(names, own)) for metric, own in metrics])
        for (metric, segment, place), ratio in zip(told, ratios, strict=True):
            if is_there[place]:
                facts = None if ratio.value is None else then.facts[place]
                merchants, listings = (int(count[place]) for count in counts)
                found[metric.id, segment] = Estimate(ratio, merchants, listings, facts, CHANGES[type(metric.form)])
    return found


def _ratios(then: Priced, now: Priced, metrics: Sequence[tuple[LevelMetric, list[int]]]) -> list[Interval]:
    """The changes of metrics in some segments each."""
    if not then.listings.weight.any():
        return [Interval(None) for _, places in metrics for _ in places]
    if now.listings.are_shares:
        apart = intervals_of(joined([now.rows(*asked).less(then.rows(*asked)) for asked in metrics]))
        return [mapped(with_p_of_ratio(each), lambda end: float(np.log(end))) for each in apart]
    ratios = intervals_of(joined([now.rows(*asked).over(then.rows(*asked)) for asked in metrics]))
    return [mapped(with_p_of_ratio(ratio), lambda end: end - 1) for ratio in ratios]


def _places(names: list[str], segments: Sequence[str]) -> list[int]:
    return [names.index(segment) for segment in segments]


def _by_price(wanted: Wanted) -> list[tuple[str, list[str], Wanted]]:
    """The metrics by the name of the price they read, with all segments that any of them is published in; medians over
    merchants by themselves."""
    grouped: dict[tuple[str, bool], list[tuple[LevelMetric, Sequence[str]]]] = {}
    for metric, segments in wanted:
        if segments:
            grouped.setdefault((names_of(metric)[0], isinstance(metric.form, Median)), []).append((metric, segments))
    return [
        (name, list(dict.fromkeys(segment for _, segments in metrics for segment in segments)), metrics)
        for (name, _), metrics in grouped.items()
    ]


def _priced(sample: Sample, name: str, is_in: BoolArray, asked: Sequence[tuple[float, int]], metrics: Wanted) -> Priced:
    """One price in the segments that `is_in` (segments x listings) names; where they are medians over merchants a
    listing weighs the less the more its merchant has."""
    read, known = sample.read(name), sample.order(name)  # what is in order already is sorted in no time
    weight = np.where(is_in[:, known], sample.weight[known], 0.0)
    listings = Weighted(read[known][None], weight, sample.merchant[known], sample.size)
    if isinstance(metrics[0][0].form, Median):
        count = listings.by_merchant((weight > 0).astype(np.float64))[:, listings.merchant]
        listings = replace(listings, weight=weight / np.maximum(1.0, count), are_shares=True)
    return Priced(listings, sample.counted[known], asked)


def _asked(names: list[str], metrics: Wanted) -> list[tuple[float, int]]:
    """The quantiles and places of segments that metrics ask for."""
    places = {name: place for place, name in enumerate(names)}
    return sorted({(level, places[name]) for metric, own in metrics for level in _levels(metric) for name in own})


def _levels(metric: LevelMetric) -> list[float]:
    """The quantiles that a metric asks for."""
    if not isinstance(metric.form, Quantile):
        return [HALF]
    return [metric.form.level] if metric.form.over is None else [metric.form.level, metric.form.over]


def _capped(interval: Interval, metric: LevelMetric) -> Interval:
    """A quantile over a higher one is 1 at most."""
    form = metric.form
    if not isinstance(form, Quantile) or form.over is None or form.level > form.over or interval.high is None:
        return interval
    return Interval(interval.value, interval.low, min(1.0, interval.high), interval.standard_error, interval.degrees)
