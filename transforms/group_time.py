"""Group-time effects of a treatment taken up at different readings, after Callaway and Sant'Anna (2021).

ATT(g, t): the mean change of the outcome since the last reading before g of the units first treated at g, less that of
units of their own stratum not treated up to t (later adopters and those who never are). Before g it is the change from
one reading to the next, which parallel trends make zero. With strata as the only covariates outcome regression,
weighting and the doubly robust estimator are one and the same. Each group compares with its own last untreated reading
and never with units treated before, which is what biases two-way fixed effects. Groups are added up by lag, t - g.

Leaving one merchant out changes the sums of a lag in closed form, so that every lag and every sum of lags has an exact
delete-one-merchant jackknife. Source: METHOD 5.12; Callaway and Sant'Anna 2021, J. Econometrics 225.
"""

from dataclasses import dataclass

import numpy as np

from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.uncertainty import Interval, effective_number, jackknife_error, student_quantile

NEVER = 10**6  # the reading of first treatment of those who never are
LEADS = 8  # readings before treatment whose lags are looked at


@dataclass(frozen=True)
class Adoption:
    """One row per unit, sorted by stratum: its outcome at each reading (NaN where not seen), the reading of its first
    treatment (NEVER for none), the numbers of its stratum and of its merchant, the cluster; both from 0 without gaps.
    A merchant has one unit in a stratum at most. A unit treated at the first reading has no reading before and takes no
    part."""

    outcome: FloatArray
    first: IntArray
    stratum: IntArray
    merchant: IntArray


@dataclass(frozen=True)
class Mean:
    """A mean effect, and what it would be without each merchant that takes part in it; one number and one column, or
    one of each per lag. Without merchants where one of them is all of it; NaN where nothing is behind it."""

    value: FloatArray
    without: FloatArray

    def interval(self) -> Interval:
        """The jackknife interval of a single mean."""
        value = float(self.value)
        if np.isnan(value) or len(self.without) < 2:
            return Interval(None if np.isnan(value) else value)
        error, degrees = jackknife_error(self.without), normal_degrees(self.without - value)
        reach = student_quantile(degrees) * error
        return Interval(value, value - reach, value + reach, error, degrees)


@dataclass(frozen=True)
class Effects:
    """Sums by merchant (rows) and lag (columns): `gain` of its treated readings over their controls, `count` of those
    readings, `pull` (how much the gain of all would rise without it among the controls), `loss` (how many treated
    readings would be left out since but one control remains), and whether it is a control."""

    lags: IntArray
    gain: FloatArray
    count: FloatArray
    pull: FloatArray
    loss: FloatArray
    is_control: BoolArray

    def over(self, is_in: BoolArray) -> Mean:
        """The mean over the treated readings at some lags, each reading counting once."""
        gain, count, pull, loss = (part[:, is_in].sum(axis=1) for part in self._sums())
        return _mean(gain, count, pull, loss, self.takes_part(is_in))

    def each(self, is_in: BoolArray) -> Mean:
        """The mean at each of some lags."""
        gain, count, pull, loss = (part[:, is_in] for part in self._sums())
        return _mean(gain, count, pull, loss, self.takes_part(is_in))

    def by_lag(self) -> dict[int, Interval]:
        """The event study: the mean at each lag that anything is known of, with its interval."""
        found = {int(lag): self.over(self.lags == lag).interval() for lag in self.lags}
        return {lag: interval for lag, interval in found.items() if interval.value is not None}

    def takes_part(self, is_in: BoolArray) -> BoolArray:
        """Which merchants are treated or controls at some lags."""
        return np.asarray(((self.count > 0) | self.is_control)[:, is_in].any(axis=1))

    def _sums(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        return self.gain, self.count, self.pull, self.loss


def group_time_effects(adoption: Adoption) -> Effects:
    """The sums of all groups, by merchant and lag from -LEADS on; cells with fewer than two controls are left out."""
    units, readings = adoption.outcome.shape
    lags = np.arange(-LEADS, max(readings, 1))
    by_unit = np.zeros((5, units, len(lags)))
    for group in np.unique(adoption.first[(adoption.first > 0) & (adoption.first < readings)]).tolist():
        at = np.arange(max(1, group - LEADS), readings)
        by_unit[:, :, at - group + LEADS] += _cells(adoption, group, at)
    by_merchant = np.zeros((5, int(adoption.merchant.max(initial=-1)) + 1, len(lags)))
    for whole, own in zip(by_merchant, by_unit, strict=True):
        np.add.at(whole, adoption.merchant, own)
    gain, count, pull, loss, is_control = by_merchant
    return Effects(lags, gain, count, pull, loss, is_control > 0)


def _cells(adoption: Adoption, group: int, at: IntArray) -> FloatArray:
    """Gain, count, pull, loss and whether it is a control, of each unit in the cells of one group at some readings."""
    change = adoption.outcome[:, at] - adoption.outcome[:, np.minimum(at, group) - 1]
    is_known = ~np.isnan(change)
    change = np.where(is_known, change, 0.0)
    treated = is_known & (adoption.first == group)[:, None]
    control = is_known & (adoption.first[:, None] > at) & (adoption.first != group)[:, None]
    starts = np.flatnonzero(np.diff(adoption.stratum, prepend=-1))
    treated_count, control_count, control_sum = (
        np.add.reduceat(part, starts, axis=0)[adoption.stratum]
        for part in (treated.astype(np.float64), control.astype(np.float64), np.where(control, change, 0.0))
    )
    is_usable = (control_count >= 2) & (treated_count > 0)
    treated, control = treated & is_usable, control & is_usable
    apart = change - control_sum / np.maximum(control_count, 1.0)
    gain = np.where(treated, apart, 0.0)
    is_last = control & (control_count == 2)  # without one of two the cell is left out
    pull = treated_count / np.maximum(control_count - 1.0, 1.0) * apart
    pull = np.where(is_last, -np.add.reduceat(gain, starts, axis=0)[adoption.stratum], np.where(control, pull, 0.0))
    return np.stack([gain, treated, pull, np.where(is_last, treated_count, 0.0), control])


def _mean(gain: FloatArray, count: FloatArray, pull: FloatArray, loss: FloatArray, takes_part: BoolArray) -> Mean:
    """From the sums of each merchant (first axis)."""
    gain, count, pull, loss = gain[takes_part], count[takes_part], pull[takes_part], loss[takes_part]
    whole, sum_of_gains = count.sum(axis=0), gain.sum(axis=0)
    rest = whole - count - loss
    with np.errstate(invalid="ignore", divide="ignore"):
        value = sum_of_gains / whole
        without = (sum_of_gains - gain + pull) / rest
    return Mean(value, without if np.all(rest > 0) else without[:0])


def normal_degrees(influences: FloatArray) -> float:
    """Satterthwaite's degrees of freedom of a variance whose parts are squares u^2 of normal influences: max(2, 3 (sum
    u^2)^2 / sum u^4 - 2), since u^4 is three times the squared variance on average.

    METHOD 1.5 leaves out the 3 for sums that a few large merchants carry. Of logarithms every merchant counts once, and
    without it intervals from 100 merchants cover 98 % where 95 % is meant.
    """
    largest = float(np.abs(influences).max(initial=0.0))
    if largest == 0:
        return max(2.0, float(len(influences)))
    return max(2.0, 3 * effective_number((influences / largest) ** 2) - 2)
