"""One row per listing and week: which of several accepted offers stands for it, and which are refused."""

import polars as pl

from configs.tables import table
from transforms.ordered import group_sums

KEY = table("listing_weeks").key
FILE_ORDER = ["row"]
OBSERVED = "return_share"  # of a listing: how much of what was sold came back
SUMMED = (
    "pieces_low", "pieces_mid", "pieces_high", "value_low_yuan", "value_yuan", "value_high_yuan",
    "sales_total_low", "sales_total_high",
)  # fmt: skip
# A null upper end beside a lower one is open (1.2万+), not missing: the sum is open too.
OPEN_ENDS = {"pieces_high": "pieces_low", "value_high_yuan": "value_low_yuan", "sales_total_high": "sales_total_low"}


def standing_offers(accepted: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The offers that stand for a listing, and those refused as duplicates.

    `accepted` has one row per offer, `row` its place in the offers, and the columns that `one_per_listing` sums are not
    needed yet. What pages showed stands before what was handed over (page 0), of which several may stand for one. What
    no page shows (OBSERVED) is taken over from the last row handed over of the same listing."""
    is_handed_over = pl.col("page") == 0
    shown, repeated = _first_position(accepted.filter(~is_handed_over))
    handed_over = accepted.filter(is_handed_over)
    unseen = handed_over.join(shown, on=KEY, how="anti", maintain_order="left")
    seen = handed_over.join(shown, on=KEY, how="semi", maintain_order="left")
    last, superseded = _last_file(unseen)
    return pl.concat([_completed(shown, seen), last]), pl.concat([repeated, seen, superseded])


def one_per_listing(standing: pl.DataFrame) -> pl.DataFrame:
    """Rows with offer_count, one per key of listing_weeks, from `standing_offers` with the columns of listing_weeks."""
    is_handed_over = pl.col("page") == 0
    shown = standing.filter(~is_handed_over).with_columns(pl.lit(1, pl.Int64).alias("offer_count"))
    return pl.concat([shown, _summed(standing.filter(is_handed_over))])


def _first_position(offers: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first position that is no advertisement; of a page captured twice in the week the earlier capture first.

    Captures are ranked page by page: a crawl's own order of fetching decides nothing."""
    capture = pl.col("seen_at").rank("dense").over("week", "category", "page")
    advertised = pl.col("is_ad").any().over(KEY).alias("is_advertised")
    ranked = offers.with_columns(capture.alias("capture"), advertised).sort(
        "is_ad", "capture", "page", "position", "page_digest", "row"
    )
    first = ranked.unique(KEY, keep="first", maintain_order=True).drop("capture")
    return first, offers.join(first, on="row", how="anti", maintain_order="left")


def _last_file(offers: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A file handed over again replaces the rows of the files before it, key by key."""
    last = offers.sort("row").unique(KEY, keep="last", maintain_order=True).select(*KEY, "page_digest")
    kept = offers.join(last, on=[*KEY, "page_digest"], how="semi", maintain_order="left")
    return kept, offers.join(last, on=[*KEY, "page_digest"], how="anti", maintain_order="left")


def _completed(shown: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """What pages showed, with what only rows handed over of the same listings can tell."""
    if seen.is_empty():
        return shown
    last = seen.sort("row").unique(KEY, keep="last", maintain_order=True).select(*KEY, told=OBSERVED)
    joined = shown.join(last, on=KEY, how="left", validate="1:1", maintain_order="left")
    return joined.with_columns(pl.coalesce(OBSERVED, "told").alias(OBSERVED)).drop("told")


def _summed(offers: pl.DataFrame) -> pl.DataFrame:
    """Handed-over rows of one key and file added up in the order of the file; the price is then the unit value.

    Particulars are those of the first row. Rows that stand alone stay as they are, to the last bit."""
    counted = offers.with_columns(pl.len().over(KEY).cast(pl.Int64).alias("offer_count"))
    alone, several = counted.filter(pl.col("offer_count") == 1), counted.filter(pl.col("offer_count") > 1)
    if several.is_empty():
        return alone
    first = several.sort("row").unique(KEY, keep="first", maintain_order=True)
    sums = group_sums(several, KEY, FILE_ORDER, SUMMED).rename({name: f"sum_{name}" for name in SUMMED})
    extremes = several.group_by(KEY).agg(
        pl.col("price_low_yuan").min().alias("least_yuan"),
        pl.col("price_high_yuan").max().alias("most_yuan"),
        pl.col("is_ad").all().alias("is_every_ad"),
        pl.col("is_ad").any().alias("is_any_ad"),
        *(
            (pl.col(low).is_not_null() & pl.col(high).is_null()).any().alias(f"is_open_{high}")
            for high, low in OPEN_ENDS.items()
        ),
        *(pl.col(name).is_not_null().any().alias(f"is_any_{name}") for name in SUMMED),
    )
    joined = first.join(sums, on=KEY, validate="1:1").join(extremes, on=KEY, validate="1:1")
    return pl.concat([alone, _with_sums(joined).select(counted.columns)])


def _with_sums(joined: pl.DataFrame) -> pl.DataFrame:
    sums = [
        pl.when(pl.col(f"is_any_{name}") & ~_is_open(name)).then(pl.col(f"sum_{name}")).alias(name) for name in SUMMED
    ]
    summed = joined.with_columns(
        *sums,
        pl.col("least_yuan").alias("price_low_yuan"),
        pl.col("most_yuan").alias("price_high_yuan"),
        pl.col("is_every_ad").alias("is_ad"),
        pl.col("is_any_ad").alias("is_advertised"),
    )
    unit_value = pl.when(pl.col("pieces_mid") > 0).then(pl.col("value_yuan") / pl.col("pieces_mid"))
    return summed.with_columns(unit_value.fill_null(pl.col("price_yuan")).alias("price_yuan")).with_columns(
        (pl.col("price_yuan") / pl.col("pack_count")).alias("unit_price_yuan")
    )


def _is_open(name: str) -> pl.Expr:
    return pl.col(f"is_open_{name}") if name in OPEN_ENDS else pl.lit(False)
