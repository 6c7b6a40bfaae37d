"""Relaunched listings as one product of a belt's price index.

Where a merchant takes a listing down and puts it up again under another id, a price that falls on the way is in no
comparison of listings. With links the new one goes on as the old one from the week in which the old one is missed;
before that both stand, and each is itself. Source: METHOD 4.6.
"""

import polars as pl

from transforms.products import product_keys
from transforms.relaunch import LISTING, SHOP, relaunches, sightings

LINK_COLUMNS = ["title_text", "price_yuan"]  # of listing_weeks, beside those that the index is made of


def turning_points(listings: pl.DataFrame) -> pl.DataFrame:
    """The first and the last row of each listing: of a part of the weeks they tell what `links` needs of it."""
    week = pl.col("week")
    return listings.filter((week == week.min().over(LISTING)) | (week == week.max().over(LISTING)))


def links(ends: pl.DataFrame, weeks: pl.DataFrame) -> pl.DataFrame:
    """One row per relaunch, from `turning_points` and the weeks of which each marketplace and category was read:
    category, `product` and `linked` (the product it goes on as), as `index_rows` names them, and `since` which week."""
    seen = sightings(ends, weeks)
    found = relaunches(seen)
    came = found.select(*SHOP, listing_id="next_listing_id", since=pl.max_horizontal("gone_week", "next_week"))
    keys = product_keys(found).join(came, on=LISTING, how="inner", validate="1:1", maintain_order="left")
    return keys.select(
        "category", product=product_name("listing_id"), linked=product_name("product_key"), since="since"
    )


def with_links(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """`index_rows` in which relaunched listings go on as the product that they were, from their `links`."""
    if found.is_empty():
        return rows
    joined = rows.join(found, on=["category", "product"], how="left", validate="m:1", maintain_order="left")
    is_linked = (pl.col("week") >= pl.col("since")).fill_null(False)
    return joined.with_columns(product=pl.when(is_linked).then("linked").otherwise("product")).drop("linked", "since")


def product_name(listing: str) -> pl.Expr:
    """What a listing is called as a product: no two merchants have one of the same name."""
    return pl.concat_str("marketplace", "merchant_id", listing, separator="/")
