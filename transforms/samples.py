"""The listings of one end of a comparison as arrays, and what a figure made from them says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from transforms.expansion import Expansion
from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by
from transforms.panels import COUNTED_WEIGHT
from transforms.publication import BaseFacts, base_facts
from transforms.uncertainty import Interval

T = TypeVar("T")


@dataclass(frozen=True)
class Sample:
    """Listings of one end sorted by merchant, one entry per listing: its number, that of its merchant below `size`, its
    weight in the belt. `values` holds by name what metrics read of all rows of that end (NaN where they read nothing),
    and `rows` at which of these the listings stand; where pages were lost, `expansion` what all rows stand for."""

    listing: IntArray
    merchant: IntArray
    size: int
    weight: FloatArray
    values: Mapping[str, FloatArray]
    rows: IntArray
    expansion: Expansion | None = None
    _cut_from: "tuple[Sample, IntArray] | None" = field(default=None, repr=False)
    _kept: dict[object, Any] = field(default_factory=dict, repr=False)

    def read(self, name: str) -> FloatArray:
        """What is read of each listing under a name."""
        return self.kept(name, lambda: self.values[name][self.rows])

    def cut(self, is_in: BoolArray) -> "Sample":
        """The listings that are in it."""
        place = np.flatnonzero(is_in)
        parts = self.listing[place], self.merchant[place], self.size, self.weight[place], self.values, self.rows[place]
        return Sample(*parts, self.expansion, _cut_from=(self, place))

    def order(self, name: str) -> IntArray:
        """The places of the listings of which something is read under a name, rising by it. A cut has the order of what
        it was cut from: sorting anew would cost twenty times as much."""
        return self.kept(("order", name), lambda: self._order(name))

    def _order(self, name: str) -> IntArray:
        if self._cut_from is None:
            read = self.read(name)
            return np.argsort(read, kind="stable")[: np.count_nonzero(~np.isnan(read))]
        whole, place = self._cut_from
        own = np.full(len(whole.weight), -1)
        own[place] = np.arange(len(place))
        ordered = own[whole.order(name)]
        return ordered[ordered >= 0]

    def known(self, name: str) -> "Sample":
        """The listings of which something is read under a name; one and the same sample for names that know the same
        listings."""
        is_known = ~np.isnan(self.read(name))
        return self if is_known.all() else self.kept(is_known.tobytes(), lambda: self.cut(is_known))

    def kept(self, key: object, make: Callable[[], T]) -> T:
        """What was made under a key; most metrics of a segment share listings, counts and prices."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def facts(self, spread: FloatArray) -> BaseFacts:
        """What the rules of publication look at; `spread` is how what is measured lies over the merchants."""
        return base_facts(self.counts[0], spread, 1.0)

    @cached_property
    def weight_facts(self) -> BaseFacts:
        """The same where listings are measured."""
        return self.facts(self.weights)

    @cached_property
    def counted(self) -> BoolArray:
        """Listings whose weight is enough to be counted."""
        return self.weight >= COUNTED_WEIGHT

    @cached_property
    def starts(self) -> IntArray:
        """The places at which a merchant's listings begin."""
        return np.flatnonzero(np.diff(self.merchant, prepend=-1))

    @cached_property
    def counts(self) -> tuple[int, int]:
        """Merchants and listings of weight 0.8 or more."""
        return counts_of(self)

    @cached_property
    def weights(self) -> FloatArray:
        """The weight of each merchant's listings."""
        return sums_by(self.merchant, self.weight, self.size)


@dataclass(frozen=True)
class Estimate:
    """A level or change, the merchants and listings behind it, and what the rules of publication look at (None: the
    base has nothing of it)."""

    interval: Interval
    merchants: int
    listings: int
    facts: BaseFacts | None
    method: str


def counts_of(*ends: Sample) -> tuple[int, int]:
    """Merchants and listings of weight 0.8 or more that stand at any of the ends."""
    merchants = _distinct(end.merchant[end.counted] for end in ends)
    return merchants, _distinct(end.listing[end.counted] for end in ends)


def counts_by(merchant: IntArray, weight: FloatArray) -> tuple[int, int]:
    """Merchants and listings of weight 0.8 or more, from one entry per listing."""
    counted = merchant[weight >= COUNTED_WEIGHT]
    return _distinct([counted]), len(counted)


def _distinct(numbers: Iterable[IntArray]) -> int:
    """How many different numbers there are; cheaper than sorting them."""
    named = list(numbers)
    is_seen = np.zeros(1 + max((int(part.max(initial=-1)) for part in named), default=-1), dtype=bool)
    for part in named:
        is_seen[part] = True
    return int(np.count_nonzero(is_seen))
