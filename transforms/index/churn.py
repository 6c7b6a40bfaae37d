"""Listings that come and go: sell-offs at the end of a listing's life, and listings that come back under a new id.

Source: METHOD 4.6. Neither is part of an index by itself: publish it with and without, the gap tells how much rests
on it. Indicators of price wars keep the sell-offs, which are what they look for.
"""

from datetime import timedelta

import numpy as np
import polars as pl

from transforms.ordered import group_sums

PRICE_LEFT, SHARE_LEFT = 0.5, 0.2  # a sell-off: the price falls by more than half, the share of quantity by over 80 %
NEAR = timedelta(days=21)
SIMILAR = 0.8  # Jaccard similarity of the titles' 3-grams
PRICE_RATIO = 1.5


def without_dumps(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of period, product, price, quantity without sell-offs, sorted by product and period.

    A product that is gone before the last period loses its last rows from the first one on since which its price never
    came back to half, nor its share of the period's quantity to a fifth, of what they were just before.
    """
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


def relaunches(listings: pl.DataFrame) -> pl.DataFrame:
    """One row per listing that came back under a new id: product, relaunch_of and similarity, sorted by product.

    Takes one row per listing: product, merchant, stratum (category and unit), title, first_week, last_week,
    first_price, last_price. Same merchant and stratum, first seen within 21 days of the week in which the other was
    last seen, a price within a factor 1.5, titles with a 3-gram similarity of at least 0.8. One to one, the most
    similar first.
    """
    ends = listings.select(pl.col("first_week").min().alias("first"), pl.col("last_week").max().alias("last"))
    gone = listings.join(ends, how="cross").filter(pl.col("last_week") < pl.col("last")).drop("first", "last")
    come = listings.join(ends, how="cross").filter(pl.col("first_week") > pl.col("first")).drop("first", "last")
    pairs = come.join(gone, on=["merchant", "stratum"], suffix="_before").filter(
        pl.col("product") != pl.col("product_before"),
        pl.col("first_week") > pl.col("first_week_before"),
        (pl.col("first_week") - pl.col("last_week_before")).abs() <= NEAR,
        (pl.col("first_price") / pl.col("last_price_before")).log().abs() <= np.log(PRICE_RATIO),
    )
    titles = zip(pairs["title"], pairs["title_before"], strict=True)
    similarity = pl.Series("similarity", [_similarity(*pair) for pair in titles], dtype=pl.Float64)
    near = pairs.with_columns(similarity).filter(pl.col("similarity") >= SIMILAR)
    ranked = near.sort("similarity", "product", "product_before", descending=[True, False, False])
    return _one_to_one(ranked.select("product", pl.col("product_before").alias("relaunch_of"), "similarity"))


def with_relaunches(frame: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The rows with `product` replaced by the first id that the listing had; takes what `relaunches` found."""
    before = dict(zip(found["product"], found["relaunch_of"], strict=True))
    first = {}
    for product in before:
        root = product
        while root in before:
            root = before[root]
        first[product] = root
    return frame.with_columns(pl.col("product").replace(first))


def _similarity(title: str | None, other: str | None) -> float:
    """Jaccard similarity of 3-grams; 0 without a title, shorter ones count as one gram."""
    if not title or not other:
        return 0.0
    grams, others = ({text[n : n + 3] for n in range(max(1, len(text) - 2))} for text in (title, other))
    return len(grams & others) / len(grams | others)


def _one_to_one(ranked: pl.DataFrame) -> pl.DataFrame:
    """Of ranked pairs the first of each product and of each earlier one."""
    taken: set[tuple[str, object]] = set()
    kept = []
    for product, earlier, _ in ranked.iter_rows():
        is_free = not {("new", product), ("old", earlier)} & taken
        kept.append(is_free)
        if is_free:
            taken |= {("new", product), ("old", earlier)}
    return ranked.filter(pl.Series(kept, dtype=pl.Boolean)).sort("product")
