"""What the metrics of the catalogue come to: the level of a segment, and its change between two ends."""

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl

from transforms.forms import Count, Form, Quantile, Share, Total
from transforms.metrics import LevelMetric, metrics
from transforms.ordered import FloatArray, sums_by, total
from transforms.prices import Priced, quantile, quantile_ratio
from transforms.prices import Quantile as QuantileFound
from transforms.publication import BaseFacts
from transforms.samples import Estimate, Sample, counts_of
from transforms.shares import ShareEnd, share_difference, share_level
from transforms.uncertainty import Interval, mapped

FULL_COUNT, SHARE, QUANTILE = (
    "full count v1",
    "cluster share, jackknife v1",
    "cluster quantile, Woodruff v1",
)
SHARE_CHANGE, QUANTILE_CHANGE = "difference of shares, jackknife v1", "ratio of quantiles, Woodruff v1"


def read_values(rows: pl.DataFrame, unit: str | None) -> dict[str, FloatArray]:
    """What the metrics read of each row (`placed_listings`); `unit` is the unit class of the belt's main price."""
    main_price = pl.when(pl.col("unit").eq_missing(pl.lit(unit, pl.String))).then("unit_price_yuan")
    named = {name: expression for reads in _reads().values() for name, expression in reads.items()}
    found = rows.with_columns(main_price_yuan=main_price).select(
        expression.cast(pl.Float64).fill_null(float("nan")).alias(name) for name, expression in named.items()
    )
    return {name: found[name].to_numpy() for name in named}


def main_unit(rows: pl.DataFrame) -> str | None:
    """The unit class that most listings with a unit price have, by weight; the first by name of equals."""
    weight = np.where(rows["unit_price_yuan"].is_not_null().to_numpy(), rows["weight"].to_numpy(), 0.0)
    units = rows["unit"].fill_null("").to_numpy()
    weights = {unit: total(weight[units == unit]) for unit in sorted(set(units[weight > 0]) - {""})}
    return max(weights, key=lambda unit: weights[unit]) if weights else None


def level(metric: LevelMetric, sample: Sample) -> Estimate | None:
    """The level of a metric; None where it reads nothing."""
    names = _names(metric)
    match metric.form:
        case Total():
            yuan = sample.weight * np.nan_to_num(sample.read(*names))
            facts = sample.facts(sums_by(sample.merchant, yuan, sample.size))
            return Estimate(Interval(total(yuan)), *sample.counts, facts, FULL_COUNT)
        case Count(of=of):
            number = sample.counts[0 if of == "merchants" else 1]
            return Estimate(Interval(number), *sample.counts, None, FULL_COUNT)
        case Share() as form:
            known = sample.known(*names)
            if not len(known.weight):
                return None
            end = _share_end(known, form, *names)
            return Estimate(share_level(end.part, end.of), *known.counts, _facts(known, end.of), SHARE)
        case Quantile() as form:
            known = sample.known(*names)
            if not len(known.weight):
                return None
            return Estimate(_quantile_level(form, known, *names), *known.counts, known.weight_facts, QUANTILE)


def change(metric: LevelMetric, base: Sample, current: Sample) -> Estimate | None:
    """The change of a share or quantile between two ends whose merchants are numbered alike; None where the current end
    reads nothing, or for other forms. The value is None where the base reads nothing."""
    form = metric.form
    if not isinstance(form, Share | Quantile):
        return None
    names = _names(metric)
    then, now = base.known(*names), current.known(*names)
    if not len(now.weight):
        return None
    counts = now.kept(id(then), lambda: counts_of(then, now))  # `base` keeps `then`, so that its id stays its own
    if isinstance(form, Share):
        ends = [_share_end(end, form, *names) for end in (then, now)]
        return Estimate(share_difference(*ends), *counts, _facts(then, ends[0].of), SHARE_CHANGE)
    ratio = quantile_ratio(_log_quantile(form, now, *names), _log_quantile(form, then, *names))
    return Estimate(mapped(ratio, lambda end: end - 1), *counts, then.weight_facts, QUANTILE_CHANGE)


@cache
def _reads() -> dict[str, dict[str, pl.Expr]]:
    """By metric what it reads, by name; what reads the same has the same name."""
    known: dict[str, tuple[str, pl.Expr]] = {}
    found = {}
    for metric in metrics():
        own = [(f"{metric.id} {place}", expression) for place, expression in enumerate(_expressions(metric.form))]
        found[metric.id] = dict(known.setdefault(str(expression), (name, expression)) for name, expression in own)
    return found


def _names(metric: LevelMetric) -> list[str]:
    return list(_reads()[metric.id])


def _expressions(form: Form) -> list[pl.Expr]:
    match form:
        case Total(quantity=quantity):
            return [quantity]
        case Share(part=part):
            return [part]
        case Quantile(price=price):
            return [price]
        case Count():
            return []


def _facts(known: Sample, of: FloatArray) -> BaseFacts:
    return known.weight_facts if of is known.weights else known.facts(of)


def _share_end(known: Sample, form: Share, name: str) -> ShareEnd:
    """By merchant what has the property and what could have it; a merchant that counts once has its mean weight."""
    of = known.weights
    part = sums_by(known.merchant, known.weight * known.read(name), known.size)
    if form.per == "listing":
        return ShareEnd(part, of)
    return ShareEnd(part / known.listing_counts, of / known.listing_counts)


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
