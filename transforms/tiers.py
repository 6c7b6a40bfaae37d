"""The reference price of an offer: the price shown, or that of the tier at which the listing's minimum order buys."""

import polars as pl

from transforms import numbers

FIRST, LATER, UNKNOWN = 0, 1, 2


def with_price(read: pl.DataFrame) -> pl.DataFrame:
    """Adds price_yuan, price_low_yuan and price_high_yuan (over all that is shown, tiers too), is_range, is_from
    (the price taken is a lower end), and tier_text and tier_reason of the tier that was looked at.

    `read` has one row per offer: row, price (the struct of numbers.price), price_tiers and minimum_order. A single
    price shown stands. Where none or only a range is shown, price_yuan is that of the tier which applies at the
    listing's own minimum order, the lowest tier where none is stated: so a week read alone and a history read at once
    agree. A range without tiers has the price sqrt(low x high) and is_range: it is never compared with a tier's
    (METHOD 4.1)."""
    price = pl.col("price").struct
    by_tier = pl.col("tier_mid").is_not_null() & (price.field("mid").is_null() | price.field("is_range"))
    return read.join(_tiers(read), on="row", how="left", validate="1:1", maintain_order="left").with_columns(
        pl.when(by_tier).then(pl.col("tier_mid")).otherwise(price.field("mid")).alias("price_yuan"),
        pl.min_horizontal(price.field("low"), "tier_low").alias("price_low_yuan"),
        pl.max_horizontal(price.field("high"), "tier_high").alias("price_high_yuan"),
        pl.when(by_tier).then(pl.col("tier_is_range")).otherwise(price.field("is_range")).alias("is_range"),
        pl.when(by_tier).then(pl.col("tier_is_from")).otherwise(price.field("is_from")).alias("is_from"),
    )


def _tiers(read: pl.DataFrame) -> pl.DataFrame:
    """One row per offer with tiers: text, price, reason of the one that applies, lowest and highest price of all."""
    listed = read.select("row", "minimum_order", "price_tiers").filter(pl.col("price_tiers").list.len() > 0)
    tiers = listed.explode("price_tiers").unnest("price_tiers")
    priced = tiers.with_columns(
        numbers.price(tiers["price_text"]).alias("price"),
        numbers.minimum_order(tiers["min_quantity_text"]).alias("quantity"),
    ).unnest("price")
    return (
        priced.sort("row", *_order(), maintain_order=True)
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("price_text").first().alias("tier_text"),
            pl.col("mid").first().alias("tier_mid"),
            pl.col("is_range").first().alias("tier_is_range"),
            pl.col("is_from").first().alias("tier_is_from"),
            pl.col("reason").first().alias("tier_reason"),
            pl.col("low").min().alias("tier_low"),
            pl.col("high").max().alias("tier_high"),
        )
    )


def _order() -> list[pl.Expr]:
    """The highest tier that the minimum order reaches, then the tiers above it, then tiers without a quantity."""
    quantity = pl.col("quantity")
    is_reached = quantity <= pl.col("minimum_order")
    rank = pl.when(is_reached).then(FIRST).when(quantity.is_not_null()).then(LATER).otherwise(UNKNOWN)
    return [rank, pl.when(is_reached).then(-quantity).otherwise(quantity)]
