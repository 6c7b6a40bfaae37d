"""Quantiles of listings' prices with merchants as the clusters, many at once: one row each, on weights of its own.

An interval of a quantile is Woodruff's: the interval of the share of listings at or below it, read off the
distribution. Its slope there turns each merchant's influence on that share into one on the logarithm of the quantile,
from which ratios of quantiles and of weeks have their intervals. Source: METHOD 1.5, 5; Woodruff 1952, JASA 47.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import isnan

import numpy as np
from scipy.special import expit, logit, stdtrit

from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by
from transforms.shares import divided, jackknife, without_each_of_rows
from transforms.uncertainty import CONFIDENCE, Interval

CELLS = 250_000  # rows times listings of one pass: more would not stay in the processor's cache
TIE = 1e-12  # cumulated weights closer than this are equal


@dataclass(frozen=True)
class Weighted:
    """Listings' prices (above 0), in one row for all or in one for each row of weights, the weights (rows x listings),
    and the number of each listing's merchant below `size`. Of shares, which may be 0, differences are told and not
    ratios: influences are then on the share itself."""

    price: FloatArray
    weight: FloatArray
    merchant: IntArray
    size: int
    are_shares: bool = False

    def take(self, rows: slice) -> "Weighted":
        """Some of the rows."""
        price = self.price if len(self.price) == 1 else self.price[rows]
        return replace(self, price=price, weight=self.weight[rows])

    def by_merchant(self, values: FloatArray) -> FloatArray:
        """The sums of each row's values by merchant."""
        cells = np.arange(len(values))[:, None] * self.size + self.merchant
        return sums_by(cells.ravel(), values.ravel(), len(values) * self.size).reshape(len(values), self.size)


