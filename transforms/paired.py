"""What displays hide, brought onto the pairs of a comparison and summed by merchant: bounds and draws of a panel."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from transforms.bounds import Bounds
from transforms.hidden import Hidden, Shown
from transforms.imputation import RANK_CORRELATION, Draws
from transforms.ordered import BoolArray, FloatArray, IntArray, floats, sums_at, sums_by
from transforms.ranks import DRAWS, CellArray, HashArray, correlated, hashes

ENDS = ("low", "high", "even")
BASES = 8  # more than there are sales bases


@dataclass(frozen=True)
class Drawn:
    """The pairs (ascending) that hide something at one end: what, their weight, their value times it, their ranks."""

    pair: IntArray
    hidden: Hidden
    weight: FloatArray
    yuan: FloatArray
    cells: CellArray

    def excess(self, group: IntArray, size: int) -> FloatArray:
        """How far the draws lie from the values: DRAWS rows, and sums by group, of which `group` holds each pair's."""
        found, number = np.zeros((DRAWS, size)), group[self.pair]
        for block, draws in self.hidden.draws(self.cells):
            found[block] = folded(draws * self.weight - self.yuan, number, size)
        return found


@dataclass(frozen=True)
class Groups:
    """Pairs that are matched or not together, whatever else they are compared with: those of one merchant on one sales
    basis, usable or not. Which group each pair is of (-1 where it hides nothing), and merchant and match of each."""

    of_pair: IntArray
    merchant: IntArray
    is_matched: IntArray


@dataclass(frozen=True)
class Paired:
    """The bounds of each pair, and what is drawn at either end, from `listing_pairs`: one entry per pair, sorted by
    merchant, with the number of the merchant and whether it enters the matched sums. `groups` are of the pairs that
    hide something."""

    bounds: Bounds
    merchant: IntArray
    is_matched: BoolArray
    groups: Groups
    base: Drawn
    current: Drawn

    def of_panel(
        self, merchant: IntArray, base: FloatArray, current: FloatArray, is_matched: bool
    ) -> tuple[Bounds | None, Draws | None]:
        """Bounds and draws of the matched panel or of that of all pairs, whose merchants (their numbers) sum up to
        `base` and `current`; None for what has nothing hidden."""
        bounds = self._bounds(is_matched)
        if not bounds.hide:
            return None, None
        is_drawn = self._is_drawn[merchant, 1] | (self._is_drawn[merchant, 0] & (not is_matched))
        if not is_drawn.any():
            return bounds, None
        parts = ((sums[:, merchant, 1], sums[:, merchant, 0]) for sums in self._excess)
        excess = [inside if is_matched else inside + outside for inside, outside in parts]
        then, now = (np.maximum(0.0, sums + more) for sums, more in zip((base, current), excess, strict=True))
        return bounds, Draws(then, now, is_drawn)

    def _bounds(self, is_matched: bool) -> Bounds:
        kept = self.is_matched if is_matched else np.ones(len(self.merchant), dtype=bool)
        starts = np.flatnonzero(np.diff(self.merchant[kept], prepend=-1))
        return Bounds(*(sums_at(starts, getattr(self.bounds, name)[kept]) for name in Bounds.__dataclass_fields__))

    @cached_property
    def excess(self) -> tuple[FloatArray, FloatArray]:
        """At the base and now, by draw and group: how far the draws lie from the values."""
        of_pair, size = self.groups.of_pair, len(self.groups.merchant)
        return self.base.excess(of_pair, size), self.current.excess(of_pair, size)

    @cached_property
    def _excess(self) -> tuple[FloatArray, FloatArray]:
        """At the base and now, by draw, merchant, and whether the pairs are matched: both panels have one pass."""
        size = int(self.merchant.max(initial=-1)) + 1
        number = 2 * self.groups.merchant + self.groups.is_matched
        base, current = (folded(end, number, 2 * size).reshape(DRAWS, size, 2) for end in self.excess)
        return base, current

    @cached_property
    def _is_drawn(self) -> BoolArray:
        """By merchant, and whether the pairs are matched."""
        found = np.zeros((int(self.merchant.max(initial=-1)) + 1, 2), dtype=bool)
        found[self.groups.merchant, self.groups.is_matched] = True
        return found


def folded(parts: FloatArray, number: IntArray, size: int) -> FloatArray:
    """The sums of the columns of `parts` that `number` names, by row."""
    rows = len(parts)
    place = number + np.arange(rows)[:, None] * size
    return sums_by(place.ravel(), parts.ravel(), size * rows).reshape(rows, size)


def paired(
    pairs: pl.DataFrame, then: Shown | None, now: Shown | None, correlation: float = RANK_CORRELATION
) -> Paired | None:
    """What both ends of `listing_pairs` hide; None where neither hides anything. A listing has the same ranks at both
    ends, or as much the same as `correlation` says."""
    if then is None and now is None:
        return None
    weight, merchant = (pairs["weight"] * pairs["counts"]).to_numpy(), pairs["merchant"].to_numpy()
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
    is_matched = pairs["is_matched"].to_numpy()
    ends = base.drawn(place, then_cells), current.drawn(place, now_cells)
    return Paired(bounds, merchant, is_matched, _groups(pairs, np.flatnonzero(hides)), *ends)


def _groups(pairs: pl.DataFrame, at: IntArray) -> Groups:
    """The groups of the pairs `at`."""
    basis = pairs.select(pl.col("basis").rank("dense").fill_null(0)).to_series()[at].to_numpy().astype(np.int64)
    merchant, usable, matched = (
        pairs[name].to_numpy()[at].astype(np.int64) for name in ("merchant", "is_usable", "is_matched")
    )
    key = ((merchant * BASES + basis) * 2 + usable) * 2 + matched
    keys, group = np.unique(key, return_inverse=True)
    of_pair = np.full(pairs.height, -1)
    of_pair[at] = group
    return Groups(of_pair, keys // (4 * BASES), keys % 2)


def _names(pairs: pl.DataFrame, merchant: IntArray, at: IntArray) -> HashArray:
    """A hash of marketplace, merchant and listing of the pairs `at`."""
    if not len(at):
        return hashes([])
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
        return np.multiply(found, self.weight, out=np.zeros(len(found)), where=self.weight > 0)  # an open end times 0
