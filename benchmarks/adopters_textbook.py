"""What textbooks give for the effect of an assistant, beside which the published interval is shown: two-way fixed
effects with the normal quantile, and percentiles of the bootstrap of the estimator that is published."""

import numpy as np

from benchmarks.textbook import TAILS
from transforms.group_time import Adoption
from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.pretrends import FULL_FROM

RESAMPLES = 400


def two_way_interval(adoption: Adoption) -> tuple[float, float]:
    """What a textbook gives: two-way fixed effects with variance clustered by unit, and the normal quantile."""
    slope, error = two_way_slope(adoption)
    return float(np.expm1(slope - 1.96 * error)), float(np.expm1(slope + 1.96 * error))


def two_way_slope(adoption: Adoption) -> tuple[float, float]:
    """The coefficient of one dummy for having the assistant beside effects of unit and of stratum by reading, by least
    squares, and its standard error clustered by unit."""
    outcome = adoption.outcome
    is_seen = ~np.isnan(outcome) & (adoption.first > 0)[:, None]
    has_assistant = (np.arange(outcome.shape[1]) >= adoption.first[:, None]).astype(np.float64)
    sold, treated = (_within(part, is_seen, adoption) for part in (np.nan_to_num(outcome), has_assistant))
    spread = float((treated**2).sum())
    slope = float((treated * sold).sum()) / spread
    scores = (treated * (sold - slope * treated)).sum(axis=1)
    return slope, float(np.sqrt((scores**2).sum())) / spread


def _within(values: FloatArray, is_seen: BoolArray, adoption: Adoption) -> FloatArray:
    """What is left of values after taking out the means of units and of strata at each reading, in turns."""
    left = np.where(is_seen, values, 0.0)
    members = (adoption.stratum == np.unique(adoption.stratum)[:, None]).astype(np.float64)
    counts = members @ is_seen
    for _ in range(30):
        left -= np.where(
            is_seen, left.sum(axis=1, keepdims=True) / np.maximum(1, is_seen.sum(axis=1, keepdims=True)), 0
        )
        left -= np.where(is_seen, (members @ left / np.maximum(1, counts))[adoption.stratum], 0)
    return left


def bootstrapped(adoption: Adoption, random: np.random.Generator) -> tuple[float, float]:
    """The percentiles of the group-time effect over merchants drawn with replacement, as many as there are."""
    merchants = int(adoption.merchant.max(initial=0)) + 1
    drawn = random.multinomial(merchants, np.full(merchants, 1 / merchants), RESAMPLES).astype(np.float64)
    low, high = np.nanquantile(weighted_effects(adoption, drawn), TAILS)
    return float(np.expm1(low)), float(np.expm1(high))


def weighted_effects(adoption: Adoption, weights: FloatArray) -> FloatArray:
    """The published effect in logarithms under each row of weights [sample, merchant]."""
    readings, weight = adoption.outcome.shape[1], weights[:, adoption.merchant]
    gain, count = np.zeros(len(weights)), np.zeros(len(weights))
    for group in np.unique(adoption.first[(adoption.first > 0) & (adoption.first < readings)]).tolist():
        at = np.arange(group + FULL_FROM, readings)
        change = adoption.outcome[:, at] - adoption.outcome[:, [group - 1]]
        for stratum in np.unique(adoption.stratum):
            is_in = adoption.stratum == stratum
            gained, counted = _gain(weight[:, is_in], change[is_in], adoption.first[is_in], group, at)
            gain, count = gain + gained, count + counted
    return np.divide(gain, count, out=np.full_like(gain, np.nan), where=count > 0)


def _gain(
    weight: FloatArray, change: FloatArray, first: IntArray, group: int, at: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Of one group and stratum under each row of weights: the sum of gains over the controls, and how many they are."""
    is_known = ~np.isnan(change)
    change = np.where(is_known, change, 0.0)
    treated = (is_known & (first == group)[:, None]).astype(np.float64)
    control = (is_known & (first[:, None] > at)).astype(np.float64)
    treated_count, control_count = weight @ treated, weight @ control
    is_usable = (treated_count > 0) & (control_count >= 2)
    mean = weight @ (control * change) / np.maximum(control_count, 1.0)
    gains = weight @ (treated * change) - treated_count * mean
    return np.where(is_usable, gains, 0.0).sum(axis=1), np.where(is_usable, treated_count, 0.0).sum(axis=1)
