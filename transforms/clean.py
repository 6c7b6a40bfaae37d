"""Offers to listing_weeks: text to typed numbers. Every offer is accepted or refused with a reason, none is dropped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from configs.marketplaces import Marketplace
from configs.place_names import locate
from configs.tables import table
from transforms import numbers
from transforms.displays import with_points
from transforms.duplicates import one_per_listing, standing_offers
from transforms.sales import READ_OF_BASIS, SALES_TEXTS, TRAILING, counted_instead, displayed_sales, sales_basis
from transforms.selling import selling_units
from transforms.shown_sales import in_place, other_period
from transforms.tiers import with_price

Case = tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]

READERS: dict[str, tuple[str, numbers.Reader]] = {
    "price": ("price_text", numbers.price),
    "list_price": ("list_price_text", numbers.list_price),
    "minimum_order": ("minimum_order_text", numbers.minimum_order),
    "listing_repurchase_share": ("listing_repurchase_text", numbers.share),
    "merchant_repurchase_share": ("merchant_repurchase_text", numbers.share),
    "return_share": ("return_rate_text", numbers.share),
    "merchant_years": ("merchant_years_text", numbers.years),
    **{f"{text}_read": (text, numbers.count) for text in SALES_TEXTS},
}
MERCHANT_TYPES = {"生产加工": "maker", "经销批发": "trader"}
PRICE_FROM = "price_from"  # flag of a price that is the least one pays (3.5元起)
PRICE_RANGE = "price_range"  # flag of a price that is the middle of a range: never compared with a tier's
NO_PRICE = "no_price"
VERDICT = ("reason", "column_name", "value_text")
NO_BADGES: dict[str, str] = {}


@dataclass(frozen=True)
class Cleaned:
    """listing_weeks, rejects, and the parameters of the weeks' displays (transforms/displays.py)."""

    listing_weeks: pl.DataFrame
    rejects: pl.DataFrame
    parameters: pl.DataFrame

    def of(self, category: str) -> "Cleaned":
        """What one category came to; nothing of it hangs on what was cleaned beside it."""
        is_own = pl.col("category") == category
        frames = (self.listing_weeks, self.rejects, self.parameters)
        return Cleaned(*(frame.filter(is_own) for frame in frames))


def clean(
    offers: pl.DataFrame, marketplace: Marketplace | None, aliases: Mapping[str, str] | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """listing_weeks and rejects of `cleaned`."""
    done = cleaned(offers, marketplace, aliases)
    return done.listing_weeks, done.rejects


def cleaned(offers: pl.DataFrame, marketplace: Marketplace | None, aliases: Mapping[str, str] | None = None) -> Cleaned:
    """listing_weeks and rejects of one marketplace, of categories and weeks apart; both sorted by their keys.

    Always sum(offer_count) + rejects = offers. Refused are offers without listing or merchant id, without a usable
    price, with sales that cannot be read, and duplicates: of what pages showed the first position that is no
    advertisement stays; rows handed over (page 0) are summed within one file, a later file (in the order of
    `offers`) replaces an earlier one key by key, and pages stand before files. `aliases` maps town names to place
    codes. Without a marketplace no badge has a meaning and pieces of 30 days come before counters. What floored
    displays hide is told by those of the same week that stay, so that a page seen twice changes nothing."""
    whole = table("offers").conform(offers).with_row_index("row")
    badges = marketplace.badges if marketplace else NO_BADGES
    basis = marketplace.sales.basis if marketplace else TRAILING
    read = whole.with_columns(_numbers(whole))
    sold = with_price(read).with_columns(selling_units(whole).alias("selling"), *_places(whole, aliases or {}))
    based = in_place(sold).with_columns(sales_basis(basis).alias("sales_basis"))
    judged = based.with_columns(_particulars(badges)).with_columns(_verdict())
    standing, duplicates = standing_offers(judged.filter(pl.col("reason").is_null()))
    pointed, parameters = with_points(standing, READ_OF_BASIS)
    kept = one_per_listing(pointed.with_columns(displayed_sales()))
    blame = (pl.lit("duplicate"), pl.lit("listing_id"), pl.col("listing_id"))
    repeated = duplicates.with_columns(value.alias(name) for value, name in zip(blame, VERDICT, strict=True))
    refused = pl.concat([judged.filter(pl.col("reason").is_not_null()), repeated])
    return Cleaned(_sorted("listing_weeks", kept), _sorted("rejects", refused), parameters)


def _numbers(whole: pl.DataFrame) -> Iterator[pl.Series]:
    """The columns of READERS; each reader reads its texts of all columns at once, as a call costs 10,000 of them."""
    for reader in dict.fromkeys(reader for _, reader in READERS.values()):
        names = [name for name, (_, one) in READERS.items() if one is reader]
        read = reader(pl.concat([whole[READERS[name][0]] for name in names]))
        for place, name in enumerate(names):
            yield read.slice(place * whole.height, whole.height).alias(name)


def _particulars(badges: Mapping[str, str]) -> list[pl.Expr]:
    """Ids without blanks, unit and unit price, merchant type, flags, and whether it is an advertisement."""
    factor = pl.col("selling").struct.field("pack_count")
    named = pl.col("merchant_type_text")
    kinds = pl.coalesce(pl.when(named.str.contains(word)).then(pl.lit(kind)) for word, kind in MERCHANT_TYPES.items())
    is_named = named.str.strip_chars() != ""
    return [
        *(_filled(pl.col(name).str.strip_chars()).alias(name) for name in ("listing_id", "merchant_id")),
        pl.col("list_price").struct.field("mid").alias("list_price_yuan"),
        pl.col("selling").struct.field("class").alias("unit"),
        factor.alias("pack_count"),
        (pl.col("price_yuan") / factor).alias("unit_price_yuan"),
        pl.when(is_named).then(kinds.fill_null("other")).alias("merchant_type"),
        _flags(badges).alias("flags"),
        pl.col("is_ad").fill_null(False).alias("is_ad"),
        pl.col("is_ad").fill_null(False).alias("is_advertised"),
    ]


def _flags(badges: Mapping[str, str]) -> pl.Expr:
    """What the badges mean and what was noted while reading, sorted, each once.

    Badges without a meaning give none; no badges and no notes null. Notes: price_range, price_from, pack_unsure,
    unit_mislabelled, unit_unknown, payers, orders or reviews where those were counted instead of pieces, other_period
    where sales of another period than 30 days were scaled."""
    shown = pl.col("badges")
    meaning = pl.element().str.strip_chars().replace_strict(badges, default=None, return_dtype=pl.String)
    flags = shown.list.eval(meaning.drop_nulls().unique()) if badges else shown.list.head(0)
    is_range = pl.when("is_range").then(pl.lit(PRICE_RANGE))
    is_from = pl.when("is_from").then(pl.lit(PRICE_FROM))
    read = (counted_instead(), other_period(pl.col("sales_basis"), READ_OF_BASIS))
    notes = pl.concat_list(is_range, is_from, pl.col("selling").struct.field("note"), *read).list.drop_nulls()
    together = pl.concat_list(flags.fill_null([]), notes).list.sort()
    return pl.when(shown.is_not_null() | (notes.list.len() > 0)).then(together)


def _places(whole: pl.DataFrame, aliases: Mapping[str, str]) -> list[pl.Series]:
    """Codes of the seller's and the ship-from place, each distinct text located once.

    place_code is the seller's alone: goods may ship from a port or a warehouse, so where no seller's place is shown it
    stays null whatever the ship-from place is."""
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
