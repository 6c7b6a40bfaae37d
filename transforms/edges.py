"""Intervals where a ratio of sums has none by its logarithm: nothing is sold now, or one merchant holds all of it.

With n Kish's effective number of merchants at the base, of whom none sells (or has come, or has gone), the share of the
base value that does could still be 1 - 0.05^(1/n), the rule of three in its exact form, as for a share of 0. What comes
is no part of the base, so its share s is of both together and s / (1 - s) is told, as for `entry_share`. Where one
merchant holds all, ln R without it is minus infinity: there the jackknife is of R itself, and R is never below 0.
Source: METHOD 1.5.
"""

from dataclasses import replace

import numpy as np

from transforms.ordered import FloatArray, total
from transforms.shares import rule_of_three
from transforms.uncertainty import (
    Interval,
    effective_degrees,
    effective_number,
    jackknife_error,
    p_value,
    student_quantile,
    without_each,
)


def at_edge_change(change: Interval, base: FloatArray, current: FloatArray) -> Interval:
    """A change (as of `ratio_change`, one entry per merchant) with the interval of the edge that it is at; unchanged
    where it has one, has no value, or where one merchant holds all of the base."""
    if change.value is None or change.low is not None or not _is_shared(base):
        return change
    if total(current) == 0:
        return Interval(-1.0, -1.0, _reach(base) - 1, p_value=0.0)
    ratio, deleted = total(current) / total(base), without_each(current) / without_each(base)
    error, degrees = jackknife_error(deleted), effective_degrees(deleted - ratio)
    reach = student_quantile(degrees) * error
    low, high = max(0.0, ratio - reach) - 1, ratio + reach - 1
    return Interval(change.value, low, high, p_value=p_value(ratio - 1, error, degrees))


def at_edge_move(effect: Interval, name: str, base: FloatArray) -> Interval:
    """`entry_effect` or `exit_effect` with an interval where nobody came or went; else unchanged."""
    if effect.value != 0 or effect.low is not None or not _is_shared(base):
        return effect
    reach = _reach(base)
    low, high = (0.0, reach / (1 - reach)) if name == "entry_effect" else (-reach, 0.0)
    return replace(effect, value=0.0, low=low, high=high)


def _is_shared(base: FloatArray) -> bool:
    return len(base) > 1 and bool(without_each(base).min() > 0)


def _reach(base: FloatArray) -> float:
    return float(rule_of_three(np.maximum(1.0, effective_number(base))))
