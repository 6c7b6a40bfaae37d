"""What a textbook gives for a ratio of two sums over merchants, beside which the published intervals are shown."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

Z = 1.96
RESAMPLES = 400
TAILS = (0.025, 0.975)


def linearised(above: FloatArray, below: FloatArray) -> tuple[float, float]:
    """The 95 % interval of sum(above) / sum(below) by linearised variance on the log scale and the normal quantile."""
    influence = above / above.sum() - below / below.sum()
    reach = Z * np.sqrt(len(below) / (len(below) - 1) * (influence**2).sum())
    ratio = above.sum() / below.sum()
    return float(ratio * np.exp(-reach)), float(ratio * np.exp(reach))


def bootstrap(above: FloatArray, below: FloatArray, random: np.random.Generator) -> tuple[float, float]:
    """The same by drawing as many merchants with replacement, 400 times: the percentiles of what comes out."""
    drawn = random.multinomial(len(below), np.full(len(below), 1 / len(below)), RESAMPLES)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = np.nanquantile((drawn @ above) / (drawn @ below), TAILS)
    return float(low), float(high)
