"""How alike a belt's listings are: groups of alike titles across merchants, and how far prices differ inside them.

Source: METHOD 5.3, 5.6. The intervals leave out one merchant at a time, with the groups as they are: without a merchant
a group of its listings alone is gone, one that others share is smaller.
"""

from dataclasses import replace

import numpy as np

from transforms.concentration import POINTS
from transforms.ordered import FloatArray, IntArray
from transforms.publication import base_facts
from transforms.samples import Estimate, counts_by
from transforms.shares import logit_interval, rule_of_three
from transforms.titles import first_and_last
from transforms.uncertainty import (
    Interval,
    effective_degrees,
    effective_number,
    jackknife_error,
    mapped,
    student_quantile,
)
from transforms.view import View

ALIKE, SPREAD = "groups of alike titles, jackknife v1", "spread inside groups of alike titles, jackknife v1"
CROWDED = "squared shares of groups of alike titles, jackknife v1"


def title_homogeneity(view: View) -> Estimate | None:
    """1 less groups over listings: 0 where no title is like another merchant's, near 1 where all are one; None where
    all listings are one merchant's."""
    listings = np.bincount(view.merchant).astype(np.float64)
    if len(listings) < 2:
        return None
    least, most = first_and_last(view.group, view.merchant)
    own = np.bincount(least[least == most], minlength=len(listings))  # groups that are gone without a merchant
    count = len(view.group)
    alike = 1 - len(least) / count
    if alike == 0:
        interval = Interval(0.0, 0.0, rule_of_three(effective_number(listings)))
    else:
        deleted = 1 - (len(least) - own) / (count - listings)
        interval = logit_interval(alike, jackknife_error(deleted), effective_degrees(deleted - alike))
    counts = counts_by(view.merchant, view.weight)
    return Estimate(interval, *counts, base_facts(counts[0], listings, 1.0), ALIKE)


def title_hhi(view: View) -> Estimate | None:
    """The sum of the squared shares of the listings that groups have, times 10,000; None where all listings are one
    merchant's. Its interval goes no lower than were none alike; where none are, it goes up to one group of as many as
    the rule of three leaves."""
    listings = np.bincount(view.merchant).astype(np.float64)
    if len(listings) < 2:
        return None
    count, sizes = len(view.group), np.bincount(view.group).astype(np.float64)
    least, index = 1 / count, float(np.square(sizes / count).sum())
    if len(sizes) == count:
        one = rule_of_three(effective_number(listings))
        interval = Interval(least, least, one**2 + (1 - one) / count)
    elif len(sizes) == 1:
        interval = Interval(1.0, 1.0, 1.0)
    else:
        deleted = _left_squares(view, sizes) / (count - listings) ** 2
        told = logit_interval(index, jackknife_error(deleted), effective_degrees(deleted - index))
        assert told.low is not None
        interval = replace(told, low=max(least, told.low))
    counts = counts_by(view.merchant, view.weight)
    facts = base_facts(counts[0], listings, 1.0)
    return Estimate(mapped(interval, lambda end: POINTS * end), *counts, facts, CROWDED)


def _left_squares(view: View, sizes: FloatArray) -> FloatArray:
    """The sum of the squared sizes of the groups without each merchant in turn."""
    cell, own = np.unique(view.group * view.merchants + view.merchant, return_counts=True)
    group, merchant = np.divmod(cell, view.merchants)
    lost = own * (2 * sizes[group] - own)  # n^2 - (n - own)^2
    left: FloatArray = np.square(sizes).sum() - np.bincount(merchant, lost, minlength=view.merchants)
    return left


def duplicate_dispersion(view: View) -> Estimate | None:
    """The standard deviation of the logarithm of the unit price inside groups of several merchants, all groups
    together, in the commonest unit class; None where there are none, or all prices of each are the same."""
    is_in = view.in_shared_groups
    if not is_in.any():
        return None
    price, weight = np.log(view.now("unit_price_yuan")[is_in]), view.weight[is_in]
    group, merchant = (np.unique(array[is_in], return_inverse=True)[1] for array in (view.group, view.merchant))
    interval = _pooled(price, group, merchant)
    counts = counts_by(merchant, weight)
    facts = base_facts(counts[0], np.bincount(merchant).astype(np.float64), 1.0)
    return None if interval.low is None else Estimate(interval, *counts, facts, SPREAD)


def _pooled(price: FloatArray, group: IntArray, merchant: IntArray) -> Interval:
    """The pooled standard deviation inside groups, with its interval on the logarithm."""
    cell, place = np.unique(group * (int(merchant.max()) + 1) + merchant, return_inverse=True)
    of_group, of_merchant = np.divmod(cell, int(merchant.max()) + 1)
    centred = price - (np.bincount(group, price) / np.bincount(group))[group]
    count, total, squares = (np.bincount(place, values) for values in (np.ones(len(price)), centred, centred**2))
    counts, all_squares = np.bincount(group).astype(np.float64), np.bincount(group, centred**2)
    rest = all_squares[of_group] - squares - total**2 / (counts[of_group] - count)  # a group's total is 0
    lost = np.bincount(of_merchant, all_squares[of_group] - rest)
    inside, degrees = float(all_squares.sum()), len(price) - len(counts)
    left, left_degrees = inside - lost, degrees - np.bincount(of_merchant, count)
    if inside <= 0 or left.min() <= 1e-12 * inside or left_degrees.min() <= 0:
        return Interval(None)
    logs = np.log(left / left_degrees) / 2
    value, error = float(np.sqrt(inside / degrees)), jackknife_error(logs)
    freedom = effective_degrees(logs - np.log(value))
    reach = student_quantile(freedom) * error
    return Interval(value, value * float(np.exp(-reach)), value * float(np.exp(reach)), error, freedom)
