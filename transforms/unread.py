"""Counters that tell no flow at one end, and what they leave without a counterpart at the other.

A counter has no flow in its first four weeks, and none after it was set back (METHOD 3.3). Of a listing that stands at
both ends both are then left out. One that has come and cannot be read stands most often for one of its merchant that
has gone: it was relaunched, or put in its place. To count what that sold, and not what is sold instead, bends the
matched change downwards, with a fifth relaunched and a tenth of the counters set back by about 1 %. So the gone listing
nearest in price, of the same merchant, category and unit, is left out of the matched sums with it; and so the other way
round. Where there is none within METHOD 4.6's ratio of prices nothing is left out.
"""

import numpy as np
import polars as pl

from transforms.relaunch import PRICE_RATIO
from transforms.sales import CUMULATIVE

SHELF = ["merchant", "category", "shelf_unit"]
REACH = float(np.log(PRICE_RATIO)) + 1e-12


def without_unread(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """`listing_pairs` rows (with `is_usable`) of which those are not usable whose counterpart cannot be read."""
    numbered = pairs.with_row_index("place").with_columns(shelf_unit=pl.coalesce("base_unit", "unit").fill_null(""))
    gone, come = pl.col("weight_now").is_null(), pl.col("base_weight").is_null()
    taken = pl.concat([_taken(numbered, come, gone, "", "base_"), _taken(numbered, gone, come, "base_", "")])
    marked = taken.unique().with_columns(is_taken=pl.lit(True))
    joined = numbered.join(marked, on="place", how="left", validate="1:1", maintain_order="left")
    return joined.with_columns(is_usable=pl.col("is_usable") & pl.col("is_taken").is_null()).drop(
        "place", "shelf_unit", "is_taken"
    )


def has_unread(joined: pl.DataFrame) -> bool:
    """Whether a counter stands at one end only that tells no flow there; takes rows with both ends' columns."""
    alone = pl.col("weight_now").is_null() | pl.col("base_weight").is_null()
    return bool(joined.select((alone & (_unread("") | _unread("base_"))).any()).item())


def _unread(end: str) -> pl.Expr:
    return (pl.col(f"{end}sales_basis") == CUMULATIVE).fill_null(False) & pl.col(f"{end}value_yuan").is_null()


def _taken(pairs: pl.LazyFrame, is_unread: pl.Expr, is_absent: pl.Expr, end: str, other: str) -> pl.LazyFrame:
    """`place` of the listings of the other end that those unread at `end` stand for."""
    price = {name: pl.col(f"{name}price_yuan").log().alias("log_price") for name in (end, other)}
    unread = pairs.filter(is_unread & _unread(end)).select(*SHELF, price[end])
    is_counter = pl.col(f"{other}sales_basis") == CUMULATIVE
    told = pairs.filter(is_absent & is_counter & pl.col(f"{other}value_yuan").is_not_null())
    others = told.select(*SHELF, price[other], "place").drop_nulls("log_price").sort("log_price", "place")
    near = (
        unread.drop_nulls("log_price")
        .sort("log_price")
        .join_asof(others, on="log_price", by=SHELF, strategy="nearest", tolerance=REACH, check_sortedness=False)
    )
    return near.select("place").drop_nulls()
