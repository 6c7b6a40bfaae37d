"""Who took the assistant up when, and how much each merchant sold at readings four weeks apart.

A reading describes the 28 days that end at its week, so that readings 28 days apart do not overlap. The outcome is
ln q: pieces at the listing's mean price over the readings, summed over a merchant's listings, so that pieces, packs and
metres add up and a changed price is no changed quantity. A unit is a merchant in one category on one sales basis; its
stratum is marketplace, category and basis. Only listings of weight 0.8 or more are counted, of pages that show badges
at all. A merchant has the assistant from the first reading at which at least half of its listings carry the badge, for
good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from transforms.group_time import NEVER, Adoption
from transforms.ordered import BoolArray, FloatArray, IntArray, begins, group_starts, sums_by
from transforms.panels import COUNTED_WEIGHT, LISTING, MERCHANT
from transforms.segments import ASSISTANT

STEP = timedelta(days=28)
READINGS = 24  # as many as both years to date reach back: eight readings before whoever came to it in the last year
PRECISE = 0.5  # of what a unit sells on average: bounds of a reading that lie further apart tell nothing of its course
STRATUM = ["marketplace", "category", "sales_basis"]
UNIT = [*STRATUM, "merchant_id"]
BOUNDS = ("value_low_yuan", "value_high_yuan")
KEPT = ["key", *UNIT, "price_yuan", "value_yuan", *BOUNDS, "has_assistant"]


@dataclass(frozen=True)
class Panel:
    """The units of a belt for `group_time_effects`, and the merchant's number of each listing."""

    adoption: Adoption
    merchant_of_listing: IntArray

    def listings(self, is_in: BoolArray) -> int:
        """How many listings the merchants that are in have."""
        return int(np.count_nonzero(is_in[self.merchant_of_listing]))


def reading_weeks(week: date) -> list[date]:
    """The weeks whose readings an effect of `week` may rest on, latest first."""
    return [week - STEP * back for back in range(READINGS)]


def adoption_reading(rows: pl.DataFrame) -> pl.DataFrame:
    """What the effects take from one week: one row per listing counted in the belt, sorted by `key`, with whether its
    merchant has the assistant. Takes listing_weeks rows with the belt's weight; a listing in two categories counts in
    the first."""
    return _read(rows, []).select(KEPT)


def adoption_readings(rows: pl.DataFrame) -> dict[date, pl.DataFrame]:
    """`adoption_reading` of many weeks in one pass; a week without listings that are counted is not there."""
    made = _read(rows, ["week"])
    starts = group_starts(made, ["week"]).tolist()
    spans, kept = pairwise([*starts, made.height]), made.select(KEPT)
    return {week: kept[first:last] for week, (first, last) in zip(made["week"][starts].to_list(), spans, strict=True)}


def _read(rows: pl.DataFrame, each: list[str]) -> pl.DataFrame:
    carries = pl.col("flags").list.contains(ASSISTANT)
    counted = rows.lazy().filter(pl.col("weight") >= COUNTED_WEIGHT, pl.col("flags").is_not_null())
    once = counted.sort(*each, *LISTING, "category").filter(begins([*each, *LISTING]))
    parts = (pl.col(name).fill_null("") for name in (*UNIT, "listing_id"))
    told = once.with_columns(
        pl.concat_str(*parts, separator="\x1f").alias("key"),  # sorts as its parts do
        (carries.mean() >= 0.5).over(*each, *MERCHANT).alias("has_assistant"),
    )
    return told.select(*each, *KEPT).sort(*each, "key").collect()


def adoption_panel(readings: Mapping[date, pl.DataFrame], week: date) -> Panel:
    """The panel of a week from the `adoption_reading` of those of its `reading_weeks` that were read."""
    days = [day for day in reversed(reading_weeks(week)) if day in readings]
    stacked = pl.concat(readings[day] for day in days)
    at = np.repeat([READINGS - 1 - (week - day) // STEP for day in days], [readings[day].height for day in days])
    listing = stacked["key"].rank("dense").to_numpy().astype(np.int64) - 1
    named = stacked.select(UNIT)[np.unique(listing, return_index=True)[1]]
    stratum, unit = (np.cumsum(named.select(begins(key)).to_series().to_numpy()) - 1 for key in (STRATUM, UNIT))
    first_row = np.unique(unit, return_index=True)[1]
    merchant = named[first_row].select(pl.struct(MERCHANT).rank("dense")).to_series().to_numpy().astype(np.int64) - 1
    cell = unit[listing] * READINGS + at
    adopted = stacked["has_assistant"].to_numpy()
    adoption = Adoption(
        outcome=_log_quantities(stacked, listing, cell, len(first_row)),
        first=_first(merchant[unit][listing], at, adopted)[merchant],
        stratum=stratum[first_row],
        merchant=merchant,
    )
    return Panel(adoption, merchant[unit])


def _log_quantities(stacked: pl.DataFrame, listing: IntArray, cell: IntArray, units: int) -> FloatArray:
    """ln q of each unit at each reading, NaN where it is not known well enough: nothing sold, a counter without a base
    (a sum that lacks a relaunched listing would be a fall that never was), or floored to steps too coarse for the unit.
    How coarse is judged by its mean over all readings, so that a poor reading is no likelier to be left out."""
    price = np.log(stacked["price_yuan"].to_numpy())
    count = np.bincount(listing)
    constant = np.exp((sums_by(listing, price, len(count)) / count)[listing] - price)
    sold, low, high = (
        sums_by(cell, constant * stacked[name].cast(pl.Float64).fill_null(np.nan).to_numpy(), units * READINGS).reshape(
            -1, READINGS
        )
        for name in ("value_yuan", *BOUNDS)
    )
    is_sold = sold > 0
    mean = np.where(is_sold, sold, 0.0).sum(axis=1) / np.maximum(1, is_sold.sum(axis=1))
    is_known = is_sold & (high - low <= PRECISE * mean[:, None])
    return np.log(sold, out=np.full_like(sold, np.nan), where=is_known)


def _first(merchant: IntArray, at: IntArray, adopted: BoolArray) -> IntArray:
    """The first reading at which each merchant has the assistant."""
    first = np.full(int(merchant.max(initial=-1)) + 1, NEVER)
    np.minimum.at(first, merchant[adopted], at[adopted])
    return first
