"""Offers to listing_weeks: text to typed numbers. Every offer is accepted or refused with a reason, none is dropped."""

from collections.abc import Mapping

import polars as pl

from configs.marketplaces import Marketplace
from configs.places import locate
from configs.tables import table
from transforms import numbers
from transforms.duplicates import one_per_listing
from transforms.sales import SALES_TEXTS, TRAILING, displayed_sales, sales_basis

Case = tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]

READERS: dict[str, tuple[str, numbers.Reader]] = {
    "price": ("price_text", numbers.price),
    "list_price_yuan": ("list_price_text", lambda texts: numbers.price(texts).struct.field("mid")),
    "minimum_order": ("minimum_order_text", numbers.minimum_order),
    "unit_class": ("unit_text", numbers.unit),
    "listing_repurchase_share": ("listing_repurchase_text", numbers.share),
    "merchant_repurchase_share": ("merchant_repurchase_text", numbers.share),
    "return_share": ("return_rate_text", numbers.share),
    "merchant_years": ("merchant_years_text", numbers.years),
    **{f"{text}_read": (text, numbers.count) for text in SALES_TEXTS},
}
MERCHANT_TYPES = {"生产加工": "maker", "经销批发": "trader"}
PRICE_RANGE = "price_range"  # flag of a price that is the middle of a range: never compared with a tier's
NO_PRICE = "no_price"
VERDICT = ("reason", "column_name", "value_text")
NO_BADGES: dict[str, str] = {}


