"""What the metrics of the catalogue come to, but for shares: the level of a segment, and its change between two ends."""

from dataclasses import replace

import numpy as np

from transforms.forms import Count, Quantile, Share, Total
from transforms.metrics import LevelMetric
from transforms.ordered import sums_by, total
from transforms.prices import Priced, quantile, quantile_ratio
from transforms.prices import Quantile as QuantileFound
from transforms.reads import names_of
from transforms.samples import Estimate, Sample, counts_of
from transforms.uncertainty import Interval, mapped, with_p_of_ratio

FULL_COUNT, QUANTILE = "full count v1", "cluster quantile, Woodruff v1"
QUANTILE_CHANGE = "ratio of quantiles, Woodruff v1"


def level(metric: LevelMetric, sample: Sample) -> Estimate | None:
    """The level of a metric that is no share; None where it reads nothing."""
    names = names_of(metric)
    match metric.form:
        case Total():
            yuan = sample.weight * np.nan_to_num(sample.read(*names))
            facts = sample.facts(sums_by(sample.merchant, yuan, sample.size))
            return Estimate(Interval(total(yuan)), *sample.counts, facts, FULL_COUNT)
        case Count(of=of):
            number = sample.counts[0 if of == "merchants" else 1]
            return Estimate(Interval(number), *sample.counts, None, FULL_COUNT)
        case Quantile() as form:
            known = sample.known(*names)
            if not len(known.weight):
                return None
            return Estimate(_quantile_level(form, known, *names), *known.counts, known.weight_facts, QUANTILE)
        case Share():
            raise TypeError(f"{metric.id} is a share, which transforms/share_tables.py makes")


def change(metric: LevelMetric, base: Sample, current: Sample) -> Estimate | None:
    """The change of a quantile between two ends whose merchants are numbered alike; None where the current end reads
    nothing, or for other forms. The value is None where the base reads nothing."""
    form = metric.form
    if not isinstance(form, Quantile):
        return None
    names = names_of(metric)
    then, now = base.known(*names), current.known(*names)
    if not len(now.weight):
        return None
    counts = now.kept(id(then), lambda: counts_of(then, now))  # `base` keeps `then`, so that its id stays its own
    ratio = quantile_ratio(_log_quantile(form, now, *names), _log_quantile(form, then, *names))
    return Estimate(mapped(with_p_of_ratio(ratio), lambda end: end - 1), *counts, then.weight_facts, QUANTILE_CHANGE)


def _quantile_level(form: Quantile, known: Sample, name: str) -> Interval:
    found = _found(known, name, form.level)
    if form.over is None:
        return found.interval
    ratio = quantile_ratio(found, _found(known, name, form.over))
    return ratio if ratio.high is None or form.level > form.over else replace(ratio, high=min(1.0, ratio.high))


def _log_quantile(form: Quantile, known: Sample, name: str) -> QuantileFound:
    """The quantile, or the ratio of two, with each merchant's influence on its logarithm."""
    found = _found(known, name, form.level)
    if form.over is None or found.interval.value is None:
        return found
    below = _found(known, name, form.over)
    assert below.interval.value is not None
    ratio = Interval(found.interval.value / below.interval.value)
    if found.influence is None or below.influence is None:
        return QuantileFound(ratio, None, found.is_there)
    return QuantileFound(ratio, found.influence - below.influence, found.is_there)


def _found(known: Sample, name: str, level: float) -> QuantileFound:
    """One quantile of what is read under a name; metrics that read the same prices share it."""
    priced = known.kept(("priced", name), lambda: Priced(known.read(name), known.weight, known.merchant, known.size))
    return known.kept(("quantile", name, level), lambda: quantile(priced, level))
