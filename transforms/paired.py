"""What displays hide, brought onto the pairs of a comparison and summed by merchant: bounds and draws of a panel."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.bounds import Bounds
from transforms.hidden import Hidden, Shown
from transforms.imputation import RANK_CORRELATION, Draws
from transforms.ordered import BoolArray, FloatArray, IntArray, floats, sums_at
from transforms.ranks import DRAWS, CellArray, HashArray, correlated, hashes

ENDS = ("low", "high", "even")


@dataclass(frozen=True)
class Drawn:
    """The pairs (ascending) that hide something at one end: what, their weight, their value times it, their ranks."""

    pair: IntArray
    hidden: Hidden
    weight: FloatArray
    yuan: FloatArray
    cells: CellArray

    def cut(self, kept: BoolArray) -> "Drawn":
        """The pairs that are kept; no copy where all are."""
        if kept.all():
            return self
        hidden, cells = self.hidden.cut(kept), self.cells[:, kept]
        return Drawn(self.pair[kept], hidden, self.weight[kept], self.yuan[kept], cells)

    def excess(self, kept: BoolArray, group: IntArray, size: int) -> FloatArray:
        """How far the draws lie from the values: DRAWS rows, the sums of the pairs that are kept by their group."""
        mine = self.cut(kept[self.pair])
        found, number = np.zeros((DRAWS, size)), group[mine.pair]
        for block, draws in mine.hidden.draws(mine.cells):
            parts = draws * mine.weight - mine.yuan
            place = number + np.arange(len(parts))[:, None] * size
            found[block] = np.bincount(place.ravel(), parts.ravel(), size * len(parts)).reshape(len(parts), size)
        return found


@dataclass(frozen=True)
class Paired:
    """The bounds of each pair, and what is drawn at either end, from `listing_pairs` whose merchants are numbered."""

    bounds: Bounds
    merchant: IntArray
    base: Drawn
    current: Drawn

    def of_panel(self, kept: BoolArray, base: FloatArray, current: FloatArray) -> tuple[Bounds | None, Draws | None]:
        """Bounds and draws of the panel of the pairs that are kept, whose merchants sum up to `base` and `current`;
        None for what has nothing hidden."""
        names = Bounds.__dataclass_fields__
        is_first = np.diff(self.merchant[kept], prepend=-1) > 0
        starts = np.flatnonzero(is_first)
        bounds = Bounds(*(sums_at(starts, getattr(self.bounds, name)[kept]) for name in names))
        if not bounds.hide:
            return None, None
        group = np.zeros(len(kept), dtype=np.int64)
        group[kept] = np.cumsum(is_first) - 1
        is_drawn = np.zeros(len(starts), dtype=bool)
        for end in (self.base, self.current):
            is_drawn[group[end.pair[kept[end.pair]]]] = True
        if not is_drawn.any():
            return bounds, None
        sums = (
            np.maximum(0.0, known + end.excess(kept, group, len(starts)))
            for known, end in ((base, self.base), (current, self.current))
        )
        then, now = sums
        return bounds, Draws(then, now, is_drawn)


def paired(
    pairs: pl.DataFrame, then: Shown | None, now: Shown | None, correlation: float = RANK_CORRELATION
) -> Paired | None:
    """What both ends of `listing_pairs` hide; None where neither hides anything. A listing has the same ranks at both
    ends, or as much the same as `correlation` says."""
    if then is None and now is None:
        return None
    weight, merchant = pairs["weight"].to_numpy(), pairs["merchant"].to_numpy()
    base, current = (_Side(pairs[name], weight, end) for name, end in (("base_row", then), ("row", now)))
    bounds = Bounds(
        **{f"base_{name}": base.spread(name, pairs["base_yuan"]) for name in ENDS},
        **{name: current.spread(name, pairs["yuan"]) for name in ENDS},
        at_ceiling=base.at_ceiling(),
    )
    hides = np.zeros(len(weight), dtype=bool)
    hides[base.hidden_pairs] = hides[current.hidden_pairs] = True
    place = np.cumsum(hides) - 1
    then_cells, now_cells = correlated(_names(pairs, merchant, np.flatnonzero(hides)), correlation)
    return Paired(bounds, merchant, base.drawn(place, then_cells), current.drawn(place, now_cells))


def _names(pairs: pl.DataFrame, merchant: IntArray, at: IntArray) -> HashArray:
    """A hash of marketplace, merchant and listing of the pairs `at`."""
    is_first = np.diff(merchant, prepend=-1) > 0
    first, number = np.flatnonzero(is_first), np.cumsum(is_first) - 1
    places, owners = (hashes(pairs[name][first].to_list()) for name in ("marketplace", "merchant_id"))
    owner = places + np.uint64(3) * owners
    return np.asarray(owner[number[at]] + np.uint64(5) * hashes(pairs["listing_id"][at].to_list()))


class _Side:
    """One end of the pairs: where its rows stand among them."""

    def __init__(self, rows: pl.Series, weight: FloatArray, shown: Shown | None) -> None:
        self.weight, self.shown = weight, shown
        self.pair = np.flatnonzero(rows.is_not_null().to_numpy())
        self.row = rows.drop_nulls().to_numpy().astype(np.int64)
        none = np.zeros(0)
        self.hidden_pairs = np.zeros(0, dtype=np.int64)
        self.hidden = Hidden(self.hidden_pairs, none, none, none, none, none)
        if shown is not None:
            pair_of = np.full(len(shown.value), -1)
            pair_of[self.row] = self.pair
            found = pair_of[shown.hidden.row]
            self.hidden, self.hidden_pairs = shown.hidden.cut(found >= 0), found[found >= 0]

    def spread(self, name: str, yuan: pl.Series) -> FloatArray:
        """One of the ends of each pair, times the weight; `yuan` where this end hides nothing at all."""
        return floats(yuan) if self.shown is None else self._on_pairs(getattr(self.shown, name))

    def at_ceiling(self) -> FloatArray:
        """The lower end of pairs above which nothing is shown, else 0; times the weight."""
        if self.shown is None:
            return np.zeros(len(self.weight))
        return self._on_pairs(np.where(self.shown.is_open, self.shown.low, 0.0))

    def drawn(self, place: IntArray, cells: CellArray) -> Drawn:
        """What is drawn at this end; `place` is where a pair's ranks stand in `cells`."""
        weight = self.weight[self.hidden_pairs]
        value = np.zeros(0) if self.shown is None else self.shown.value[self.hidden.row]
        own = cells if len(weight) == cells.shape[1] else cells[:, place[self.hidden_pairs]]
        return Drawn(self.hidden_pairs, self.hidden, weight, value * weight, own)

    def _on_pairs(self, of_rows: FloatArray) -> FloatArray:
        found = np.zeros(len(self.weight))
        found[self.pair] = of_rows[self.row]
        return found * self.weight
