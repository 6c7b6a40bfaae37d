"""One belt at a week and at its base, and the cuts of it; transforms/read_ends.py reads them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from transforms.estimate_tables import IN_TABLES, changes_of, levels_of
from transforms.estimates import change, level
from transforms.footing import Footings
from transforms.forms import Measured
from transforms.metric import LevelMetric
from transforms.ordered import BoolArray
from transforms.paired import Paired
from transforms.panels import (
    Panel,
)
from transforms.samples import Estimate, Sample
from transforms.segments import (
    ALL,
    MARKETPLACE,
    Masks,
    in_order,
    is_broad,
)
from transforms.share_tables import Found


@dataclass(frozen=True)
class Ends:
    """One segment of a belt: the listings of the week for its levels, and both ends for its changes.

    `base` and `current` number merchants and listings as `pairs` does and carry the base week's weights; `own` has
    the week's own weights and numbers. `matched` ... `listings` are the panels of displayed sales and of the counts.
    `has_base` marks the merchants that show sales at the base; `footings` are what the ends stand on, `sales` is what
    displays of the whole belt hide.
    """

    segment: str
    own: Sample
    base: Sample
    current: Sample
    pairs: pl.DataFrame
    matched: Panel
    whole: Panel
    merchants: Panel
    listings: Panel
    has_base: BoolArray
    footings: Footings
    sales: Paired | None = None


@dataclass(frozen=True)
class Segments:
    """The whole belt, and which listings and merchants are in which segment of it."""

    whole: Ends
    own: Masks
    merchants: Masks

    def level(self, metric: LevelMetric, ends: Ends) -> Estimate | None:
        """The level of a metric in a segment; None where it reads nothing."""
        if isinstance(metric.form, IN_TABLES):
            return self._levels.get((metric.id, ends.segment))
        return None if isinstance(metric.form, Measured) else level(metric, ends.own)

    def change(self, metric: LevelMetric, ends: Ends) -> Estimate | None:
        """The change of a metric in a segment; None where the week reads nothing, or the metric has none."""
        if isinstance(metric.form, IN_TABLES):
            return self._changes.get((metric.id, ends.segment))
        return None if isinstance(metric.form, Measured) else change(metric, ends.base, ends.current)

    @cached_property
    def _levels(self) -> Found:
        """The levels of shares and quantiles by metric and segment."""
        return levels_of(
            self.whole.own, {ALL: np.ones(len(self.whole.own.weight), dtype=bool), **self._parts(self.own)}
        )

    @cached_property
    def _changes(self) -> Found:
        """Their changes by metric and segment."""
        masks = {ALL: np.ones(len(self.whole.has_base), dtype=bool), **self._parts(self.merchants)}
        return changes_of(self.whole.base, self.whole.current, masks)

    def _parts(self, masks: Masks) -> Masks:
        """The segments that are not the belt itself."""
        return {name: is_in for name, is_in in masks.items() if not (is_broad(name) and self.is_whole(name))}

    def _pairs(self, segment: str) -> pl.DataFrame:
        """The pairs of a marketplace; other cuts, whose change is not split, have none."""
        if not segment.startswith(MARKETPLACE):
            return self._no_pairs
        return self.whole.pairs.filter(pl.col("marketplace") == segment.removeprefix(MARKETPLACE))

    @cached_property
    def _no_pairs(self) -> pl.DataFrame:
        return self.whole.pairs.clear()

    @property
    def names(self) -> list[str]:
        """The segments that have a listing at either end, in the order of publication; `all` always."""
        found = {name for masks in (self.own, self.merchants) for name, is_in in masks.items() if is_in.any()}
        return in_order(found)

    def is_whole(self, name: str) -> bool:
        """Whether a segment is the belt itself, as its only marketplace is."""
        return all(name in masks and bool(masks[name].all()) for masks in (self.own, self.merchants))

    def cut(self, name: str) -> Ends:
        """One segment."""
        whole = self.whole
        if name == ALL:
            return whole
        own = self.own.get(name, np.zeros(len(whole.own.weight), dtype=bool))
        belongs = self.merchants.get(name, np.zeros(len(whole.has_base), dtype=bool))
        panels = {panel: getattr(whole, panel).cut(belongs) for panel in ("matched", "whole", "merchants", "listings")}
        return Ends(
            segment=name,
            own=whole.own.cut(own),
            base=whole.base.cut(belongs[whole.base.merchant]),
            current=whole.current.cut(belongs[whole.current.merchant]),
            pairs=self._pairs(name),
            has_base=whole.has_base & belongs,
            footings=whole.footings,
            **panels,
        )
