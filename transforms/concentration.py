"""How unevenly sales lie over merchants: Herfindahl-Hirschman index, effective number, share of the largest four.

The merchants are all there are, so that nothing is said of others that might have been there; what is unsure is how far
one window's displayed sales stand for a merchant's business. Two windows that do not overlap tell it: half of the
squared difference of their logarithms is the variance of one. It is taken merchant by merchant (few large ones count
most, with the effective degrees of freedom of 1.5), and as if all merchants varied alike; the wider interval is given,
since the first alone covered 91-99 % and the second 68-98 % of the time. Noise that is large beside the differences of
size also makes merchants look less equal than they are. Source: METHOD 5.8; Hall and Tideman 1967 for the index.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit

from transforms.ordered import FloatArray, total
from transforms.uncertainty import Interval, effective_degrees, student_quantile, with_p_of_ratio

Statistic = Literal["hhi", "top4", "effective"]
POINTS = 10_000  # of the index, if one merchant has all
TOP = 4


@dataclass(frozen=True)
class Found:
    """A statistic of concentration, the merchants that it is of, the standard error of its logarithm (None: unknown)
    and its degrees of freedom."""

    value: float
    merchants: int
    error: float | None = None
    degrees: float = 2.0


def concentration(yuan: FloatArray, earlier: FloatArray) -> dict[Statistic, Found | None]:
    """The statistics of the merchants' `yuan`; `earlier` is theirs in the window before (0 where there was none). None
    where no merchant has any, and for the share of four where there are no others."""
    is_there = yuan > 0
    if not is_there.any():
        return {"hhi": None, "effective": None, "top4": None}
    share, before = yuan[is_there] / total(yuan[is_there]), earlier[is_there]
    top = np.argsort(-share, kind="stable")[:TOP]
    index, four = total(share**2), total(share[top])
    error: tuple[float | None, float] = (None, 2.0)
    tail, is_both = error, before > 0
    if np.count_nonzero(is_both) > 1:
        mean = (share + before / total(before)) / 2
        ratio = np.zeros(len(share))
        ratio[is_both] = np.log(share[is_both] / before[is_both])
        ratio[is_both] -= total((mean * ratio)[is_both]) / total(mean[is_both])
        merchants = int(np.count_nonzero(is_both))
        error, tail = (_widest(slopes, ratio, merchants) for slopes in (_of_index(mean), _of_four(mean)))
    count = len(share)
    return {
        "hhi": Found(POINTS * index, count, *error),
        "effective": Found(1 / index, count, *error),
        "top4": Found(four, count, *tail) if count > TOP else None,
    }


def concentration_level(found: Found, statistic: Statistic) -> Interval:
    """The statistic with its interval, on the logit of the index or of the share of four.

    Both lie between what equal merchants would have and 1, and so do the ends: of few merchants of restless sales the
    interval on the logarithm was found to leave that range in nine cases of ten.
    """
    value, error = found.value, found.error
    if error is None:
        return Interval(value)
    of = {"hhi": value / POINTS, "effective": 1 / value, "top4": value}[statistic]
    if error == 0 or of >= 1:  # expit(logit(x)) is not x to the last bit, and 1 has no logit
        return Interval(value, value, value, 0.0, found.degrees)
    reach = student_quantile(found.degrees) * error / (1 - of)
    least = min(of, (TOP if statistic == "top4" else 1) / found.merchants)
    low, high = (max(least, float(expit(logit(of) + side * reach))) for side in (-1, 1))
    if statistic == "effective":
        return Interval(value, 1 / high, 1 / low, error, found.degrees)
    scale = POINTS if statistic == "hhi" else 1
    return Interval(value, scale * low, scale * high, error, found.degrees)


def concentration_ratio(then: Found, now: Found) -> Interval:
    """The statistic now over that at the base, whose errors are independent and known."""
    assert then.error is not None
    assert now.error is not None
    ratio, variances = now.value / then.value, (then.error**2, now.error**2)
    error = float(np.sqrt(sum(variances)))
    spread = variances[0] ** 2 / then.degrees + variances[1] ** 2 / now.degrees
    degrees = error**4 / spread if spread > 0 else min(then.degrees, now.degrees)
    reach = student_quantile(degrees) * error
    return with_p_of_ratio(Interval(ratio, ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)), error, degrees))


def _of_index(share: FloatArray) -> FloatArray:
    """How the logarithm of the index moves with that of each merchant's sales."""
    slopes: FloatArray = 2 * share**2 / total(share**2) - 2 * share
    return slopes


def _of_four(share: FloatArray) -> FloatArray:
    """How the logarithm of the share of four does."""
    is_top = np.zeros(len(share))
    is_top[np.argsort(-share, kind="stable")[:TOP]] = 1.0
    slopes: FloatArray = share * (is_top / total(share * is_top) - 1)
    return slopes


def _widest(slopes: FloatArray, ratio: FloatArray, merchants: int) -> tuple[float, float]:
    """Standard error and degrees of freedom of whichever view gives the wider interval."""
    influence = slopes * ratio
    own = float(np.sqrt(total(influence**2) / 2)), effective_degrees(influence)
    common = float(np.sqrt(total(ratio**2) / (2 * (merchants - 1)) * total(slopes**2))), float(merchants - 1)
    return max(own, common, key=lambda view: view[0] * student_quantile(view[1]))
