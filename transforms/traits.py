"""What the pages of a category's week are like as a whole: numbers that stand still while the layout does.

They are taken from the texts as they are quoted: a layout that has drifted is to be seen before anything is cleaned.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from configs.tables import table

FILLED = (
    "title_text", "price_text", "price_tiers", "minimum_order_text", "unit_text", "list_price_text", "sales_30d_text",
    "sales_total_text", "turnover_30d_text", "seller_place_text", "merchant_years_text", "badges",
)  # fmt: skip
SAME = ("price", "sales", "title", "place")
NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
QUANTILES = {"low": 0.1, "middle": 0.5, "high": 0.9}
ONE_STEP = 0.01  # logarithm: prices within one per cent of a common factor moved by it
READ = ("week", "page", "listing_id", "merchant_id", "is_ad", *FILLED)

IntArray = npt.NDArray[np.int64]


def level_traits(offers: pl.DataFrame) -> pl.DataFrame:
    """One row per week of the offers (columns READ) of one marketplace's category, sorted: counts, cards per page,
    shares of offers that show a column, and where prices and sales lie (logarithms of the first number of a text)."""
    texts = {"price": _price_text(), "sales": _sales_text()}
    numbers = {f"{name}_log": (_number(text) + (name == "sales")).log() for name, text in texts.items()}
    digits = {f"{name}_digits": text.str.count_matches(r"\d") for name, text in texts.items()}
    is_at_list = (_number(pl.col("price_text")) >= _number(pl.col("list_price_text"))).alias("is_at_list")
    levels = (
        offers.lazy()
        .with_columns(**numbers, **digits)
        .with_columns(is_at_list)
        .group_by("week")
        .agg(
            pl.len().cast(pl.Int64).alias("offer_count"),
            pl.col("page").n_unique().cast(pl.Int64).alias("page_count"),
            pl.col("merchant_id").n_unique().cast(pl.Int64).alias("merchant_count"),
            *(_is_filled(name, offers.schema[name]).mean().alias(f"{name}_share") for name in FILLED),
            pl.col("is_at_list").mean().alias("price_at_list_share"),
            *(
                pl.col(name).quantile(at, "linear").alias(f"{name[:-4]}_{word}_log")
                for name in numbers
                for word, at in QUANTILES.items()
            ),
            *(pl.col(name).mean().alias(f"{name[:-1]}_count") for name in digits),
            *(pl.col(name).std().alias(f"{name[:-1]}_spread") for name in digits),
        )
    )
    cards = offers.lazy().group_by("week", "page").agg(pl.len()).group_by("week")
    full = cards.agg(cards_per_page=pl.col("len").median())
    return levels.join(full, on="week", how="left", validate="1:1").sort("week").collect()


def matched_traits(offers: pl.DataFrame) -> pl.DataFrame:
    """One row per week of the offers but the first, sorted: the week before it that has offers (`compared_week`), how
    much of its listings came back, and the shares of those whose texts are the same, or whose prices all moved by one
    factor. Advertisements, which stand where they like, are left out."""
    seen = _hashed(offers)
    weeks = seen["week"].unique().sort()
    number = seen["week"].rank("dense").cast(pl.Int64).to_numpy() - 1
    key = seen["key"].to_numpy()
    order = np.lexsort((number, key))
    before, here = order[:-1], order[1:]
    is_back = (key[here] == key[before]) & (number[here] == number[before] + 1)
    here, before = here[is_back], before[is_back]
    size, week = len(weeks), number[here]
    back, there = np.bincount(week, minlength=size), np.bincount(number, minlength=size)
    pages = seen.group_by("week").agg(pl.col("page").n_unique()).sort("week")["page"].to_numpy()
    read = np.minimum(1.0, pages / np.maximum(np.roll(pages, 1), 1))  # pages that were lost took listings with them
    same = {name: np.bincount(week[_are_same(seen[name], here, before)], minlength=size) for name in SAME}
    owners = pl.DataFrame({"week": week, "owner": seen["merchant"].to_numpy()[here]})
    counted = dict(owners.group_by("week").agg(pl.col("owner").n_unique()).iter_rows())
    rows = pl.DataFrame(
        {
            "week": weeks,
            "compared_week": weeks.shift(1),
            "returning_merchant_count": pl.Series([counted.get(at, 0) for at in range(size)], dtype=pl.Int64),
            "kept_share": _share(np.minimum(back, np.roll(there, 1) * read), np.roll(there, 1) * read),
            "returning_share": _share(back, there),
            **{f"same_{name}_share": _share(count, back) for name, count in same.items()},
            "same_step_share": _share(_in_step(seen["price_log"].to_numpy(), here, before, week, size), back),
        }
    )
    return rows[1:]


def _hashed(offers: pl.DataFrame) -> pl.DataFrame:
    """The listings that are no advertisements, each once a week: numbers stand for their texts."""
    listings = offers.lazy().filter(~pl.col("is_ad").fill_null(False) & pl.col("listing_id").is_not_null())
    return listings.select(
        "week",
        "page",
        key=pl.col("listing_id").hash(),
        merchant=pl.col("merchant_id").hash(),
        price=_price_text().hash(),
        price_log=_number(_price_text()).log(),
        sales=_sales_text().hash(),
        title=pl.col("title_text").hash(),
        place=pl.col("seller_place_text").hash(),
    ).collect()


def _are_same(values: pl.Series, here: IntArray, before: IntArray) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = values.to_numpy()[here] == values.to_numpy()[before]
    return found


def _in_step(
    price_log: npt.NDArray[np.float64], here: IntArray, before: IntArray, week: IntArray, size: int
) -> IntArray:
    """By week how many prices moved by the median listing's factor, 0 where that did not move."""
    step = np.nan_to_num(price_log[here] - price_log[before])
    medians = pl.DataFrame({"week": week, "step": step}).group_by("week").agg(pl.col("step").median())
    middle = np.zeros(size)
    middle[medians["week"].to_numpy()] = medians["step"].to_numpy()
    is_in_step = (np.abs(step - middle[week]) <= ONE_STEP) & (np.abs(middle[week]) > ONE_STEP)
    return np.bincount(week[is_in_step], minlength=size)


