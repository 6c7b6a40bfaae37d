"""One belt at a week and at its base, read once into arrays, and the cuts of it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from transforms.estimate_tables import IN_TABLES, changes_of, levels_of
from transforms.estimates import change, level
from transforms.footing import Footings
from transforms.forms import Measured
from transforms.hidden import shown_sales
from transforms.metric import LevelMetric
from transforms.ordered import BoolArray, FloatArray, IntArray, total
from transforms.page_spread import page_spread
from transforms.paired import Paired, paired
from transforms.panels import (
    NO_FOOTINGS,
    Panel,
    listing_pairs,
    listing_panel,
    matched_panel,
    merchant_number,
    merchant_panel,
    total_panel,
)
from transforms.ranked import ranked_segments
from transforms.reads import main_unit, read_values
from transforms.samples import Estimate, Sample
from transforms.segments import (
    ALL,
    MARKETPLACE,
    Masks,
    Standing,
    in_order,
    is_broad,
    listing_segments,
    merchant_segments,
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


def read_pairs(
    now: pl.DataFrame, then: pl.DataFrame, footings: Footings = NO_FOOTINGS
) -> tuple[pl.DataFrame, Paired | None]:
    """The pairs of two `placed_listings` on their footings, and what their displays hide; None where nothing."""
    pairs = listing_pairs(now, then, footings)
    return pairs, paired(pairs, shown_sales(then), shown_sales(now))


def read_segments(now: pl.DataFrame, then: pl.DataFrame, footings: Footings = NO_FOOTINGS) -> Segments:
    """Everything that the figures of a belt need, from two `placed_listings` on their footings."""
    pairs, sales = read_pairs(now, then, footings)
    lost = page_spread(now, then, footings, _sums)
    present = now.filter(pl.col("weight") > 0)
    size = int(pairs["merchant"].max() or 0) + 1 if len(pairs) else 0  # type: ignore[arg-type]
    unit = main_unit(now)
    base_unit = main_unit(then) or unit
    then_masks = {**listing_segments(then), **ranked_segments(then, base_unit)}
    now_masks = {**listing_segments(now), **ranked_segments(now, unit)}
    values = read_values(now, base_unit)
    base, current = (
        _sample(pairs, row, size, read) for row, read in (("base_row", read_values(then, base_unit)), ("row", values))
    )
    standings = [
        Standing(sample.merchant, size, {name: is_in[sample.rows] for name, is_in in masks.items()})
        for sample, masks in ((base, then_masks), (current, now_masks))
    ]
    is_present = (now["weight"] > 0).to_numpy()
    read = values if unit == base_unit else read_values(now, unit)
    own = _own_sample(present, read, np.flatnonzero(is_present))
    whole = Ends(
        segment=ALL,
        own=own,
        base=base,
        current=current,
        pairs=pairs,
        matched=replace(matched_panel(pairs, sales), lost=lost.get("matched")),
        whole=replace(total_panel(pairs, sales), lost=lost.get("total")),
        merchants=merchant_panel(pairs),
        listings=listing_panel(pairs),
        has_base=_has_base(pairs, size),
        footings=footings,
        sales=sales,
    )
    return Segments(
        whole,
        {name: is_in[is_present] for name, is_in in now_masks.items()},
        merchant_segments(*standings),
    )


def _sums(now: pl.DataFrame, then: pl.DataFrame, footings: Footings) -> dict[str, tuple[float, float]]:
    """The sums of displayed sales at the base and now, of the matched merchants and of all."""
    pairs = listing_pairs(now, then, footings)
    panels = {"matched": matched_panel(pairs), "total": total_panel(pairs)}
    return {name: (total(panel.base), total(panel.current)) for name, panel in panels.items()}


def _own_sample(present: pl.DataFrame, values: dict[str, FloatArray], rows: IntArray) -> Sample:
    merchant = present.select(merchant_number()).to_series().to_numpy()
    size = int(merchant[-1]) + 1 if len(merchant) else 0
    return Sample(np.arange(present.height), merchant, size, present["weight"].to_numpy(), values, rows)


def _sample(pairs: pl.DataFrame, row: str, size: int, values: dict[str, FloatArray]) -> Sample:
    numbers = np.flatnonzero(pairs[row].is_not_null().to_numpy())
    rows = pairs[row].to_numpy()[numbers].astype(np.int64)
    merchant, weight = pairs["merchant"].to_numpy()[numbers], pairs["weight"].to_numpy()[numbers]
    return Sample(numbers, merchant, size, weight, values, rows)


def _has_base(pairs: pl.DataFrame, size: int) -> BoolArray:
    found = np.zeros(size, dtype=bool)
    found[pairs["merchant"].to_numpy()[pairs["base_value_yuan"].is_not_null().to_numpy()]] = True
    return found
