"""The second site: HTML cards, split prices, floored counters, badges that spread."""

import re
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser

import numpy as np
import pytest

from sandbox.amounts import counter
from sandbox.badges import ASSISTANT
from sandbox.economy import BeltEconomy, Economy, build
from sandbox.faces import draw_faces
from sandbox.goods import NOTHING_FOUND, GoodsSite
from sandbox.pages import Site
from sandbox.scenario import Scenario


@pytest.fixture(scope="module")
def world(story: Scenario) -> Economy:
    """The story of seed 1."""
    return build(story, 1)


@pytest.fixture(scope="module")
def goods(world: Economy) -> GoodsSite:
    """Its second site."""
    return GoodsSite(world)


class Cards(HTMLParser):
    """The cards of a page, each a mapping of class or tag name to the texts of the nodes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cards: list[dict[str, list[str]]] = []
        self._names: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins a card, or a node of one."""
        known = dict(attrs)
        if known.get("class") == "goods-card":
            self.cards.append({"goods": [known["data-goods"] or ""], "shop": [known["data-shop"] or ""]})
        self._names.append(known.get("class") or tag)

    def handle_endtag(self, tag: str) -> None:
        """Ends a node."""
        self._names.pop()

    def handle_data(self, data: str) -> None:
        """Keeps a text under the name of its node."""
        if self.cards and data.strip():
            self.cards[-1].setdefault(self._names[-1], []).append(data)


def cards_of(goods: GoodsSite, category: str) -> list[dict[str, list[str]]]:
    """All cards of a category in the live week, advertisements left out."""
    week = goods.scenario.live_week
    pages = [goods.page_of(category, n, week) for n in range(1, goods.page_count(category, week) + 1)]
    body = [page.replace('<meta charset="utf-8">', "") for page in pages]
    return [card for page in body for card in Cards(page).cards if "tui" not in card]


def test_each_listing_is_shown_once_as_the_economy_has_it(goods: GoodsSite, world: Economy) -> None:
    belt = world.of_category("socks")[0]
    shelf = belt.shelf(world.scenario.live_week, "practice-html")
    cards = cards_of(goods, "socks")
    assert len({card["goods"][0] for card in cards}) == len(cards) == len(shelf.row)
    shown = sorted("".join([*card["b"], *card["i"]]) for card in cards)
    assert shown == sorted(f"{fen // 100}.{fen % 100:02d}" for fen in shelf.price_fen.tolist())
    counts = sorted(card["sold"][0] for card in cards)
    assert counts == sorted(f"累计成交{counter(pieces)}件" for pieces in shelf.pieces_total.tolist())


def test_prices_are_split_and_places_name_the_county_alone(goods: GoodsSite) -> None:
    page = goods.page_of("socks", 1, goods.scenario.live_week)
    assert re.search(r"<em>¥</em><b>\d+</b><i>\.\d\d</i>", page)
    assert '<span class="area">浙江 诸暨市</span>' in page
    assert re.search(r"共 \d+ 件 / \d 页</span>", page)
    assert 30_000 < len(page.encode()) < 45_000


def test_a_municipality_is_named_once(goods: GoodsSite) -> None:
    places = Counter(card["area"][0] for card in cards_of(goods, "mooncakes"))
    assert places["上海"] > 50
    assert "上海 上海市" not in places


def test_a_merchant_of_both_sites_has_two_ids_and_one_name(goods: GoodsSite, world: Economy) -> None:
    belt = world.of_category("socks")[0]
    first, second = belt.traits.on.values()
    merchants = draw_faces(belt, world).merchants
    there = {card["shop"][0]: card["firm"][0] for card in cards_of(goods, "socks")}
    on_both = [merchants[index] for index in np.flatnonzero(first & second)]
    seen = [merchant for merchant in on_both if merchant.shop_id in there]
    assert len(seen) > 10
    assert all(there[merchant.shop_id] == merchant.company for merchant in seen)
    assert not {merchant.member_id for merchant in merchants} & set(there)


@pytest.mark.parametrize(("category", "number"), [("socks", 99), ("socks", 0), ("toys", 1), ("nothing", 1)])
def test_an_empty_page_says_so(goods: GoodsSite, category: str, number: int) -> None:
    page = goods.page_of(category, number, goods.scenario.live_week)
    assert NOTHING_FOUND in page
    assert "goods-card" not in page


def test_counters_are_exact_below_ten_thousand_and_floored_above() -> None:
    assert [counter(n) for n in (0, 356, 9_999, 10_000, 12_999, 1_234_567)] == [
        "0",
        "356",
        "9999",
        "1.0万+",
        "1.2万+",
        "123.4万+",
    ]


def test_services_spread_and_the_assistant_is_taken_up(world: Economy) -> None:
    site = Site(world)
    weeks = (world.scenario.first_week, world.scenario.live_week)
    shares = [badge_shares(site, world.of_category("luggage")[0], week) for week in weeks]
    for text, planted in world.scenario.services.items():
        assert [share[text] for share in shares] == pytest.approx(list(planted), abs=0.09)
    assert shares[0][ASSISTANT] == 0
    assert 0.15 < shares[1][ASSISTANT] < 0.45
    assert [share["自营"] + share["托管供货"] for share in shares] == pytest.approx([1, 1])


def badge_shares(site: Site, belt: BeltEconomy, week: object) -> dict[str, float]:
    """Share of the cards of a belt's category that carry each badge."""
    category = belt.plan.category
    pages = [site.page_of(category, n, week) for n in range(1, site.page_count(category, week) + 1)]  # type: ignore[arg-type]
    offers = [part for page in pages for part in page.split('{"offerid"')[1:] if '"nature"' in part]
    counts = Counter(text for offer in offers for text in re.findall(r'{"text":"([^"]+)"}', offer))
    return {text: counts[text] / len(offers) for text in (*site.scenario.services, ASSISTANT, "自营", "托管供货")}


def test_flows_are_what_counters_gain_in_28_days(world: Economy) -> None:
    belt, week = world.of_category("socks")[0], world.scenario.live_week
    now, before = (belt.shelf(day, "practice-html") for day in (week, week - timedelta(days=28)))
    _, here, there = np.intersect1d(now.row, before.row, return_indices=True)
    assert np.array_equal(now.pieces_28d[here], now.pieces_total[here] - before.pieces_total[there])
