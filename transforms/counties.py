"""The county of a merchant whose place text names only the city, where something else of the merchant's names it."""

from collections.abc import Iterable, Mapping
from functools import cache

import polars as pl

from configs.places import AREAS, Place, children, counties_of, place

LONGEST_NAME = 12
WEEK_CATEGORY = ["week", "category", "marketplace", "merchant_id"]


def with_known_counties(located: pl.DataFrame, aliases: Mapping[str, str]) -> pl.DataFrame:
    """The listings, place_code and is_county made finer where only the city was known and the county is certain.

    Certain is a county of that city that the same merchant shows on other listings of the week in the category (the
    only one it shows there), else one named at the beginning of its company name (`county_of_name`). `located` has one
    row per listing and week: week, category, marketplace, merchant_id, merchant_name_text, place_code, city_code and
    is_county; `aliases` maps town names to county codes."""
    is_open = ~pl.col("is_county") & (pl.col("place_code") == pl.col("city_code"))
    shown = in_areas(located.filter(pl.col("is_county") & pl.col("city_code").is_not_null()))
    only = shown.select(*WEEK_CATEGORY, "city_code", other_code="place_code").unique()
    only = only.unique([*WEEK_CATEGORY, "city_code"], keep="none")
    joined = located.join(
        only, on=[*WEEK_CATEGORY, "city_code"], how="left", validate="m:1", nulls_equal=False, maintain_order="left"
    )
    named = _named(joined.filter(is_open & pl.col("other_code").is_null()), aliases)
    told = joined.join(named, on=["city_code", "merchant_name_text"], how="left", validate="m:1", maintain_order="left")
    found = pl.when(is_open).then(pl.coalesce("other_code", "named_code"))
    return told.with_columns(
        found.fill_null(pl.col("place_code")).alias("place_code"),
        (pl.col("is_county") | found.is_not_null()).alias("is_county"),
    ).drop("other_code", "named_code")


def in_areas(counties: pl.DataFrame) -> pl.DataFrame:
    """Rows with place_code and city_code, and those in counties of an area (雄安新区) once more with it as the city."""
    again = [
        counties.filter(pl.col("place_code").is_in(counties_of(area))).with_columns(city_code=pl.lit(area))
        for area in AREAS
    ]
    return pl.concat([counties, *again])


def county_of_name(name: str, city: Place, aliases: Mapping[str, str] | None = None) -> str | None:
    """Code of the county of `city` (or direct municipality) that a company name begins with, or None.

    Province and city may stand before it (河北省保定市高阳县某某毛巾厂). Full names count, old ones too, and `aliases`,
    the towns of its counties; short names only of counties and county-level cities (高阳某某毛巾厂), as those of
    districts are ordinary words (新华, 长安). A county of another city is none."""
    full, short = _names_in(city.code)
    towns = {town: code for town, code in (aliases or {}).items() if code in full.values()}
    rest = name.replace(" ", "")
    for above in dict.fromkeys((city.province_code, city.code)):
        # 承德县 is a county of 承德市: its name is looked for before the city's is taken away.
        if code := _first(rest, full):
            return code
        rest = _without(rest, place(above))
    return _first(rest, {**short, **towns, **full})


def _first(text: str, names: Mapping[str, str]) -> str | None:
    """The code of the longest name that the text begins with."""
    starts = (text[:length] for length in range(min(len(text), LONGEST_NAME), 1, -1))
    return next((names[start] for start in starts if start in names), None)


def _named(listings: pl.DataFrame, aliases: Mapping[str, str]) -> pl.DataFrame:
    """One row per city and company name that begins with one of the city's counties: named_code."""
    pairs = (
        listings.select("city_code", "merchant_name_text").unique().drop_nulls().sort("city_code", "merchant_name_text")
    )
    cities = {code: found for code in pairs["city_code"].unique().to_list() if (found := place(code))}
    rows = [
        (code, name, county)
        for code, name in pairs.iter_rows()
        if (county := county_of_name(name, cities[code], aliases))
    ]
    schema = {"city_code": pl.String(), "merchant_name_text": pl.String(), "named_code": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")


@cache
def _names_in(code: str) -> tuple[dict[str, str], dict[str, str]]:
    """Full and short names of the counties of a city or direct municipality to their codes.

    Left out are names that two of them bear, short names of districts, and one that the city bears too."""
    counties, city = children(code), place(code)
    full = _unambiguous((name, part.code) for part in counties for name in part.full_names)
    own = [part for part in counties if not part.name.endswith("区") and city and part.short_name != city.short_name]
    return full, _unambiguous((part.short_name, part.code) for part in own)


def _unambiguous(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    codes: dict[str, set[str]] = {}
    for name, code in names:
        codes.setdefault(name, set()).add(code)
    return {name: next(iter(found)) for name, found in codes.items() if len(found) == 1}


def _without(text: str, above: Place | None) -> str:
    """The text without the division's name at its beginning."""
    name = next((name for name in above.names if text.startswith(name)), "") if above else ""
    return text[len(name) :]
