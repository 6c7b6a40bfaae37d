"""What the metrics of the catalogue come to: the level of a segment, and its change between two ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from transforms.forms import Count, Quantile, Share, Total
from transforms.metrics import LevelMetric
from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by, total
from transforms.panels import COUNTED_WEIGHT
from transforms.prices import Priced, quantile, quantile_ratio
from transforms.prices import Quantile as QuantileFound
from transforms.shares import ShareEnd, share_difference, share_level
from transforms.uncertainty import Interval, mapped, with_p_of_ratio

FULL_COUNT, SHARE, QUANTILE = (
    "full count v1",
    "cluster share, jackknife v1",
    "cluster quantile, Woodruff v1",
)
SHARE_CHANGE, QUANTILE_CHANGE = "difference of shares, jackknife v1", "ratio of quantiles, Woodruff v1"


@dataclass(frozen=True)
class Sample:
    """Listings of one end as arrays, one entry per listing: its number, that of its merchant below `size`, its weight
    in the belt, and by metric id what the metric reads of it (NaN where it reads nothing)."""

    listing: IntArray
    merchant: IntArray
    size: int
    weight: FloatArray
    values: dict[str, FloatArray]
    quantiles: dict[tuple[str, float], QuantileFound] = field(default_factory=dict)  # found already

    def cut(self, is_in: BoolArray) -> "Sample":
        """The listings that are in it."""
        values = {name: array[is_in] for name, array in self.values.items()}
        return Sample(self.listing[is_in], self.merchant[is_in], self.size, self.weight[is_in], values)

    def known(self, metric: str) -> "Sample":
        """The listings of which a metric reads something."""
        is_known = ~np.isnan(self.values[metric])
        return self if is_known.all() else self.cut(is_known)

    @property
    def counted(self) -> BoolArray:
        """Listings whose weight is enough to be counted."""
        return self.weight >= COUNTED_WEIGHT


@dataclass(frozen=True)
class Estimate:
    """A level or change, the merchants and listings behind it, and by merchant of its base how it is spread: what the
    rules of publication look at. `base_merchants` counts those of the base."""

    interval: Interval
    merchants: int
    listings: int
    spread: FloatArray
    base_merchants: int
    method: str


def read_values(rows: pl.DataFrame, metrics: Sequence[LevelMetric], unit: str | None) -> dict[str, FloatArray]:
    """What each metric reads of each row (`placed_listings`); `unit` is the unit class of the belt's main price."""
    main_price = pl.when(pl.col("unit").eq_missing(pl.lit(unit, pl.String))).then("unit_price_yuan")
    read = {metric.id: expression for metric in metrics if (expression := _expression(metric)) is not None}
    found = rows.with_columns(main_price_yuan=main_price).select(
        expression.cast(pl.Float64).fill_null(float("nan")).alias(name) for name, expression in read.items()
    )
    return {name: found[name].to_numpy() for name in read}


def main_unit(rows: pl.DataFrame) -> str | None:
    """The unit class that most listings with a unit price have, by weight; the first by name of equals."""
    weight = np.where(rows["unit_price_yuan"].is_not_null().to_numpy(), rows["weight"].to_numpy(), 0.0)
    units = rows["unit"].fill_null("").to_numpy()
    weights = {unit: total(weight[units == unit]) for unit in sorted(set(units[weight > 0]) - {""})}
    return max(weights, key=lambda unit: weights[unit]) if weights else None


def level(metric: LevelMetric, sample: Sample) -> Estimate | None:
    """The level of a metric; None where it reads nothing."""
    match metric.form:
        case Total():
            read = np.nan_to_num(sample.values[metric.id])
            parts = sums_by(sample.merchant, sample.weight * read, sample.size)
            return _estimate(Interval(total(sample.weight * read)), sample, parts, FULL_COUNT)
        case Count(of=of):
            merchants, listings = _counts(sample)
            number = merchants if of == "merchants" else listings
            return _estimate(Interval(number), sample, np.zeros(sample.size), FULL_COUNT)
        case Share(per=per):
            known = sample.known(metric.id)
            end = _share_end(known, metric.id, per)
            return _estimate(share_level(end.part, end.of), known, end.of, SHARE) if len(known.weight) else None
        case Quantile():
            known = sample.known(metric.id)
            found = _quantile_level(metric, sample)
            return _estimate(found, known, _weights(known), QUANTILE) if len(known.weight) else None


