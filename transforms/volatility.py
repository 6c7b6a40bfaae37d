"""How much a belt's volume moves from one month's reading to the next.

Weekly readings of 28 days overlap, so that those four weeks apart are taken: the last thirteen, twelve changes. Each
change is that of the merchants who show sales at both of its ends, on one sales basis, so that lost pages and comings
and goings are no change. Source: METHOD 3.3, 5.
"""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from scipy.special import chdtri

from transforms.ordered import sums_by
from transforms.publication import base_facts
from transforms.samples import Estimate, counts_by
from transforms.uncertainty import CONFIDENCE, Interval
from transforms.view import View

APART = timedelta(days=28)
READINGS = 13
LEAST_CHANGES = 6
OVERLAP = (
    1.5  # 1 + 2 (1/2)^2: readings that scatter around a level make changes that undo each other (correlation -1/2)
)
METHOD = "standard deviation of monthly log changes, chi-square v1"


def reading_weeks(week: date) -> list[date]:
    """The weeks whose readings are compared, latest first."""
    return [week - APART * back for back in range(READINGS)]


def volatility(view: View) -> Estimate | None:
    """The standard deviation of the change of the logarithm of displayed sales over 28 days; None with fewer than six
    changes. Its interval is that of so few changes, of which a series without memory leaves two thirds."""
    weeks = reading_weeks(view.week)
    found = [view.past.growth(earlier, later) for later, earlier in pairwise(weeks)]
    changes = np.array([change for change in found if change is not None])
    if len(changes) < LEAST_CHANGES or not len(view.number):
        return None
    degrees = (len(changes) - 1) / OVERLAP
    value = float(changes.std(ddof=1))
    tails = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    low, high = (value * float(np.sqrt(degrees / chdtri(degrees, tail))) for tail in tails)
    counts = counts_by(view.merchant, view.weight)
    yuan = sums_by(view.merchant, np.nan_to_num(view.weight * view.now("value_yuan")), view.merchants)
    return Estimate(Interval(value, low, high, None, degrees), *counts, base_facts(counts[0], yuan, 1.0), METHOD)
