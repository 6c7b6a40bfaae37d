"""What the metrics of the catalogue come to, but for shares: the level of a segment, and its change between two ends."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from transforms.concentration import Found as Concentrated
from transforms.concentration import Statistic, concentration, concentration_level, concentration_ratio
from transforms.dispersion import dispersion, log_dispersion
from transforms.forms import Concentration, Count, Dispersion, Form, Quantile, Total
from transforms.metric import LevelMetric
from transforms.ordered import FloatArray, sums_by, total
from transforms.prices import Priced, quantile, quantile_ratio
from transforms.prices import Quantile as QuantileFound
from transforms.publication import BaseFacts
from transforms.reads import names_of
from transforms.samples import Estimate, Sample, counts_of
from transforms.uncertainty import Interval, mapped, with_p_of_ratio

FULL_COUNT, QUANTILE = "full count v1", "cluster quantile, Woodruff v1"
QUANTILE_CHANGE = "ratio of quantiles, Woodruff v1"
DISPERSION, DISPERSION_CHANGE = "median distance, Woodruff v1", "ratio of median distances, Woodruff v1"
CONCENTRATION, CONCENTRATION_CHANGE = "concentration, two windows v1", "ratio of concentrations, two windows v1"


def level(metric: LevelMetric, sample: Sample) -> Estimate | None:
    """The level of a metric that neither is a share nor measured over weeks; None where it reads nothing."""
    names = names_of(metric)
    if not names:
        return _count(metric.form, sample)
    known = sample.known(names[0])
    if not len(known.weight):
        return None if not isinstance(metric.form, Total) or metric.form.is_partial else _total(sample, *names)
    match metric.form:
        case Total():
            return _total(sample, *names)
        case Quantile() as form:
            return Estimate(_quantile_level(form, known, *names), *known.counts, known.weight_facts, QUANTILE)
        case Dispersion():
            return Estimate(dispersion(_priced(known, *names)), *known.counts, known.weight_facts, DISPERSION)
        case Concentration(statistic=statistic):
            found = _concentration(known, names, statistic)
            interval = concentration_level(found, statistic) if found else Interval(None)
            return None if interval.low is None else Estimate(interval, *known.counts, _facts(known, names), CONCENTRATION)
    raise TypeError(f"{metric.id}: {type(metric.form).__name__} is no form of transforms/estimates.py")


def change(metric: LevelMetric, base: Sample, current: Sample) -> Estimate | None:
    """The change of such a metric between two ends whose merchants are numbered alike; None where the current end reads
    nothing, or for totals and counts. The value is None where the base reads nothing."""
    form, names = metric.form, names_of(metric)
    if isinstance(form, Total | Count):
        return None
    then, now = base.known(names[0]), current.known(names[0])
    if not len(now.weight):
        return None
    counts = now.kept(id(then), lambda: counts_of(then, now))  # `base` keeps `then`, so that its id stays its own
    match form:
        case Quantile():
            ratio, method = quantile_ratio(*(_log_quantile(form, end, *names) for end in (now, then))), QUANTILE_CHANGE
        case Dispersion():
            ratio = quantile_ratio(*(log_dispersion(_priced(end, *names)) for end in (now, then)))
            method = DISPERSION_CHANGE
        case Concentration(statistic=statistic):
            ends = [_concentration(end, names, statistic) for end in (then, now)]
            ratio = concentration_ratio(ends[0], ends[1]) if ends[0] and ends[1] else Interval(None)
            facts = _facts(then, names)
            return Estimate(mapped(ratio, lambda end: end - 1), *counts, facts, CONCENTRATION_CHANGE)
    return Estimate(mapped(with_p_of_ratio(ratio), lambda end: end - 1), *counts, then.weight_facts, method)


def _count(form: Form, sample: Sample) -> Estimate:
    assert isinstance(form, Count)
    number = sample.counts[0 if form.of == "merchants" else 1]
    return Estimate(Interval(number), *sample.counts, None, FULL_COUNT)


def _total(sample: Sample, name: str) -> Estimate:
    yuan = sample.weight * np.nan_to_num(sample.read(name))
    facts = sample.facts(sums_by(sample.merchant, yuan, sample.size))
    return Estimate(Interval(total(yuan)), *sample.counts, facts, FULL_COUNT)


def _concentration(known: Sample, names: Sequence[str], statistic: Statistic) -> Concentrated | None:
    """The statistic over the merchants; each of their listings carries what they had in the window before."""
    earlier = np.zeros(known.size)
    np.maximum.at(earlier, known.merchant, np.nan_to_num(known.read(names[1])))
    return concentration(_yuan(known, names), earlier, statistic)


def _yuan(known: Sample, names: Sequence[str]) -> FloatArray:
    return sums_by(known.merchant, known.weight * known.read(names[0]), known.size)


def _facts(known: Sample, names: Sequence[str]) -> BaseFacts:
    return known.facts(_yuan(known, names))


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
    return known.kept(("quantile", name, level), lambda: quantile(_priced(known, name), level))


def _priced(known: Sample, name: str) -> Priced:
    return known.kept(("priced", name), lambda: Priced(known.read(name), known.weight, known.merchant, known.size))
