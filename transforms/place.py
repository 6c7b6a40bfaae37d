"""Which belts a listing belongs to, with weight and rule (METHOD 6).

A county is certain. Where a page names only the city, another listing of the merchant or the beginning of its company
name may name the county; else a listing counts in each belt of that city with the share of the category's merchants
that are known to sit in the belt's counties. The place is the seller's: where goods ship from decides nothing."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from configs.belts import Belt
from configs.places import Place, place
from configs.tables import table
from transforms.counties import in_areas, with_known_counties
from transforms.ordered import group_sums

KEY = table("listing_belts").key
LISTING = KEY[:-1]
CITY = ["week", "category", "city_code"]
COUNTY_RULE, CITY_RULE, WEIGHT_RULE = "county", "city", "city_weight"
ROUNDING = 1e-12
MEMBERS = pl.Schema({name: table("listing_belts").polars_schema()[name] for name in [*KEY, "weight", "rule"]})
COUNTS = pl.Schema(
    {
        "week": pl.Date(),
        "category": pl.String(),
        "city_code": pl.String(),
        "belt": pl.String(),
        "belt_merchants": pl.Int64(),
    }
)


def placed(listing_weeks: pl.DataFrame, belts: Mapping[str, Belt], as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What `belts_of` and `city_weights` give of the same listings."""
    valid = belts_in_force(belts, as_of)
    located = with_divisions(listing_weeks, valid)
    weights = _weights(located, valid)
    members = [part for belt in valid for part in _members(located, belt, weights)]
    rows = pl.concat([MEMBERS.to_frame(), *members]).unique(KEY, keep="first", maintain_order=True)
    return table("listing_belts").conform(_shared_out(rows.filter(pl.col("weight") > 0))).sort(KEY), weights


def belts_of(listing_weeks: pl.DataFrame, belts: Mapping[str, Belt], as_of: date) -> pl.DataFrame:
    """listing_belts of the listings given (one category; one or many weeks, all marketplaces to be pooled).

    A listing in a county of the belt has weight 1 (rule county, also where the merchant or its company name told the
    county: transforms/counties.py), one in a belt that is a whole city or municipality weight 1 (rule city), one of
    which only the city is known the city weight of its week (rule city_weight). Title
    words, where a belt has them, must stand in the title. Belts count as defined on `as_of`. Where belts overlap a
    listing is shared out among them: its weights never add up to more than 1."""
    return placed(listing_weeks, belts, as_of)[0]


def city_weights(listing_weeks: pl.DataFrame, belts: Mapping[str, Belt], as_of: date) -> pl.DataFrame:
    """One row per week, category, city and belt with counties in that city: belt_merchants known to sit in the belt's
    counties, city_merchants known to sit in any county of the city, and weight, the first over the second. Without a
    known merchant the weight is that of the prior, 1/K over the city's K - 1 belts and the rest of the city."""
    valid = belts_in_force(belts, as_of)
    return _weights(with_divisions(listing_weeks, valid), valid)


def _weights(located: pl.DataFrame, belts: list[Belt]) -> pl.DataFrame:
    known = _known_merchants(located)
    weeks = located.select("week", "category").unique()
    counted = pl.concat([COUNTS.to_frame(), *(_belt_counts(known, weeks, belt) for belt in belts)])
    city = known.group_by(CITY).agg(pl.len().cast(pl.Int64).alias("city_merchants"))
    joined = counted.join(city, on=CITY, how="left", validate="m:1").with_columns(pl.col("city_merchants").fill_null(0))
    prior = 1 / (pl.len().over(CITY) + 1)
    share = pl.col("belt_merchants") / pl.col("city_merchants")
    weight = pl.when(pl.col("city_merchants") > 0).then(share).otherwise(prior)
    return joined.with_columns(weight.alias("weight")).sort(*CITY, "belt")


def with_divisions(listing_weeks: pl.DataFrame, belts: list[Belt]) -> pl.DataFrame:
    """One row per listing and week: its key, title, and the codes of its place, county, city and province.

    city_code is a direct municipality's own code where there is no city; is_city_only where no county is known, from
    the place, the merchant's other listings of the week, or its company name (in which belts' town names count)."""
    aliases = {alias: code for belt in belts for alias, code in _aliases(belt).items()}
    narrow = listing_weeks.select(*LISTING, "title_text", "merchant_name_text", "place_code")
    shown = narrow.join(_divisions(narrow), on="place_code", how="inner", validate="m:1", maintain_order="left")
    known = with_known_counties(shown.with_columns(place_code="code_now").drop("code_now"), aliases)
    return known.with_columns(is_city_only=~pl.col("is_county") & (pl.col("city_code") == pl.col("place_code")))


