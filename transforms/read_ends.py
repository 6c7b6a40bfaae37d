"""One belt at a week and at its base, read once into arrays."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from transforms.ends import Ends, Segments
from transforms.footing import Footings
from transforms.hidden import shown_sales
from transforms.ordered import FloatArray, IntArray, total
from transforms.page_spread import Spread, page_spread
from transforms.paired import Paired, paired
from transforms.panels import (
    NO_FOOTINGS,
    listing_pairs,
    listing_panel,
    matched_panel,
    merchant_number,
    merchant_panel,
    total_panel,
)
from transforms.ranked import ranked_segments
from transforms.reads import main_unit, read_values
from transforms.samples import Sample
from transforms.segments import ALL, Standing, listing_segments, merchant_segments

NOTHING_LOST: Mapping[str, Spread] = {}
NONE = np.zeros(0, dtype=np.int64)
EMPTY = Sample(NONE, NONE, 0, np.zeros(0), {}, NONE)


def read_pairs(
    now: pl.DataFrame, then: pl.DataFrame, footings: Footings = NO_FOOTINGS
) -> tuple[pl.DataFrame, Paired | None]:
    """The pairs of two `placed_listings` on their footings, and what their displays hide; None where nothing."""
    pairs = listing_pairs(now, then, footings)
    return pairs, paired(pairs, shown_sales(then), shown_sales(now))


def read_segments(now: pl.DataFrame, then: pl.DataFrame, footings: Footings = NO_FOOTINGS) -> Segments:
    """Everything that the figures of a belt need, from two `placed_listings` on their footings."""
    pairs, sales = read_pairs(now, then, footings)
    present = now.filter(pl.col("weight") > 0)
    size = _size(pairs)
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
    sums = pair_ends(pairs, footings, sales, page_spread(now, then, footings, _sums))
    whole = replace(sums, own=own, base=base, current=current)
    return Segments(
        whole,
        {name: is_in[is_present] for name, is_in in now_masks.items()},
        merchant_segments(*standings),
    )


def pair_ends(
    pairs: pl.DataFrame,
    footings: Footings = NO_FOOTINGS,
    sales: Paired | None = None,
    lost: Mapping[str, Spread] = NOTHING_LOST,
) -> Ends:
    """A whole belt by what its pairs tell, which are its sums; there are no listings for other metrics. `lost` is the
    spread by panel that lost pages leave."""
    has_base = np.zeros(_size(pairs), dtype=bool)
    has_base[pairs["merchant"].to_numpy()[pairs["base_value_yuan"].is_not_null().to_numpy()]] = True
    return Ends(
        segment=ALL,
        own=EMPTY,
        base=EMPTY,
        current=EMPTY,
        pairs=pairs,
        matched=replace(matched_panel(pairs, sales), lost=lost.get("matched")),
        whole=replace(total_panel(pairs, sales), lost=lost.get("total")),
        merchants=merchant_panel(pairs),
        listings=listing_panel(pairs),
        has_base=has_base,
        footings=footings,
        sales=sales,
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


def _size(pairs: pl.DataFrame) -> int:
    """How many merchants they number."""
    return int(pairs["merchant"].max() or 0) + 1 if len(pairs) else 0  # type: ignore[arg-type]
