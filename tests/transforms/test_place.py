from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.belts import Belt, BeltPlace
from configs.places import place
from configs.tables import table
from transforms.counties import county_of_name
from transforms.place import belts_of, city_weights

WEEK = date(2026, 11, 16)
GAOYANG, GAOBEIDIAN, ANGUO, BAODING = "130628", "130684", "130683", "130600"


def belt(name: str, *codes: str, **parts: Any) -> Belt:
    settings = {"categories": ["towels"], "title_words": [], "valid_from": None, "valid_to": None, **parts}
    return Belt.model_construct(id=name, places=[BeltPlace(code=code) for code in codes], **settings)


def named(*belts: Belt) -> dict[str, Belt]:
    return {part.id: part for part in belts}


def merchants(
    *codes: str | None, week: date = WEEK, marketplace: str = "practice", title: str = "毛巾"
) -> pl.DataFrame:
    """The columns of listing_weeks that decide on belts: one merchant with one listing per place code."""
    rows = [
        (marketplace, "towels", week, f"M{at}", "A", title, code, (found := place(code or "")) and found.level)
        for at, code in enumerate(codes)
    ]
    names = ["marketplace", "category", "week", "merchant_id", "listing_id", "title_text", "place_code", "place_level"]
    schema = table("listing_weeks").polars_schema()
    shown = pl.DataFrame(rows, schema={name: schema[name] for name in names}, orient="row")
    return shown.with_columns(merchant_name_text=pl.lit(None, pl.String))


def company(name: str, code: str) -> pl.DataFrame:
    return merchants(code).with_columns(merchant_name_text=pl.lit(name))


def by_merchant(members: pl.DataFrame) -> dict[tuple[str, str], tuple[float, str]]:
    return {(row["merchant_id"], row["belt"]): (row["weight"], row["rule"]) for row in members.iter_rows(named=True)}


def test_sixty_known_and_forty_unknown_merchants_give_75_expected() -> None:
    known = merchants(*[GAOYANG] * 45, *[GAOBEIDIAN] * 15, *[BAODING] * 40)
    members = belts_of(known, named(belt("a", GAOYANG), belt("b", GAOBEIDIAN)), WEEK)
    expected = members.group_by("belt").agg(pl.col("weight").sum()).sort("belt").rows()
    assert expected == [("a", pytest.approx(75)), ("b", pytest.approx(25))]
    assert members.filter(pl.col("rule") == "city_weight")["weight"].unique().sort().to_list() == [0.25, 0.75]


def test_the_weight_counts_merchants_once_and_everyone_known_in_the_city() -> None:
    twice = merchants(GAOYANG, ANGUO, ANGUO, BAODING).vstack(
        merchants(GAOYANG).with_columns(pl.lit("B").alias("listing_id"))
    )
    weights = city_weights(twice, named(belt("a", GAOYANG)), WEEK)
    assert weights.rows(named=True) == [
        {
            "week": WEEK,
            "category": "towels",
            "city_code": BAODING,
            "belt": "a",
            "belt_merchants": 1,
            "city_merchants": 3,
            "weight": 1 / 3,
        }
    ]


def test_marketplaces_are_pooled_and_weeks_are_not() -> None:
    here, there = merchants(GAOYANG, BAODING), merchants(ANGUO, marketplace="other")
    last_week = merchants(GAOYANG, BAODING, week=WEEK - timedelta(days=7))
    weights = city_weights(pl.concat([here, there, last_week]), named(belt("a", GAOYANG)), WEEK)
    assert weights["weight"].to_list() == [1.0, 0.5]


def test_without_a_known_merchant_the_prior_holds() -> None:
    members = belts_of(merchants(BAODING), named(belt("a", GAOYANG), belt("b", GAOBEIDIAN)), WEEK)
    assert by_merchant(members) == {("M0", "a"): (1 / 3, "city_weight"), ("M0", "b"): (1 / 3, "city_weight")}


