"""Shares of a belt's listings (or merchants), and their differences, when merchants are the clusters.

Every array has one row per share and one column per merchant: `part` what has the property, `of` what could have it,
both in listings times weight in the belt. Merchants with `of` 0 stay out of a level; at one end of a difference they
are absent there. Many shares at once cost hardly more than one. Source: METHOD 1.5, 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from math import isnan
from typing import Any

import numpy as np
from scipy.special import expit, logit, stdtr, stdtrit

from transforms.ordered import BoolArray, FloatArray
from transforms.uncertainty import CONFIDENCE, Interval, student_quantile

ROUNDING = 1e-12  # a remainder smaller than this part of its sum is 0


@dataclass(frozen=True)
class Shares:
    """Shares, one per row, and what they are without each merchant in turn."""

    part: FloatArray
    of: FloatArray

    @cached_property
    def is_there(self) -> BoolArray:
        """Which merchants could have the property."""
        found: BoolArray = self.of > 0
        return found

    @cached_property
    def merchants(self) -> FloatArray:
        """How many they are."""
        count: FloatArray = np.count_nonzero(self.is_there, axis=1).astype(np.float64)
        return count

    @cached_property
    def value(self) -> FloatArray:
        """The shares, NaN where `of` sums to 0."""
        return np.clip(divided(self.part.sum(axis=1), self.of.sum(axis=1)), 0.0, 1.0)

    @cached_property
    def is_open(self) -> BoolArray:
        """Whether anything is left without any merchant: one alone has no interval."""
        rest = np.where(self.is_there, without_each_of_rows(self.of), np.inf)
        found: BoolArray = (self.merchants > 1) & (rest.min(axis=1, initial=np.inf) > 0)
        return found

    @cached_property
    def is_edge(self) -> BoolArray:
        """Whether a share is exactly 0 or 1."""
        found: BoolArray = (self.value == 0) | (self.value == 1)
        return found

    @cached_property
    def deleted(self) -> FloatArray:
        """The shares without each merchant in turn; the share itself without one that is absent."""
        rest = divided(without_each_of_rows(self.part), without_each_of_rows(self.of))
        return np.where(self.is_there & self.is_open[:, None], rest, self.value[:, None])


@dataclass(frozen=True)
class Intervals:
    """Values with their intervals, standard errors, degrees of freedom and p-values, one per row; NaN for none."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    error: FloatArray
    degrees: FloatArray
    p_value: FloatArray

    def at(self, row: int) -> Interval:
        """One of them."""
        return self.each[row]

    @cached_property
    def each(self) -> list[Interval]:
        """All of them, one by one."""
        rows = np.column_stack([getattr(self, part.name) for part in fields(self)]).tolist()
        return [Interval(*(None if isnan(number) else number for number in row)) for row in rows]


def share_levels(shares: Shares) -> Intervals:
    """The shares with their intervals, made on the logit scale from the delete-one-merchant jackknife.

    At exactly 0 or 1 there is nothing to delete: one end is the share itself and the other the rule of three in its
    exact form, 1 - 0.05^(1/n), n being Kish's effective number of merchants by `of` (all listings of a merchant are
    one trial, which errs on the wide side). No value where `of` sums to 0; no interval for one merchant alone.
    """
    value, is_edge = shares.value, shares.is_edge
    error, degrees = jackknife(shares.deleted, value, shares.is_there)
    degrees = _level_degrees(shares, degrees)
    middle = np.where(is_edge | np.isnan(value), 0.5, value)
    reach = stdtrit(degrees, (1 + CONFIDENCE) / 2) * error / (middle * (1 - middle))
    low, high = (np.where(error == 0, value, expit(logit(middle) + side)) for side in (-reach, reach))
    rule = rule_of_three(np.maximum(1.0, _kish(shares.of)))
    low = np.where(is_edge, np.where(value == 0, 0.0, 1 - rule), low)
    high = np.where(is_edge, np.where(value == 0, rule, 1.0), high)
    is_told = shares.is_open & ~is_edge
    error, degrees = (np.where(is_told, number, np.nan) for number in (error, degrees))
    low, high = (np.where(shares.is_open, end, np.nan) for end in (low, high))
    return Intervals(value, low, high, error, degrees, np.full(len(value), np.nan))


