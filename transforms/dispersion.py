"""How far prices lie apart: the median absolute distance from the median, over the median, with merchants as clusters.

Its logarithm has the influence of the distance's quantile, less that of the median; and as the median moves, distances
are taken from elsewhere: that is measured between both ends of the median's own interval, as Woodruff measures the
slope of a distribution. Source: METHOD 5.3; Hampel and others, Robust Statistics, for the influence of the median
distance.
"""

from dataclasses import replace

import numpy as np

from transforms.ordered import FloatArray
from transforms.quantiles import Rows, Weighted, medians, quantile_rows
from transforms.shares import divided

NORMAL = 1.4826  # the standard deviation of a normal distribution over its median distance
HALF = 0.5


def dispersion_rows(listings: Weighted, median: Rows) -> Rows:
    """1.4826 times the median distance from the median, over the median, of each row; `median` is `quantile_rows` at
    one half. Where half of the weight or more has one price it is 0, and without an interval."""
    apart = _apart(listings, median.value)
    is_flat = 2 * (listings.weight * (apart == 0)).sum(axis=1) >= listings.weight.sum(axis=1)
    least = np.where((apart > 0) & (listings.weight > 0), apart, np.inf).min(axis=1, initial=np.inf)
    # the median listing's own distance is 0, of which there is no logarithm
    filled = np.where(apart == 0, np.where(np.isfinite(least), least, 1.0)[:, None], apart)
    distance = quantile_rows(replace(listings, price=np.nan_to_num(filled, nan=1.0)), np.full(len(apart), HALF))
    value = np.where(is_flat & ~np.isnan(median.value), 0.0, NORMAL * divided(distance.value, median.value))
    influence = distance.influence - (1 - _slopes(listings, median))[:, None] * median.influence
    unknown = np.full(len(value), np.nan)
    is_open = distance.is_open & median.is_open & ~is_flat
    return Rows(value, unknown, unknown, np.where(is_open[:, None], influence, 0.0), median.is_there, is_open)


def _slopes(listings: Weighted, median: Rows) -> FloatArray:
    """How the logarithm of the median distance moves with that of the centre, over the interval of the median."""
    ends = [medians(replace(listings, price=_apart(listings, end))) for end in (median.low, median.high)]
    is_known = (np.minimum(*ends) > 0) & (median.high > median.low)
    ratios = (np.where(is_known, divided(high, low), 1.0) for low, high in (ends, (median.low, median.high)))
    above, below = map(np.log, ratios)
    return np.where(is_known, divided(above, np.where(is_known, below, 1.0)), 0.0)


def _apart(listings: Weighted, centre: FloatArray) -> FloatArray:
    distance: FloatArray = np.abs(listings.price - centre[:, None])
    return distance
