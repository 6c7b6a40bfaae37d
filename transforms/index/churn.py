"""Listings that come and go: sell-offs at the end of a listing's life, and listings that come back under a new id.

Source: METHOD 4.6. Neither is part of an index by itself: publish it with and without, the gap tells how much rests
on it. Indicators of price wars keep the sell-offs, which are what they look for.
"""

from datetime import timedelta

import polars as pl

from configs.errors import InputError
from transforms.index.tables import Table, as_frame, refuse_missing, refuse_types, with_dates
from transforms.ordered import group_sums
from transforms.relaunch import relaunches as relaunched

PRICE_LEFT, SHARE_LEFT = 0.5, 0.2  # a sell-off: the price falls by more than half, the share of quantity by over 80 %
IDS, DATES, PRICES = ("product", "merchant", "stratum"), ("first_week", "last_week"), ("first_price", "last_price")
GONE = "gone_week"
KEYS = ["product", "period"]
DUMPS, RELAUNCHES, FOLLOWING = "finding sell-offs", "finding relaunches", "following relaunches"


def without_dumps(frame: Table) -> pl.DataFrame:
    """The rows of period, product, price, quantity without sell-offs, sorted by product and period.

    A product that is gone before the last period loses its last rows from the first one on since which its price never
    came back to half, nor its share of the period's quantity to a fifth, of what they were just before. Rows of one
    period and product stay or go together, judged by their unit value. Raises InputError where columns are missing or
    hold what they cannot.
    """
    frame = as_frame(frame)
    refuse_missing(frame, ("period", "product", "price", "quantity"), DUMPS)
    refuse_types(frame, KEYS, ("price", "quantity"), DUMPS)
    fallen = [
        pl.col(name).cum_max(reverse=True) < left * pl.col(name).shift()
        for name, left in (("price", PRICE_LEFT), ("share", SHARE_LEFT))
    ]
    is_dumped = pl.all_horizontal(fallen).fill_null(False).cast(pl.Int8).cum_max().over("product") == 1
    is_gone = pl.col("period").max().over("product") < pl.col("period").max()
    kept = _unit_values(frame).filter(~(is_dumped & is_gone))
    rows = frame.sort(*KEYS, "price", "quantity", maintain_order=True)
    return rows.join(kept, on=KEYS, how="semi", nulls_equal=True, maintain_order="left")


def _unit_values(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per product and period, sorted: price and share of the period's quantity, null where no quantity is
    known. Without quantities above 0 the price is the geometric mean."""
    order, price = ["price", "quantity"], pl.col("price")
    valued = frame.with_columns(value=price * pl.col("quantity"), log=price.cast(pl.Float64).log())
    sums = group_sums(valued, KEYS, order, ["quantity", "value", "log"])
    counts = frame.group_by(KEYS).agg(
        least=price.min(), most=price.max(), prices=price.count(), quantities=pl.col("quantity").count()
    )
    whole = group_sums(frame, ["period"], ["product", *order], ["quantity"]).rename({"quantity": "whole"})
    rows = sums.join(counts, on=KEYS, how="left", validate="1:1", nulls_equal=True).join(
        whole, on="period", how="left", validate="m:1", nulls_equal=True
    )
    mean = pl.when(pl.col("quantity") > 0).then(pl.col("value") / pl.col("quantity"))
    unit_value = mean.fill_null((pl.col("log") / pl.col("prices")).exp())
    is_one = pl.col("least") == pl.col("most")  # one price stays what it is to the last bit
    return rows.select(
        *KEYS,
        price=pl.when(is_one).then("least").otherwise(unit_value),
        share=pl.when(pl.col("quantities") > 0).then(pl.col("quantity") / pl.col("whole")),
    ).sort(KEYS)


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
    dates = [name for name in (*DATES, GONE) if name in frame.columns]
    found = relaunched(_sightings(with_dates(frame, dates, RELAUNCHES)))
    named = found.select(product="next_listing_id", relaunch_of="listing_id", similarity="jaccard")
    return named.sort("product")


def with_relaunches(frame: Table, found: Table) -> pl.DataFrame:
    """The rows with `product` replaced by the first id that the listing had; takes what `relaunches` found.

    Raises InputError where columns are missing, ids are of another type than the rows', or lead back to themselves.
    """
    rows, pairs = as_frame(frame), as_frame(found)
    refuse_missing(rows, ("product",), FOLLOWING)
    refuse_missing(pairs, ("product", "relaunch_of"), FOLLOWING)
    before = dict(zip(pairs["product"], pairs["relaunch_of"], strict=True))
    first = {product: _first(product, before) for product in before}
    try:
        return rows.with_columns(pl.col("product").replace(first))
    except pl.exceptions.PolarsError as error:
        types = f"{rows.schema['product']}, those of the relaunches {pairs.schema['relaunch_of']}"
        raise InputError(f"{FOLLOWING} needs ids of one type: those of the rows are {types}") from error


def _first(product: object, before: dict[object, object]) -> object:
    """The id that a chain of relaunches leads back to."""
    root = product
    for _ in before:
        if root not in before:
            return root
        root = before[root]
    if root in before:
        raise InputError(f"{FOLLOWING} needs a first id of each listing: {product!r} leads back to itself")
    return root


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