def share_contrasts(plus: Sequence[Shares], minus: Sequence[Shares]) -> Intervals:
    """Sums of shares less sums of shares of the same merchants, in points of share (0.1 = ten points).

    Inside (0, 1) everywhere: the jackknife of the contrast, each merchant left out of all shares at once, so that
    merchants who stay what they are add no width. Where a share is 0 or 1 its jackknife is blind: then the shares'
    own intervals are squared and added (Newcombe 1998, method 10; Zou and Donner 2008).
    """
    terms = [*((1.0, shares) for shares in plus), *((-1.0, shares) for shares in minus)]
    value = np.sum([sign * shares.value for sign, shares in terms], axis=0)
    is_there = np.logical_or.reduce([shares.is_there for _, shares in terms])
    deleted = np.sum([sign * shares.deleted for sign, shares in terms], axis=0)
    error, degrees = jackknife(deleted, value, is_there)
    below = above = stdtrit(degrees, (1 + CONFIDENCE) / 2) * error
    is_edge = np.logical_or.reduce([shares.is_edge for _, shares in terms])
    if is_edge.any():
        gaps = [_gaps(sign, shares) for sign, shares in terms]
        below, above = (
            np.where(is_edge, np.sqrt(np.sum([gap[side] ** 2 for gap in gaps], axis=0)), reach)
            for side, reach in enumerate((below, above))
        )
    is_open = np.logical_and.reduce([shares.is_open for _, shares in terms])
    low, high = np.maximum(-len(minus), value - below), np.minimum(len(plus), value + above)
    chance = np.where(error > 0, 2 * stdtr(degrees, -np.abs(divided(value, error))), value == 0)
    error, degrees, chance = (np.where(is_edge, np.nan, number) for number in (error, degrees, chance))
    return Intervals(value, *(np.where(is_open, number, np.nan) for number in (low, high, error, degrees, chance)))


def unknown(rows: int) -> Intervals:
    """No values at all."""
    return Intervals(*[np.full(rows, np.nan)] * len(fields(Intervals)))


def share_level(part: FloatArray, of: FloatArray) -> Interval:
    """One share; arguments with one entry per merchant."""
    return share_levels(Shares(part[None], of[None])).at(0)


def logit_interval(share: float, error: float, degrees: float) -> Interval:
    """The interval of a share inside (0, 1) whose standard error is `error`: symmetric in logits."""
    if error == 0:
        return Interval(share, share, share, 0.0, degrees)
    reach = student_quantile(degrees) * error / (share * (1 - share))
    low, high = (float(expit(logit(share) + side)) for side in (-reach, reach))
    return Interval(share, low, high, error, degrees)


def rule_of_three(number: Any) -> Any:
    """How large a share may be of which none of `number` trials showed anything: 1 - 0.05^(1/n)."""
    return 1 - (1 - CONFIDENCE) ** (1 / number)


def jackknife(deleted: FloatArray, value: FloatArray, is_there: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Of each row sqrt((M-1)/M sum (d - mean d)^2), exactly 0 where all are equal, and the effective degrees of freedom
    (as `effective_degrees`), over the M merchants that are there."""
    if not deleted.shape[1]:
        return np.zeros(len(value)), np.full(len(value), 2.0)
    merchants = np.maximum(1, np.count_nonzero(is_there, axis=1))
    first = np.take_along_axis(deleted, is_there.argmax(axis=1)[:, None], axis=1)
    apart = np.where(is_there, deleted - first, 0.0)
    mean = apart.sum(axis=1) / merchants
    squares = np.where(is_there, apart - mean[:, None], 0.0) ** 2
    error = np.sqrt((merchants - 1) / merchants * squares.sum(axis=1))
    influence = np.where(is_there, deleted - value[:, None], 0.0)
    scale = np.abs(influence).max(axis=1, initial=0.0)
    scaled = (influence / np.where(scale > 0, scale, 1.0)[:, None]) ** 2  # fourth powers of small ones would vanish
    degrees = np.where(scale > 0, divided(scaled.sum(axis=1) ** 2, (scaled**2).sum(axis=1)), merchants)
    return error, np.maximum(2.0, degrees)


def _level_degrees(shares: Shares, degrees: FloatArray) -> FloatArray:
    """Degrees of freedom of a level, from `effective_degrees` n of M merchants.

    n takes influences of unequal size for few merchants; but where all are alike in size, it is the share itself that
    makes them unequal, and intervals by n covered up to 100 %. So the more even the sizes (Kish's number over M), the
    more counts 4 / (1/n - 1/M), which is twice Satterthwaite's number for the variance of a mean.
    """
    merchants = np.maximum(2.0, shares.merchants)
    surplus = np.maximum(1 / degrees - 1 / merchants, 1e-9)
    alike = np.clip(4 / surplus, 2.0, np.maximum(2.0, merchants - 1))
    evenness = np.nan_to_num(_kish(shares.of)) / merchants
    return (1 - evenness) * degrees + evenness * np.maximum(alike, degrees)


def _gaps(sign: float, shares: Shares) -> tuple[FloatArray, FloatArray]:
    """How far a share's own interval reaches to the low and to the high side of the contrast it enters."""
    own = share_levels(shares)
    below, above = own.value - own.low, own.high - own.value
    return (below, above) if sign > 0 else (above, below)


def _kish(of: FloatArray) -> FloatArray:
    """Kish's effective number of merchants of each row."""
    return divided(of.sum(axis=1) ** 2, (of**2).sum(axis=1))


def without_each_of_rows(parts: FloatArray) -> FloatArray:
    """The sums of the rows without each part in turn; a remainder below rounding error is 0."""
    rest = parts.sum(axis=1, keepdims=True) - parts
    return np.where(np.abs(rest) <= ROUNDING * np.abs(parts).sum(axis=1, keepdims=True), 0.0, rest)


def divided(above: FloatArray, below: FloatArray) -> FloatArray:
    """NaN where `below` is 0."""
    out: FloatArray = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    return np.divide(above, below, out=out, where=below != 0)