def test_county_city_and_municipality() -> None:
    places = ("120114", "120000", "310115", "310000", "442000", "429004", "130000", None)
    belts = named(
        belt("wuqing", "120114"), belt("shanghai", "310000"), belt("zhongshan", "442000"), belt("xiantao", "429004")
    )
    assert by_merchant(belts_of(merchants(*places), belts, WEEK)) == {
        ("M0", "wuqing"): (1.0, "county"),
        ("M1", "wuqing"): (1.0, "city_weight"),
        ("M2", "shanghai"): (1.0, "city"),
        ("M3", "shanghai"): (1.0, "city"),
        ("M4", "zhongshan"): (1.0, "city"),
        ("M5", "xiantao"): (1.0, "county"),
    }


def test_an_area_counts_as_a_city_of_its_own() -> None:
    rongcheng, xiong, xiongan = "130629", "130638", "133100"
    belts = named(belt("rongcheng", rongcheng), belt("gaoyang", GAOYANG))
    listed = merchants(*[rongcheng] * 3, xiong, *[GAOYANG] * 4, xiongan, BAODING)
    found = by_merchant(belts_of(listed, belts, WEEK))
    assert found["M8", "rongcheng"] == (0.75, "city_weight")
    assert ("M8", "gaoyang") not in found
    assert (found["M9", "rongcheng"][0], found["M9", "gaoyang"][0]) == (3 / 8, 1 / 2)


def test_a_merchant_in_an_area_is_told_by_its_other_listing_and_its_company() -> None:
    belts = named(belt("rongcheng", "130629"))
    other = merchants("130629").vstack(another(merchants("133100")))
    assert belts_of(other, belts, WEEK)["rule"].to_list() == ["county", "county"]
    assert by_merchant(belts_of(company("容城县某某制衣厂", "133100"), belts, WEEK)) == {
        ("M0", "rongcheng"): (1.0, "county")
    }


def test_a_belt_has_only_its_categories_and_days() -> None:
    listed = merchants(GAOYANG)
    assert belts_of(listed, named(belt("a", GAOYANG, categories=["luggage"])), WEEK).is_empty()
    assert belts_of(listed, named(belt("a", GAOYANG, valid_from=WEEK + timedelta(days=1))), WEEK).is_empty()
    assert belts_of(listed, named(belt("a", GAOYANG, valid_to=WEEK)), WEEK).is_empty()
    assert (
        belts_of(listed, named(belt("a", GAOYANG, valid_from=WEEK, valid_to=WEEK + timedelta(days=1))), WEEK).height
        == 1
    )


def test_title_words_tell_two_belts_of_one_county_apart() -> None:
    belts = named(belt("bath", GAOYANG, title_words=["浴巾"]), belt("towel", GAOYANG, title_words=["毛巾", "方巾"]))
    assert by_merchant(belts_of(merchants(GAOYANG, title="纯棉浴巾"), belts, WEEK)) == {("M0", "bath"): (1.0, "county")}
    both = by_merchant(belts_of(merchants(GAOYANG, title="毛巾浴巾套装"), belts, WEEK))
    assert both == {("M0", "bath"): (0.5, "county"), ("M0", "towel"): (0.5, "county")}
    assert belts_of(merchants(GAOYANG, title="地毯"), belts, WEEK).is_empty()


def another(listed: pl.DataFrame, **values: Any) -> pl.DataFrame:
    """The same listings once more, under another listing id."""
    return listed.with_columns(pl.lit(value).alias(name) for name, value in {"listing_id": "B", **values}.items())


def test_a_merchants_other_listing_tells_the_county() -> None:
    belts = named(belt("a", GAOYANG), belt("b", GAOBEIDIAN))
    listed = merchants(GAOYANG).vstack(another(merchants(BAODING)))
    assert belts_of(listed, belts, WEEK).select("listing_id", "belt", "weight", "rule").rows() == [
        ("A", "a", 1.0, "county"),
        ("B", "a", 1.0, "county"),
    ]
    assert city_weights(listed, belts, WEEK)["city_merchants"].unique().to_list() == [1]


