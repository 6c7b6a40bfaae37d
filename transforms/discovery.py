"""Where belts may be that are not configured: places in which a category is much more common than elsewhere."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from configs.belts import Belt
from configs.places import Place, place
from transforms.ordered import group_sums
from transforms.place import belts_in_force, with_divisions
from transforms.quotient import COUNTS, candidates, location_quotients

LEVELS = {"county": "county_code", "city": "city_code"}  # in the order in which they are listed
MERCHANT = ["marketplace", "merchant_id", "category"]
CANDIDATES = pl.Schema(
    {
        "level": pl.String(),
        "place_code": pl.String(),
        "place_zh": pl.String(),
        "province_zh": pl.String(),
        "category": pl.String(),
        "merchants": pl.Int64(),
        "place_merchants": pl.Int64(),
        "category_share": pl.Float64(),
        "quotient": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "value_quotient": pl.Float64(),
    }
)


def belt_candidates(listing_weeks: pl.DataFrame, belts: Mapping[str, Belt], as_of: date) -> pl.DataFrame:
    """One row per place and category that may be a belt (transforms/quotient.py) and that no belt in force has; columns
    CANDIDATES, counties before cities, the most concentrated first.

    `listing_weeks` holds one week of each category. Counties are compared among the merchants of whom the county is
    known, cities and direct municipalities among those of whom the city is. A city is none where a county of it is a
    candidate for the category, or is in a belt of it.
    """
    valid = belts_in_force(belts, as_of)
    merchants = _merchants(listing_weeks, valid)
    taken = {(part.code, category) for belt in valid for part in belt.places for category in belt.categories}
    found: list[dict[str, object]] = []
    for level, code in LEVELS.items():
        for row in candidates(location_quotients(_counts(merchants, code))).iter_rows(named=True):
            where = place(row["place_code"])
            if where is not None and not _is_taken(where, row["category"], taken):
                found.append(row | {"level": level, "place_zh": where.name, "province_zh": _province(where)})
        taken |= {(str(row["place_code"]), str(row["category"])) for row in found}
    return pl.DataFrame(found, schema=CANDIDATES)


def _merchants(listing_weeks: pl.DataFrame, belts: list[Belt]) -> pl.DataFrame:
    """One row per merchant and category: county_code and city_code, each null where unknown and the lowest of several,
    and the displayed sales of all its listings."""
    divided = with_divisions(listing_weeks, belts).with_columns(county_code=pl.when("is_county").then("place_code"))
    where = divided.group_by(MERCHANT).agg(pl.col(name).min() for name in LEVELS.values())
    sales = group_sums(listing_weeks, MERCHANT, ["week", "listing_id"], ["value_yuan"])
    return where.join(sales, on=MERCHANT, how="left", validate="1:1").sort(MERCHANT)


def _counts(merchants: pl.DataFrame, code: str) -> pl.DataFrame:
    """COUNTS of the places of one level."""
    known = merchants.filter(pl.col(code).is_not_null()).rename({code: "place_code"})
    by = ["place_code", "category"]
    numbers = known.group_by(by).agg(pl.len().cast(pl.Int64).alias("merchants"))
    sums = group_sums(known, by, ["marketplace", "merchant_id"], ["value_yuan"])
    return numbers.join(sums, on=by, how="inner", validate="1:1").select(COUNTS.names()).sort(by)


def _is_taken(where: Place, category: str, taken: set[tuple[str, str]]) -> bool:
    """Whether a place, one that it lies in, or one that lies in it is taken for the category."""
    others = [place(code) for code, sold in taken if sold == category]
    return any(other.holds(where) or where.holds(other) for other in others if other)


def _province(where: Place) -> str:
    province = place(where.province_code)
    return province.name if province else ""
