import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborNode

from configs.field_rules import HtmlRule
from configs.marketplaces import Marketplace
from spiders.html_cards import html_reader, tree_of
from spiders.html_page import Nodes, cards_of, nodes_of
from spiders.layouts import LayoutError, PageReading, read_page

FIELDS: dict[str, Any] = {
    "listing_id": {"css": "@data-offer-id", "required": True},
    "title_text": ".title",
    "price_text": {"css": ".price span", "join": ""},
    "seller_place_text": ".place",
    "badges": {"css": ".tags i"},
    "is_ad": {"exists": ".ad"},
}
LAYOUT: dict[str, Any] = {
    "name": "cards",
    "kind": "html",
    "cards": "li.offer",
    "pages": {"css": ".pager em", "regex": r"共(\d+)页"},
    "items": ".found b",
    "fields": FIELDS,
}


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


def card(inner: str, attributes: str = 'data-offer-id="7"') -> LexborNode:
    (node,) = tree_of(f"<!DOCTYPE html><ul><li class='offer' {attributes}>{inner}</li></ul>").css("li.offer")
    return node


def value(column: str, rule: object, inner: str, attributes: str = 'data-offer-id="7"') -> Any:
    rules = rule if isinstance(rule, list) else [rule]
    reader = html_reader(column, tuple(HtmlRule.model_validate(one) for one in rules))
    (found,) = reader(Nodes([card(inner, attributes)]))
    return found


def test_cards_in_page_order_and_what_the_page_says_of_itself() -> None:
    reading = read(
        """<!DOCTYPE html><div class="found">共 <b>2,300</b> 件</div><ul>
        <li class="offer" data-offer-id="1"><p class="title">高阳<b>毛巾</b>
            加厚 &amp; 吸水</p><div class="price"><span>¥</span><span>48</span><span>.8</span></div>
          <span class="place">河北 保定</span><div class="tags"><i>先采后付</i><i> </i><i>现货直发</i></div></li>
        <li class="offer" data-offer-id="2"><em class="ad">广告</em></li></ul>
        <div class="pager"><em>共50页</em></div>"""
    )
    assert reading == PageReading(
        layout="cards",
        cards=[
            {
                "listing_id": "1",
                "title_text": "高阳毛巾 加厚 & 吸水",
                "price_text": "¥48.8",
                "seller_place_text": "河北 保定",
                "badges": ["先采后付", "现货直发"],
                "is_ad": False,
            },
            {
                "listing_id": "2",
                "title_text": None,
                "price_text": None,
                "seller_place_text": None,
                "badges": [],
                "is_ad": True,
            },
        ],
        pages_said=50,
        listings_said=2300,
    )


@pytest.mark.parametrize("text", ["<html><p>没有找到</p></html>", "", '{"data": []}', "plain", "<li class=offers>"])
def test_a_page_without_cards_is_not_of_the_layout(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("inner", "sentence"),
    [
        ("<p class=title>a</p><p class=title>b</p>", "card 1: title_text ('.title') found 2 nodes, expected one"),
        ("<b class=place>a</b><b class=place></b>", "seller_place_text ('.place') found 2 nodes, expected one"),
    ],
)
def test_two_nodes_are_one_too_many(inner: str, sentence: str) -> None:
    with pytest.raises(LayoutError) as error:
        read(f"<ul><li class=offer data-offer-id=1>{inner}</li></ul>")
    assert sentence in str(error.value)
    assert str(error.value).startswith("m/cards: ")
    assert str(error.value).endswith(", on towels page 1")


@pytest.mark.parametrize("attribute", ["", "data-offer-id", 'data-offer-id=""', 'data-offer-id=" "'])
def test_a_required_column_that_is_not_there_is_named(attribute: str) -> None:
    with pytest.raises(LayoutError, match=r"required listing_id \('@data-offer-id'\) found nothing on card 2"):
        read(f"<ul><li class=offer data-offer-id=1></li><li class=offer {attribute}></li></ul>")


