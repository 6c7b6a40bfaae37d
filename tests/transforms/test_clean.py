from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.marketplaces import Marketplace, Sales
from configs.tables import table
from transforms.clean import clean, cleaned

WEEK = date(2026, 11, 16)
SEEN_AT = datetime(2026, 11, 16, 3, tzinfo=UTC)
OFFER = {
    "marketplace": "practice",
    "category": "towels",
    "week": WEEK,
    "seen_at": SEEN_AT,
    "page": 1,
    "position": 1,
    "listing_id": "A",
    "merchant_id": "M",
    "price_text": "3.50",
    "sales_30d_text": "60",
    "seller_place_text": "河北 保定市高阳县",
    "page_digest": "0" * 64,
}


def offers(*changes: dict[str, Any]) -> pl.DataFrame:
    """One offer per entry, each on a position of its own unless it says otherwise."""
    rows = [{**OFFER, "position": at, **change} for at, change in enumerate(changes, start=1)]
    names = {name for row in rows for name in row}
    schema = {name: kind for name, kind in table("offers").polars_schema().items() if name in names}
    return table("offers").conform(pl.DataFrame(rows, schema=schema))


def marketplace(basis: str = "trailing_30d", badges: dict[str, str] | None = None) -> Marketplace:
    """The parts of a marketplace that decide what its texts mean."""
    parts: dict[str, Any] = {"name": "practice", "sales": Sales.model_validate({"basis": basis})}
    return Marketplace.model_construct(**parts, badges=badges or {})


def only(*changes: dict[str, Any], market: Marketplace | None = None) -> dict[str, Any]:
    """The one listing_weeks row of these offers."""
    return clean(offers(*changes), market or marketplace())[0].row(0, named=True)


