"""Chains of cuts: a merchant goes below a price that another one has just set, in a group of alike listings.

An event is a cut by which a listing becomes the cheapest of its group, at least 0.5 % below what was the lowest price,
within two weeks after another merchant set that one (by changing its price, or by coming). A chain is events of one
group with no more than two weeks between them. Source: METHOD 5.5.

Cuts cluster by chance too. The null deals each listing's changes of price to other weeks at random: it keeps its own
changes, and only the answer to others is lost.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by
from transforms.publication import base_facts
from transforms.samples import Estimate, counts_by
from transforms.shares import share_level
from transforms.uncertainty import CONFIDENCE, Interval, mapped
from transforms.view import View

WEEKS = 13
CUT = 0.005  # an event goes below the lowest price by as much at least
ANSWER = 2  # weeks within which a cut answers another
DEALS = 99  # of changes to weeks, for the null
ORDERS = 4096  # of the weeks, from which the deals are drawn
SEED = 19
RATE, EXCESS, CHAIN = (
    "cluster share, jackknife v1",
    "permutation of weeks v1",
    "events over chains, groups as clusters v1",
)


@dataclass(frozen=True)
class Rivals:
    """Listings of groups with several merchants, sorted by group: the logarithm of their unit prices, weeks x listings
    (NaN where they do not stand or had another unit or pack), and the number of the group and merchant of each."""

    price: FloatArray
    group: IntArray
    merchant: IntArray
    weight: FloatArray

    @property
    def starts(self) -> IntArray:
        """The first listing of each group."""
        return np.flatnonzero(np.diff(self.group, prepend=-1))

    @property
    def listing_weeks(self) -> FloatArray:
        """In how many weeks after the first each stands."""
        found: FloatArray = np.isfinite(self.price[1:]).sum(axis=0).astype(np.float64)
        return found


def undercut_share(view: View) -> Estimate | None:
    """Events per listing and week, over the listings of groups with several merchants; None where there are none."""
    rivals = _rivals(view)
    return None if rivals is None else _estimate(_rate(view, rivals), rivals, RATE)


def undercut_excess(view: View) -> Estimate | None:
    """Events per listing and week less what chance gives. The interval is the wider one, on each side, of that of
    chance around the events and that of the events themselves."""
    rivals = _rivals(view)
    if rivals is None:
        return None
    rate, listing_weeks = _rate(view, rivals), float(rivals.listing_weeks.sum())
    assert rate.value is not None
    by_chance = _events(rivals, _dealt(rivals))[0].sum(axis=-1) / listing_weeks
    low, high = np.quantile(by_chance, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    mean = float(by_chance.mean())
    below, above = float(high) - mean, mean - float(low)
    if rate.low is not None and rate.high is not None:
        below, above = max(below, rate.value - rate.low), max(above, rate.high - rate.value)
    excess = rate.value - mean
    return _estimate(Interval(excess, excess - below, excess + above), rivals, EXCESS)


def undercut_chain(view: View) -> Estimate | None:
    """Events per chain, 1 / (1 - p) with p the share of events that go on with a chain; groups are the clusters. None
    without events."""
    rivals = _rivals(view)
    if rivals is None:
        return None
    events = _found(view, rivals)[1]
    counts = [part.sum(axis=0).astype(np.float64) for part in (events & _after_one(events), events)]
    going_on = share_level(*counts)
    return None if going_on.low is None else _estimate(mapped(going_on, lambda share: 1 / (1 - share)), rivals, CHAIN)


def _rate(view: View, rivals: Rivals) -> Interval:
    size = int(rivals.merchant.max()) + 1
    part, of = (sums_by(rivals.merchant, values, size) for values in (_found(view, rivals)[0], rivals.listing_weeks))
    return share_level(part, of)


def _found(view: View, rivals: Rivals) -> tuple[FloatArray, BoolArray]:
    return view.kept("events", lambda: _events(rivals, rivals.price))


def _rivals(view: View) -> Rivals | None:
    return view.kept("rivals", lambda: _read_rivals(view))


def _read_rivals(view: View) -> Rivals | None:
    is_in = view.in_shared_groups
    if not is_in.any():
        return None
    own = np.flatnonzero(is_in)
    own = own[np.argsort(view.group[own], kind="stable")]
    is_same = view.window(WEEKS, "variant", own) == view.now("variant")[own]
    price = np.where(is_same, np.log(view.window(WEEKS, "unit_price_yuan", own)), np.nan)
    rivals = Rivals(price, view.group[own], view.merchant[own], view.weight[own])
    return rivals if rivals.listing_weeks.any() else None


def _events(rivals: Rivals, price: FloatArray) -> tuple[FloatArray, BoolArray]:
    """By listing how many events are its own, and by week and group whether there is one; `price` is that of the
    rivals, or many of the kind before the weeks."""
    starts, places = rivals.starts, np.arange(len(rivals.group))
    stands = np.isfinite(price)
    shown = np.where(stands, price, np.inf)
    lowest = np.minimum.reduceat(shown, starts, axis=-1)
    is_lowest = shown == np.repeat(lowest, np.diff(starts, append=len(places)), axis=-1)
    holder = np.minimum.reduceat(np.where(is_lowest, places, len(places) - 1), starts, axis=-1)
    now, then = holder[..., 1:, :], holder[..., :-1, :]
    before, after = (np.take_along_axis(part, now, axis=-1) for part in (shown[..., :-1, :], shown[..., 1:, :]))
    is_below = (after <= lowest[..., :-1, :] + np.log1p(-CUT)) & (before > after) & np.isfinite(before)
    is_fresh = np.take_along_axis(_lately_set(shown), then, axis=-1)
    event = is_below & is_fresh & (rivals.merchant[now] != rivals.merchant[then])
    by_listing = np.zeros((*price.shape[:-2], len(places)))
    spot = np.nonzero(event)
    np.add.at(by_listing, (*spot[:-2], now[spot]), 1.0)
    return by_listing, event


def _lately_set(shown: FloatArray) -> BoolArray:
    """Whether each price that stands was set in this week or the one before, by week but the last; what was there in
    the first week may be of any age."""
    is_set = np.zeros(shown.shape, dtype=bool)
    is_set[..., 1:, :] = (shown[..., 1:, :] != shown[..., :-1, :]) & np.isfinite(shown[..., 1:, :])
    lately = is_set.copy()
    for back in range(1, ANSWER):
        lately[..., back:, :] |= is_set[..., :-back, :]
    return lately[..., :-1, :]


def _after_one(events: BoolArray) -> BoolArray:
    """Whether there was an event of the same group in the two weeks before each."""
    found = np.zeros_like(events)
    for back in range(1, ANSWER + 1):
        found[back:] |= events[:-back]
    return found


def _dealt(rivals: Rivals) -> FloatArray:
    """Prices whose changes came in other weeks: deals x weeks x listings."""
    weeks, listings = rivals.price.shape
    stands = np.isfinite(rivals.price)
    last = np.maximum.accumulate(np.where(stands, np.arange(weeks)[:, None], 0), axis=0)
    held = np.take_along_axis(rivals.price, last, axis=0)
    changes = np.nan_to_num(np.diff(held, axis=0))
    opening = np.nan_to_num(held[-1]) - changes.sum(axis=0)
    orders, drawn = _orders(weeks - 1), np.random.default_rng(SEED).integers(0, ORDERS, (DEALS, listings))
    dealt = changes[orders[drawn].swapaxes(1, 2), np.arange(listings)]
    path = np.concatenate([np.zeros((DEALS, 1, listings)), dealt.cumsum(axis=1)], axis=1)
    return np.where(stands, opening + path, np.nan)


@cache
def _orders(weeks: int) -> IntArray:
    """Some orders of the weeks, drawn once."""
    return np.random.default_rng(SEED).permuted(np.tile(np.arange(weeks), (ORDERS, 1)), axis=1)


def _estimate(interval: Interval, rivals: Rivals, method: str) -> Estimate:
    counts = counts_by(rivals.merchant, rivals.weight)
    weights = sums_by(rivals.merchant, rivals.weight, int(rivals.merchant.max()) + 1)
    return Estimate(interval, *counts, base_facts(counts[0], weights, 1.0), method)
