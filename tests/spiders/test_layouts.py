import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.marketplaces import Marketplace
from spiders.js_literal import LiteralError
from spiders.layouts import LayoutError, PageReading, read_page
from spiders.script import literal_after

MARKER = "var pageConfig ="
FIELDS = {
    "listing_id": {"path": "id", "required": True},
    "title_text": {"path": "title", "tags": "strip"},
    "is_ad": "ad",
}
LAYOUT = {
    "name": "first",
    "kind": "script",
    "marker": MARKER,
    "cards": "list",
    "pages": "pageCount",
    "items": "total",
    "fields": FIELDS,
}


def marketplace(*layouts: dict[str, object]) -> Marketplace:
    return Marketplace.model_validate(
        {
            "name": "m",
            "title": {"en": "M", "zh": "M"},
            "hosts": ["m.example"],
            "listing": {"url": "https://m.example/{category}/{page}"},
            "categories": {"towels": "毛巾"},
            "sales": {"basis": "trailing_30d"},
            "layouts": list(layouts) or [LAYOUT],
        }
    )


def page(literal: str) -> str:
    tail = "var p4pObject = {a: f(1) ? 2 : 3, list: []};"
    return f"<html><script>\nvar x = 1; {MARKER} {literal};\n{tail}</script></html>"


def read(text: str, *layouts: dict[str, object]) -> PageReading | None:
    return read_page(text, marketplace(*layouts), "towels 2024-05-06 page 1")


def test_cards_and_counts() -> None:
    reading = read(
        page('{"list": [{"id": 7, "title": "<b>毛巾</b>"}, {"id": "8", "ad": true}], "pageCount": "50", "total": 2990}')
    )
    assert reading == PageReading(
        layout="first",
        cards=[
            {"listing_id": "7", "title_text": "毛巾", "is_ad": None},
            {"listing_id": "8", "title_text": None, "is_ad": True},
        ],
        pages_said=50,
        listings_said=2990,
    )


def test_counts_that_are_not_said_are_none() -> None:
    reading = read(page('{"list": [], "pageCount": ""}'))
    assert reading is not None
    assert (reading.cards, reading.pages_said, reading.listings_said) == ([], None, None)


def test_no_marker_fits_no_layout() -> None:
    assert read("<html>nothing here</html>") is None


@pytest.mark.parametrize(
    ("literal", "sentence"),
    [
        ('{"other": 1}', "m/first: cards 'list' found nothing, expected a list, on towels 2024-05-06 page 1"),
        ('{"list": {"id": 1}}', "cards 'list' found a mapping"),
        ('{"list": [{"id": 1}, {"title": "x"}]}', "required listing_id ('id') found nothing on card 2"),
        ('{"list": [null]}', "required listing_id ('id') found nothing on card 1"),
        ('{"list": [{"id": 1, "ad": "p4p"}]}', "card 1: 'p4p' is neither true nor false"),
        ('{"list": [], "pageCount": "many"}', "'pageCount' found 'many', expected a whole number"),
        ('{"list": [{"id": 12345678901234567890.5}]}', "quoted exactly"),
        ('{"list": [', "does not end"),
        ("JSON.parse(x)", "is followed by 'JSON.parse(x);"),
        ("{}; var pageConfig = {}", "found 2 times, expected once"),
    ],
)
def test_what_does_not_fit_is_named(literal: str, sentence: str) -> None:
    with pytest.raises(LayoutError) as error:
        read(page(literal))
    assert sentence in str(error.value)


def test_layouts_are_tried_in_order() -> None:
    old = {**LAYOUT, "name": "old", "marker": "window.data=", "cards": "offers"}
    strict = {**LAYOUT, "name": "strict", "cards": "nowhere"}
    fits = page('{"list": [{"id": 1}]}')
    assert (reading := read(fits, old, strict, LAYOUT)) is not None
    assert reading.layout == "first"
    with pytest.raises(LayoutError, match="m/strict"):
        read(fits, old, strict)


