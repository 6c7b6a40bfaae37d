"""Which of many belts have moved, when each is tested: Benjamini and Hochberg's control of false discoveries (1995).

A verdict by interval is wrong for one in twenty belts that did not move; among a hundred belts that is five. With
this control it is, on average, at most RATE of those that are called moved. Source: METHOD 1.6.
"""

import numpy as np

from transforms.ordered import FloatArray

RATE = 0.05


def adjusted(p_values: FloatArray) -> FloatArray:
    """The adjusted p-value of each: the lowest rate at which it counts as a discovery. NaN (not tested) stays NaN.

    With p_(1) <= ... <= p_(m) it is the least of p_(j) m / j over j >= i, at most 1. The view belt_yoy works out the
    same in SQL.
    """
    is_tested = ~np.isnan(p_values)
    tested = p_values[is_tested]
    order = np.argsort(tested, kind="stable")
    scaled = tested[order] * len(tested) / np.arange(1, len(tested) + 1)
    least = np.minimum.accumulate(scaled[::-1])[::-1]
    found = np.full(len(p_values), np.nan)
    within = np.empty(len(tested))
    within[order] = np.minimum(1.0, least)
    found[is_tested] = within
    return found