def reasons(*changes: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return clean(offers(*changes), marketplace())[1].select("reason", "column_name", "value_text").rows()


def test_an_offer_becomes_typed_columns() -> None:
    row = only(
        {
            "list_price_text": "4.00元",
            "minimum_order_text": "≥2",
            "unit_text": "公斤",
            "listing_repurchase_text": "7.69%",
            "merchant_years_text": "5年",
            "merchant_type_text": "生产加工",
            "ship_place_text": "广东 汕头",
        }
    )
    assert (row["price_yuan"], row["list_price_yuan"], row["minimum_order"]) == (3.5, 4.0, 2.0)
    assert (row["unit"], row["pack_count"], row["unit_price_yuan"]) == ("gram", 1000.0, 0.0035)
    assert (row["listing_repurchase_share"], row["return_share"], row["merchant_years"]) == (0.0769, None, 5.0)
    assert (row["place_code"], row["place_level"], row["ship_place_code"]) == ("130628", "county", "440500")
    assert (row["merchant_type"], row["is_ad"], row["offer_count"]) == ("maker", False, 1)


def test_thirty_day_pieces_are_scaled_to_28_days_and_valued_at_the_price() -> None:
    row = only({"sales_30d_text": "6.15万件"})
    assert [row[f"pieces_{end}"] for end in ("low", "mid", "high")] == pytest.approx([57353.33, 57400, 57446.67])
    assert row["value_yuan"] == pytest.approx(57400 * 3.5)
    assert row["sales_basis"] == "trailing_30d"


def test_an_open_count_has_an_open_value() -> None:
    row = only({"sales_30d_text": "1000+"})
    assert (row["pieces_low"], row["pieces_mid"], row["pieces_high"]) == (1000 * 28 / 30, 1000 * 28 / 30, None)
    assert row["value_high_yuan"] is None


@pytest.mark.parametrize(
    ("texts", "basis", "expected"),
    [
        (("60", "500", "300+"), "trailing_30d", "trailing_30d"),
        (("60", "500", "300+"), "cumulative", "cumulative"),
        (("60", None, None), "cumulative", "trailing_30d"),
        ((None, "500", "300+"), "trailing_30d", "cumulative"),
        (("abc", None, "300+"), "trailing_30d", "turnover_30d"),
        ((None, None, None), "trailing_30d", None),
    ],
)
def test_sales_basis(texts: tuple[str | None, ...], basis: str, expected: str | None) -> None:
    change = dict(zip(("sales_30d_text", "sales_total_text", "turnover_30d_text"), texts, strict=True))
    row = only(change, market=marketplace(basis))
    assert row["sales_basis"] == expected
    assert (row["pieces_mid"] is None) == (expected in ("cumulative", None))


def test_turnover_gives_pieces_where_no_pieces_are_shown() -> None:
    row = only({"sales_30d_text": None, "turnover_30d_text": "成交2.1万+元"})
    assert [row["value_low_yuan"], row["value_high_yuan"]] == pytest.approx([21000 * 28 / 30, 22000 * 28 / 30])
    assert row["value_low_yuan"] < row["value_yuan"] < row["value_high_yuan"]
    assert row["pieces_mid"] == pytest.approx(row["value_yuan"] / 3.5)


def test_no_sales_shown_is_null_and_zero_shown_is_zero() -> None:
    assert only({"sales_30d_text": None})["value_yuan"] is None
    assert only({"sales_30d_text": "0"})["value_yuan"] == 0.0


@pytest.mark.parametrize(
    ("price_text", "tiers", "expected"),
    [
        ("3.50", ["3.60", "3.00"], (3.5, 3.0, 3.6)),
        (None, ["3.60", "3.00"], (3.6, 3.0, 3.6)),
        ("面议", ["3.60"], (3.6, 3.6, 3.6)),
        ("1.00-4.00", ["3.90", "1.00"], (3.9, 1.0, 4.0)),
        ("1.00-4.00", [], (2.0, 1.0, 4.0)),
        ("1.00-4.00", None, (2.0, 1.0, 4.0)),
    ],
)
def test_reference_price(price_text: str | None, tiers: list[str] | None, expected: tuple[float, ...]) -> None:
    listed = None if tiers is None else [{"min_quantity_text": "≥2", "price_text": text} for text in tiers]
    row = only({"price_text": price_text, "price_tiers": listed})
    assert (row["price_yuan"], row["price_low_yuan"], row["price_high_yuan"]) == expected
    assert ("price_range" in (row["flags"] or [])) == (expected[0] == 2.0)


def tiers(*parts: tuple[str | None, str]) -> list[dict[str, str | None]]:
    return [{"min_quantity_text": quantity, "price_text": price} for quantity, price in parts]


@pytest.mark.parametrize(
    ("minimum_order", "listed", "expected"),
    [
        ("2", tiers(("≥2", "4.5"), ("≥100", "4"), ("≥1000", "3")), 4.5),
        ("2", tiers(("≥1000", "3"), ("≥100", "4"), ("≥2", "4.5")), 4.5),
        ("100", tiers(("2~99", "4.5"), ("100~2999", "4"), ("≥10000", "3")), 4.0),
        ("５００件起批", tiers(("≥2", "4.5"), ("≥100", "4"), ("≥1000", "3")), 4.0),
        ("1", tiers(("≥10", "4.5"), ("≥100", "4")), 4.5),
        (None, tiers(("≥100", "4"), ("≥2", "4.5")), 4.5),
        ("2", tiers((None, "4.2"), (None, "4")), 4.2),
        ("2", tiers((None, "4.2"), ("≥2", "4.5")), 4.5),
        ("一件代发", tiers(("1件起", "4.5"), ("≥2", "4")), 4.5),
        ("满100元混批", tiers(("≥2", "4.5"), ("≥100", "4")), 4.5),
        ("两百件起批", tiers(("≥2", "4.5"), ("≥100", "4")), 4.0),
    ],
)
def test_the_tier_at_the_minimum_order_is_the_reference(
    minimum_order: str | None, listed: list[dict[str, str | None]], expected: float
) -> None:
    for price_text in (None, "3.00-4.50", "面议"):
        row = only({"price_text": price_text, "price_tiers": listed, "minimum_order_text": minimum_order})
        assert row["price_yuan"] == expected
        assert row["flags"] is None
    assert only({"price_text": "3.50", "price_tiers": listed})["price_yuan"] == 3.5


def test_a_tier_without_a_price_is_refused_as_it_stands() -> None:
    listed = tiers(("≥2", "面议"), ("≥100", "4"))
    assert reasons({"price_text": None, "price_tiers": listed}) == [("no_price", "price_text", None)]


def test_unit_price_per_piece_metre_or_gram() -> None:
    sold = {"unit_text": "包", "title_text": "2026新款32股毛巾10条装35*75cm", "price_text": "35.00"}
    row = only(sold)
    assert (row["unit"], row["pack_count"], row["unit_price_yuan"], row["flags"]) == ("piece", 10.0, 3.5, None)
    row = only({**sold, "title_text": "34 75 10条 毛巾"})
    assert (row["pack_count"], row["unit_price_yuan"], row["flags"]) == (1.0, 35.0, ["pack_unsure"])
    row = only({**sold, "unit_text": None, "title_text": "毛巾"})
    assert (row["unit"], row["pack_count"], row["unit_price_yuan"]) == (None, None, None)


def test_a_mislabelled_unit_has_no_unit_price_and_stays() -> None:
    listing_weeks, rejects = clean(offers({"unit_text": "米", "title_text": "毛巾10条装"}), marketplace())
    row = listing_weeks.row(0, named=True)
    assert (row["unit"], row["pack_count"], row["unit_price_yuan"]) == (None, None, None)
    assert (row["flags"], row["price_yuan"], rejects.height) == (["unit_mislabelled"], 3.5, 0)


def test_payers_and_reviews_are_a_lower_end_and_flagged() -> None:
    row = only({"sales_30d_text": "1523人付款"})
    assert (row["pieces_low"], row["pieces_high"], row["flags"]) == (1523 * 28 / 30, None, ["payers"])
    counted = {"sales_30d_text": None, "sales_total_text": "2300条评价", "badges": ["先采后付"]}
    row = only(counted, market=marketplace(badges={"先采后付": "pay_later"}))
    assert (row["sales_total_low"], row["sales_total_high"], row["flags"]) == (2300, None, ["pay_later", "reviews"])
    assert only({"sales_30d_text": "60", "sales_total_text": "2300条评价"})["flags"] is None


def test_orders_are_a_lower_end_as_payers_are() -> None:
    row = only({"sales_30d_text": "成交12笔"})
    assert (row["pieces_low"], row["pieces_high"], row["flags"]) == (12 * 28 / 30, None, ["orders"])


@pytest.mark.parametrize(
    ("text", "pieces"), [("近90天销1.2万件", 4000), ("近7天成交35件", 150), ("周销70", 300), ("近1年销730", 60)]
)
def test_sales_of_another_period_are_scaled_and_flagged(text: str, pieces: int) -> None:
    row = only({"sales_30d_text": text})
    assert (row["pieces_mid"], row["flags"]) == (pytest.approx(pieces * 28 / 30), ["other_period"])
    assert only({"sales_30d_text": "近30天销60"})["flags"] is None


def test_floors_of_another_period_are_off_the_grid_of_the_others() -> None:
    own = [f"{size}00+" for size in range(1, 10)] * 3
    others = ["近90天销1000+件", "近90天销2000+件"]
    rows = [{"listing_id": f"L{at}", "sales_30d_text": text} for at, text in enumerate([*own, *others])]
    mixed, alone = (cleaned(offers(*part), marketplace()) for part in (rows, rows[: len(own)]))
    assert mixed.parameters.equals(alone.parameters)
    scaled = mixed.listing_weeks.filter(pl.col("flags").list.contains("other_period"))
    assert scaled["pieces_low"].sort().to_list() == pytest.approx([1000 / 3 * 28 / 30, 2000 / 3 * 28 / 30])
    assert scaled["pieces_high"].to_list() == [None, None]


def test_turnover_among_pieces_is_turnover() -> None:
    row = only({"sales_30d_text": "成交2.41万元"})
    assert (row["sales_basis"], row["value_yuan"]) == ("turnover_30d", pytest.approx(24100 * 28 / 30))
    assert row["pieces_mid"] == pytest.approx(24100 * 28 / 30 / 3.5)
    both = only({"sales_30d_text": "成交2.41万元", "turnover_30d_text": "3000元"})
    assert (both["sales_basis"], both["value_yuan"]) == ("turnover_30d", pytest.approx(3000 * 28 / 30))
    beside = only({"sales_30d_text": "成交2.41万元", "sales_total_text": "500"})
    assert (beside["sales_basis"], beside["pieces_mid"]) == ("cumulative", None)


def sold_by_weight(unit: str | None) -> float | None:
    """Pieces of 30 days where 已售5吨 is shown."""
    row = only({"sales_30d_text": "已售5吨", "sales_total_text": "7", "unit_text": unit, "title_text": "钢丝"})
    return row["pieces_mid"] and row["pieces_mid"] * 30 / 28


def test_sales_by_weight_count_in_selling_units_or_not_at_all() -> None:
    assert [sold_by_weight(unit) for unit in ("公斤", "吨", "25kg")] == pytest.approx([5000, 5, 200])
    assert [sold_by_weight(unit) for unit in ("条", "米", None)] == [None, None, None]


def test_a_price_from_is_flagged_and_an_unknown_unit_has_no_unit_price() -> None:
    row = only({"price_text": "3.5元起", "unit_text": "尺", "title_text": "面料"})
    assert (row["price_yuan"], row["unit"], row["unit_price_yuan"]) == (3.5, None, None)
    assert row["flags"] == ["price_from", "unit_unknown"]
    listed = only({"price_text": "原价¥19.9 现价¥9.9", "list_price_text": "原价¥19.9 现价¥9.9"})
    assert (listed["price_yuan"], listed["list_price_yuan"]) == (9.9, 19.9)


def test_goods_shipped_from_elsewhere_leave_the_place_unknown() -> None:
    row = only({"seller_place_text": None, "ship_place_text": "河北 保定市高阳县"})
    assert (row["place_code"], row["place_level"], row["ship_place_code"]) == (None, None, "130628")
    row = only({"seller_place_text": "江苏 南通市海门市", "ship_place_text": "上海"})
    assert (row["place_code"], row["place_level"], row["ship_place_code"]) == ("320614", "county", "310000")


def test_badges_become_flags_sorted_and_once() -> None:
    market = marketplace(badges={"先采后付": "pay_later", "现货直发": "in_stock", "现货": "in_stock"})
    shown = {"badges": ["现货直发", "先采后付 ", "现货", "新品"], "price_text": "1-4"}
    assert only(shown, market=market)["flags"] == ["in_stock", "pay_later", "price_range"]
    assert only({"badges": ["新品"]}, market=market)["flags"] == []
    assert only({"badges": None}, market=market)["flags"] is None


def test_a_town_is_found_by_its_alias() -> None:
    listing_weeks, _ = clean(offers({"seller_place_text": "河北 保定市白沟新城"}), None, {"白沟": "130684"})
    assert listing_weeks["place_code"].item() == "130684"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"listing_id": " "}, ("no_listing_id", "listing_id", None)),
        ({"merchant_id": None, "price_text": "面议"}, ("no_merchant_id", "merchant_id", None)),
        ({"price_text": "面议"}, ("no_price", "price_text", "面议")),
        ({"price_text": None}, ("no_price", "price_text", None)),
        ({"price_text": "abc"}, ("unreadable_price", "price_text", "abc")),
        ({"price_text": "0"}, ("price_out_of_range", "price_text", "0")),
        (
            {"price_text": None, "price_tiers": [{"min_quantity_text": "2", "price_text": "x"}]},
            ("unreadable_price", "price_tiers", "x"),
        ),
        ({"sales_30d_text": "50+人已加购"}, ("unreadable_sales", "sales_30d_text", "50+人已加购")),
        ({"sales_30d_text": None, "sales_total_text": "x"}, ("unreadable_sales", "sales_total_text", "x")),
        ({"sales_30d_text": "一件代发"}, ("unreadable_sales", "sales_30d_text", "一件代发")),
        ({"sales_30d_text": "10条装"}, ("unreadable_sales", "sales_30d_text", "10条装")),
        ({"sales_30d_text": "日销200"}, ("unreadable_sales", "sales_30d_text", "日销200")),
        ({"sales_30d_text": "已售5吨"}, ("unreadable_sales", "sales_30d_text", "已售5吨")),
        (
            {"sales_30d_text": None, "sales_total_text": "成交2.4万+元"},
            ("unreadable_sales", "sales_total_text", "成交2.4万+元"),
        ),
        (
            {"sales_30d_text": None, "sales_total_text": "近90天销200"},
            ("unreadable_sales", "sales_total_text", "近90天销200"),
        ),
        (
            {"sales_30d_text": None, "turnover_30d_text": "1200+件"},
            ("unreadable_sales", "turnover_30d_text", "1200+件"),
        ),
        (
            {"sales_30d_text": None, "turnover_30d_text": "300人付款"},
            ("unreadable_sales", "turnover_30d_text", "300人付款"),
        ),
        ({"price_text": "1**"}, ("unreadable_price", "price_text", "1**")),
        ({"price_text": "￥88888"}, ("price_out_of_range", "price_text", "￥88888")),
        ({"price_text": "¥3.5 ¥5.0"}, ("unreadable_price", "price_text", "¥3.5 ¥5.0")),
    ],
)
def test_refused_offers_carry_their_reason(change: dict[str, Any], expected: tuple[str, str, str | None]) -> None:
    assert reasons(change) == [expected]