def with_matches(levels: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    """Rows of `level_traits` with those of `matched_traits`; null where a week has none before it."""
    return levels.join(matches, on="week", how="left", validate="1:1", maintain_order="left")


def kept_names_share(names: str | None, before: str | None) -> float | None:
    """The share of the names on the page of an earlier week that are there still; None where either is not known."""
    earlier = set((before or "").split())
    return len(earlier & set((names or "").split())) / len(earlier) if earlier and names else None


def empty_traits() -> pl.DataFrame:
    """Table batch_traits without rows."""
    return table("batch_traits").empty()


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> pl.Series:
    """Null where there is nothing to be a share of."""
    return pl.Series(part / np.where(whole > 0, whole, 1)).set(pl.Series(whole <= 0), None)


def _price_text() -> pl.Expr:
    return pl.coalesce("price_text", pl.col("price_tiers").list.first().struct.field("price_text"))


def _sales_text() -> pl.Expr:
    return pl.coalesce("sales_30d_text", "sales_total_text", "turnover_30d_text")


def _number(text: pl.Expr) -> pl.Expr:
    """The first number of a text, 1.2万 as 12000; full-width digits are digits."""
    plain = text.str.normalize("NFKC").str.replace_all(",", "", literal=True).str.extract(NUMBER).cast(pl.Float64)
    return plain * pl.when(text.str.contains("万", literal=True)).then(10_000.0).otherwise(1.0)


def _is_filled(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.List):
        return (pl.col(name).list.len() > 0).fill_null(False)
    return pl.col(name).is_not_null()
