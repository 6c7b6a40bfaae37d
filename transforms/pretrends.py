"""Whether adopters went their own way before they adopted: what separates an effect from an association.

An effect is claimed only where all four hold (`is_effect`); none of them looks at the estimate after adoption, so that
the label does not select among estimates:

1. at least 4 of the lags -8 ... -1 are known, each from 5 merchants or more;
2. the joint test of these lags (Hotelling's T2 by the jackknife covariance) does not reject at 5 %;
3. no steady drift: the 95 % interval of their mean holds zero;
4. the tests would have seen it: a steady drift that alone came to +25 % by the mean reading after adoption, half of the
   +50 % that the story claims, would have been found with probability 0.8.

Source: METHOD 5.12; Roth 2022, AER: Insights 4 (power of pre-trend tests); Rambachan and Roth 2023, REStud 90.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, stdtrit

from transforms.group_time import Effects, Mean, normal_degrees
from transforms.ordered import BoolArray, FloatArray, total
from transforms.uncertainty import Interval, student_quantile

LAGS_NEEDED, MERCHANTS_OF_A_LAG = 4, 5
SIGNIFICANCE, POWER = 0.05, 0.8
DRIFT_TO_SEE = float(np.log(1.25))  # by the mean reading after adoption
FULL_FROM = 1  # the reading at lag 0 covers days before adoption, from the next on all of them are after it


@dataclass(frozen=True)
class PreTrend:
    """How adopters moved against the others per reading before adoption: the mean of the lags known, and each of them;
    `p_value` of the joint test (None where it cannot be made), and `reach`, the mean number of readings from the last
    one before adoption to those of the effect."""

    drift: Interval
    lags: FloatArray
    p_value: float | None
    reach: float

    @property
    def smallest_seen(self) -> float | None:
        """The drift, added up to the mean reading after adoption, that is found with probability 0.8."""
        if self.drift.standard_error is None or self.drift.degrees is None:
            return None
        quantiles = student_quantile(self.drift.degrees) + float(stdtrit(self.drift.degrees, POWER))
        return self.reach * quantiles * self.drift.standard_error

    @property
    def is_effect(self) -> bool:
        """Whether the four conditions hold."""
        if self.p_value is None or self.smallest_seen is None or len(self.lags) < LAGS_NEEDED:
            return False
        is_flat = self.drift.low <= 0 <= self.drift.high  # type: ignore[operator]
        return self.p_value >= SIGNIFICANCE and is_flat and self.smallest_seen <= DRIFT_TO_SEE

    def breakdown(self, effect: Interval) -> float | None:
        """How many times the largest difference between neighbouring lags before adoption the one after it would have
        to be, at every reading and to one side, for the effect's interval to reach zero: the relative magnitudes of
        Rambachan and Roth, with the largest lag as estimated. None where nothing is known of either."""
        if effect.low is None or effect.high is None or not len(self.lags):
            return None
        largest = float(np.abs(self.lags).max()) * self.reach
        clear = max(effect.low, -effect.high, 0.0)
        return clear / largest if largest > 0 else None


def after(effects: Effects) -> BoolArray:
    """The lags that the overall effect is the mean of."""
    return effects.lags >= FULL_FROM


def pre_trend(effects: Effects) -> PreTrend:
    """The lags before adoption of `effects`."""
    merchants = np.count_nonzero(effects.count > 0, axis=0)
    is_known = (effects.lags < 0) & (merchants >= MERCHANTS_OF_A_LAG)
    lags = effects.each(is_known)
    readings = np.where(after(effects), effects.count.sum(axis=0), 0.0)
    reach = total((effects.lags + 1.0).astype(np.float64) * readings) / max(1.0, total(readings))
    return PreTrend(effects.over(is_known).interval(), lags.value, joint_p_value(lags), reach)


def joint_p_value(lags: Mean) -> float | None:
    """Of all lags being zero: T2 = l' V^-1 l, (nu - q + 1) / (nu q) T2 taken as F(q, nu - q + 1), nu the lags' mean
    degrees of freedom. None where nothing is known, nothing varies, or merchants are too few for so many lags."""
    merchants, count = lags.without.shape
    if count == 0 or merchants < 2:
        return None
    apart = lags.without - lags.without.mean(axis=0)
    covariance = (merchants - 1) / merchants * (apart.T @ apart)
    degrees = float(np.mean([normal_degrees(column) for column in (lags.without - lags.value).T]))
    left = degrees - count + 1
    if left < 1 or np.linalg.matrix_rank(covariance) < count:
        return None
    distance = float(lags.value @ np.linalg.solve(covariance, lags.value))
    return float(fdtrc(count, left, left / (degrees * count) * distance))