def test_the_first_position_that_is_no_advertisement_stands_for_a_listing() -> None:
    shown = (
        {"page": 1, "is_ad": True},
        {"page": 2, "position": 9},
        {"page": 2, "position": 4},
        {"page": 1, "position": 7, "is_ad": True},
    )
    listing_weeks, rejects = clean(offers(*shown), marketplace())
    assert listing_weeks.select("page", "position", "is_ad").rows() == [(2, 4, False)]
    assert rejects["reason"].to_list() == ["duplicate"] * 3
    assert only({"is_ad": True}, {"is_ad": True})["is_ad"] is True


def test_a_listing_that_was_advertised_anywhere_says_so_and_others_do_not() -> None:
    advertised, plain = {"listing_id": "1", "is_ad": True}, {"listing_id": "2"}
    listing_weeks, _ = clean(offers(advertised, {"listing_id": "1", "page": 2}, plain), marketplace())
    assert dict(listing_weeks.select("listing_id", "is_advertised").iter_rows()) == {"1": True, "2": False}
    assert listing_weeks["is_ad"].to_list() == [False, False]


def test_the_earlier_capture_of_a_page_stands_and_fetching_order_decides_nothing() -> None:
    later = {"seen_at": SEEN_AT + timedelta(days=1), "position": 1, "page_digest": "1" * 64, "price_text": "9"}
    assert only(later, {"position": 5})["price_yuan"] == 3.5
    second_page_first = ({"page": 1, "seen_at": SEEN_AT + timedelta(seconds=9)}, {"page": 2, "price_text": "9"})
    assert only(*second_page_first)["page"] == 1


