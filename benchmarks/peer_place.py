"""The peer's third step: which belts a listing belongs to, by merges of pandas."""

from pathlib import Path

import pandas as pd

from benchmarks.peer_places import Gazetteer

MERCHANT = ["category", "marketplace", "merchant_id", "city_code"]
KEY = ["marketplace", "week", "category", "merchant_id", "listing_id", "belt"]


def place(belts: Path, out: Path) -> None:
    """listing_weeks.parquet to listing_belts.parquet; `belts` is a CSV of belt, category and place_code (a county)."""
    weeks = pd.read_parquet(out / "listing_weeks.parquet", columns=[*KEY[:-1], "merchant_name_text", "place_code"])
    counties = pd.read_csv(belts, dtype=str)
    listings = _with_counties(weeks)
    certain = listings.merge(counties, left_on=["category", "county_code"], right_on=["category", "place_code"])
    weights = _city_weights(listings, counties)
    open_ones = listings[listings["county_code"].isna()]
    estimated = open_ones.merge(weights, on=["category", "city_code"])
    members = pd.concat([certain.assign(weight=1.0, rule="county"), estimated.assign(rule="city_weight")])
    members = members[members["weight"] > 0]
    total = members.groupby(KEY[:-1])["weight"].transform("sum")
    members["weight"] /= total.clip(lower=1.0)
    members[[*KEY, "weight", "rule"]].sort_values(KEY).to_parquet(out / "listing_belts.parquet")


def _with_counties(weeks: pd.DataFrame) -> pd.DataFrame:
    """Adds city_code and county_code: the place's own, the merchant's only other one there, or the company name's."""
    is_county = ~weeks["place_code"].str.endswith("00")
    city = weeks["place_code"].str[:4] + "00"
    listings = weeks.assign(
        city_code=city.where(~weeks["place_code"].str.endswith("0000")),
        county_code=weeks["place_code"].where(is_county),
    ).drop(columns="place_code")
    shown = listings.dropna(subset=["county_code"]).groupby(MERCHANT)["county_code"].agg(["nunique", "first"])
    only = shown.loc[shown["nunique"] == 1, "first"].rename("other_code")
    joined = listings.merge(only, left_on=MERCHANT, right_index=True, how="left")
    joined["county_code"] = joined["county_code"].fillna(joined["other_code"])
    open_ones = joined[joined["county_code"].isna() & joined["city_code"].notna()]
    pairs = open_ones[["city_code", "merchant_name_text"]].drop_duplicates()
    names = Gazetteer().names
    pairs["named_code"] = [
        next((code for county, code in names.get(city, []) if name.startswith(county)), None)
        for city, name in pairs.itertuples(index=False)
    ]
    told = joined.merge(pairs, on=["city_code", "merchant_name_text"], how="left")
    told["county_code"] = told["county_code"].fillna(told["named_code"])
    return told


def _city_weights(listings: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """Share of a city's merchants, of those whose county is known, that sit in a belt's county."""
    known = listings.dropna(subset=["county_code"]).sort_values("county_code").drop_duplicates(MERCHANT[:-1])
    city = known.groupby(["category", "city_code"]).size().rename("city_merchants").reset_index()
    county = known.groupby(["category", "county_code"]).size().rename("belt_merchants").reset_index()
    belts = counties.assign(city_code=counties["place_code"].str[:4] + "00")
    counted = belts.merge(city, on=["category", "city_code"], how="left").merge(
        county.rename(columns={"county_code": "place_code"}), on=["category", "place_code"], how="left"
    )
    prior = 1 / (counted.groupby(["category", "city_code"])["belt"].transform("size") + 1)
    counted["weight"] = (counted["belt_merchants"].fillna(0) / counted["city_merchants"]).fillna(prior)
    return counted[["category", "city_code", "belt", "weight"]]
