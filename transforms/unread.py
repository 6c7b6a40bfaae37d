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
    shelf_unit = pl.coalesce("base_unit", "unit").fill_null("")
    numbered = pairs.with_row_index("place").with_columns(shelf_unit=shelf_unit).collect()
    gone, come = pl.col("weight_now").is_null(), pl.col("base_weight").is_null()
    taken = _taken(numbered, come, gone, "", "base_"), _taken(numbered, gone, come, "base_", "")
    is_taken = pl.col("place").is_in(pl.concat(taken).implode())
    return numbered.lazy().with_columns(is_usable=pl.col("is_usable") & ~is_taken).drop("place", "shelf_unit")


def has_unread(joined: pl.DataFrame) -> bool:
    """Whether a counter stands at one end only that tells no flow there; takes rows with both ends' columns."""
    alone = pl.col("weight_now").is_null() | pl.col("base_weight").is_null()
    return bool(joined.select((alone & (_unread("") | _unread("base_"))).any()).item())


def _unread(end: str) -> pl.Expr:
    return (pl.col(f"{end}sales_basis") == CUMULATIVE).fill_null(False) & pl.col(f"{end}value_yuan").is_null()


def _taken(pairs: pl.DataFrame, is_unread: pl.Expr, is_absent: pl.Expr, end: str, other: str) -> pl.Series:
    """`place` of the listings of the other end that those unread at `end` stand for, each for another; of several that
    one is nearest to, the nearest stands for it."""
    price = {name: pl.col(f"{name}price_yuan").log().alias("log_price") for name in (end, other)}
    unread = pairs.filter(is_unread & _unread(end)).select(*SHELF, price[end], unread="place")
    is_counter = pl.col(f"{other}sales_basis") == CUMULATIVE
    told = pairs.filter(is_absent & is_counter & pl.col(f"{other}value_yuan").is_not_null())
    left = unread.drop_nulls("log_price").sort("log_price", "unread")
    free = told.select(*SHELF, price[other], "place").drop_nulls("log_price").sort("log_price", "place")
    taken, near = [free["place"].clear()], _nearest(left, free, [*SHELF, "nth"])  # of equal ones many at one go
    while near.height:
        taken.append(near["place"])
        left = left.join(near, on="unread", how="anti", maintain_order="left")
        free = free.join(near, on="place", how="anti", maintain_order="left")
        near = _nearest(left, free, SHELF)
    return pl.concat(taken)


def _nearest(unread: pl.DataFrame, told: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """`unread` and `place` of those nearest to each other in price, by `nth` of equal ones on a shelf or by shelf."""
    nth = pl.int_range(pl.len()).over(*SHELF, "log_price").alias("nth")
    there = told.join(unread, on=SHELF, how="semi", maintain_order="left")
    left, right = unread.with_columns(nth), there.with_columns(nth, told_price="log_price")
    near = left.join_asof(right, on="log_price", by=by, strategy="nearest", tolerance=REACH, check_sortedness=False)
    apart = (pl.col("log_price") - pl.col("told_price")).abs()
    first = near.drop_nulls("place").sort(apart, "unread").unique("place", keep="first", maintain_order=True)
    return first.select("unread", "place")
