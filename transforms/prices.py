"""Quantiles of listings' prices with merchants as the clusters, and the prices that a listing is compared with.

An interval of a quantile is Woodruff's: the interval of the share of listings at or below it, read off the
distribution. Its slope there turns each merchant's influence on that share into one on the logarithm of the quantile,
from which ratios of quantiles and of weeks have their intervals. Source: METHOD 1.5, 5; Woodruff 1952, JASA 47.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy.special import logit

from configs.belts import CostFloor
from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by, total
from transforms.shares import logit_interval
from transforms.uncertainty import Interval, effective_degrees, jackknife_error, ratio_from_influences, without_each

SAME_LISTING = ["marketplace", "category", "merchant_id", "listing_id"]
TIE = 1e-12  # cumulated weights closer than this are equal


@dataclass(frozen=True)
class Priced:
    """Listings with a price: the price (above 0), the weight in the belt, the number of the merchant below `size`.

    Several quantiles of the same listings share what depends on their order alone."""

    price: FloatArray
    weight: FloatArray
    merchant: IntArray
    size: int

    @cached_property
    def of(self) -> FloatArray:
        """The weight of each merchant's listings."""
        return sums_by(self.merchant, self.weight, self.size)

    @cached_property
    def ordered(self) -> tuple[FloatArray, FloatArray]:
        """The prices from the lowest to the highest, and the share of the weight up to each."""
        order = np.argsort(self.price, kind="stable")
        cumulated = np.cumsum(self.weight[order])
        cumulated /= cumulated[-1]
        return self.price[order], cumulated


@dataclass(frozen=True)
class Quantile:
    """A quantile with its interval, and the influence of each of `size` merchants on its logarithm (0 where absent);
    None where there is no interval. `is_there` marks the merchants it rests on."""

    interval: Interval
    influence: FloatArray | None
    is_there: BoolArray


def quantile(listings: Priced, level: float) -> Quantile:
    """The price at or below which the share `level` of the weight lies; the mean of both neighbours at an exact tie.

    Where the share's interval reaches beyond the outermost listing, that end of the price's mirrors the other end: cut
    off at the lowest price, the 5 % quantile of ten merchants would be covered 72 % of the time.
    """
    of = listings.of
    is_there = of > 0
    if not is_there.any():
        return Quantile(Interval(None), None, is_there)
    price, cumulated = listings.ordered
    value = at_level(price, cumulated, level)
    part = sums_by(listings.merchant, _below(listings, value, level) * listings.weight, listings.size)
    rest = without_each(of[is_there])
    if len(rest) < 2 or rest.min() <= 0:
        return Quantile(Interval(value), None, is_there)
    deleted = without_each(part[is_there]) / rest
    share = logit_interval(level, jackknife_error(deleted), effective_degrees(deleted - level))
    assert share.low is not None
    assert share.high is not None
    low, high = at_level(price, cumulated, share.low), at_level(price, cumulated, share.high)
    if share.low < cumulated[0]:
        low = min(low, value**2 / high)
    if share.high > cumulated[-2]:
        high = max(high, value**2 / low)
    logits = float(
        logit(min(share.high, 1 - TIE)) - logit(max(share.low, TIE))
    )  # the scale on which the share's interval is even
    is_open = high > low and logits > 0  # equal prices may differ by a rounding error, with no interval of the share
    slope = np.log(high / low) / logits / (level * (1 - level)) if is_open else 0.0
    influence = -slope * (part - level * of) / total(of)
    return Quantile(Interval(value, low, high), influence, is_there)


def at_level(price: FloatArray, cumulated: FloatArray, level: float) -> float:
    """The quantile of sorted prices whose weights cumulate to `cumulated`."""
    place = min(int(np.searchsorted(cumulated, level - TIE)), len(price) - 1)
    is_tie = abs(cumulated[place] - level) <= TIE and place + 1 < len(price)
    return float((price[place] + price[place + 1]) / 2) if is_tie else float(price[place])


def quantile_ratio(above: Quantile, below: Quantile) -> Interval:
    """One quantile over another of the same numbered merchants, be it of the same week or of an earlier one."""
    if above.interval.value is None or below.interval.value is None:
        return Interval(None)
    ratio = above.interval.value / below.interval.value
    if above.influence is None or below.influence is None:
        return Interval(ratio)
    is_there = above.is_there | below.is_there
    return ratio_from_influences(ratio, (above.influence - below.influence)[is_there])


def with_cost_floor(rows: pl.DataFrame, floor: CostFloor | None) -> pl.DataFrame:
    """Adds `cost_floor_yuan`: what the material of one unit costs at least; null for listings of another unit class,
    and where the belt has no sourced floor. One floor serves both ends of a comparison: it is no price index."""
    if floor is None:
        return rows.with_columns(cost_floor_yuan=pl.lit(None, pl.Float64))
    return rows.with_columns(cost_floor_yuan=pl.when(pl.col("unit") == floor.unit).then(pl.lit(floor.yuan)))


def with_earlier_prices(rows: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Adds `earlier_price_yuan`: the listing's price in the listing weeks `earlier`; null where it was not there, or
    has another unit or pack since, so that a smaller pack is no cut."""
    if earlier is None:
        return rows.with_columns(earlier_price_yuan=pl.lit(None, pl.Float64))
    sold_as = ["unit", "pack_count"]
    before = earlier.lazy().select(*SAME_LISTING, pl.col("price_yuan", *sold_as).name.prefix("earlier_"))
    joined = rows.lazy().join(before, on=SAME_LISTING, how="left", validate="1:1", maintain_order="left")
    is_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"earlier_{name}")) for name in sold_as)
    own = joined.with_columns(earlier_price_yuan=pl.when(is_same).then("earlier_price_yuan"))
    return own.drop(f"earlier_{name}" for name in sold_as).collect()


def _below(listings: Priced, value: float, level: float) -> FloatArray:
    """How much of each listing lies below the quantile: 1, 0, for those just at it the part that fills `level`."""
    below, equal = listings.price < value, listings.price == value
    weight_at = total(listings.weight[equal])
    weight_below = total(listings.weight[below])
    filled = (level * total(listings.weight) - weight_below) / weight_at if weight_at > 0 else 0.0
    return np.where(below, 1.0, np.where(equal, min(1.0, max(0.0, filled)), 0.0))
