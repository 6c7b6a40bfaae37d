"""Listings of groups of alike titles with several merchants over thirteen weeks, and who undercuts whom in them.

An event is a cut by which a listing becomes the cheapest of its group, at least 0.5 % below what was the lowest price,
within two weeks after another merchant set that one (by changing its price, or by coming). Source: METHOD 5.5.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.view import View

WEEKS = 13
CUT = 0.005  # an event goes below the lowest price by as much at least
ANSWER = 2  # weeks within which a cut answers another


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
    def stands(self) -> BoolArray:
        """Where they stand: weeks x listings."""
        return np.isfinite(self.price)

    @property
    def listing_weeks(self) -> FloatArray:
        """In how many weeks after the first each stands."""
        found: FloatArray = self.stands[1:].sum(axis=0).astype(np.float64)
        return found

    @cached_property
    def changes(self) -> FloatArray:
        """By how much each price changed in each week after the first; what changed while a listing did not stand came
        when it was back."""
        last = np.maximum.accumulate(np.where(self.stands, np.arange(len(self.price))[:, None], 0), axis=0)
        return np.nan_to_num(np.diff(np.take_along_axis(self.price, last, axis=0), axis=0))

    @cached_property
    def opening(self) -> FloatArray:
        """The price of each before all of its changes; 0 where it never stands."""
        last = len(self.price) - 1 - self.stands[::-1].argmax(axis=0)
        at_last = np.nan_to_num(self.price[last, np.arange(len(self.group))])
        return np.asarray(at_last - self.changes.sum(axis=0))

    def take(self, places: IntArray) -> "Rivals":
        """Some of them."""
        return Rivals(self.price[:, places], self.group[places], self.merchant[places], self.weight[places])


@dataclass(frozen=True)
class Events:
    """One entry per event: the weeks that it came after the first but one, its group by place, the listing that went
    below, and in which of many sets of prices."""

    week: IntArray
    group: IntArray
    listing: IntArray
    deal: IntArray


def read_rivals(view: View) -> Rivals | None:
    """The rivals of a belt as seen from one week; None where there are none."""
    is_in = view.in_shared_groups
    if not is_in.any():
        return None
    own = np.flatnonzero(is_in)
    own = own[np.argsort(view.group[own], kind="stable")]
    is_same = view.window(WEEKS, "variant", own) == view.now("variant")[own]
    price = np.where(is_same, np.log(view.window(WEEKS, "unit_price_yuan", own)), np.nan)
    rivals = Rivals(price, view.group[own], view.merchant[own], view.weight[own])
    return rivals if rivals.listing_weeks.any() else None


def events_of(rivals: Rivals, shown: FloatArray) -> Events:
    """The events of many sets of prices, weeks x listings x sets, infinite where a listing does not stand. Of equal
    prices the first listing has the lowest."""
    sets = Sets(shown, rivals.starts)
    lower = sets.lower()  # few: only there it is asked who did it, and to whom
    then = sets.holders(lower, 0)
    is_fresh = sets.are_lately_set(lower, then)
    lower, then = lower.take(is_fresh), then[is_fresh]
    now = sets.holders(lower, 1)
    before, after = (sets.prices(lower.week + step, now, lower.deal) for step in (0, 1))
    is_event = np.isfinite(before) & (before > after) & (rivals.merchant[now] != rivals.merchant[then])
    found = lower.take(is_event)
    return Events(found.week, found.group, now[is_event], found.deal)


@dataclass(frozen=True)
class Lower:
    """Places at which the lowest price of a group falls by enough: the week before, the group and the set."""

    week: IntArray
    group: IntArray
    deal: IntArray

    def take(self, is_kept: BoolArray) -> "Lower":
        """Some of them."""
        return Lower(self.week[is_kept], self.group[is_kept], self.deal[is_kept])


@dataclass(frozen=True)
class Sets:
    """Many sets of prices, weeks x listings x sets, and the first listing of each group."""

    shown: FloatArray
    starts: IntArray

    @cached_property
    def lowest(self) -> FloatArray:
        """The lowest price of each group: weeks x groups x sets."""
        ends = pairwise([*self.starts.tolist(), self.shown.shape[1]])
        return np.stack(
            [self.shown[:, start:end].min(axis=1) for start, end in ends], axis=1
        )  # reduceat: 4 times as long

    def lower(self) -> Lower:
        """Where it falls by enough, or there was none before."""
        then, now = self.lowest[:-1], self.lowest[1:]
        return Lower(*np.nonzero((now <= then + np.log1p(-CUT)) & np.isfinite(now)))

    def prices(self, week: IntArray, listing: IntArray, deal: IntArray) -> FloatArray:
        """Some of the prices."""
        _, listings, deals = self.shown.shape
        found: FloatArray = self.shown.ravel()[(week * listings + listing) * deals + deal]
        return found

    def holders(self, lower: Lower, later: int) -> IntArray:
        """The first listing that has the lowest price of its group at each place, or so many weeks later."""
        if not len(lower.group):
            return np.zeros(0, dtype=np.int64)
        size = np.diff(self.starts, append=self.shown.shape[1])[lower.group]
        begins = np.cumsum(size) - size
        week, first = lower.week + later, self.starts[lower.group]
        lowest, member = self.lowest[week, lower.group, lower.deal], np.arange(begins[-1] + size[-1])
        week, deal, lowest, shift = (np.repeat(part, size) for part in (week, lower.deal, lowest, first - begins))
        member += shift
        is_lowest = self.prices(week, member, deal) == lowest
        found: IntArray = np.minimum.reduceat(np.where(is_lowest, member, self.shown.shape[1] - 1), begins)
        return found

    def are_lately_set(self, lower: Lower, listing: IntArray) -> BoolArray:
        """Whether each listing's price was set in its week or the one before; what was there in the first week may be
        of any age."""
        found = np.zeros(len(listing), dtype=bool)
        for back in range(ANSWER):
            weeks = (np.maximum(lower.week - back - step, 0) for step in (0, 1))
            price, before = (self.prices(week, listing, lower.deal) for week in weeks)
            found |= (price != before) & np.isfinite(price)
        return found
