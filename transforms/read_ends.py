"""One belt at a week and at its base, read once into arrays."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from transforms.counted import listing_panel, merchant_panel
from transforms.ends import Ends, Segments
from transforms.expansion import Cells, expansion
from transforms.footing import Footings
from transforms.hidden import shown_sales
from transforms.ordered import FloatArray, total
from transforms.page_spread import Spread, page_spread
from transforms.paired import Paired, paired
from transforms.panels import (
    NO_FOOTINGS,
    listing_pairs,
    matched_panel,
    merchant_number,
    total_panel,
)
from transforms.placed import Placed
from transforms.samples import Sample
from transforms.segments import ALL, Standing, merchant_segments

NO_CELLS: Cells = {}
NOTHING_LOST: Mapping[str, Spread] = {}
NONE = np.zeros(0, dtype=np.int64)
EMPTY = Sample(NONE, NONE, 0, np.zeros(0), {}, NONE)


def read_pairs(
    now: pl.DataFrame, then: pl.DataFrame, footings: Footings = NO_FOOTINGS
) -> tuple[pl.DataFrame, Paired | None]:
    """The pairs of two `placed_listings` on their footings, and what their displays hide; None where nothing."""
    pairs = listing_pairs(now, then, footings)
    return pairs, paired(pairs, shown_sales(then), shown_sales(now))


def read_segments(
    now: Placed,
    then: Placed,
    footings: Footings = NO_FOOTINGS,
    pairs: pl.DataFrame | None = None,
    cells: Cells = NO_CELLS,
) -> Segments:
    """Everything that the figures of a belt need, from both ends on their footings; `pairs` are their `listing_pairs`
    where these are made already. `cells` are of the categories that lost pages this week: levels stand for them."""
    if pairs is None:
        pairs = listing_pairs(now.rows, then.rows, footings)
    base_unit = then.unit or now.unit
    size = _size(pairs)
    base, current = (_sample(pairs, row, size, end.read(base_unit)) for row, end in (("base_row", then), ("row", now)))
    standings = [
        Standing(sample.merchant, size, {name: is_in[sample.rows] for name, is_in in masks.items()})
        for sample, masks in ((base, then.masks(base_unit)), (current, now.masks(now.unit)))
    ]
    sales = paired(pairs, then.shown, now.shown)
    sums = pair_ends(pairs, footings, sales, page_spread(now.rows, then.rows, footings, _sums))
    whole = replace(sums, own=_own_sample(now, cells), base=base, current=current)
    return Segments(
        whole,
        {name: is_in[now.is_inside] for name, is_in in now.masks(now.unit).items()},
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
        merchants=replace(merchant_panel(pairs), lost=lost.get("merchants")),
        listings=replace(listing_panel(pairs), lost=lost.get("listings")),
        has_base=has_base,
        footings=footings,
        sales=sales,
    )


def _sums(now: pl.DataFrame, then: pl.DataFrame, footings: Footings) -> dict[str, tuple[float, float]]:
    """The sums of displayed sales at the base and now, of the matched merchants and of all, and of the counts."""
    pairs = listing_pairs(now, then, footings)
    panels = {
        "matched": matched_panel(pairs),
        "total": total_panel(pairs),
        "merchants": merchant_panel(pairs),
        "listings": listing_panel(pairs),
    }
    return {name: (total(panel.base), total(panel.current)) for name, panel in panels.items()}


def _own_sample(now: Placed, cells: Cells) -> Sample:
    rows, inside = np.flatnonzero(now.is_inside), now.rows.filter(now.is_inside)
    merchant = inside.select(merchant_number()).to_series().to_numpy()
    size = int(merchant[-1]) + 1 if len(merchant) else 0
    return Sample(
        np.arange(len(rows)), merchant, size, inside["weight"].to_numpy(), now.values, rows, expansion(now.rows, cells)
    )


def _sample(pairs: pl.DataFrame, row: str, size: int, values: Mapping[str, FloatArray]) -> Sample:
    numbers = np.flatnonzero(pairs[row].is_not_null().to_numpy())
    rows = pairs[row].to_numpy()[numbers].astype(np.int64)
    merchant, weight = pairs["merchant"].to_numpy()[numbers], pairs["weight"].to_numpy()[numbers]
    return Sample(numbers, merchant, size, weight, values, rows)


def _size(pairs: pl.DataFrame) -> int:
    """How many merchants they number."""
    return int(pairs["merchant"].max() or 0) + 1 if len(pairs) else 0  # type: ignore[arg-type]
