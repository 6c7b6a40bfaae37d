"""A base that no week has: the listings of up to three base weeks, mixed with the weights of `base_mix`."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from transforms.base_mix import BaseMix
from transforms.ordered import BoolArray, FloatArray, IntArray, floats, group_starts, sums_at
from transforms.panels import LISTING, merchant_number

UNSTEADY = "unsteady"  # in the place of a sales basis: it is that of no week, so it compares with nothing
PRICES = ("price_yuan", "unit_price_yuan", "earlier_price_yuan")


def mixed_base(placed: Mapping[date, pl.DataFrame], mix: BaseMix) -> pl.DataFrame:
    """One row per listing that stands in any part, sorted by key; the columns of `placed_listings`, and
    `presence_share`.

    `placed` has the `placed_listings` of every week of `mix.parts`; the result takes the base's place in
    `listing_pairs`.

    Value: the weighted sum of the parts, times the scale. A listing absent from a part sold nothing there, as one below
    the pages read is 0 in any week, so that the belt's total is the mix of the totals; null where no part shows sales.

    Matched: a merchant is at the base where it shows sales in all parts, else it would be there by a fraction, and
    coming back whole this year would be growth. Whatever is less has the basis `unsteady`, which keeps it out of the
    matched sums and makes it exit and entry in the split: the values of a merchant on a basis that it does not have in
    every part, and a listing that changed its basis or showed no sales in one of the parts in which it stands. A
    merchant that swapped one listing for another between two parts stays matched.

    Prices: mean over the parts in which it stands, each part's weight times the pieces sold in it (by the weights alone
    where none were), so that value / price is the mix of the pieces too. `earlier_price_yuan` likewise, so that a cut
    in the parts is a cut in the mix. Parts of another unit than the heaviest part's are left out, and a price that one
    of the parts lacks is null.

    Everything else (the weight in the belt, unit, flags, rates) is that of the heaviest part in which it stands, the
    earlier of equals. `presence_share` is the weight of the parts in which it stands: what a count of listings takes
    instead of 1, since the parts together hold more listings than any week.
    """
    rows = _stacked(placed, mix)
    starts = group_starts(rows, LISTING)
    share, shown = floats(rows["share"]), floats(rows["value_yuan"].is_not_null())
    is_same = _has_heaviest(rows, starts, "unit")
    value = mix.scale * sums_at(starts, share * floats(rows["value_yuan"]))
    is_unsteady = (sums_at(starts, shown) > 0) & ~_is_steady(rows, starts, len(mix.parts))
    mixed = rows[starts].with_columns(
        pl.when(pl.Series(sums_at(starts, shown) > 0)).then(pl.Series(value)).alias("value_yuan"),
        *(_mean_price(rows, starts, name, is_same) for name in PRICES),
        pl.when(pl.Series(is_unsteady)).then(pl.lit(UNSTEADY)).otherwise("sales_basis").alias("sales_basis"),
        pl.Series("presence_share", sums_at(starts, share)),
    )
    return mixed.drop("share", "week", "merchant")


def _stacked(placed: Mapping[date, pl.DataFrame], mix: BaseMix) -> pl.DataFrame:
    """One row per listing and part, sorted by listing and the heaviest part first, with the number of its merchant."""
    parts = [
        placed[week].lazy().filter(pl.col("weight") > 0).with_columns(week=pl.lit(week), share=pl.lit(share))
        for week, share in mix.parts
    ]
    falling = [*[False] * len(LISTING), True, False]
    stacked = pl.concat(parts).sort(*LISTING, "share", "week", descending=falling)
    return stacked.with_columns(merchant_number()).collect()


def _is_steady(rows: pl.DataFrame, starts: IntArray, parts: int) -> BoolArray:
    """Whether a listing's sales are on one basis throughout: its own in the parts in which it stands, and its
    merchant's in every part."""
    shown, merchant = pl.col("value_yuan").is_not_null(), ["merchant", "sales_basis"]
    weeks = rows.lazy().filter(shown).group_by(merchant).agg(pl.col("week").n_unique().alias("weeks"))
    listings = rows[starts].lazy().select(merchant).join(weeks, on=merchant, how="left", maintain_order="left")
    is_other = ~_has_heaviest(rows, starts, "sales_basis") | rows["value_yuan"].is_null().to_numpy()
    others = sums_at(starts, is_other.astype(np.float64))
    steady: BoolArray = (floats(listings.collect()["weeks"]) == parts) & (others == 0)
    return steady


def _has_heaviest(rows: pl.DataFrame, starts: IntArray, name: str) -> BoolArray:
    """Whether a row has in a column what the heaviest part of its listing has."""
    heaviest = rows[name][np.repeat(starts, np.diff(starts, append=rows.height))]
    return rows[name].eq_missing(heaviest).to_numpy()


def _mean_price(rows: pl.DataFrame, starts: IntArray, name: str, is_same: BoolArray) -> pl.Series:
    """Each listing's mean price over the parts, within the least and the greatest of them to the last bit."""
    price, share = floats(rows[name]), floats(rows["share"])
    pieces = np.where(is_same, share * floats(rows["value_yuan"]) / floats(rows["price_yuan"]), 0.0)
    weights = _or_else(pieces, np.where(is_same, share, 0.0), starts)
    mean = sums_at(starts, weights * price) / sums_at(starts, weights)
    if len(starts):
        least = np.minimum.reduceat(np.where(is_same, price, np.inf), starts)
        most = np.maximum.reduceat(np.where(is_same, price, -np.inf), starts)
        mean = np.clip(mean, least, most)
    is_there = sums_at(starts, np.where(is_same, floats(rows[name].is_null()), 0.0)) == 0
    return pl.select(pl.when(pl.Series(is_there)).then(pl.Series(mean))).to_series().alias(name)


def _or_else(weights: FloatArray, others: FloatArray, starts: IntArray) -> FloatArray:
    """The weights, or the others for a listing whose weights are all 0."""
    lengths = np.diff(starts, append=len(weights))
    return np.where(np.repeat(sums_at(starts, weights) > 0, lengths), weights, others)
