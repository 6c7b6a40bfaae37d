"""Shares of a belt's listings (or merchants), and their differences, when merchants are the clusters.

Every argument is an array with one entry per merchant: `part` what has the property, `of` what could have it, both in
listings times weight in the belt. Merchants with `of` 0 stay out of a level; at one end of a difference they are
absent there. Source: METHOD 1.5, 5.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from transforms.ordered import FloatArray, total
from transforms.uncertainty import (
    CONFIDENCE,
    Interval,
    effective_degrees,
    effective_number,
    jackknife_error,
    p_value,
    student_quantile,
    without_each,
)


@dataclass(frozen=True)
class ShareEnd:
    """One end of a difference: per merchant of either end what has the property, and what could have it."""

    part: FloatArray
    of: FloatArray


def share_level(part: FloatArray, of: FloatArray) -> Interval:
    """The share with its interval, made on the logit scale from the delete-one-merchant jackknife.

    At exactly 0 or 1 there is nothing to delete: one end is the share itself and the other the rule of three in its
    exact form, 1 - 0.05^(1/n), n being Kish's effective number of merchants by `of` (all listings of a merchant are
    one trial, which errs on the wide side). No value where `of` sums to 0; no interval for one merchant alone.
    """
    is_there = of > 0
    part, of = part[is_there], of[is_there]
    if not len(of):
        return Interval(None)
    share = min(1.0, max(0.0, total(part) / total(of)))
    rest = without_each(of)
    if len(of) < 2 or rest.min() <= 0:
        return Interval(share)
    if share in (0.0, 1.0):
        reach = 1 - float((1 - CONFIDENCE) ** (1 / effective_number(of)))
        return Interval(share, 0.0, reach) if share == 0 else Interval(share, 1 - reach, 1.0)
    deleted = without_each(part) / rest
    return logit_interval(share, jackknife_error(deleted), effective_degrees(deleted - share))


def logit_interval(share: float, error: float, degrees: float) -> Interval:
    """The interval of a share inside (0, 1) whose standard error is `error`: symmetric in logits."""
    if error == 0:
        return Interval(share, share, share, 0.0, degrees)
    reach = student_quantile(degrees) * error / (share * (1 - share))
    low, high = (float(expit(logit(share) + side)) for side in (-reach, reach))
    return Interval(share, low, high, error, degrees)


def share_difference(base: ShareEnd, current: ShareEnd) -> Interval:
    """The share now less the share at the base, in points of share (0.1 = ten points).

    Inside (0, 1) at both ends: the jackknife of the difference, each merchant left out of both ends at once, so that
    merchants who stay what they are add no width. Where an end is 0 or 1 its jackknife is blind: then the two
    levels' own intervals are squared and added (Newcombe 1998, method 10; Zou and Donner 2008).
    """
    is_there = (base.of > 0) | (current.of > 0)
    ends = [ShareEnd(end.part[is_there], end.of[is_there]) for end in (base, current)]
    levels = [share_level(end.part, end.of) for end in ends]
    then, now = levels
    if then.value is None or now.value is None:
        return Interval(None)
    value = now.value - then.value
    if any(level.low is None for level in levels):
        return Interval(value)
    if {then.value, now.value} & {0.0, 1.0}:
        return _squared_and_added(value, then, now)
    before, after = (without_each(end.part) / without_each(end.of) for end in ends)
    deleted = after - before
    error, degrees = jackknife_error(deleted), effective_degrees(deleted - value)
    reach = student_quantile(degrees) * error
    chance = p_value(value, error, degrees)
    return Interval(value, max(-1.0, value - reach), min(1.0, value + reach), error, degrees, chance)


def _squared_and_added(value: float, then: Interval, now: Interval) -> Interval:
    below = float(np.hypot(_gap(now.value, now.low), _gap(then.high, then.value)))
    above = float(np.hypot(_gap(now.high, now.value), _gap(then.value, then.low)))
    return Interval(value, max(-1.0, value - below), min(1.0, value + above))


def _gap(upper: float | None, lower: float | None) -> float:
    assert upper is not None
    assert lower is not None
    return upper - lower
