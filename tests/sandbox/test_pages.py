"""Pages: the layout of 2024-05, every listing once, the same bytes each time."""

import re

import chompjs
import pytest

from sandbox.amounts import money, price_before, shown_pieces, turnover
from sandbox.economy import Economy, build
from sandbox.pages import NOTHING_FOUND, Site, address
from sandbox.scenario import Scenario


def script_of(page: str) -> dict:
    """The object literal after `var pageConfig =`."""
    return chompjs.parse_js_object(page.split("var pageConfig =", 1)[1])


def offers_of(site: Site, words: str) -> list[dict]:
    """All offers of all pages of a category in the live week."""
    week = site.scenario.live_week
    count = site.page_count(site.category_of(words) or "", week)
    return [card for number in range(1, count + 1) for card in script_of(site.page(words, number, week))["listOffer"]]


def test_all_listings_are_shown_once_by_falling_sales(site: Site, economy: Economy, tiny: Scenario) -> None:
    offers = offers_of(site, "毛巾")
    natural = [card for card in offers if card["itemType"] == "nature"]
    shelf = economy.belts[0].shelf(tiny.live_week)
    pieces = [int(card["attr"]["tradeQuantity"]["quantitySumMonth"]) for card in natural]
    assert pieces == sorted(shelf.pieces_30d.tolist(), reverse=True)
    assert len({card["offerid"] for card in natural}) == len(natural) == len(shelf.row)


def test_advertisements_repeat_listings(site: Site) -> None:
    cards = {kind: [c for c in offers_of(site, "袜子") if c["itemType"] == kind] for kind in ("p4p", "nature")}
    shown = {card["offerid"]: {**card, "itemType": ""} for card in cards["nature"]}
    for card in cards["p4p"]:
        assert shown[card["offerid"]] == {**card, "itemType": ""}


def test_the_story_has_advertisements_and_pages_of_about_75_kb(story: Scenario) -> None:
    site = Site(build(story, 1))
    page = site.page("毛巾", 1, story.live_week)
    assert [card["itemType"] for card in script_of(page)["listOffer"]][:3] == ["p4p", "p4p", "nature"]
    assert 60_000 < len(page.encode()) < 80_000


def test_the_script_says_pages_and_items_and_goes_on_behind_the_literal(site: Site, tiny: Scenario) -> None:
    page = site.page("毛巾", 1, tiny.live_week)
    script = script_of(page)
    natural = [card for card in offers_of(site, "毛巾") if card["itemType"] == "nature"]
    assert script["totalCount"] == str(len(natural))
    assert script["pageCount"] == str(-(-len(natural) // tiny.page_size))
    assert re.search(r"}\nvar p4pObject = {\s+cna: getCookie", page)


def test_value_agrees_with_the_texts_of_money(site: Site) -> None:
    for card in offers_of(site, "毛巾"):
        offer = card["attr"]["tradePrice"]["offerPrice"]
        fen = offer["value"]["integer"] * 100 + offer["value"]["decimals"]
        assert offer.get("strPriceMoney", money(fen)) == money(fen)
        assert offer.get("priceMoney", {"cent": fen})["cent"] == fen
        if "discountPrice" in card:
            assert card["discountPrice"]["zkPrice"] == money(fen)
            assert float(card["discountPrice"]["price"]) > fen / 100
        if offer["quantityPrices"]:
            assert offer["quantityPrices"][0]["value"] == offer["value"]


def test_titles_mark_the_words(site: Site) -> None:
    assert all("<font color=red>毛巾</font>" in card["title"] for card in offers_of(site, "毛巾"))


def test_sellers_of_other_places_are_among_them(story: Scenario) -> None:
    site = Site(build(story, 1))
    sellers = {card["memberId"]: card["attr"]["company"] for card in offers_of(site, "毛巾")}
    cities = [company["city"] for company in sellers.values()]
    foreign = [city for city in cities if city not in ("保定市高阳县", "保定市")]
    assert 0.05 < len(foreign) / len(cities) < 0.2
    assert "保定市" in cities


@pytest.mark.parametrize(("words", "number"), [("毛巾", 99), ("毛巾", 0), ("没有", 1)])
def test_an_empty_page_says_so(site: Site, tiny: Scenario, words: str, number: int) -> None:
    page = site.page(words, number, tiny.live_week)
    assert NOTHING_FOUND in page
    assert script_of(page)["listOffer"] == []
    assert NOTHING_FOUND not in site.page("毛巾", 1, tiny.live_week)


def test_pages_are_the_same_bytes_in_any_order_of_asking(economy: Economy, tiny: Scenario) -> None:
    one, other = Site(economy), Site(economy)
    forward = [one.page("毛巾", number, tiny.live_week) for number in (1, 2, 3)]
    backward = [other.page("毛巾", number, tiny.live_week) for number in (3, 2, 1)]
    assert forward == backward[::-1]


def test_addresses_are_percent_encoded_in_gbk() -> None:
    assert address("毛巾", 3) == "/selloffer/offer_search.htm?keywords=%C3%AB%BD%ED&beginPage=3"


def test_amounts_are_written_as_the_real_site_does() -> None:
    assert [shown_pieces(n) for n in (41, 61500, 179517, 20000)] == ["销41件", "销6.15万件", "销17.95万件", "销2万件"]
    assert [turnover(n * 100) for n in (9, 345, 4999, 178_900)] == ["", "300+", "4000+", "17万+"]
    assert [price_before(171, 980), price_before(171, 0)] == [175, 171]
    assert money(105) == "1.05"
