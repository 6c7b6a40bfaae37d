"""How fast the lowest prices move: the Theil-Sen slope of the logarithm of the 5 % quantile over thirteen weeks.

The listings are those that stand at both ends of the window with one unit and pack, in the belt's commonest unit class;
in the weeks between, of which at least half of them must have been read, those that were. Source: METHOD 5.2; Theil
1950; Sen 1968, JASA 63.
"""

import numpy as np
from scipy.special import stdtrit

from configs.calendar import WEEK
from transforms.ordered import FloatArray, IntArray, sums_by
from transforms.publication import base_facts
from transforms.quantiles import TIE
from transforms.samples import Estimate, counts_by
from transforms.uncertainty import CONFIDENCE, Interval
from transforms.view import View

WEEKS = 13
LEVEL = 0.05
LEAST_WEEKS = 9
LEAST_LISTINGS = 60  # of fewer, 5 % are one or two listings, and the interval covers less than 90 %
GROUPS = 10  # of merchants left out in turn: of a quantile this many, since it hardly feels a single merchant
METHOD = "Theil-Sen slope, delete-a-group jackknife v1"


def floor_velocity(view: View) -> Estimate | None:
    """The change of the 5 % quantile per week, a fraction; None with fewer than 60 such listings, or 9 weeks read."""
    own = _stays(view)
    price = _window(view, own)
    read = np.flatnonzero(2 * np.isfinite(price).sum(axis=1) >= price.shape[1])
    if len(own) < LEAST_LISTINGS or len(read) < LEAST_WEEKS:
        return None
    merchant, weight = np.unique(view.merchant[own], return_inverse=True)[1], view.weight[own]
    slope, deleted = _slopes(price[read], read, weight, merchant)
    groups = len(deleted)
    error = float(np.sqrt((groups - 1) / groups * np.square(deleted - deleted.mean()).sum()))
    reach = float(stdtrit(groups - 1, (1 + CONFIDENCE) / 2)) * error
    value, low, high = (float(np.expm1(end)) for end in (slope, slope - reach, slope + reach))
    counts = counts_by(merchant, weight)
    facts = base_facts(counts[0], sums_by(merchant, weight, int(merchant.max()) + 1), 1.0)
    return Estimate(Interval(value, low, high, error, groups - 1.0), *counts, facts, METHOD)


def _stays(view: View) -> IntArray:
    """The places of the listings with a price in the commonest unit class that stood in the first week with the same
    unit and pack."""
    first = view.past.look(view.week - WEEK * (WEEKS - 1), view.number, "variant")
    return np.flatnonzero(view.in_main_unit & (first == view.now("variant")))


def _window(view: View, own: IntArray) -> FloatArray:
    """The logarithm of their unit prices, weeks x listings; NaN where unit or pack were others."""
    is_same = view.window(WEEKS, "variant", own) == view.now("variant")[own]
    return np.where(is_same, np.log(view.window(WEEKS, "unit_price_yuan", own)), np.nan)


def _slopes(price: FloatArray, week: IntArray, weight: FloatArray, merchant: IntArray) -> tuple[float, FloatArray]:
    """The slope over all listings, and without each group of merchants in turn; merchants are dealt to the groups."""
    groups = min(GROUPS, int(merchant.max()) + 1)
    is_kept = np.concatenate([[np.ones(len(merchant), dtype=bool)], merchant % groups != np.arange(groups)[:, None]])
    order = np.argsort(price, axis=1, kind="stable")  # NaN comes last
    ordered = np.take_along_axis(price, order, axis=1)
    counts = np.where(np.isnan(ordered), 0.0, (is_kept * weight)[:, order])
    cumulated = counts.cumsum(axis=2)
    cumulated /= cumulated[..., -1:]
    place = np.minimum((cumulated < LEVEL - TIE).sum(axis=2), price.shape[1] - 1)
    floor = ordered[np.arange(len(week)), place]
    earlier, later = np.triu_indices(len(week), 1)
    slopes = np.median((floor[:, later] - floor[:, earlier]) / (week[later] - week[earlier]), axis=1)
    return float(slopes[0]), slopes[1:]