def test_cards_deep_in_a_nested_variable() -> None:
    deep = {
        **LAYOUT,
        "marker": "window.__INIT_DATA =",
        "cards": "data.mods[?name=='list'].items[]",
        "pages": None,
        "items": None,
    }
    text = '<script>window.__INIT_DATA={data:{mods:[{name:"ads"},{name:"list",items:[{id:1},{id:2}]}]}}</script>'
    assert (reading := read(text, deep)) is not None
    assert [card["listing_id"] for card in reading.cards] == ["1", "2"]


@pytest.mark.parametrize(
    ("literal", "data"),
    [
        ('{"a": "}{", "b": "\\"}"}', {"a": "}{", "b": '"}'}),
        ("{a: 1, 'b': 'it\\'s \"x\"', \"c\": [1, 2, ], }", {"a": 1, "b": 'it\'s "x"', "c": [1, 2]}),
        ('{"a" /* } */: 1, // }\n "b": "// no", c: "/* no */"}', {"a": 1, "b": "// no", "c": "/* no */"}),
        ('{"a": "\\x41\\u4e2d\\/\\u{1F381}", b: "c\\\nd", e: "\\d\\\\\\""}', {"a": "A中/🎁", "b": "cd", "e": 'd\\"'}),
        (
            "{a: .5, b: 0x10, c: -1.50, d: 12345678901234567890}",
            {"a": 0.5, "b": 16, "c": -1.5, "d": 12345678901234567890},
        ),
        ('{"a": "tab\there"}', {"a": "tab\there"}),
        ("{a: `b`, t: true, n: null}", {"a": "b", "t": True, "n": None}),
        ('["x", {b: 1}]', ["x", {"b": 1}]),
        (
            '{a: "1", \'b\': "2", "c": [{"d": NaN}, {"e": -Infinity}]}',
            {"a": "1", "b": "2", "c": [{"d": None}, {"e": None}]},
        ),
        ("{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 'h'}", {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": "h"}),
    ],
)
def test_data_in_the_spelling_of_javascript(literal: str, data: object) -> None:
    assert literal_after(page(literal), MARKER) == data


@pytest.mark.parametrize(
    "computed",
    [
        "f({x: '}'}, 2)",
        "a ? '1' : \"2\"",
        "undefined",
        "void 0",
        "'a' + 'b'",
        "!0",
        "a.b",
        "new Date()",
        "/[}]/g",
        "x[1]",
        "name",
        "NaN",
    ],
)
def test_computed_values_are_none_and_what_stands_beside_them_stays(computed: str) -> None:
    literal = f"{{a: {computed}, 'b': {{c: [{computed}, 2], d: '{{'}}, e: 1.5}}"
    assert literal_after(page(literal), MARKER) == {"a": None, "b": {"c": [None, 2], "d": "{"}, "e": 1.5}


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(
    data=st.dictionaries(st.text(max_size=5), plain, max_size=4), tail=st.sampled_from([";", "", "; var x = {", "//}"])
)
def test_any_json_is_cut_out_and_read_back(data: object, tail: str) -> None:
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False).replace("</", "<\\/")):
        if MARKER not in text:
            assert literal_after(f"<script>{MARKER}{text}{tail}", MARKER) == data


@given(data=st.dictionaries(st.text(max_size=5), plain, min_size=1, max_size=4))
def test_any_literal_with_a_computed_value_is_read_back(data: dict[str, object]) -> None:
    text = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    if MARKER not in text:
        found = literal_after(f"<script>{MARKER}{text[:-1]}, zz_computed: f(1)}};</script>", MARKER)
        assert found == {**data, "zz_computed": None}


@given(text=st.text(alphabet="{}[]()'\"`/\\:,ab1 \n*+?", max_size=40))
def test_no_text_does_worse_than_an_error(text: str) -> None:
    with suppress(LiteralError):
        literal_after(f"{MARKER}{{{text}", MARKER)


