"""How far down the listing of each category was read in each week, and what of that is missing."""

from collections.abc import Mapping

import polars as pl

from configs.marketplaces import Listing
from transforms.coverage import UNIT

REACH = ["first_page", "to_page", "is_whole", "lost_pages"]


def page_reach(pages: pl.DataFrame, listings: Mapping[str, Listing]) -> pl.DataFrame:
    """One row per UNIT, sorted: REACH of each, from the ledger (table pages) and each marketplace's way of listing.

    `is_whole`: the site lists no more than was to be read, so that a listing which is on none of its pages has left
    the category; null where nobody knows how much the site has. `to_page` is the last page that was to be read: of a
    foreign archive, whose plan is unknown, the last that the site has, as deep as we read, or else the last in it.
    `lost_pages` are those up to it that were not stored.
    """
    units = _units(pages, listings).with_columns(_reach().alias("reach"))
    ended = units.with_columns(_is_whole().alias("is_whole"))
    last_page = pl.when("is_whole").then(pl.min_horizontal("last", "reach")).otherwise("reach")
    meant = pl.int_ranges("first_page", pl.col("to_page") + 1)
    lost = meant.list.set_difference("stored_pages").list.sort()
    counted = ended.with_columns(to_page=last_page).with_columns(lost_pages=lost)
    return counted.select(*UNIT, *REACH).sort(UNIT)


def _units(pages: pl.DataFrame, listings: Mapping[str, Listing]) -> pl.DataFrame:
    """One row per UNIT: which pages were planned and stored, and what the site says of its last one."""
    size, deepest = (
        pl.col("marketplace").replace_strict(
            {name: getattr(listing, part) for name, listing in listings.items()}, default=None, return_dtype=pl.Int64
        )
        for part in ("page_size", "depth")
    )
    stored = (pl.col("state") == "done") & pl.col("outcome").is_in(["listing", "empty"])
    said = pl.max_horizontal("pages_said", (pl.col("listings_said") + size - 1) // size)
    listed = pages.filter((pl.col("purpose") == "listing") & (pl.col("read") == 1))
    units = listed.with_columns(said_count=said, deepest=deepest, is_stored=stored).sort(*UNIT, "page").group_by(UNIT)
    found = units.agg(
        pl.col("page").first().alias("first_page"),
        pl.col("page").last().alias("planned_page"),
        pl.col("deepest").first(),
        pl.col("said_count").max(),
        pl.col("page").filter("is_stored").alias("stored_pages"),
        (pl.col("is_stored") & (pl.col("outcome") == "empty")).any().alias("is_ended"),
        pl.col("is_stored").first().alias("is_begun"),
        (pl.col("worker") == "backfill").fill_null(False).any().alias("is_foreign"),
    )
    return found.with_columns(last=pl.col("first_page") + pl.max_horizontal("said_count", 1) - 1)


def _reach() -> pl.Expr:
    """The last page that was to be read."""
    foreign = pl.max_horizontal("planned_page", pl.min_horizontal("last", "deepest"))
    return pl.when("is_foreign").then(foreign).otherwise("planned_page")


def _is_whole() -> pl.Expr:
    """By what the site says it has; where it says nothing, by our own plan: a first page that is not full is the only
    one, and an empty page is behind the last."""
    is_alone = pl.col("planned_page") == pl.col("first_page")
    by_plan = pl.when(~pl.col("is_foreign") & pl.col("is_begun")).then(is_alone)
    unsaid = pl.when("is_ended").then(pl.lit(True)).otherwise(by_plan)
    return pl.when(pl.col("said_count").is_null()).then(unsaid).otherwise(pl.col("last") <= pl.col("reach"))