def change(metric: LevelMetric, base: Sample, current: Sample) -> Estimate | None:
    """The change of a share or quantile between two ends whose merchants are numbered alike; None where the current end
    reads nothing, or for other forms. The value is None where the base reads nothing."""
    form = metric.form
    if not isinstance(form, Share | Quantile):
        return None
    then, now = base.known(metric.id), current.known(metric.id)
    if not len(now.weight):
        return None
    if isinstance(form, Share):
        ends = [_share_end(end, metric.id, form.per) for end in (then, now)]
        interval, spread, method = share_difference(*ends), ends[0].of, SHARE_CHANGE
    else:
        ratio = quantile_ratio(_log_quantile(metric, current), _log_quantile(metric, base))
        interval = mapped(with_p_of_ratio(ratio), lambda end: end - 1)
        spread, method = _weights(then), QUANTILE_CHANGE
    merchants, listings = _counts(then, now)
    return Estimate(interval, merchants, listings, spread, _counts(then)[0], method)


def _expression(metric: LevelMetric) -> pl.Expr | None:
    match metric.form:
        case Total(quantity=quantity):
            return quantity
        case Share(part=part):
            return part
        case Quantile(price=price):
            return price
        case Count():
            return None


def _estimate(interval: Interval, sample: Sample, spread: FloatArray, method: str) -> Estimate:
    merchants, listings = _counts(sample)
    return Estimate(interval, merchants, listings, spread, merchants, method)


def _counts(*ends: Sample) -> tuple[int, int]:
    """Merchants and listings of weight 0.8 or more that stand at any of the ends."""
    counted = [end.counted for end in ends]
    merchants = _distinct(end.merchant[is_in] for end, is_in in zip(ends, counted, strict=True))
    listings = _distinct(end.listing[is_in] for end, is_in in zip(ends, counted, strict=True))
    return merchants, listings


def _distinct(numbers: Iterable[IntArray]) -> int:
    """How many different numbers there are; cheaper than sorting them."""
    named = list(numbers)
    is_seen = np.zeros(1 + max((int(part.max(initial=-1)) for part in named), default=-1), dtype=bool)
    for part in named:
        is_seen[part] = True
    return int(np.count_nonzero(is_seen))


def _weights(sample: Sample) -> FloatArray:
    return sums_by(sample.merchant, sample.weight, sample.size)


def _share_end(sample: Sample, metric: str, per: str) -> ShareEnd:
    """By merchant what has the property and what could have it; a merchant that counts once has its mean weight."""
    of = _weights(sample)
    part = sums_by(sample.merchant, sample.weight * sample.values[metric], sample.size)
    if per == "listing":
        return ShareEnd(part, of)
    listings = np.maximum(1.0, sums_by(sample.merchant, np.ones(len(sample.weight)), sample.size))
    return ShareEnd(part / listings, of / listings)


def _quantile_level(metric: LevelMetric, sample: Sample) -> Interval:
    form = metric.form
    assert isinstance(form, Quantile)
    found = _found(metric, sample, form.level)
    if form.over is None:
        return found.interval
    ratio = quantile_ratio(found, _found(metric, sample, form.over))
    return ratio if ratio.high is None or form.level > form.over else replace(ratio, high=min(1.0, ratio.high))


def _log_quantile(metric: LevelMetric, sample: Sample) -> QuantileFound:
    """The quantile, or the ratio of two, with each merchant's influence on its logarithm."""
    form = metric.form
    assert isinstance(form, Quantile)
    found = _found(metric, sample, form.level)
    if form.over is None or found.interval.value is None:
        return found
    below = _found(metric, sample, form.over)
    assert below.interval.value is not None
    ratio = Interval(found.interval.value / below.interval.value)
    if found.influence is None or below.influence is None:
        return QuantileFound(ratio, None, found.is_there)
    return QuantileFound(ratio, found.influence - below.influence, found.is_there)


def _found(metric: LevelMetric, sample: Sample, level: float) -> QuantileFound:
    """One quantile of what a metric reads; metrics that read the same prices share it."""
    assert isinstance(metric.form, Quantile)
    key = str(metric.form.price), level
    if key not in sample.quantiles:
        known = sample.known(metric.id)
        priced = Priced(known.values[metric.id], known.weight, known.merchant, known.size)
        sample.quantiles[key] = quantile(priced, level)
    return sample.quantiles[key]
