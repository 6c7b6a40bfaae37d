"""Sizes of which only an interval is known: the lognormal they come from, and what to expect within an interval.

    z in [a, b] the standardised logarithms of an interval's ends, Z = Phi(b) - Phi(a):
    E[y] = mu + sigma (phi(a) - phi(b)) / Z,   E[y^2] = mu^2 + 2 mu sigma (phi(a) - phi(b)) / Z
                                                        + sigma^2 (1 + (a phi(a) - b phi(b)) / Z)
    E[e^y] = exp(mu + sigma^2 / 2) (Phi(b - sigma) - Phi(a - sigma)) / Z

The EM algorithm works on distinct intervals with their counts, so its cost does not depend on the number of rows, and
on many groups at once, each until it stands still: a group gets the same bits alone or beside others. Source: METHOD
3.2; Dempster, Laird, Rubin 1977.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from transforms.ordered import BoolArray, FloatArray, IntArray, sums_at

NARROW = 0.02  # intervals up to 2 % wide (6.15万) are points: their width adds 0.00003 to the variance of ln q
TOLERANCE, LONGEST = 1e-9, 2_000
FEWEST_ROWS, FEWEST_BINS = 10, 3  # two bins are fitted perfectly by sigma = 0 at the edge between them
SIGMAS = (0.05, 5.0)
_LOG_ROOT = float(np.log(np.sqrt(2 * np.pi)))


@dataclass(frozen=True)
class Bins:
    """Distinct intervals [low, high), high infinite where open, with the number of rows; `group` ascends from 0."""

    group: IntArray
    low: FloatArray
    high: FloatArray
    count: FloatArray


@dataclass(frozen=True)
class Lognormal:
    """mu and sigma of ln q by group, NaN where the intervals do not tell them; `rounds` of EM that it took."""

    mu: FloatArray
    sigma: FloatArray
    rounds: int


def fit(bins: Bins) -> Lognormal:
    """The most likely lognormal of each group. Sizes of 0 are left out: they are known, and have no logarithm.

    Not told (NaN) where a group has fewer than 10 rows or than 3 distinct intervals: all in one bin, all open."""
    kept = bins.high > np.where(bins.low > 0, 0.0, 1.0)  # a shown 0 is [0, 1)
    size = int(bins.group.max(initial=-1)) + 1
    told = Bins(bins.group[kept], bins.low[kept], bins.high[kept], bins.count[kept])
    starts = np.flatnonzero(np.diff(told.group, prepend=-1))
    present = told.group[starts]
    is_known = (sums_at(starts, told.count) >= FEWEST_ROWS) & (sums_at(starts, np.ones(len(told.low))) >= FEWEST_BINS)
    row = np.cumsum(np.diff(told.group, prepend=-1) > 0) - 1
    mu, sigma, rounds = _maximised(_Logs.of(told, row, starts), is_known)
    found = Lognormal(np.full(size, np.nan), np.full(size, np.nan), rounds)
    found.mu[present[is_known]], found.sigma[present[is_known]] = mu[is_known], sigma[is_known]
    return found


def expected(low: FloatArray, high: FloatArray, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """E[q | low <= q < high] elementwise. Without parameters (NaN) even on the logarithm, where open the lower end."""
    a, b = _standardised(low, high, mu, sigma)
    inside = np.exp(mu + sigma**2 / 2 + _log_mass(a - sigma, b - sigma) - _log_mass(a, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        even = np.where(low > 0, (high - low) / np.log(high / low), high / 2)
    unknown = np.where(high == low, low, np.where(np.isfinite(high), even, low))
    return np.clip(np.where(np.isfinite(inside), inside, unknown), low, high)


def quantile(low: FloatArray, high: FloatArray, mu: FloatArray, sigma: FloatArray, rank: FloatArray) -> FloatArray:
    """The size below which the share `rank` of its interval's lognormal lies; arguments broadcast.

    Without parameters as in `expected`: even on the logarithm, and the lower end where open."""
    a, b = _standardised(low, high, mu, sigma)
    side = np.where(a > 0, -1.0, 1.0)  # a far upper tail has no digits left near 1, but near 0
    start, mass = ndtr(side * a), ndtr(side * b) - ndtr(side * a)
    found = np.clip(np.exp(mu + side * sigma * ndtri(start + mass * rank)), low, high)
    unknown = ~np.isfinite(found)
    if not unknown.any():
        return np.asarray(found)
    with np.errstate(divide="ignore", invalid="ignore"):
        even = np.where(low > 0, low * (high / low) ** rank, high * rank)
    return np.where(unknown, np.where(np.isfinite(high), even, low), found)


@dataclass(frozen=True)
class _Logs:
    """The bins' logarithms: the row of their group, where groups start, which are points (with that point)."""

    row: IntArray
    starts: IntArray
    low: FloatArray
    high: FloatArray
    count: FloatArray
    is_point: BoolArray
    point: FloatArray

    @classmethod
    def of(cls, bins: Bins, row: IntArray, starts: IntArray) -> "_Logs":
        with np.errstate(divide="ignore"):
            low, high = np.log(bins.low), np.log(bins.high)
        is_point = high - low <= np.log1p(NARROW)
        middle = np.where(np.isfinite(low) & np.isfinite(high), (low + high) / 2, np.where(np.isfinite(low), low, high))
        return cls(row, starts, low, high, bins.count, is_point, middle)

    def moments(self, first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and spread of each group from E[y] and E[y^2] of its bins."""
        rows = sums_at(self.starts, self.count)
        mean = sums_at(self.starts, self.count * first) / rows
        square = sums_at(self.starts, self.count * second) / rows
        return mean, np.clip(np.sqrt(np.maximum(square - mean**2, 0.0)), *SIGMAS)


def _maximised(logs: _Logs, is_known: BoolArray) -> tuple[FloatArray, FloatArray, int]:
    """EM from the middles of the bins on, each group until neither parameter moves by more than TOLERANCE."""
    mu, sigma = logs.moments(logs.point, logs.point**2)
    moving, rounds = is_known.copy(), 0
    while moving.any() and rounds < LONGEST:
        new_mu, new_sigma = logs.moments(*_expectations(logs, mu[logs.row], sigma[logs.row]))
        moved = np.maximum(np.abs(new_mu - mu), np.abs(new_sigma - sigma)) > TOLERANCE
        mu, sigma = np.where(moving, new_mu, mu), np.where(moving, new_sigma, sigma)
        moving, rounds = moving & moved, rounds + 1
    return mu, sigma, rounds


def _expectations(logs: _Logs, mu: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    a, b = (logs.low - mu) / sigma, (logs.high - mu) / sigma
    log_mass = _log_mass(a, b)
    at_a, at_b = (np.exp(-(z**2) / 2 - _LOG_ROOT - log_mass) for z in (a, b))
    slope = at_a - at_b
    curve = np.where(np.isfinite(a), a, 0.0) * at_a - np.where(np.isfinite(b), b, 0.0) * at_b
    first, second = mu + sigma * slope, mu**2 + 2 * mu * sigma * slope + sigma**2 * (1 + curve)
    return np.where(logs.is_point, logs.point, first), np.where(logs.is_point, logs.point**2, second)


def _standardised(
    low: FloatArray, high: FloatArray, mu: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray]:
    with np.errstate(divide="ignore"):
        return (np.log(low) - mu) / sigma, (np.log(high) - mu) / sigma


def _log_mass(a: FloatArray, b: FloatArray) -> FloatArray:
    """ln (Phi(b) - Phi(a)), taken in the lower tail, where the difference keeps its digits."""
    mirrored = a + b > 0
    lower, upper = log_ndtr(np.where(mirrored, -b, a)), log_ndtr(np.where(mirrored, -a, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(upper + np.log1p(-np.exp(lower - upper)))
