from datetime import timedelta

import polars as pl

from tests.transforms.test_place import ANGUO, BAODING, GAOBEIDIAN, GAOYANG, WEEK, belt, merchants, named
from transforms.discovery import CANDIDATES, belt_candidates

SHANGHAI, ZHUJI, SHAOXING = "310000", "330681", "330600"


def sold(category: str, *codes: str) -> pl.DataFrame:
    """One merchant with one listing of a category per place code."""
    rows = merchants(*codes).with_columns(category=pl.lit(category), value_yuan=pl.lit(100.0))
    return rows.with_columns(merchant_id=pl.format("{}-{}", pl.lit(category), "merchant_id"))


TOWELS = sold("towels", *[GAOYANG] * 60, *[ZHUJI] * 20, *[SHAOXING] * 20, *[GAOBEIDIAN] * 5)
SOCKS = sold("socks", *[ZHUJI] * 300, *[GAOYANG] * 10, *[GAOBEIDIAN] * 90)
CARPETS = sold("carpets", *[SHANGHAI] * 50, *[ZHUJI] * 100, *[GAOBEIDIAN] * 250)
SHOWN = pl.concat([TOWELS, SOCKS, CARPETS])


def found(**belts: tuple[str, str]) -> list[tuple[str, str, str]]:
    configured = named(*(belt(name, code, categories=[category]) for name, (code, category) in belts.items()))
    return belt_candidates(SHOWN, configured, WEEK).select("level", "place_code", "category").rows()


def test_concentrated_places_are_found_the_finest_first() -> None:
    assert found() == [("county", GAOYANG, "towels"), ("city", SHANGHAI, "carpets")]


def test_what_is_configured_is_not_found_again() -> None:
    assert found(a=(GAOYANG, "towels")) == [("city", SHANGHAI, "carpets")]
    assert found(a=(BAODING, "towels"), b=(SHANGHAI, "carpets")) == []
    assert found(a=(GAOYANG, "socks"), b=("310115", "carpets")) == [("county", GAOYANG, "towels")]


def test_a_belt_that_is_not_in_force_is_none() -> None:
    ended = named(belt("a", GAOYANG, valid_to=WEEK))
    assert ("county", GAOYANG, "towels") in belt_candidates(SHOWN, ended, WEEK).select(
        "level", "place_code", "category"
    ).rows()


def test_the_numbers_are_those_of_merchants() -> None:
    twice = pl.concat([SHOWN, TOWELS.with_columns(listing_id=pl.lit("B"))])
    row = belt_candidates(twice, {}, WEEK).row(0, named=True)
    known = 85 + 400 + 350  # by county; the carpets of Shanghai and the towels of Shaoxing are not
    assert (row["merchants"], row["place_merchants"], row["place_zh"], row["province_zh"]) == (
        60,
        70,
        "高阳县",
        "河北省",
    )
    assert row["quotient"] == (60 / 70) / (85 / known)
    assert row["low"] < row["quotient"] < row["high"]


def test_no_listings_and_unknown_places() -> None:
    nowhere = SHOWN.with_columns(place_code=pl.lit(None, pl.String))
    for rows in (SHOWN.clear(), nowhere):
        assert belt_candidates(rows, {}, WEEK).equals(pl.DataFrame(schema=CANDIDATES))
    later = SHOWN.with_columns(week=pl.lit(WEEK + timedelta(7)))
    assert belt_candidates(later, {}, WEEK).height == 2
    assert ANGUO not in later["place_code"].to_list()