@pytest.mark.parametrize(
    ("rule", "inner", "text"),
    [
        (".x", "<b class=x>  1 <!-- no --> <i>2</i>\n 3&nbsp;4　5 </b>", "1 2 3 4 5"),
        (".x", "<b class=x>1<script>var a</script><style>b{}</style><template>c</template></b>", "1"),
        (".x", "<b class=x> </b>", None),
        (".x", "<b class=y>1</b>", None),
        ({"css": ".x", "own_text": True}, "<b class=x> 3.50 <i>元</i> 起</b>", "3.50 起"),
        ({"css": ".x", "attr": "title"}, '<b class=x title=" ￥3.50 ">3.5…</b>', "￥3.50"),
        ({"css": ".x", "attr": "title"}, "<b class=x>3.5</b>", None),
        ({"css": ".x", "attr": "title"}, "<b class=x title>3.5</b>", None),
        ({"css": "a", "attr": "href", "regex": r"offer/(\d+)"}, '<a href="/offer/12.html?a=1&amp;b=2">x</a>', "12"),
        ({"css": ".x", "regex": r"\d+%"}, "<b class=x>50+人已加购</b>", None),
        ({"css": ".x", "regex": r"\d+%"}, "<b class=x>复购率28%</b>", "28%"),
        ({"css": ".x", "join": ""}, "<b class=x>1</b>\n <b class=x> .74 </b>", "1.74"),
        ({"css": ".x", "join": True}, "<b class=x>1</b><b class=x>.74</b>", "1.74"),
        ({"css": ".x", "join": " "}, "<b class=x>浙江</b><b class=x></b><b class=x>义乌</b>", "浙江 义乌"),
        ({"css": ".x", "join": " ", "regex": r"(\d+)件 包邮"}, "<b class=x>售9件</b><b class=x>包邮</b>", "9"),
        ({"css": ".x", "join": " "}, "", None),
        ({"css": ".x", "join": "/", "own_text": True}, "<b class=x>1<b class=x>2</b></b>", "1/2"),
        ({"css": "p, .x", "join": "/"}, "<i class=x>1</i><p class=x>2</p>", "1/2"),
        ({"regex": r"共(\d+)条"}, "<b>共</b>3<i>条</i>", "3"),
        ("@data-offer-id", "", "7"),
        ({"attr": "data-offer-id", "regex": "[a-z]+"}, "", None),
        ([".new", {"css": ".x", "attr": "title"}], "<b class=x title=1>2</b>", "1"),
        ([".new", {"css": ".x", "attr": "title"}], "<b class=new>3</b><b class=x title=1>2</b>", "3"),
        ([".new", ".newer"], "", None),
    ],
)
def test_texts(rule: object, inner: str, text: str | None) -> None:
    assert value("price_text", rule, inner) == text


@pytest.mark.parametrize(
    ("rule", "inner", "attributes", "answer"),
    [
        ({"exists": ".ad"}, "<i class=ad></i>", "", True),
        ({"exists": ".ad"}, "", "", False),
        ({"exists": "li.p4p"}, "", "id=p4p", False),
        ({"exists": "[data-ad=true]"}, "", "data-ad=true", True),
        ({"exists": ".tag", "regex": "广告"}, "<i class=tag>包邮</i><i class=tag>广告</i>", "", True),
        ({"exists": ".tag", "regex": "广告"}, "<i class=tag>包邮</i>", "", False),
        ("@data-ad", "", "data-ad=TRUE", True),
        ("@data-ad", "", "data-ad=0", False),
        ("@data-ad", "", "", None),
        ([{"exists": ".ad"}, "@data-ad"], "", "data-ad=true", True),
        ([{"exists": ".ad"}, {"exists": ".p4p"}], "", "", False),
    ],
)
def test_marks(rule: object, inner: str, attributes: str, answer: bool | None) -> None:
    assert value("is_ad", rule, inner, attributes) is answer


def test_lists_and_tiers() -> None:
    inner = "<b class=x title=a>1 件</b><i class=x>2</i><b class=x title=' '>3件</b>"
    assert value("badges", ".x", inner) == ["1 件", "2", "3件"]
    assert value("badges", {"css": ".x", "all": True, "regex": r"(\d) ?件"}, inner) == ["1", "3"]
    assert value("badges", {"css": ".x", "all": "list", "attr": "title"}, inner) == ["a"]
    assert value("badges", {"css": ".none"}, inner) == []
    rule = {"css": "tr", "min_quantity_text": ".q", "price_text": {"css": ".p b", "join": ""}}
    rows = "<table><tr><td class=q>≥2</td><td class=p><b>1</b><b>.05</b></td></tr><tr><td class=q></td></tr></table>"
    assert value("price_tiers", rule, rows) == [{"min_quantity_text": "≥2", "price_text": "1.05"}]
    assert value("price_tiers", rule, "") is None
    texts = {
        "css": "dd",
        "min_quantity_text": {"regex": r"(\d+)件起"},
        "price_text": {"regex": r"¥([\d.]+)"},
    }
    tiers = value("price_tiers", texts, "<dl><dd>2件起 ¥3.5</dd><dd>100件起 ¥3</dd></dl>")
    assert tiers == [
        {"min_quantity_text": "2", "price_text": "3.5"},
        {"min_quantity_text": "100", "price_text": "3"},
    ]
    with pytest.raises(ValueError, match=r"price_tiers\.min_quantity_text"):
        value("price_tiers", rule, "<table><tr><td class=q>1</td><td class=q>2</td></tr></table>")