def test_handed_over_rows_of_one_file_are_summed() -> None:
    rows = [(8.78, 9.0), (8.41, 13.5), (8.99, 0.5)]
    given_rows = [{"page": 0, "price_text": str(price), "sales_30d_text": str(pieces)} for price, pieces in rows]
    listing_weeks, rejects = clean(offers(*given_rows), None)
    row = listing_weeks.row(0, named=True)
    value = sum(price * pieces for price, pieces in rows)
    assert row["value_yuan"] == pytest.approx(value * 28 / 30, rel=1e-14)
    assert row["price_yuan"] == pytest.approx(value / 23, rel=1e-14)
    assert row["pieces_mid"] == pytest.approx(23 * 28 / 30, rel=1e-14)
    assert (row["price_low_yuan"], row["price_high_yuan"], row["offer_count"]) == (8.41, 8.99, 3)
    assert rejects.is_empty()


def test_a_sum_is_open_where_a_part_is_and_missing_where_all_are() -> None:
    row = only(
        {"page": 0, "sales_30d_text": "30"}, {"page": 0, "sales_30d_text": "30+"}, {"page": 0, "sales_30d_text": None}
    )
    assert (row["pieces_low"], row["pieces_mid"], row["pieces_high"]) == (56.0, 56.0, None)
    assert row["offer_count"] == 3
    unsold = only({"page": 0, "sales_30d_text": None}, {"page": 0, "sales_30d_text": None})
    assert (unsold["value_yuan"], unsold["price_yuan"]) == (None, 3.5)