def test_another_county_city_merchant_week_or_marketplace_tells_nothing() -> None:
    belts = named(belt("a", GAOYANG))
    shown = merchants(GAOYANG)
    for other in (
        another(merchants("130100")),
        another(merchants(BAODING), merchant_id="M9"),
        another(merchants(BAODING, week=WEEK - timedelta(days=7))),
        another(merchants(BAODING, marketplace="other")),
        another(merchants(BAODING)).vstack(another(merchants(ANGUO), listing_id="C")),
    ):
        rules = belts_of(shown.vstack(other), belts, WEEK).filter(pl.col("listing_id") == "B")["rule"]
        assert set(rules) <= {"city_weight"}


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("高阳县某某毛巾厂", BAODING, GAOYANG),
        ("高阳某某毛巾厂", BAODING, GAOYANG),
        ("保定市高阳县某某毛巾厂", BAODING, GAOYANG),
        ("河北省保定市高阳县某某毛巾厂", BAODING, GAOYANG),
        ("河北高阳某某毛巾厂", BAODING, GAOYANG),
        ("白沟新城某某箱包厂", BAODING, GAOBEIDIAN),
        ("保定白沟某某箱包厂", BAODING, GAOBEIDIAN),
        ("天津市武清区某某地毯厂", "120000", "120114"),
        ("武清县某某地毯厂", "120000", "120114"),
        ("承德县某某食品厂", "130800", "130821"),
        ("诸暨市某某袜厂", BAODING, None),
        ("河北省石家庄市正定县某某厂", BAODING, None),
        ("某某高阳县毛巾厂", BAODING, None),
        ("保定市某某毛巾厂", BAODING, None),
        ("新华制衣厂", "130100", None),
        ("承德某某食品厂", "130800", None),
        ("白沟新城某某箱包厂", "130100", None),
        ("", BAODING, None),
    ],
)
def test_the_county_that_a_company_name_begins_with(name: str, code: str, expected: str | None) -> None:
    city = place(code)
    assert city
    assert county_of_name(name, city, {"白沟": GAOBEIDIAN, "白沟新城": GAOBEIDIAN}) == expected


def test_a_company_name_refines_the_city_only() -> None:
    belts = named(belt("a", GAOYANG), belt("b", ANGUO))
    assert by_merchant(belts_of(company("高阳县某某毛巾厂", BAODING), belts, WEEK)) == {("M0", "a"): (1.0, "county")}
    assert by_merchant(belts_of(company("高阳县某某毛巾厂", ANGUO), belts, WEEK)) == {("M0", "b"): (1.0, "county")}
    assert belts_of(company("高阳县某某毛巾厂", "130100"), belts, WEEK).is_empty()
    assert belts_of(company("高阳县某某毛巾厂", "130000"), belts, WEEK).is_empty()
    assert {rule for _, rule in by_merchant(belts_of(company("诸暨市某某袜厂", BAODING), belts, WEEK)).values()} == {
        "city_weight"
    }


def test_towns_of_the_belts_count_in_company_names() -> None:
    baigou = Belt.model_construct(
        **{**belt("b", GAOBEIDIAN).__dict__, "places": [BeltPlace(code=GAOBEIDIAN, aliases=["白沟"])]}
    )
    members = belts_of(company("白沟某某箱包厂", BAODING), named(baigou), WEEK)
    assert by_merchant(members) == {("M0", "b"): (1.0, "county")}


def test_listing_weeks_and_belts_may_hold_old_codes() -> None:
    belts = named(belt("haimen", "320684"))
    members = by_merchant(belts_of(merchants("320684", "320614"), belts, WEEK))
    assert members == {("M0", "haimen"): (1.0, "county"), ("M1", "haimen"): (1.0, "county")}


def test_no_listings_and_no_belts() -> None:
    assert belts_of(merchants(), named(belt("a", GAOYANG)), WEEK).equals(table("listing_belts").empty())
    assert belts_of(merchants(GAOYANG), {}, WEEK).is_empty()
    assert city_weights(merchants(), {}, WEEK).is_empty()


CODES = [GAOYANG, GAOBEIDIAN, ANGUO, BAODING, "130000", "120114", "120000", None]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_weights_never_exceed_one_and_row_order_decides_nothing(codes: list[str | None], random: Any) -> None:
    belts = named(belt("a", GAOYANG, "120114"), belt("b", GAOBEIDIAN, ANGUO), belt("c", BAODING), belt("d", GAOYANG))
    listed = merchants(*codes)
    members = belts_of(listed, belts, WEEK)
    totals = members.group_by("merchant_id").agg(pl.col("weight").sum())["weight"]
    assert (totals <= 1 + 1e-9).all()
    order = random.sample(range(len(codes)), len(codes))
    assert belts_of(listed[order], belts, WEEK).equals(members)
