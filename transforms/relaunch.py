"""Relaunches: a listing taken down and put up again by its merchant under another id.

Source: METHOD 4.6. Linked are listings of one merchant, category and unit class, the new one first seen within 21 days
of the old one's disappearance (before or after it), their titles alike in at least 0.8 of their character 3-grams, the
prices at most half as much again apart. A listing follows one other at most and is followed by one at most: the most
alike pair is taken first.
"""

from datetime import timedelta

import numpy as np
import polars as pl

from transforms.trigrams import jaccard, trigrams

UNIT = ["marketplace", "category"]
SHOP = [*UNIT, "merchant_id"]
LISTING = [*SHOP, "listing_id"]
APART = timedelta(days=21)
ALIKE, PRICE_RATIO = 0.8, 1.5
BEST_FIRST = ["jaccard", "days_apart", "log_price_ratio", "listing_id", "next_listing_id"]  # the first descending
SEEN = ["first_week", "last_week", "unit", "price_yuan", "title_text", "first_price_yuan", "first_title_text"]


def sightings(listing_weeks: pl.DataFrame) -> pl.DataFrame:
    """One row per listing of a category, sorted by key: columns LISTING and SEEN, and the week it was first missed.

    `unit`, `price_yuan` and `title_text` are those of its last week, `first_...` those of its first. `gone_week` is the
    first week of which the category was read and the listing was not seen again; null while it stands. `is_new` is
    false for the listings of the category's first week, which may be of any age.
    """
    weeks = listing_weeks.select(*UNIT, "week").unique()
    ordered = listing_weeks.select(*LISTING, "week", "unit", "price_yuan", "title_text").sort(*LISTING, "week")
    seen = ordered.group_by(LISTING, maintain_order=True).agg(
        pl.col("week").first().alias("first_week"),
        pl.col("week").last().alias("last_week"),
        *(pl.col(name).last() for name in ("unit", "price_yuan", "title_text")),
        *(pl.col(name).first().alias(f"first_{name}") for name in ("price_yuan", "title_text")),
    )
    later = weeks.sort(*UNIT, "week").with_columns(
        pl.col("week").shift(-1).over(UNIT).alias("gone_week"), pl.col("week").min().over(UNIT).alias("opening")
    )
    joined = seen.join(
        later.rename({"week": "last_week"}), on=[*UNIT, "last_week"], how="left", validate="m:1", maintain_order="left"
    )
    return joined.with_columns(is_new=pl.col("first_week") > pl.col("opening")).drop("opening")


def relaunches(seen: pl.DataFrame) -> pl.DataFrame:
    """One row per relaunch, from `sightings`: LISTING of the old one, `next_listing_id` of the new one, `gone_week`,
    `next_week` (first seen), `jaccard`, and `log_price_ratio` (absolute). Sorted by key."""
    alike = _alike(_candidates(seen)).filter(pl.col("jaccard") >= ALIKE)
    ranked = alike.sort(BEST_FIRST, descending=[True, False, False, False, False])
    kept = ["gone_week", "next_week", "jaccard", "log_price_ratio"]
    return _one_to_one(ranked).select(*LISTING, "next_listing_id", *kept).sort(LISTING)


def _candidates(seen: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a listing that went and one that came in time, of near price; an older one is never the new one.

    Days are put into bins as wide as the span allowed, so that a shop's pairs are not all looked at.
    """
    bin_of = pl.col("day").dt.epoch("d") // APART.days
    gone = seen.filter(pl.col("gone_week").is_not_null()).with_columns(day="gone_week").with_columns(bin=bin_of)
    near = pl.concat(gone.with_columns(pl.col("bin") + step) for step in (-1, 0, 1))
    come = seen.filter("is_new").with_columns(day="first_week").with_columns(bin=bin_of)
    new = come.select(
        *SHOP, "unit", "bin",
        next_listing_id="listing_id", next_week="first_week", next_last_week="last_week",
        next_title_text="first_title_text", next_price_yuan="first_price_yuan",
    )  # fmt: skip
    days = (pl.col("next_week") - pl.col("gone_week")).dt.total_days().abs()
    return (
        near.join(new, on=[*SHOP, "unit", "bin"], how="inner", nulls_equal=True)
        .filter(
            pl.col("first_week") < pl.col("next_week"),
            pl.col("last_week") < pl.col("next_last_week"),
        )
        .with_columns(
            days_apart=days,
            log_price_ratio=(pl.col("next_price_yuan") / pl.col("price_yuan")).log().abs(),
        )
        .filter(
            pl.col("days_apart") <= APART.days,
            pl.col("log_price_ratio") <= np.log(PRICE_RATIO) + 1e-12,
        )
    )


def _alike(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs with the `jaccard` of their titles; each title is taken apart once."""
    named = pl.concat([pairs["title_text"], pairs["next_title_text"].alias("title_text")])
    titles = pl.DataFrame({"title_text": named.unique().drop_nulls().sort()})
    known = titles.with_columns(grams=trigrams(titles["title_text"]))
    return (
        pairs.join(known, on="title_text", how="inner", validate="m:1")
        .join(known.select(next_title_text="title_text", next_grams="grams"), on="next_title_text", validate="m:1")
        .with_columns(jaccard("grams", "next_grams").alias("jaccard"))
        .drop("grams", "next_grams")
    )


def _one_to_one(ranked: pl.DataFrame) -> pl.DataFrame:
    """The best pair first, then the best of what is left, and so on: pairs that are the first of both their listings
    are taken in one go, and the rest is looked at again."""
    taken = [ranked.clear()]
    while ranked.height:
        place = pl.int_range(pl.len())
        first = ranked.filter(place == place.min().over(*LISTING), place == place.min().over(*SHOP, "next_listing_id"))
        taken.append(first)
        ranked = ranked.join(first, on=LISTING, how="anti", maintain_order="left").join(
            first, on=[*SHOP, "next_listing_id"], how="anti", maintain_order="left"
        )
    return pl.concat(taken)
