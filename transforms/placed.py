"""The listings of one belt and week, and what all figures of that week start from.

Weeks are made many at once, since a call of Polars costs the same for few rows as for many; a week is the same alone or
beside others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from transforms.hidden import Shown, shown_sales
from transforms.ordered import BoolArray, FloatArray, group_starts
from transforms.panels import placed_weeks
from transforms.ranked import ranked_segments
from transforms.reads import main_units, read_values
from transforms.segments import MARKETPLACE, Masks, listing_segments


@dataclass(frozen=True)
class Placed:
    """One week: its `placed_listings`, the unit class of its main price, what the metrics read of them on that, and
    which are in which of `listing_segments`."""

    rows: pl.DataFrame
    unit: str | None
    values: Mapping[str, FloatArray]
    cuts: Masks
    _masks: dict[str | None, Masks] = field(default_factory=dict, repr=False)

    def read(self, unit: str | None) -> Mapping[str, FloatArray]:
        """What the metrics read, on a main price of the unit class of another week."""
        return self.values if unit == self.unit else read_values(self.rows, pl.lit(unit, pl.String))

    def masks(self, unit: str | None) -> Masks:
        """Which listings are in which segment, ranked by the price of a unit class."""
        if unit not in self._masks:
            self._masks[unit] = {**self.cuts, **ranked_segments(self.rows, unit)}
        return self._masks[unit]

    @cached_property
    def is_inside(self) -> BoolArray:
        """Which listings are in the belt this week; the others are of use where a base week places them."""
        return np.asarray((self.rows["weight"] > 0).to_numpy())

    @cached_property
    def shown(self) -> Shown | None:
        """What their displays hide."""
        return shown_sales(self.rows)

    def emptied(self) -> "Placed":
        """A week of the same columns without listings."""
        return _slice(self.rows, None, self.values, self.cuts, slice(0, 0))


def place(rows: pl.DataFrame) -> Placed:
    """One week from its listing weeks with the belt's weight."""
    placed = placed_weeks(rows)
    return _parts(placed, [0, placed.height])[0]


def place_weeks(rows: pl.DataFrame) -> dict[date, Placed]:
    """Each week that has any from the listing weeks of many with the belt's weight."""
    placed = placed_weeks(rows)
    starts = group_starts(placed, ["week"]).tolist()
    return dict(zip(placed["week"][starts].to_list(), _parts(placed, [*starts, placed.height]), strict=True))


def _parts(placed: pl.DataFrame, ends: Sequence[int]) -> list[Placed]:
    """The weeks of `placed_weeks`, each from one of the ends to the next."""
    units = main_units(placed, ends)
    unit = pl.Series("", units, pl.String)[np.repeat(np.arange(len(units)), np.diff(ends))]
    values, cuts, rows = read_values(placed, pl.lit(unit)), listing_segments(placed), placed.drop("week")
    spans = (slice(first, last) for first, last in pairwise(ends))
    return [_slice(rows, own, values, cuts, span) for own, span in zip(units, spans, strict=True)]


def _slice(rows: pl.DataFrame, unit: str | None, values: Mapping[str, FloatArray], cuts: Masks, span: slice) -> Placed:
    """One week of many; a marketplace that it has no listings of is no segment of it."""
    own = {name: is_in[span] for name, is_in in cuts.items()}
    there = {name: is_in for name, is_in in own.items() if is_in.any() or not name.startswith(MARKETPLACE)}
    return Placed(rows[span], unit, {name: read[span] for name, read in values.items()}, there)
