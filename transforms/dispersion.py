"""How far prices lie apart: the median absolute distance from the median, over the median, with merchants as clusters.

Its logarithm has the influence of the distance's quantile, less that of the median; and as the median moves, distances
are taken from elsewhere: that is measured between both ends of the median's own interval, as Woodruff measures the slope
of a distribution. Source: METHOD 5.3; Hampel and others, Robust Statistics, for the influence of the median distance.
"""

from dataclasses import replace

import numpy as np

from transforms.ordered import total
from transforms.prices import Priced, Quantile, at_level, quantile, quantile_ratio
from transforms.uncertainty import Interval, mapped

NORMAL = 1.4826  # the standard deviation of a normal distribution over its median distance
HALF = 0.5


def dispersion(listings: Priced) -> Interval:
    """1.4826 times the median distance from the median price, over the median price. Where half of the weight or more
    has one price it is 0, and nothing is told of its interval."""
    found = log_dispersion(listings)
    if found.influence is None:
        return found.interval
    one = Quantile(Interval(1.0), np.zeros_like(found.influence), found.is_there)
    return quantile_ratio(found, one)


def log_dispersion(listings: Priced) -> Quantile:
    """The dispersion, and the influence of each merchant on its logarithm; None where there is none."""
    median = quantile(listings, HALF)
    centre = median.interval.value
    if centre is None:
        return median
    apart = np.abs(listings.price - centre)
    if 2 * total(listings.weight[apart == 0]) >= total(listings.weight):
        return Quantile(Interval(0.0), None, median.is_there)
    apart[apart == 0] = apart[apart > 0].min()  # the median's own distance, of which there is no logarithm
    distance = quantile(replace(listings, price=apart), HALF)
    assert distance.interval.value is not None
    value = Interval(NORMAL * distance.interval.value / centre)
    if distance.influence is None or median.influence is None:
        return Quantile(value, None, median.is_there)
    return Quantile(
        value, distance.influence - (1 - _slope(listings, median)) * median.influence, median.is_there
    )


def _slope(listings: Priced, median: Quantile) -> float:
    """How the logarithm of the median distance moves with that of the centre, over the interval of the median."""
    low, high = median.interval.low, median.interval.high
    assert low is not None
    assert high is not None
    ends = [at_level(*replace(listings, price=np.abs(listings.price - end)).ordered, HALF) for end in (low, high)]
    return float(np.log(ends[1] / ends[0]) / np.log(high / low)) if min(ends) > 0 and high > low else 0.0