def clean(
    offers: pl.DataFrame, marketplace: Marketplace | None, aliases: Mapping[str, str] | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """listing_weeks and rejects of one marketplace and category, one or many weeks; both sorted by their keys.

    Always sum(offer_count) + rejects = offers. Refused are offers without listing or merchant id, without a usable
    price, with sales that cannot be read, and duplicates: of what pages showed the first position that is no
    advertisement stays; rows handed over (page 0) are summed within one file, a later file (in the order of
    `offers`) replaces an earlier one key by key, and pages stand before files. `aliases` maps town names to place
    codes. Without a marketplace no badge has a meaning and pieces of 30 days come before counters."""
    whole = table("offers").conform(offers).with_row_index("row")
    badges = marketplace.badges if marketplace else NO_BADGES
    basis = marketplace.sales.basis if marketplace else TRAILING
    read = whole.with_columns(reader(whole[text]).alias(name) for name, (text, reader) in READERS.items())
    priced = _with_price(read).with_columns(_particulars(badges)).with_columns(_places(whole, aliases or {}))
    counted = priced.with_columns(sales_basis(basis).alias("sales_basis")).with_columns(displayed_sales())
    judged = counted.with_columns(_verdict())
    kept, duplicates = one_per_listing(judged.filter(pl.col("reason").is_null()))
    blame = (pl.lit("duplicate"), pl.lit("listing_id"), pl.col("listing_id"))
    repeated = duplicates.with_columns(value.alias(name) for value, name in zip(blame, VERDICT, strict=True))
    refused = pl.concat([judged.filter(pl.col("reason").is_not_null()), repeated])
    return _sorted("listing_weeks", kept), _sorted("rejects", refused)


def _with_price(read: pl.DataFrame) -> pl.DataFrame:
    """Adds price_yuan (the price shown; the first tier where none or only a range is shown), price_low_yuan and
    price_high_yuan over all that is shown, is_range, and the first tier's price_text and reason."""
    price = pl.col("price").struct
    by_tier = pl.col("tier_mid").is_not_null() & (price.field("mid").is_null() | price.field("is_range"))
    return read.join(_tiers(read), on="row", how="left", validate="1:1", maintain_order="left").with_columns(
        pl.when(by_tier).then(pl.col("tier_mid")).otherwise(price.field("mid")).alias("price_yuan"),
        pl.min_horizontal(price.field("low"), "tier_low").alias("price_low_yuan"),
        pl.max_horizontal(price.field("high"), "tier_high").alias("price_high_yuan"),
        pl.when(by_tier).then(pl.col("tier_is_range")).otherwise(price.field("is_range")).alias("is_range"),
    )


def _tiers(read: pl.DataFrame) -> pl.DataFrame:
    """One row per offer with tiers: text, price and reason of the first tier, lowest and highest price of all."""
    listed = read.select("row", "price_tiers").filter(pl.col("price_tiers").list.len() > 0)
    tiers = listed.explode("price_tiers").unnest("price_tiers")
    priced = tiers.with_columns(numbers.price(tiers["price_text"]).alias("price")).unnest("price")
    return priced.group_by("row", maintain_order=True).agg(
        pl.col("price_text").first().alias("tier_text"),
        pl.col("mid").first().alias("tier_mid"),
        pl.col("is_range").first().alias("tier_is_range"),
        pl.col("reason").first().alias("tier_reason"),
        pl.col("low").min().alias("tier_low"),
        pl.col("high").max().alias("tier_high"),
    )


def _particulars(badges: Mapping[str, str]) -> list[pl.Expr]:
    """Ids without blanks, unit and unit price, merchant type, flags, and whether it is an advertisement."""
    factor = pl.col("unit_class").struct.field("factor")
    named = pl.col("merchant_type_text")
    kinds = pl.coalesce(pl.when(named.str.contains(word)).then(pl.lit(kind)) for word, kind in MERCHANT_TYPES.items())
    is_named = named.str.strip_chars() != ""
    return [
        *(_filled(pl.col(name).str.strip_chars()).alias(name) for name in ("listing_id", "merchant_id")),
        pl.col("unit_class").struct.field("class").alias("unit"),
        factor.alias("pack_count"),
        (pl.col("price_yuan") / factor).alias("unit_price_yuan"),
        pl.when(is_named).then(kinds.fill_null("other")).alias("merchant_type"),
        _flags(badges).alias("flags"),
        pl.col("is_ad").fill_null(False).alias("is_ad"),
    ]


def _flags(badges: Mapping[str, str]) -> pl.Expr:
    """What the badges mean, sorted, each once; badges without a meaning give none, no badges null."""
    shown = pl.col("badges")
    meaning = pl.element().str.strip_chars().replace_strict(badges, default=None, return_dtype=pl.String)
    flags = shown.list.eval(meaning.drop_nulls().unique().sort()) if badges else shown.list.head(0)
    ranged = pl.concat_list(flags.fill_null([]), pl.lit(PRICE_RANGE)).list.sort()
    return pl.when("is_range").then(ranged).otherwise(flags)


def _places(whole: pl.DataFrame, aliases: Mapping[str, str]) -> list[pl.Series]:
    """Codes of the seller's and the ship-from place, each distinct text located once."""
    columns = ("seller_place_text", "ship_place_text")
    texts = sorted({text for column in columns for text in whole[column].unique().to_list() if text})
    found = {text: place for text in texts if (place := locate(text, aliases))}
    codes = {text: place.code for text, place in found.items()}
    levels = {text: place.level for text, place in found.items()}
    return [
        _mapped(whole["seller_place_text"], codes).alias("place_code"),
        _mapped(whole["seller_place_text"], levels).alias("place_level"),
        _mapped(whole["ship_place_text"], codes).alias("ship_place_code"),
    ]


def _mapped(texts: pl.Series, values: Mapping[str, str]) -> pl.Series:
    return texts.replace_strict(list(values), list(values.values()), default=None, return_dtype=pl.String)


def _verdict() -> list[pl.Expr]:
    """reason, column and value_text of a refused offer: those of the first case that holds; null where accepted."""
    cases = [*_missing_ids(), *_bad_price(), *_bad_sales()]
    chosen = [pl.lit(None, pl.String)] * 3
    for holds, *values in reversed(cases):
        chosen = [pl.when(holds).then(value).otherwise(rest) for value, rest in zip(values, chosen, strict=True)]
    return [value.alias(name) for value, name in zip(chosen, VERDICT, strict=True)]


def _missing_ids() -> list[Case]:
    return [
        (pl.col(name).is_null(), pl.lit(f"no_{name}"), pl.lit(name), pl.col(name))
        for name in ("listing_id", "merchant_id")
    ]


def _bad_price() -> list[Case]:
    """No price could be used: blame the one shown, else the first tier, else nothing was there."""
    has_none = pl.col("price_yuan").is_null()
    shown, tier = pl.col("price").struct.field("reason"), pl.col("tier_reason")
    return [
        (has_none & (shown != NO_PRICE), shown, pl.lit("price_text"), pl.col("price_text")),
        (has_none & (tier != NO_PRICE), tier, pl.lit("price_tiers"), pl.col("tier_text")),
        (has_none, pl.lit(NO_PRICE), pl.lit("price_text"), pl.col("price_text")),
    ]


def _bad_sales() -> list[Case]:
    """Sales are shown, and none of them can be read."""
    return [
        (
            pl.col("sales_basis").is_null() & pl.col(f"{text}_read").struct.field("is_unreadable"),
            pl.lit("unreadable_sales"),
            pl.lit(text),
            pl.col(text),
        )
        for text in SALES_TEXTS
    ]


def _sorted(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    columns = table(name)
    return columns.conform(frame.select(column for column in columns.names if column in frame.columns)).sort(
        columns.key
    )


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