def test_a_later_file_replaces_an_earlier_one_key_by_key() -> None:
    earlier = {"page": 0, "page_digest": "f" * 64}
    later = {"page": 0, "page_digest": "a" * 64, "price_text": "4"}
    listing_weeks, rejects = clean(offers(earlier, earlier, {**earlier, "listing_id": "B"}, later), None)
    assert listing_weeks.select("listing_id", "price_yuan", "offer_count").rows() == [("A", 4.0, 1), ("B", 3.5, 1)]
    assert rejects["page_digest"].unique().to_list() == ["f" * 64]


def test_what_a_page_shows_stands_before_what_was_handed_over() -> None:
    listing_weeks, rejects = clean(offers({"page": 3}, {"page": 0}), None)
    assert (listing_weeks["page"].item(), rejects["reason"].item()) == (3, "duplicate")


def test_a_return_rate_handed_over_completes_what_a_page_shows() -> None:
    seen, other = {"page": 3, "sales_30d_text": "60"}, {"page": 3, "listing_id": "B"}
    given = {"page": 0, "sales_30d_text": "7", "return_rate_text": "18.5%"}
    listing_weeks, rejects = clean(offers(seen, other, {**given, "return_rate_text": "99%"}, given), None)
    assert listing_weeks.select("listing_id", "page", "return_share").rows() == [("A", 3, 0.185), ("B", 3, None)]
    assert listing_weeks["value_yuan"][0] == pytest.approx(60 * 28 / 30 * 3.5)
    assert rejects["reason"].to_list() == ["duplicate"] * 2


