"""What is sold under one id after another: product keys of relaunched listings, and pairs that follow them.

Without links a relaunch is an exit and an entry on listing level; with them it stays, and what remains of price, volume
and mix is that of the product. The merchant's own sum is the same either way. Source: METHOD 1, 4.6.
"""

import polars as pl

from transforms.ordered import total
from transforms.panels import LISTING, MERCHANT
from transforms.relaunch import LISTING as CATEGORY_LISTING
from transforms.relaunch import SHOP
from transforms.split import EFFECTS, split_change


def product_keys(links: pl.DataFrame) -> pl.DataFrame:
    """One row per listing that was relaunched or is a relaunch, from `relaunches`: its category's LISTING,
    `product_key` (the id the product first had), and `step`, how many relaunches lie between. Sorted by key."""
    before = links.select(*SHOP, listing_id="next_listing_id", before="listing_id")
    first = links.select(*SHOP, "listing_id").join(before, on=CATEGORY_LISTING, how="anti")
    chain = first.with_columns(product_key="listing_id", step=pl.lit(0, pl.Int64))
    found = [chain]
    while chain.height:
        chain = chain.rename({"listing_id": "before"}).join(before, on=[*SHOP, "before"], validate="1:1")
        chain = chain.select(*CATEGORY_LISTING, "product_key", pl.col("step") + 1)
        found.append(chain)
    return pl.concat(found).sort(CATEGORY_LISTING)


def with_ids_of_now(base: pl.DataFrame, current: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """The base rows, a listing that has gone since bearing the id under which its product stands now.

    `base` and `current` are listing_weeks rows of two weeks. A listing that stands at both ends stays itself; of
    several that went and came under one product the older goes with the older. Ids stay unique within each end.
    """
    known = keys.unique(LISTING, keep="first", maintain_order=True).select(*LISTING, "product_key", "step")
    then, now = (end.select(LISTING).unique() for end in (base, current))
    gone = _numbered(then.join(now, on=LISTING, how="anti"), known)
    come = _numbered(now.join(then, on=LISTING, how="anti"), known)
    product = [*MERCHANT, "product_key", "number"]
    renamed = gone.join(come.rename({"listing_id": "id_now"}), on=product, how="inner", validate="1:1")
    joined = base.join(
        renamed.select(*LISTING, "id_now"), on=LISTING, how="left", validate="m:1", maintain_order="left"
    )
    return joined.with_columns(listing_id=pl.coalesce("id_now", "listing_id")).drop("id_now")


def relaunch_gap(pairs: pl.DataFrame, linked: pl.DataFrame) -> dict[str, float]:
    """What following products changes in the split, by effect as a fraction of the base total; the changes add up to 0.

    `pairs` and `linked` are the `listing_pairs` without and with `with_ids_of_now`. Empty where the base sells nothing.
    """
    base = total(pairs["base_yuan"].to_numpy())
    if base <= 0:
        return {}
    without, following = split_change(pairs), split_change(linked)
    return {name: (following[name].yuan - without[name].yuan) / base for name in EFFECTS}


def _numbered(listings: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The listings that are under a product, numbered from the oldest within it."""
    under = listings.join(known, on=LISTING, how="inner", validate="1:1").sort(*MERCHANT, "product_key", "step")
    return under.with_columns(number=pl.int_range(pl.len()).over(*MERCHANT, "product_key")).drop("step")
