"""Listings that come and go: sell-offs at the end of a listing's life, and listings that come back under a new id.

Source: METHOD 4.6. Neither is part of an index by itself: publish it with and without, the gap tells how much rests
on it. Indicators of price wars keep the sell-offs, which are what they look for.
"""

from datetime import timedelta

import polars as pl

from configs.errors import InputError
from transforms.index.tables import Table, as_frame, refuse_missing, refuse_types
from transforms.ordered import group_sums
from transforms.relaunch import relaunches as relaunched

PRICE_LEFT, SHARE_LEFT = 0.5, 0.2  # a sell-off: the price falls by more than half, the share of quantity by over 80 %
IDS, DATES, PRICES = ("product", "merchant", "stratum"), ("first_week", "last_week"), ("first_price", "last_price")
GONE = "gone_week"
DUMPS, RELAUNCHES, FOLLOWING = "finding sell-offs", "finding relaunches", "following relaunches"


def without_dumps(frame: Table) -> pl.DataFrame:
    """The rows of period, product, price, quantity without sell-offs, sorted by product and period.

    A product that is gone before the last period loses its last rows from the first one on since which its price never
    came back to half, nor its share of the period's quantity to a fifth, of what they were just before. Raises
    InputError where columns are missing or hold what they cannot.
    """
    frame = as_frame(frame)
    refuse_missing(frame, ("period", "product", "price", "quantity"), DUMPS)
    refuse_types(frame, ("period", "product"), ("price", "quantity"), DUMPS)
    keys = ["period", "product"]
    share = group_sums(frame, ["period"], ["product", "price", "quantity"], ["quantity"]).rename({"quantity": "_all"})
    rows = frame.join(share, on="period", how="left", validate="m:1").sort("product", "period")
    rows = rows.with_columns((pl.col("quantity") / pl.col("_all")).alias("_share"))
    fallen = [
        pl.col(name).cum_max(reverse=True) < left * pl.col(name).shift()
        for name, left in (("price", PRICE_LEFT), ("_share", SHARE_LEFT))
    ]
    is_dumped = pl.all_horizontal(fallen).fill_null(False).cast(pl.Int8).cum_max().over("product") == 1
    is_gone = pl.col("period").max().over("product") < pl.col("period").max()
    return rows.filter(~(is_dumped & is_gone)).select(frame.columns).sort(*reversed(keys))


def relaunches(listings: Table) -> pl.DataFrame:
    """One row per listing that came back under a new id: product, relaunch_of and similarity, sorted by product.

    Takes one row per listing: product, merchant, stratum (category and unit), title, first_week, last_week,
    first_price, last_price, and where known `gone_week`, the first week that was read without it, null while it stands;
    without that column it is the week after the last one in which it was seen, if any listing was seen later. What
    counts as a relaunch is told in transforms/relaunch.py.
    Raises InputError where columns are missing or hold what they cannot.
    """
    frame = as_frame(listings)
    refuse_missing(frame, (*IDS, *DATES, *PRICES, "title"), RELAUNCHES)
    refuse_types(frame, IDS, PRICES, RELAUNCHES)
    dates = [name for name in (*DATES, GONE) if name in frame.columns and frame.schema[name] != pl.Date()]
    if dates:
        raise InputError(
            f"{RELAUNCHES} needs weeks that are dates: the column {dates[0]} holds {frame.schema[dates[0]]}"
        )
    found = relaunched(_sightings(frame))
    named = found.select(product="next_listing_id", relaunch_of="listing_id", similarity="jaccard")
    return named.sort("product")


def with_relaunches(frame: Table, found: Table) -> pl.DataFrame:
    """The rows with `product` replaced by the first id that the listing had; takes what `relaunches` found."""
    rows, pairs = as_frame(frame), as_frame(found)
    refuse_missing(rows, ("product",), FOLLOWING)
    refuse_missing(pairs, ("product", "relaunch_of"), FOLLOWING)
    before = dict(zip(pairs["product"], pairs["relaunch_of"], strict=True))
    first = {}
    for product in before:
        root = product
        while root in before:
            root = before[root]
        first[product] = root
    return rows.with_columns(pl.col("product").replace(first))


def _sightings(listings: pl.DataFrame) -> pl.DataFrame:
    """The listings as `transforms.relaunch.sightings` has them."""
    week_after = pl.when(pl.col("last_week") < pl.col("last_week").max()).then(pl.col("last_week") + timedelta(weeks=1))
    return listings.select(
        marketplace=pl.lit(""),
        category="stratum",
        merchant_id="merchant",
        listing_id="product",
        unit=pl.lit(""),
        first_week="first_week",
        last_week="last_week",
        gone_week=pl.col(GONE) if GONE in listings.columns else week_after,
        is_new=pl.col("first_week") > pl.col("first_week").min(),
        price_yuan="last_price",
        first_price_yuan="first_price",
        title_text=pl.col("title").cast(pl.String),
        first_title_text=pl.col("title").cast(pl.String),
    )
