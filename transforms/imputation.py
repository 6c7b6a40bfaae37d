"""The interval of a ratio of sums whose parts are known to an interval only: multiple imputation by Rubin's rules.

Each of K draws completes the displays at both ends, a listing standing at one rank of what is hidden on both dates, and
has its own jackknife over merchants. With W the mean of their variances and B the variance of their ln R,

    T = W + (1 + 1/K) B,   1 / nu = (W / T)^2 / nu_W + ((1 + 1/K) B / T)^2 / (K - 1)

around the ratio of expected sizes. The lognormal itself is taken as known: it rests on all listings of a category, a
belt's displays on a few of them. Source: METHOD 3.4; Rubin 1987; Satterthwaite 1946 for nu.
"""

from dataclasses import dataclass, replace

import numpy as np

from transforms.ordered import BoolArray, FloatArray, total
from transforms.uncertainty import Interval, mapped, ratio_change, student_quantile, with_p_of_ratio

RANK_CORRELATION = 1.0  # of a listing's place within what is hidden at both dates; 0, .5, .9 for sensitivity


@dataclass(frozen=True)
class Draws:
    """Yuan per draw (rows) and merchant (columns, in the order of the panel) at the base and now, and which merchants
    have anything drawn."""

    base: FloatArray
    current: FloatArray
    is_drawn: BoolArray

    def cut(self, kept: BoolArray) -> "Draws | None":
        """The merchants that are kept; None where nothing of theirs is drawn."""
        if not self.is_drawn[kept].any():
            return None
        return Draws(self.base[:, kept], self.current[:, kept], self.is_drawn[kept])


def imputed_change(base: FloatArray, current: FloatArray, draws: Draws) -> Interval:
    """Change of sum(current) against sum(base), the expected sizes per merchant, with what is hidden in the interval.

    Edges as in `ratio_change`, for any of the draws."""
    known = ratio_change(base, current)
    if known.value is None or known.low is None:
        return known
    within, degrees, logs = _jackknives(draws)
    if not np.isfinite(within).all():
        return Interval(known.value)
    count = len(logs)
    inside, between = total(within) / count, (1 + 1 / count) * float(logs.var(ddof=1))
    variance = inside + between
    if variance == 0:
        return known
    nu = 1 / ((inside / variance) ** 2 / (total(degrees) / count) + (between / variance) ** 2 / (count - 1))
    error, ratio = float(np.sqrt(variance)), known.value + 1
    reach = student_quantile(max(2.0, nu)) * error
    interval = Interval(ratio, ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)), error, max(2.0, nu))
    return replace(mapped(with_p_of_ratio(interval), lambda end: end - 1), value=known.value)


def _jackknives(draws: Draws) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of each draw the jackknife variance of ln R (NaN where there is none), its degrees of freedom, and ln R."""
    then, now = (np.add.reduce(end, axis=1, keepdims=True) for end in (draws.base, draws.current))
    merchants = draws.base.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        deleted = np.log((now - draws.current) / (then - draws.base))
        apart = deleted - np.add.reduce(deleted, axis=1, keepdims=True) / merchants
        squares = (merchants - 1) / merchants * np.add.reduce(apart**2, axis=1)
        influence = (draws.current / now - draws.base / then) ** 2
        degrees = np.add.reduce(influence, axis=1) ** 2 / np.add.reduce(influence**2, axis=1)
        logs = np.log(now / then).ravel()
    return squares, np.maximum(2.0, np.nan_to_num(degrees, nan=float(merchants))), logs
