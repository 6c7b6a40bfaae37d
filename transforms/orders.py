"""In which order each category was listed, as the ledger and the files of the marketplaces tell."""

import re
from collections.abc import Mapping

import polars as pl

from configs.marketplaces import Marketplace
from transforms.coverage import UNIT
from transforms.footing import MIXED


def listing_orders(pages: pl.DataFrame, marketplaces: Mapping[str, Marketplace]) -> pl.DataFrame:
    """One row per UNIT of the ledger (table pages), sorted: `order_key`, the site's name of the order, and `order_by`,
    what it goes by: pieces, value or other. Both are null where the marketplace's file names no order.

    The order is what the pages' addresses name, else what the file says was in force that week. Pages of one week
    that name several have the key `(several)`, which equals no other week's.
    """
    found = [_of_marketplace(pages, marketplace) for marketplace in marketplaces.values()]
    schema = {name: pages.schema[name] for name in UNIT} | {"order_key": pl.String(), "order_by": pl.String()}
    return pl.concat([pl.DataFrame(schema=schema), *found]).sort(UNIT)


def _of_marketplace(pages: pl.DataFrame, marketplace: Marketplace) -> pl.DataFrame:
    listed = (pl.col("purpose") == "listing") & (pl.col("read") == 1)
    own = pages.filter(listed & (pl.col("marketplace") == marketplace.name))
    keys = own.select(*UNIT, _key(marketplace).alias("order_key"), _by(marketplace).alias("order_by"))
    is_one = pl.col("order_key").n_unique() == 1
    return keys.group_by(UNIT).agg(
        pl.when(is_one).then(pl.col("order_key").first()).otherwise(pl.lit(MIXED)).alias("order_key"),
        pl.when(is_one).then(pl.col("order_by").first()).otherwise(pl.lit("other")).alias("order_by"),
    )


def _key(marketplace: Marketplace) -> pl.Expr:
    stated = _in_force(marketplace, "key")
    order = marketplace.sort
    if order is None or order.parameter is None:
        return stated
    return pl.coalesce(pl.col("url").str.extract(rf"[?&]{re.escape(order.parameter)}=([^&#]*)"), stated)


def _by(marketplace: Marketplace) -> pl.Expr:
    """What the order goes by: that of the file where the address names the file's own order, else other."""
    is_stated = _key(marketplace) == _in_force(marketplace, "key")
    return pl.when(is_stated).then(_in_force(marketplace, "by")).when(is_stated.is_not_null()).then(pl.lit("other"))


def _in_force(marketplace: Marketplace, part: str) -> pl.Expr:
    """`key` or `by` of the order that the file says was in force in a row's week."""
    order = marketplace.sort
    if order is None:
        return pl.lit(None, pl.String)
    found = pl.lit(getattr(order, part))
    for earlier in reversed(order.earlier):
        found = pl.when(pl.col("week") < earlier.until).then(pl.lit(getattr(earlier, part))).otherwise(found)
    return found
