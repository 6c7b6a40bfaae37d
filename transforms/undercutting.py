"""Undercutting: how often a merchant goes below a price that another one has just set, and how long that goes on.

What an event is, transforms/rivals.py says; a chain is events of one group with no more than two weeks between them.
Source: METHOD 5.5.
"""

import numpy as np

from transforms.dealt import dealt_events
from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by
from transforms.publication import base_facts
from transforms.rivals import ANSWER, WEEKS, Events, Rivals, events_of, read_rivals
from transforms.samples import Estimate, counts_by
from transforms.shares import Shares, share_level, share_levels
from transforms.uncertainty import CONFIDENCE, Interval, mapped
from transforms.view import View

LONG = 0.95  # of the chains are no longer than the long ones
RATE, EXCESS, CHAIN, LONG_CHAIN = (
    "cluster share, jackknife v1",
    "permutation of weeks v2",
    "events over chains, groups as clusters v1",
    "lengths of chains, groups as clusters v1",
)


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
    rate = _rate(view, rivals)
    assert rate.value is not None
    by_chance = dealt_events(rivals) / float(rivals.listing_weeks.sum())
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
    events = _by_week(_found(view, rivals), rivals)
    counts = [part.sum(axis=0).astype(np.float64) for part in (events & _after_one(events), events)]
    going_on = share_level(*counts)
    return None if going_on.low is None else _estimate(mapped(going_on, lambda share: 1 / (1 - share)), rivals, CHAIN)


def undercut_chain_p95(view: View) -> Estimate | None:
    """The length in events that 95 % of the chains do not exceed; None without events."""
    rivals = _rivals(view)
    if rivals is None:
        return None
    length, group = _chains(_by_week(_found(view, rivals), rivals))
    interval = _long(length, group, len(rivals.starts))
    return None if interval.low is None else _estimate(interval, rivals, LONG_CHAIN)


def _rate(view: View, rivals: Rivals) -> Interval:
    size = int(rivals.merchant.max()) + 1
    found = np.bincount(_found(view, rivals).listing, minlength=len(rivals.group)).astype(np.float64)
    part, of = (sums_by(rivals.merchant, values, size) for values in (found, rivals.listing_weeks))
    return share_level(part, of)


def _found(view: View, rivals: Rivals) -> Events:
    return view.kept("events", lambda: events_of(rivals, np.where(rivals.stands, rivals.price, np.inf)[..., None]))


def _rivals(view: View) -> Rivals | None:
    return view.kept("rivals", lambda: read_rivals(view))


def _by_week(events: Events, rivals: Rivals) -> BoolArray:
    """Whether there is an event, by week and group."""
    found = np.zeros((WEEKS - 1, len(rivals.starts)), dtype=bool)
    found[events.week, events.group] = True
    return found


def _after_one(events: BoolArray) -> BoolArray:
    """Whether there was an event of the same group in the two weeks before each."""
    found = np.zeros_like(events)
    for back in range(1, ANSWER + 1):
        found[back:] |= events[:-back]
    return found


def _chains(events: BoolArray) -> tuple[IntArray, IntArray]:
    """The number of events of each chain, and its group."""
    group, week = np.nonzero(events.T)
    begins = np.flatnonzero(~_after_one(events)[week, group])
    return np.diff(begins, append=len(group)), group[begins]


def _long(length: IntArray, group: IntArray, groups: int) -> Interval:
    """The least length that 5 % of the chains or less exceed. Its interval ends with those lengths of which that may be
    so and must be so by the interval of the share that exceeds them: 59 chains at least tell that none is longer."""
    lengths = np.arange(1, WEEKS)
    exceed = np.array([np.bincount(group[length > least], minlength=groups) for least in lengths], dtype=np.float64)
    of = np.bincount(group, minlength=groups).astype(np.float64)
    found = share_levels(Shares(exceed, np.broadcast_to(of, exceed.shape)))
    if not len(length) or np.isnan(found.low[0]):
        return Interval(None)
    value, low, high = (_first(lengths, end) for end in (found.value, found.low, found.high))
    return Interval(value, low, high)


def _first(lengths: IntArray, exceed: FloatArray) -> float:
    """The least length that few enough exceed, else the greatest that thirteen weeks can hold."""
    few = lengths[exceed <= 1 - LONG + 1e-12]
    return float(few[0] if len(few) else lengths[-1])


def _estimate(interval: Interval, rivals: Rivals, method: str) -> Estimate:
    counts = counts_by(rivals.merchant, rivals.weight)
    weights = sums_by(rivals.merchant, rivals.weight, int(rivals.merchant.max()) + 1)
    return Estimate(interval, *counts, base_facts(counts[0], weights, 1.0), method)