def _divisions(listings: pl.DataFrame) -> pl.DataFrame:
    """One row per place code that occurs and is known: its code of today, city and province, and if it is a county."""
    codes = sorted(listings["place_code"].drop_nulls().unique().to_list())
    known = [(code, found) for code in codes if (found := place(code))]
    return pl.DataFrame(
        [(code, found.code, found.urban_code, found.province_code, found.level == "county") for code, found in known],
        schema={
            "place_code": pl.String(),
            "code_now": pl.String(),
            "city_code": pl.String(),
            "province_code": pl.String(),
            "is_county": pl.Boolean(),
        },
        orient="row",
    )


def _members(located: pl.DataFrame, belt: Belt, weights: pl.DataFrame) -> list[pl.DataFrame]:
    """The belt's listings, the surer rule first; a belt's rows may repeat a listing."""
    ours = located.filter(_is_of(belt))
    areas = [found.code for found in _places(belt) if found.level != "county"]
    in_area = pl.any_horizontal(pl.col(name).is_in(areas) for name in ("place_code", "city_code", "province_code"))
    ours_weights = weights.filter(pl.col("belt") == belt.id).select(*CITY, "weight")
    estimated = ours.filter("is_city_only").join(ours_weights, on=CITY, how="inner", validate="m:1")
    return [
        _rows(ours.filter(pl.col("place_code").is_in(_counties(belt))), belt, pl.lit(1.0), COUNTY_RULE),
        _rows(ours.filter(in_area), belt, pl.lit(1.0), CITY_RULE),
        _rows(estimated, belt, pl.col("weight"), WEIGHT_RULE),
    ]


def _rows(listings: pl.DataFrame, belt: Belt, weight: pl.Expr, rule: str) -> pl.DataFrame:
    return listings.select(
        *LISTING, pl.lit(belt.id).alias("belt"), weight.alias("weight"), pl.lit(rule).alias("rule")
    ).cast(MEMBERS)


def _is_of(belt: Belt) -> pl.Expr:
    is_sold = pl.col("category").is_in(belt.categories)
    if not belt.title_words:
        return is_sold
    return is_sold & pl.col("title_text").str.contains_any(belt.title_words).fill_null(False)


def _belt_counts(known: pl.DataFrame, weeks: pl.DataFrame, belt: Belt) -> pl.DataFrame:
    """Known merchants of the belt per week, category and city in which it has counties; 0 where there is none."""
    cities = sorted({code for found in _places(belt) if found.level == "county" for code in found.urban_codes})
    sold = weeks.filter(pl.col("category").is_in(belt.categories))
    grid = sold.join(pl.DataFrame({"city_code": cities}, schema={"city_code": pl.String()}), how="cross")
    ours = known.filter(pl.col("place_code").is_in(_counties(belt)))
    counts = ours.group_by(CITY).agg(pl.len().cast(pl.Int64).alias("belt_merchants"))
    return grid.join(counts, on=CITY, how="left", validate="1:1").select(
        *CITY, pl.lit(belt.id).alias("belt"), pl.col("belt_merchants").fill_null(0)
    )


def _known_merchants(located: pl.DataFrame) -> pl.DataFrame:
    """One row per week, category and merchant whose county is known; of several counties the lowest code.

    One in a county of an area (雄安新区) stands twice: in its city, and in the area."""
    merchant = ["week", "category", "marketplace", "merchant_id"]
    known = located.filter(pl.col("is_county") & pl.col("city_code").is_not_null())
    return in_areas(known.sort(*merchant, "place_code").unique(merchant, keep="first", maintain_order=True))


def _shared_out(rows: pl.DataFrame) -> pl.DataFrame:
    """Weights of a listing that add up to more than 1 scaled to 1."""
    if not rows.select(LISTING).is_duplicated().any():
        return rows
    sums = group_sums(rows, LISTING, ["belt"], ["weight"]).rename({"weight": "total"})
    scale = pl.when(pl.col("total") > 1 + ROUNDING).then(pl.col("total")).otherwise(1.0)
    joined = rows.join(sums, on=LISTING, how="left", validate="m:1")
    return joined.with_columns(pl.col("weight") / scale).drop("total")


def belts_in_force(belts: Mapping[str, Belt], as_of: date) -> list[Belt]:
    """The belts in force on a day, by id."""
    in_force = (belt for _, belt in sorted(belts.items()))
    return [
        belt
        for belt in in_force
        if (belt.valid_from or as_of) <= as_of and (belt.valid_to is None or as_of < belt.valid_to)
    ]


def _aliases(belt: Belt) -> dict[str, str]:
    """Town names of the belt's counties."""
    towns = {alias: place(part.code) for part in belt.places for alias in part.aliases}
    return {alias: found.code for alias, found in towns.items() if found and found.level == "county"}


def _counties(belt: Belt) -> list[str]:
    return [found.code for found in _places(belt) if found.level == "county"]


def _places(belt: Belt) -> list[Place]:
    return [found for part in belt.places if (found := place(part.code))]
