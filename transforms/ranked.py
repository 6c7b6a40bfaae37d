"""Cuts of a belt by rank: merchants by how dear they are, listings by what they sell.

Source: METHOD 5.10, 5.11. A merchant's place among the others is that of its median unit price in the commonest unit
class, half of those equal to it counted as below: 0.95 is dearer than 95 % of merchants. Band 90-100 is from 0.9 on.
"""

import numpy as np
import polars as pl

from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.panels import merchant_number
from transforms.segments import BANDS, TENTHS, TOP, Masks

TOP_SHARE = 0.2


def ranked_segments(rows: pl.DataFrame, unit: str | None) -> Masks:
    """Which listings are in which segment, from `placed_listings`; `unit` is the unit class of the belt's main price.
    All listings of a merchant are in its band; a merchant without such a price is in none."""
    is_inside = (rows["weight"] > 0).to_numpy()
    category = rows["category"].rank("dense").cast(pl.Int64).to_numpy()
    top = _top(np.where(is_inside, _floats(rows, "value_yuan"), np.nan), category)
    if unit is None:
        return {TOP: top}
    is_priced = is_inside & (rows["unit"] == unit).fill_null(False).to_numpy()
    merchant = rows.select(merchant_number()).to_series().to_numpy()
    price = np.where(is_priced, _floats(rows, "unit_price_yuan"), np.nan)
    tenth = _tenths(_medians(price, merchant))[merchant] if len(merchant) else np.zeros(0)
    return {**{name: is_inside & (tenth == place) for place, name in enumerate(BANDS)}, TOP: top}


def _floats(rows: pl.DataFrame, name: str) -> FloatArray:
    return rows[name].fill_null(float("nan")).to_numpy()


def _medians(price: FloatArray, merchant: IntArray) -> FloatArray:
    """The median price of each merchant's listings, NaN where it has none; merchants are numbered from 0."""
    found = np.full(int(merchant.max(initial=-1)) + 1, np.nan)
    known = np.flatnonzero(~np.isnan(price))
    order = known[np.lexsort((price[known], merchant[known]))]
    starts = np.flatnonzero(np.diff(merchant[order], prepend=-1))
    counts = np.diff(starts, append=len(order))
    middles = price[order[starts + (counts - 1) // 2]], price[order[starts + counts // 2]]
    found[merchant[order[starts]]] = (middles[0] + middles[1]) / 2
    return found


def _tenths(value: FloatArray) -> FloatArray:
    """The tenth in which each value's mid-rank percentile lies, from 0; NaN for NaN."""
    known = np.sort(value[~np.isnan(value)])
    below, upto = (np.searchsorted(known, value, side) for side in ("left", "right"))
    percentile = (below + upto) / (2 * max(1, len(known)))
    return np.where(np.isnan(value), np.nan, np.minimum(TENTHS - 1, np.floor(TENTHS * percentile)))


def _top(value: FloatArray, category: IntArray) -> BoolArray:
    """The fifth of the listings of each category that sell most, of equals the first by key; nulls sell nothing.
    Categories are numbered from 1."""
    found = np.zeros(len(value), dtype=bool)
    for number in range(1, int(category.max(initial=0)) + 1):
        own = np.flatnonzero((category == number) & (value > 0))
        order = own[np.argsort(-value[own], kind="stable")]
        found[order[: int(np.ceil(TOP_SHARE * len(own)))]] = True
    return found
