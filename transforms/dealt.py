"""How many undercuts chance makes: each listing's changes of price are dealt to other weeks at random.

Cuts cluster by chance too. In a deal each listing keeps its changes and the weeks in which it stands; only the answer
to others is lost. Source: METHOD 5.5.
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import numpy as np

from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.rivals import Rivals, events_of

DEALS = 999
LEAST_DEALS = 99
MOST = 10_000_000  # weeks x listings x deals: where more listings change their prices there are fewer deals
ORDERS = 4096  # of the weeks, from which the deals are drawn
SEED = 19
ROUNDING = 1e-9  # of sums of logarithms in another order
CELLS = 200_000  # of one pass: more would not stay in the processor's cache


def dealt_events(rivals: Rivals) -> FloatArray:
    """The number of events in each of the deals: DEALS, or fewer in a belt of many."""
    moving = rivals.take(np.flatnonzero(deciding(rivals)))
    deals = min(DEALS, max(LEAST_DEALS, MOST // max(1, moving.price.size)))
    random, found = np.random.default_rng(SEED), np.zeros(deals)
    for part in _portions(moving, max(1, CELLS // (deals * len(moving.price)))):
        found += np.bincount(events_of(part, dealt_prices(part, deals, random)).deal, minlength=deals)
    return found


def deciding(rivals: Rivals) -> BoolArray:
    """The listings that decide over events: those that can have the lowest price of their group in some week of some
    deal, where two merchants of it or more set prices and any falls."""
    changes, starts = rivals.changes, rivals.starts
    sizes = np.diff(starts, append=len(rivals.group))
    moves, falls = (changes != 0).any(axis=0), (changes < 0).any(axis=0)
    found = _can_be_lowest(rivals) & (moves | _are_first_of_still(rivals, moves))
    sets = found & (moves | (np.diff(rivals.stands.astype(np.int8), axis=0) > 0).any(axis=0))
    most = np.maximum.reduceat(np.where(sets, rivals.merchant, -1), starts)
    least = np.minimum.reduceat(np.where(sets, rivals.merchant, rivals.merchant.max() + 1), starts)
    is_answered = (least < most) & np.logical_or.reduceat(found & falls, starts)
    decides: BoolArray = found & np.repeat(is_answered, sizes)
    return decides


def _can_be_lowest(rivals: Rivals) -> BoolArray:
    """Which can be as low, with all their cuts, as the lowest is, with all its rises, of those that always stand."""
    changes, starts, is_always = rivals.changes, rivals.starts, rivals.stands.all(axis=0)
    low, high = (rivals.opening + side(changes, 0.0).sum(axis=0) for side in (np.minimum, np.maximum))
    bound = np.minimum.reduceat(np.where(is_always, high, np.inf), starts)
    found: BoolArray = low <= np.repeat(bound, np.diff(starts, append=len(low))) + ROUNDING
    return found


def _are_first_of_still(rivals: Rivals, moves: BoolArray) -> BoolArray:
    """Which are, in some week, the first with the lowest price of those of their group that never change it."""
    starts, places = rivals.starts, np.arange(len(moves))
    sizes = np.diff(starts, append=len(moves))
    price = np.where(rivals.stands & ~moves, rivals.price, np.inf)
    least = np.repeat(np.minimum.reduceat(price, starts, axis=1), sizes, axis=1)
    is_least = (price == least) & np.isfinite(price)
    first = np.minimum.reduceat(np.where(is_least, places, len(places)), starts, axis=1)
    found: BoolArray = (np.repeat(first, sizes, axis=1) == places).any(axis=0)
    return found


def _portions(rivals: Rivals, portion: int) -> Iterator[Rivals]:
    """The rivals in portions of whole groups, of about so many listings each."""
    starts, begin = rivals.starts.tolist(), 0
    for start, end in pairwise([*starts, len(rivals.group)]):
        if start > begin and end - begin > portion:
            yield rivals.take(np.arange(begin, start))
            begin = start
    if starts:
        yield rivals.take(np.arange(begin, len(rivals.group)))


def dealt_prices(rivals: Rivals, deals: int, random: np.random.Generator) -> FloatArray:
    """Prices whose changes came in other weeks, weeks x listings x deals; infinite where a listing does not stand."""
    weeks, listings = rivals.price.shape
    drawn = random.integers(0, ORDERS, (listings, deals))
    listing, place = np.nonzero(rivals.changes.T)
    nth = np.arange(len(listing)) - np.searchsorted(listing, listing)
    week = _orders(weeks - 1)[drawn[listing], nth[:, None]] + 1
    path = np.zeros((weeks, listings, deals))
    path[0] = rivals.opening[:, None]
    path[week, listing[:, None], np.arange(deals)] = rivals.changes[place, listing][:, None]
    for later in range(1, weeks):  # np.cumsum along the first axis takes five times as long
        path[later] += path[later - 1]
    path[~rivals.stands] = np.inf
    return path


@cache
def _orders(weeks: int) -> IntArray:
    """Some orders of the weeks, drawn once."""
    return np.random.default_rng(SEED).permuted(np.tile(np.arange(weeks), (ORDERS, 1)), axis=1)
