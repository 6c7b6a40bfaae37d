import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.marketplaces import Marketplace
from spiders.js_literal import LiteralError
from spiders.json_answer import answer_of
from spiders.layouts import LayoutError, PageReading, read_page

LAYOUT: dict[str, Any] = {
    "name": "answer",
    "kind": "json",
    "cards": "data.items[].data",
    "pages": {"path": "data.pager", "regex": r"共(\d+)页"},
    "items": "data.found",
    "fields": {
        "listing_id": {"path": "id", "required": True},
        "title_text": {"path": "title", "tags": "strip"},
        "is_ad": "ad",
        "badges": "tags[].text",
    },
}
WRAPPINGS = [
    "{}",
    " \n{}\n",
    "\ufeff{}",
    "/**/cb({});",
    "callback({})",
    "mtopjsonp12({});",
    "jQuery3_1.cb[0] ({}) ;",
    "window['cb_1']({});",
    "/* a {{ b */ cb( {} );",
    "// a\ncb({})",
    "while(1);{}",
    "for (;;);{}",
    ")]}}',\n{}",
    "/**/ typeof cb === 'function' && cb({});",
    "window.cb && window.cb({});",
    "try{{cb({});}}catch(e){{}}",
    "var answer = {};",
    "window.__data__={}",
    "({})",
]


def marketplace(*layouts: dict[str, Any]) -> Marketplace:
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


def read(text: str, *layouts: dict[str, Any]) -> PageReading | None:
    return read_page(text, marketplace(*layouts), "towels page 1")


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_every_wrapping(wrapping: str) -> None:
    assert answer_of(wrapping.format('{"a": ["}", "b"]}')) == {"a": ["}", "b"]}
    assert answer_of(wrapping.format('[{"a": 1}]')) == [{"a": 1}]


@given(
    wrapping=st.sampled_from(WRAPPINGS),
    data=st.dictionaries(st.text(max_size=5), plain, max_size=4) | st.lists(plain, max_size=3),
)
def test_any_data_in_any_wrapping(wrapping: str, data: object) -> None:
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False)):
        assert answer_of(wrapping.format(text)) == data


@pytest.mark.parametrize(
    "text",
    ["", "<html>{}</html>", "<!-- {} -->", "Access denied {", "cb('x')", "cb()", "null", "12", '"x"', "function(){}"],
)
def test_other_texts_are_no_answer(text: str) -> None:
    assert answer_of(text) is None


@pytest.mark.parametrize("text", ['{"a": [1, 2', 'cb({"a": "b', "[1, {2}", "{]"])
def test_an_answer_that_does_not_end_is_an_error(text: str) -> None:
    with pytest.raises(LiteralError):
        answer_of(text)


def test_spelling_of_javascript_and_half_characters() -> None:
    assert answer_of("cb({a: 'x', b: [1,], c: undefined})") == {"a": "x", "b": [1], "c": None}
    assert answer_of('{"a": "</script>", "b": "\\ud83c"}') == {"a": "</script>", "b": "\ufffd"}


def test_cards_and_counts() -> None:
    data = {
        "data": {
            "found": "2.3万+",
            "pager": "1/50 共50页",
            "items": [
                {"data": {"id": 7, "title": "<b>毛巾</b>", "ad": "true", "tags": [{"text": "包邮"}, {}]}},
                {"banner": 1},
                {"data": {"id": "8", "ad": "false"}},
                {"data": {"id": "9", "ad": ""}},
            ],
        }
    }
    assert read(f"cb({json.dumps(data)})") == PageReading(
        layout="answer",
        cards=[
            {"listing_id": "7", "title_text": "毛巾", "is_ad": True, "badges": ["包邮"]},
            {"listing_id": "8", "title_text": None, "is_ad": False, "badges": None},
            {"listing_id": "9", "title_text": None, "is_ad": None, "badges": None},
        ],
        pages_said=50,
        listings_said=23000,
    )


@pytest.mark.parametrize("text", ['{"ret": ["FAIL"]}', '{"data": {}}', "[]", '{"data": {"items": null}}', "<p>"])
def test_an_answer_without_the_place_of_cards_is_not_of_the_layout(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"data": {"items": [{"data": {"title": "x"}}]}}', "required listing_id ('id') found nothing on card 1"),
        ('{"data": {"items": [{"data": {"id": 1}}], "found": "many"}}', "'data.found' found 'many', expected a whole"),
        ('{"data": {"items": [{"data": {"id": 1, "ad": "p4p"}}]}}', "'p4p' is neither true nor false"),
        ('{"data": {"items": [', "does not end"),
    ],
)
def test_what_does_not_fit_is_named(text: str, sentence: str) -> None:
    with pytest.raises(LayoutError) as error:
        read(text)
    assert sentence in str(error.value)


def test_cards_that_are_no_list_and_functions_that_fail_are_named() -> None:
    with pytest.raises(LayoutError, match="cards 'data' found a mapping, expected a list"):
        read('{"data": {"id": 1}}', {**LAYOUT, "cards": "data"})
    failing = {**LAYOUT, "fields": {"listing_id": "id", "is_ad": "contains(tags, 'AD')"}}
    with pytest.raises(LayoutError, match="contains"):
        read('{"data": {"items": [{"data": {"id": 1}}]}}', failing)
    with pytest.raises(LayoutError, match="keys"):
        read('{"data": {"items": []}}', {**LAYOUT, "cards": "keys(data.items)"})


def test_json_within_json() -> None:
    inner = json.dumps({"list": [{"id": 1}, {"id": 2}]})
    layout = {**LAYOUT, "cards": "parsed(data.result).list", "pages": None, "items": None}
    reading = read(json.dumps({"data": {"result": inner}}), layout)
    assert reading is not None
    assert [one["listing_id"] for one in reading.cards] == ["1", "2"]
    assert read('{"data": {"result": "no json"}}', layout) is None


def test_layouts_are_tried_in_order() -> None:
    other = {**LAYOUT, "name": "other", "cards": "result.list"}
    reading = read('{"data": {"items": [{"data": {"id": 1}}]}}', other, LAYOUT)
    assert reading is not None
    assert reading.layout == "answer"
    assert read('{"data": {"items": [{"data": {"id": 1}}]}}', {**LAYOUT, "marker": "v2"}) is None