@dataclass(frozen=True)
class Rows:
    """Positive statistics, one per row (NaN where there is none), with the influence of each merchant on their
    logarithm or, of shares, on themselves (0 where absent), which merchants are there, and whether there is an
    interval. `low` and `high` are NaN where the interval follows from the influences alone."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    influence: FloatArray
    is_there: BoolArray
    is_open: BoolArray

    def over(self, other: "Rows") -> "Rows":
        """The ratios to other statistics of the same numbered merchants, be it of the same week or of an earlier
        one."""
        unknown = np.full(len(self.value), np.nan)
        influence, is_there = self.influence - other.influence, self.is_there | other.is_there
        ratio = divided(self.value, other.value)
        return Rows(ratio, unknown, unknown, influence, is_there, self.is_open & other.is_open)

    def less(self, other: "Rows") -> "Rows":
        """The differences to shares of the same numbered merchants: e to their power, whose logarithm they are."""
        own, others = (replace(rows, value=np.exp(rows.value)) for rows in (self, other))
        return own.over(others)

    def take(self, rows: list[int] | slice) -> "Rows":
        """Some of them."""
        return Rows(*(getattr(self, part.name)[rows] for part in fields(self)))


def quantile_rows(listings: Weighted, level: FloatArray) -> Rows:
    """The price at or below which the share `level` of each row's weight lies; the mean of both neighbours at a tie.

    Where the share's interval reaches beyond the outermost listing, that end of the price's mirrors the other end: cut
    off at the lowest price, the 5 % quantile of ten merchants would be covered 72 % of the time. No interval where one
    merchant is alone.
    """
    portion = max(1, CELLS // max(1, listings.weight.shape[1]))
    if len(level) > portion:
        parts = [slice(start, start + portion) for start in range(0, len(level), portion)]
        return joined([quantile_rows(listings.take(part), level[part]) for part in parts])
    price, cumulated = _ordered(listings)
    value = _at(price, cumulated, level)
    of = listings.by_merchant(listings.weight)
    part = listings.by_merchant(_below(listings, value, level) * listings.weight)
    is_there, rest = of > 0, without_each_of_rows(of)
    is_open = (np.count_nonzero(is_there, axis=1) > 1) & (
        np.where(is_there, rest, np.inf).min(axis=1, initial=np.inf) > 0
    )
    deleted = np.where(is_there & is_open[:, None], divided(without_each_of_rows(part), rest), level[:, None])
    error, degrees = jackknife(deleted, level, is_there)
    reach = stdtrit(degrees, (1 + CONFIDENCE) / 2) * error / (level * (1 - level))
    shares = [np.where(error == 0, level, expit(logit(level) + side)) for side in (-reach, reach)]
    low, high = _read_off(price, cumulated, shares, value, listings.are_shares)
    logits = logit(np.minimum(shares[1], 1 - TIE)) - logit(np.maximum(shares[0], TIE))
    is_wide = (high > low) & (logits > 0)  # equal prices may differ by a rounding error, with no interval of the share
    wide = high - low if listings.are_shares else np.log(np.where(is_wide, high / low, 1.0))
    slope = divided(np.where(is_wide, wide, 0.0), np.where(is_wide, logits, 1.0)) / (level * (1 - level))
    influence = -slope[:, None] * divided(part - level[:, None] * of, of.sum(axis=1, keepdims=True))
    low, high = (np.where(is_open, end, np.nan) for end in (low, high))
    return Rows(value, low, high, np.nan_to_num(influence), is_there, is_open)


def intervals_of(rows: Rows) -> list[Interval]:
    """The statistics with their intervals: those read off, else sqrt(M/(M-1) sum u^2) on the logarithm, u being the
    influences of the M merchants that are there."""
    merchants = np.maximum(2, np.count_nonzero(rows.is_there, axis=1))
    squares = rows.influence**2
    error = np.sqrt(merchants / (merchants - 1) * squares.sum(axis=1))
    largest = np.where(error > 0, squares.max(axis=1, initial=0.0), 1.0)[:, None]
    fourth = ((squares / largest) ** 2).sum(axis=1)
    degrees = np.maximum(2.0, np.where(error > 0, divided((squares / largest).sum(axis=1) ** 2, fourth), merchants))
    reach = np.exp(stdtrit(degrees, (1 + CONFIDENCE) / 2) * error)
    is_read = ~np.isnan(rows.low)
    low = np.where(is_read, rows.low, rows.value / reach)
    high = np.where(is_read, rows.high, rows.value * reach)
    numbers = (low, high, error, degrees)
    shown = [rows.value, *(np.where(rows.is_open & ~np.isnan(rows.value), number, np.nan) for number in numbers)]
    return [Interval(*(None if isnan(number) else number for number in row)) for row in np.column_stack(shown).tolist()]


def medians(listings: Weighted) -> FloatArray:
    """The median price of each row."""
    price, cumulated = _ordered(listings)
    return _at(price, cumulated, np.full(len(cumulated), 0.5))


def joined(parts: Sequence[Rows]) -> Rows:
    """The statistics of several tables of the same merchants, one after the other."""
    return Rows(*(np.concatenate([getattr(part, name.name) for part in parts]) for name in fields(Rows)))


def _ordered(listings: Weighted) -> tuple[FloatArray, FloatArray]:
    """The prices of each row from the lowest to the highest, and the share of its weight up to each."""
    order = np.argsort(listings.price, axis=1, kind="stable")
    weight = np.take_along_axis(listings.weight, np.broadcast_to(order, listings.weight.shape), axis=1)
    cumulated = weight.cumsum(axis=1)
    whole = cumulated[:, -1:] if cumulated.shape[1] else np.zeros((len(weight), 1))
    price = np.take_along_axis(listings.price, order, axis=1)
    return np.broadcast_to(price, weight.shape), divided(cumulated, whole)


def _at(price: FloatArray, cumulated: FloatArray, level: FloatArray) -> FloatArray:
    """The quantile of sorted prices whose weights cumulate to `cumulated`, of each row; NaN where there is no
    weight."""
    if not price.shape[1]:
        return np.full(len(price), np.nan)
    first, last = (cumulated > 0).argmax(axis=1), (cumulated >= cumulated[:, -1:]).argmax(axis=1)
    places = (
        np.count_nonzero(cumulated < level[:, None] - TIE, axis=1),
        np.count_nonzero(cumulated <= level[:, None] + TIE, axis=1),
    )
    rows = np.arange(len(price))
    below, above = (price[rows, np.clip(place, first, last)] for place in places)
    return np.where(np.isnan(cumulated[:, -1]), np.nan, np.where(below == above, below, (below + above) / 2))


def _read_off(
    price: FloatArray, cumulated: FloatArray, shares: list[FloatArray], value: FloatArray, are_shares: bool
) -> tuple[FloatArray, FloatArray]:
    """Both ends of the prices' intervals from those of the shares."""
    low, high = (_at(price, cumulated, share) for share in shares)
    if not price.shape[1]:
        return low, high
    lowest = np.where(cumulated > 0, cumulated, np.inf).min(axis=1)
    but_highest = np.where(cumulated < cumulated[:, -1:], cumulated, 0.0).max(axis=1)
    low = np.where(shares[0] < lowest, np.minimum(low, _mirrored(value, high, are_shares)), low)
    high = np.where(shares[1] > but_highest, np.maximum(high, _mirrored(value, low, are_shares)), high)
    return low, high


def _mirrored(value: FloatArray, end: FloatArray, are_shares: bool) -> FloatArray:
    """The end on the other side that is as far from the value."""
    mirrored: FloatArray = np.clip(2 * value - end, 0.0, 1.0) if are_shares else value**2 / end
    return mirrored


def _below(listings: Weighted, value: FloatArray, level: FloatArray) -> FloatArray:
    """How much of each listing lies below its row's quantile: 1, 0, for those just at it the part that fills
    `level`."""
    below, equal = listings.price < value[:, None], listings.price == value[:, None]
    weight_below, weight_at = ((listings.weight * part).sum(axis=1) for part in (below, equal))
    filled = np.clip(np.nan_to_num(divided(level * listings.weight.sum(axis=1) - weight_below, weight_at)), 0.0, 1.0)
    return np.where(below, 1.0, np.where(equal, filled[:, None], 0.0))