def test_a_node_that_matches_twice_counts_once() -> None:
    assert [
        node.text() for node in nodes_of(".a, .b, i")(card("<b class='a b'>1</b><i class=a>2</i><b class=b>3</b>"))
    ] == [
        "1",
        "2",
        "3",
    ]


def test_marker_and_unless_decide_before_the_cards() -> None:
    page = "<ul><li class=offer data-offer-id=1></li></ul>"
    assert read(page, {**LAYOUT, "marker": "site-2026"}) is None
    assert read(page + "<!-- site-2026 -->", {**LAYOUT, "marker": "site-2026"}) is not None
    assert read(page + '{"listOffer":', {**LAYOUT, "unless": '"listOffer"'}) is None


def test_a_script_of_the_same_page_comes_first_where_its_layout_does() -> None:
    script = {"name": "s", "kind": "script", "marker": "var x =", "cards": "list", "fields": {"listing_id": "id"}}
    page = '<script>var x = {"list": [{"id": 9}]}</script><ul><li class=offer data-offer-id=1></li></ul>'
    first, second = read(page, script, LAYOUT), read(page, LAYOUT, script)
    assert first is not None
    assert second is not None
    assert (first.cards[0]["listing_id"], second.cards[0]["listing_id"]) == ("9", "1")


@pytest.mark.parametrize(("said", "number"), [("1.2万+", 12000), ("9999+", 9999), ("2,300", 2300), ("", None)])
def test_numbers_of_listings(said: str, number: int | None) -> None:
    reading = read(f"<div class=found><b>{said}</b></div><ul><li class=offer data-offer-id=1></li></ul>")
    assert reading is not None
    assert reading.listings_said == number


@pytest.mark.parametrize("said", ["many", "1.2", "1-2", ",", "1.23456万"])
def test_other_words_are_no_number(said: str) -> None:
    with pytest.raises(LayoutError, match="expected a whole number"):
        read(f"<div class=found><b>{said}</b></div><ul><li class=offer data-offer-id=1></li></ul>")


words = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="\ufffd"), min_size=1, max_size=8)
cards = st.lists(
    st.fixed_dictionaries(
        {"id": words, "title": words | st.none(), "price": st.integers(0, 10**6), "ad": st.booleans()}
    ),
    min_size=1,
    max_size=5,
)


@given(planted=cards, gap=st.sampled_from(["", " ", "\n\t"]))
def test_what_was_rendered_is_read_back(planted: list[dict[str, Any]], gap: str) -> None:
    def rendered(one: dict[str, Any]) -> str:
        title = "" if one["title"] is None else f"<p class=title>{gap}<b>{html.escape(one['title'])}</b></p>"
        price = f"<span>¥</span>{gap}<span>{one['price'] // 100}</span>{gap}<span>.{one['price'] % 100:02d}</span>"
        mark = "<i class=ad></i>" if one["ad"] else ""
        head = f'<li class="offer x" data-offer-id="{html.escape(one["id"])}">'
        return f"{head}{mark}{title}<div class=price>{price}</div></li>"

    reading = read("<!DOCTYPE html><ul>" + gap.join(map(rendered, planted)) + "</ul>")
    assert reading is not None
    assert [(c["listing_id"], c["title_text"], c["price_text"], c["is_ad"]) for c in reading.cards] == [
        (one["id"], one["title"], f"¥{one['price'] // 100}.{one['price'] % 100:02d}", one["ad"]) for one in planted
    ]


TAGS = st.sampled_from(["b", "i", "div"])
CLASSES = st.sampled_from(["", " class=x", " class='x y'", " class=card"])
trees = st.recursive(
    st.sampled_from(["", "1", "2 "]),
    lambda inner: st.builds("<{0}{1}>{2}</{0}>".format, TAGS, CLASSES, inner) | st.builds(str.__add__, inner, inner),
    max_leaves=12,
)
compounds = st.sampled_from(["b", ".x", "i.x", ".x.y", "div.card", ".card", "*", "b[class]", ":first-child", ":has(b)"])
selectors = st.recursive(
    compounds,
    lambda inner: st.builds("{}{}{}".format, inner, st.sampled_from([" > ", " ", " + ", " ~ ", ", "]), inner),
    max_leaves=3,
)


@given(html=trees, selector=selectors, cards=st.sampled_from([".card", "div", "div.card", "b, i"]))
def test_nodes_found_from_the_page_are_those_found_from_each_card(html: str, selector: str, cards: str) -> None:
    root = tree_of(f"<body>{html}</body>").root
    assert root is not None
    nodes = nodes_of(cards)(root)
    expected = [[one.mem_id for one in nodes_of(selector)(node)] for node in nodes]
    assert [[one.mem_id for one in found] for found in cards_of(root, nodes).found(selector)] == expected
