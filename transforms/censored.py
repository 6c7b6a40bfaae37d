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

from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by

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
    size = int(bins.group.max(initial=-1)) + 1
    kept = bins.high > np.where(bins.low > 0, 0.0, 1.0)  # a shown 0 is [0, 1)
    told = Bins(bins.group[kept], bins.low[kept], bins.high[kept], bins.count[kept])
    rows, distinct = (sums_by(told.group, part, size) for part in (told.count, np.ones(len(told.low))))
    is_known = (rows >= FEWEST_ROWS) & (distinct >= FEWEST_BINS)
    mu, sigma, rounds = _maximised(_Logs(told, rows), is_known)
    return Lognormal(np.where(is_known, mu, np.nan), np.where(is_known, sigma, np.nan), rounds)


def expected(low: FloatArray, high: FloatArray, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """E[q | low <= q < high] elementwise. Without parameters (NaN) even on the logarithm, where open the lower end."""
    a, b = _standardised(low, high, mu, sigma)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.exp(mu + sigma**2 / 2 + _log_mass(a - sigma, b - sigma) - _log_mass(a, b))
        even = np.where(low > 0, (high - low) / np.log(high / low), high / 2)
    unknown = np.where(high == low, low, np.where(np.isfinite(high), even, low))
    return np.clip(np.where(np.isfinite(inside), inside, unknown), low, high)


def quantile(low: FloatArray, high: FloatArray, mu: FloatArray, sigma: FloatArray, rank: FloatArray) -> FloatArray:
    """The size below which the share `rank` of its interval's lognormal lies; arguments broadcast.

    Without parameters as in `expected`: even on the logarithm, and the lower end where open."""
    a, b = _standardised(low, high, mu, sigma)
    side = np.where(a > 0, -1.0, 1.0)  # a far upper tail has no digits left near 1, but near 0
    start, mass = ndtr(side * a), ndtr(side * b) - ndtr(side * a)
    found = np.exp(mu + side * sigma * ndtri(start + mass * rank))
    unknown = ~(np.isfinite(found) & (found > 0))  # no law, or so far from it that the law says nothing
    found = np.clip(found, low, high)
    if not unknown.any():
        return np.asarray(found)
    with np.errstate(divide="ignore", invalid="ignore"):
        even = np.where(low > 0, low * (high / low) ** rank, high * rank)
    return np.where(unknown, np.where(np.isfinite(high), even, low), found)


class _Logs:
    """The bins by logarithm: the sums of those that are points, which do not change, and the others."""

    def __init__(self, bins: Bins, rows: FloatArray) -> None:
        self.rows, self.size = np.maximum(rows, 1.0), len(rows)
        with np.errstate(divide="ignore"):
            low, high = np.log(bins.low), np.log(bins.high)
        middle = np.where(np.isfinite(low) & np.isfinite(high), (low + high) / 2, np.where(np.isfinite(low), low, high))
        self.known = [np.zeros(self.size), np.zeros(self.size)]
        self.begin = self._moments(bins.group, bins.count, middle, middle**2)
        is_point = high - low <= np.log1p(NARROW)
        group, count, point = (part[is_point] for part in (bins.group, bins.count, middle))
        self.known = [sums_by(group, count * part, self.size) for part in (point, point**2)]
        others = ~is_point
        self.group, self.count, self.low, self.high = (part[others] for part in (bins.group, bins.count, low, high))

    def improved(self, mu: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """One round of EM: the parameters that E[y] and E[y^2] under the present ones make most likely."""
        mean, spread = mu[self.group], sigma[self.group]
        a, b = (self.low - mean) / spread, (self.high - mean) / spread
        log_mass = _log_mass(a, b)
        at_a, at_b = (np.exp(-(z**2) / 2 - _LOG_ROOT - log_mass) for z in (a, b))
        slope = at_a - at_b
        curve = np.where(np.isfinite(a), a, 0.0) * at_a - np.where(np.isfinite(b), b, 0.0) * at_b
        second = mean**2 + 2 * mean * spread * slope + spread**2 * (1 + curve)
        return self._moments(self.group, self.count, mean + spread * slope, second)

    def _moments(
        self, group: IntArray, count: FloatArray, first: FloatArray, second: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        parts = zip((first, second), self.known, strict=True)
        mean, square = ((sums_by(group, count * part, self.size) + known) / self.rows for part, known in parts)
        return mean, np.clip(np.sqrt(np.maximum(square - mean**2, 0.0)), *SIGMAS)


def _maximised(logs: _Logs, is_known: BoolArray) -> tuple[FloatArray, FloatArray, int]:
    """EM from the middles of the bins on, each group until neither parameter moves by more than TOLERANCE."""
    (mu, sigma), moving, rounds = logs.begin, is_known.copy(), 0
    while moving.any() and rounds < LONGEST:
        new_mu, new_sigma = logs.improved(mu, sigma)
        moved = np.maximum(np.abs(new_mu - mu), np.abs(new_sigma - sigma)) > TOLERANCE
        mu, sigma = np.where(moving, new_mu, mu), np.where(moving, new_sigma, sigma)
        moving, rounds = moving & moved, rounds + 1
    return mu, sigma, rounds


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