def test_weeks_and_merchants_are_kept_apart() -> None:
    history = offers({}, {"week": WEEK - timedelta(days=7)}, {"merchant_id": "N"})
    listing_weeks, rejects = clean(history, marketplace())
    assert (listing_weeks.height, rejects.height) == (3, 0)
    assert listing_weeks.equals(listing_weeks.sort(table("listing_weeks").key))


def test_categories_cleaned_together_come_out_as_each_alone() -> None:
    shown = ["60", "100+", "1000+", "1200+", "2000+", "300+", "700+", "41", "0", "3000+", "90", "1523人付款"]
    units = [
        offers(
            *({"category": name, "listing_id": f"{place}", "sales_30d_text": text} for place, text in enumerate(texts)),
            {"category": name, "listing_id": "0", "page": 2},
        )
        for name, texts in (("towels", shown), ("luggage", shown[:9]), ("socks", [*shown[3:], "8000+"]))
    ]
    together = cleaned(pl.concat(units), marketplace())
    for unit in units:
        own, single = together.of(unit["category"][0]), cleaned(unit, marketplace())
        assert own.listing_weeks.height > 8
        assert own.rejects.height == 1
        assert own.listing_weeks.equals(single.listing_weeks)
        assert own.rejects.equals(single.rejects)
        assert own.parameters.equals(single.parameters)


def test_no_offers_make_empty_tables() -> None:
    listing_weeks, rejects = clean(table("offers").empty(), marketplace(badges={"现货": "in_stock"}))
    assert listing_weeks.equals(table("listing_weeks").empty())
    assert rejects.equals(table("rejects").empty())


TEXTS: dict[str, list[Any]] = {
    "listing_id": ["A", "B", "", None],
    "merchant_id": ["M", "N", None],
    "price_text": ["3.50", "1-4", "0", "x", "面议", None],
    "price_tiers": [None, [], [{"min_quantity_text": "2", "price_text": "3"}]],
    "sales_30d_text": ["60", "13.5", "1000+", "1523人付款", "x", None],
    "sales_total_text": ["6.15万", "?", None],
    "unit_text": ["包", "米", "条", "10条/包", None],
    "title_text": ["毛巾10条装", "34 75 10条", "一件代发", None],
    "page": [0, 1, 2],
    "page_digest": ["0" * 64, "f" * 64],
    "is_ad": [True, False, None],
    "week": [WEEK, WEEK - timedelta(days=7)],
}
CHANGES = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in TEXTS.items()})


@settings(max_examples=60, deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=25))
def test_every_offer_is_accepted_or_refused(changes: list[dict[str, Any]]) -> None:
    read = offers(*changes)
    listing_weeks, rejects = clean(read, marketplace())
    assert listing_weeks["offer_count"].sum() + rejects.height == read.height
    assert not listing_weeks.select(table("listing_weeks").key).is_duplicated().any()
    assert not rejects.select(table("rejects").key).is_duplicated().any()
