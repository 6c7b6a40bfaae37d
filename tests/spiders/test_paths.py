import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.marketplaces import FieldRule
from spiders.fields import column_reader
from spiders.paths import Cards, column, walk
from spiders.searched import parsed, searched
from spiders.texts import joined, money, number_text, without_markup

KEYS = ["a", "b", "c"]
scalars = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(0, 2, width=16) | st.sampled_from(["", " ", "x", "1.71"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=12,
)
dotted = st.lists(st.sampled_from(KEYS), min_size=1, max_size=3).map(".".join)
steps = st.sampled_from(["", "[]", "[*]", "[0]", "[-1]", "[].b", "[*].a.b", "[].{a: a, b: b.c}", "[].[a, b]", " | [0]"])
simple = st.builds(str.__add__, dotted, steps)
expressions = st.recursive(
    simple,
    lambda inner: (
        st.builds("{} || {}".format, inner, inner)
        | st.builds("({}) && ({})".format, inner, inner)
        | st.builds("({}) == 'x'".format, inner)
        | st.builds("({}) != `1`".format, inner)
        | st.builds("({}) == ({})".format, inner, inner)
        | st.builds("money({})".format, inner)
        | st.builds("joined([{}, {}], ' ')".format, inner, inner)
        | st.builds("parsed({})".format, inner)
        | st.builds("{{a: {}, b: {}}}".format, inner, inner)
        | st.builds("not_null({}, {})".format, inner, inner)
        | st.builds("a[?b == 'x'].c | ({})".format, inner)
    ),
    max_leaves=4,
)


@given(expression=expressions, cards=st.lists(values, max_size=4))
def test_columns_answer_as_jmespath_does_on_each_card(expression: str, cards: list[object]) -> None:
    assert repr(column(expression)(Cards(cards))) == repr([searched(expression)(card) for card in cards])


@given(expression=dotted, value=values)
def test_dotted_paths_answer_as_the_package_does(expression: str, value: object) -> None:
    assert repr(walk(expression)(value)) == repr(jmespath.search(expression, value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.71", "1.71"),
        (1.71, "1.71"),
        (12.0, "12"),
        (3, "3"),
        ({"cent": 171}, "1.71"),
        ({"cent": "5"}, "0.05"),
        ({"integer": 1, "decimals": 71}, "1.71"),
        ({"integer": 1, "decimals": 5}, "1.05"),
        ({"integer": "1", "decimals": "5"}, "1.05"),
        ({"integer": 12}, "12.00"),
        ({"integer": "300+", "decimals": 0}, "300+"),
        ({"integer": 1, "decimals": 710}, None),
        ({"strPriceMoney": "1.71", "integer": 9}, "1.71"),
        ({"strPriceMoney": "", "priceMoney": {"cent": 171}}, "1.71"),
        ({}, None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_money(value: object, text: str | None) -> None:
    assert money(value) == text


@given(fen=st.integers(0, 10**9))
def test_money_of_fen_and_of_parts_agree(fen: int) -> None:
    assert money({"cent": fen}) == money({"integer": fen // 100, "decimals": fen % 100})
    assert round(float(money({"cent": fen}) or "nan") * 100) == fen


def test_joined_leaves_blanks_out() -> None:
    assert joined(["广东", "", None, " 汕头市潮南区"], " ") == "广东 汕头市潮南区"
    assert joined([None, ""], " ") is None
    assert joined(None, " ") is None


def test_parsed_reads_json_in_a_text() -> None:
    assert parsed('{"a": [1, "x"]}') == {"a": [1, "x"]}
    assert walk("parsed(a).b[0].c")({"a": '{"b": [{"c": "毛巾"}]}'}) == "毛巾"
    for other in ("no json", "", None, {"a": 1}, 3, "[" * 10**5):
        assert parsed(other) is None


@given(number=st.floats(-(2**53) + 1, 2**53 - 1) | st.integers())
def test_number_text_is_exact_and_has_no_exponent(number: float) -> None:
    text = number_text(number)
    assert float(text) == number if isinstance(number, float) else int(text) == number
    assert "e" not in text


def test_a_number_that_lost_digits_is_not_quoted() -> None:
    with pytest.raises(ValueError, match="exactly"):
        number_text(12345678901234567890.0)


def test_markup_goes_and_text_stays() -> None:
    title = "<font color=red>毛巾</font> 尺寸<70cm &amp; >30cm &#x27;A&#x27;<!-- x --><br/> "
    assert without_markup(title) == "毛巾 尺寸<70cm & >30cm 'A'"


def read(name: str, card: object, **rule: object) -> object:
    return column_reader(name, FieldRule.model_validate(rule))(Cards([card]))[0]


def test_regex_takes_its_first_group_or_the_whole_match() -> None:
    card = {"sold": "销6.15万件", "tags": ["48小时发货", "包邮"]}
    assert read("sales_30d_text", card, path="sold", regex=r"销(.+)件") == "6.15万"
    assert read("sales_30d_text", card, path="sold", regex=r"[\d.]+") == "6.15"
    assert read("sales_30d_text", card, path="sold", regex="已售") is None
    assert read("badges", card, path="tags", regex=".*发货") == ["48小时发货"]


def test_texts_come_out_as_they_stand() -> None:
    card = {"a": " 2~99 ", "n": 718152613503, "f": 1.70, "blank": " ", "map": {"x": 1}, "empty": []}
    assert read("title_text", card, path="a") == " 2~99 "
    assert read("listing_id", card, path="n") == "718152613503"
    assert read("price_text", card, path="f") == "1.7"
    for path in ("blank", "map", "empty", "nowhere.at.all"):
        assert read("price_text", card, path=path) is None


def test_flags_lists_and_tiers() -> None:
    assert read("is_ad", {"ad": "true"}, path="ad") is True
    assert read("is_ad", {"ad": 0}, path="ad") is False
    assert read("is_ad", {}, path="ad") is None
    with pytest.raises(ValueError, match="neither true nor false"):
        read("is_ad", {"ad": "p4p"}, path="ad")
    assert read("badges", {"b": ["x", "", None, 24]}, path="b") == ["x", "24"]
    tiers = {"t": [{"q": "≥2", "v": {"integer": 1, "decimals": 5}}, {"q": None, "v": ""}, None]}
    path = "t[].{min_quantity_text: q, price_text: money(v)}"
    assert read("price_tiers", tiers, path=path) == [{"min_quantity_text": "≥2", "price_text": "1.05"}]
    assert read("price_tiers", {"t": []}, path=path) is None
