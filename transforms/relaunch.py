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


def sightings(listing_weeks: pl.DataFrame, weeks: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per listing of a category, sorted by key: columns LISTING and SEEN, and the week it was first missed.

    `weeks` names the weeks of which each marketplace and category was read, where the rows are not all of them.

    `unit`, `price_yuan` and `title_text` are those of its last week, `first_...` those of its first. `gone_week` is the
    first week of which the category was read and the listing was not seen again; null while it stands. `is_new` is
    false for the listings of the category's first week, which may be of any age.
    """
    weeks = (listing_weeks if weeks is None else weeks).select(*UNIT, "week").unique()
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
    alike = _candidates(seen).with_columns(jaccard("grams", "next_grams").alias("jaccard"))
    fitting = alike.filter(pl.col("jaccard") >= ALIKE)
    ranked = fitting.sort(BEST_FIRST, descending=[True, False, False, False, False])
    kept = ["gone_week", "next_week", "jaccard", "log_price_ratio"]
    return _one_to_one(ranked).select(*LISTING, "next_listing_id", *kept).sort(LISTING)


def _candidates(seen: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a listing that went and one that came in time, of near price; an older one is never the new one.

    Not all pairs of a shop are looked at: days are put into bins as wide as the span allowed, and a pair must share one
    of its rarest 3-grams (`_telling`), which all that are alike enough do.
    """
    gone = seen.filter(pl.col("gone_week").is_not_null()).with_columns(day="gone_week")
    come = seen.filter("is_new").with_columns(day="first_week", title_text="first_title_text")
    gone, come = _beside(gone, come), _beside(come, gone)
    titles = _telling(pl.concat([gone["title_text"], come["title_text"]]))
    old, new = (
        end.with_columns(bin=pl.col("day").dt.epoch("d") // APART.days)
        .join(titles, on="title_text", how="inner", validate="m:1")
        .explode("telling")
        for end in (gone, come)
    )
    near = pl.concat(old.with_columns(pl.col("bin") + step) for step in (-1, 0, 1))
    later = new.select(
        *SHOP, "unit", "bin", "telling",
        next_listing_id="listing_id", next_week="first_week", next_last_week="last_week",
        next_grams="grams", next_price_yuan="first_price_yuan",
    )  # fmt: skip
    pairs = near.join(later, on=[*SHOP, "unit", "bin", "telling"], how="inner", nulls_equal=True)
    days = (pl.col("next_week") - pl.col("gone_week")).dt.total_days().abs()
    ratio = (pl.col("next_price_yuan") / pl.col("price_yuan")).log().abs()
    return (
        pairs.with_columns(days_apart=days, log_price_ratio=ratio)
        .filter(
            pl.col("first_week") < pl.col("next_week"),
            pl.col("last_week") < pl.col("next_last_week"),
            pl.col("days_apart") <= APART.days,
            pl.col("log_price_ratio") <= np.log(PRICE_RATIO) + 1e-12,
        )
        .unique([*LISTING, "next_listing_id"], keep="any")
    )


def _beside(ends: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """The ends of listings whose merchant has one of the others in the same category and unit class."""
    return ends.join(others, on=[*SHOP, "unit"], how="semi", nulls_equal=True, maintain_order="left")


def _telling(named: pl.Series) -> pl.DataFrame:
    """One row per title: its `grams`, and of them the `telling` ones.

    Two sets of which one has n grams, alike in at least 0.8 of what either has, share 0.8 n or more of them; so any
    n - 0.8 n + 1 of the one hold one that is shared, and where both take the rarest, they meet in it."""
    named = named.unique().drop_nulls().sort()
    titles = pl.DataFrame({"title_text": named, "grams": trigrams(named)}).filter(pl.col("grams").list.len() > 0)
    often = titles.select(gram=pl.col("grams").explode()).group_by("gram").len().sort("len", "gram")
    place = often.with_row_index("place").select("gram", "place")
    placed = titles.select("title_text", gram="grams").explode("gram").join(place, on="gram", validate="m:1")
    rarest = placed.group_by("title_text").agg(pl.col("place").sort().cast(pl.Int64).alias("telling"))
    count = pl.col("telling").list.len()
    kept = count - (ALIKE * count - 1e-9).ceil().cast(pl.UInt32) + 1
    telling = rarest.with_columns(pl.col("telling").list.head(kept))
    return titles.join(telling, on="title_text", how="inner", validate="1:1")


def _one_to_one(ranked: pl.DataFrame) -> pl.DataFrame:
    """Going down the pairs, the best first, those of which neither listing is in a pair yet.

    A loop and not a join: each choice depends on those before it, and few pairs are left here."""
    numbered = ranked.select(
        old=pl.struct(LISTING).rank("dense"), new=pl.struct([*SHOP, "next_listing_id"]).rank("dense")
    )
    gone: set[int] = set()
    come: set[int] = set()
    kept = []
    for place, (old, new) in enumerate(numbered.iter_rows()):
        if old not in gone and new not in come:
            kept.append(place)
            gone.add(old)
            come.add(new)
    return ranked[kept]
