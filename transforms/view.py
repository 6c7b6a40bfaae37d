"""A belt's past as seen from one week: the listings that stand in the belt then, and what they showed before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from configs.calendar import WEEK
from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.past import Past
from transforms.titles import is_shared, title_groups

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """The past as seen from one week, and the listings that stand in the belt that week."""

    past: Past
    week: date
    _kept: dict[object, Any] = field(default_factory=dict, repr=False)

    def kept(self, key: object, make: Callable[[], T]) -> T:
        """What was made under a key: several metrics start from the same."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    @cached_property
    def number(self) -> IntArray:
        """The listings that stand in the belt."""
        own = self.past.standings.get(self.week)
        return np.zeros(0, dtype=np.int64) if own is None else own.number[own.columns["weight"] > 0]

    @cached_property
    def merchant(self) -> IntArray:
        """Their merchants, numbered from 0 within the week."""
        return np.unique(self.past.merchant[self.number], return_inverse=True)[1]

    @property
    def merchants(self) -> int:
        """How many they are."""
        return int(self.merchant.max(initial=-1)) + 1

    @cached_property
    def weight(self) -> FloatArray:
        """Their weights."""
        return self.now("weight")

    @cached_property
    def group(self) -> IntArray:
        """Their groups of alike titles across merchants."""
        return title_groups(self.now("title_code").astype(np.int64), self.merchant, self.past.alike)

    @cached_property
    def in_main_unit(self) -> BoolArray:
        """Which have a unit price in the unit class that most of the weight has."""
        unit = self.now("unit_code")
        is_priced = np.isfinite(unit) & np.isfinite(self.now("unit_price_yuan"))
        if not is_priced.any():
            return is_priced
        weights = np.bincount(unit[is_priced].astype(np.int64), self.weight[is_priced])
        found: BoolArray = is_priced & (unit == weights.argmax())
        return found

    @cached_property
    def in_shared_groups(self) -> BoolArray:
        """Which have a price of the main unit in a group in which other merchants have one too."""
        found = self.in_main_unit.copy()
        own = np.flatnonzero(found)
        found[own] = is_shared(self.group[own], self.merchant[own])
        return found

    def now(self, name: str) -> FloatArray:
        """What they show this week."""
        own = self.past.standings.get(self.week)
        return np.zeros(0) if own is None else own.look(self.number, name)

    def window(self, weeks: int, name: str, own: IntArray) -> FloatArray:
        """What some of them (by their places) showed in the last `weeks` weeks, this one last: weeks x listings."""
        rows = [self._look(self.week - WEEK * back, name, own) for back in reversed(range(1, weeks))]
        return np.array([*rows, self.now(name)[own]])

    def _look(self, week: date, name: str, own: IntArray) -> FloatArray:
        """What some of them showed in one earlier week."""
        standing = self.past.at(week)
        if standing is None:
            return np.full(len(own), np.nan)
        places = self.kept(week, lambda: standing.places(self.number))
        return standing.read(places[own], name)