@pytest.mark.parametrize(
    "script",
    [
        r"""window.list=JSON.parse("{\"list\":[{\"id\":\"1\",\"title\":\"a\\\"b\"}]}");""",
        r"""window.list = JSON.parse('{"list":[{"id":"1","title":"a\\"b"}]}');""",
        r"""window.list = '{"list":[{"id":"1","title":"a\\"b"}]}', x = 1""",
        r"""window.list = window.JSON.parse( '{"list":[{"id":"1","title":"a\\"b"}]}')""",
        r"""window.list = `{"list":[{"id":"1","title":"a\\"b"}]}`""",
        """window.list = JSON.parse(decodeURIComponent("{%22list%22%3A[{%22id%22:1,%22title%22:%22a%5C%22b%22}]}"))""",
        """window.list = window.list || 0; window.list = $.parseJSON('{"list":[{"id":1,"title":"a\\\\u0022b"}]}')""",
    ],
)
def test_data_in_a_text(script: str) -> None:
    layout = {**LAYOUT, "marker": "window.list =", "encoding": "json_string", "pages": None, "items": None}
    reading = read(f"<script>window.data = {{}}; {script}</script>", layout)
    assert reading is not None
    assert reading.cards == [{"listing_id": "1", "title_text": 'a"b', "is_ad": None}]


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("x = {a: 1}", "is followed by '{a: 1}', expected a string"),
        ('x = "not data"', "string holds 'not data', expected JSON"),
        (r'x = "{\"list\": [', "does not end"),
        (r'x = "{\"list\": ["', "does not end"),
        ('x = "{}"; x = "{}"', "found 2 times"),
    ],
)
def test_texts_that_hold_no_data_are_named(script: str, sentence: str) -> None:
    with pytest.raises(LiteralError) as error:
        literal_after(script, "x =", "json_string")
    assert sentence in str(error.value)


def test_half_characters_in_a_text_are_replaced() -> None:
    assert literal_after(r"""x = "{\"a\": \"\ud83c\", \"b\": \"\\ud83c\"}" """, "x =", "json_string") == {
        "a": "�",
        "b": "�",
    }


def test_a_marker_that_no_data_follow_does_not_count_beside_one_that_does() -> None:
    idiom = f'{MARKER} pageConfig || null; {MARKER} {{"list": [{{"id": 1}}]}}'
    assert (reading := read(idiom)) is not None
    assert reading.cards[0]["listing_id"] == "1"


def test_pages_that_a_layout_is_not_for() -> None:
    text = page('{"list": [{"id": 1}]}')
    assert read(text, {**LAYOUT, "unless": "var p4pObject"}) is None
    assert read(text, {**LAYOUT, "unless": "something else"}) is not None


def test_counts_may_stand_within_words() -> None:
    layout = {**LAYOUT, "pages": {"path": "pager", "regex": r"共(\d+)页"}, "items": "total"}
    assert (reading := read(page('{"list": [], "pager": "第1页 共12页", "total": "2.35万+"}'), layout)) is not None
    assert (reading.pages_said, reading.listings_said) == (12, 23500)


def test_half_characters_are_replaced() -> None:
    literal = r'{"a": "\ud83c", "b": ["\ud83c\udf81", {"\udf81x": 1}], "c": "\\ud83c", d: "\u{110000}"}'
    whole = literal.replace(r', d: "\u{110000}"', "")
    assert literal_after(page(whole), MARKER) == {"a": "�", "b": ["🎁", {"�x": 1}], "c": "\\ud83c"}
    with pytest.raises(LiteralError):
        literal_after(page(literal), MARKER)


def test_blanks_in_the_marker_stand_for_any_blanks() -> None:
    assert literal_after("var  pageConfig={a:1}", MARKER) == {"a": 1}
    assert literal_after("var pageConfigOld = {a:1}", MARKER) is None
