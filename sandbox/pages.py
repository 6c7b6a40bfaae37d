"""Listing pages in the layout of 2024-05: a script with the offers, and the cards that a visitor sees.

A page is a pure function of scenario, seed, day, category and page number, to the byte.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import quote

import numpy as np

from sandbox.cards import fill, rack
from sandbox.economy import Economy, Shelf

NOTHING_FOUND = "没有找到相关货源"
DAYS_KEPT = 4
MOST_PAGES = 50  # as far as the real site lets one turn over


@dataclass(frozen=True)
class Ranking:
    """The listings of a category on one day, best sellers first: belt and place on its shelf of each."""

    shelves: list[Shelf]
    belt: np.ndarray
    place: np.ndarray

    def __len__(self) -> int:
        return len(self.belt)


class Site:
    """All pages of one practice world; cards are prepared once, rankings kept for a few days."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.scenario = economy.scenario
        self._racks = {
            category: [rack(belt, economy.seed) for belt in economy.of_category(category)]
            for category in self.scenario.categories
        }
        self._ranking = lru_cache(maxsize=DAYS_KEPT * len(self._racks))(self._rank)

    def category_of(self, keywords: str) -> str | None:
        """The category that these words search for, or None."""
        found = [category for category, words in self.scenario.categories.items() if words == keywords]
        return found[0] if found else None

    def page_count(self, category: str, day: date) -> int:
        """Pages that a category has on a day."""
        return min(MOST_PAGES, -(-len(self._ranking(category, day)) // self.scenario.page_size))

    def page(self, keywords: str, number: int, day: date) -> str:
        """One page's HTML; the empty page for words that no category has and for pages beyond the last."""
        category = self.category_of(keywords)
        if category is None:
            return _empty(keywords, number, (0, 0))
        counts = (self.page_count(category, day), len(self._ranking(category, day)))
        if not 1 <= number <= counts[0]:
            return _empty(keywords, number, counts)
        head = SCRIPT_HEAD % _head(keywords, number, counts, self.scenario.page_size)
        offers, tiles = self._filled(category, number, day)
        cards = f'<ul id="sm-offer-list">\n{"".join(tiles)}</ul>'
        return _whole(keywords, head + ",\n".join(offers) + SCRIPT_END, cards)

    def _filled(self, category: str, number: int, day: date) -> tuple[list[str], list[str]]:
        """The offers and the HTML cards of a page, advertisements first."""
        ranking, racks = self._ranking(category, day), self._racks[category]
        size, day_number = self.scenario.page_size, self.economy.belts[0].span.number(day)
        span = range((number - 1) * size, min(number * size, len(ranking)))
        ads = self._advertised(category, number, day)
        offers: list[str] = []
        tiles: list[str] = []
        for index in [*ads, *span]:
            belt = int(ranking.belt[index])
            natural, advertised, tile = fill(racks[belt], ranking.shelves[belt], int(ranking.place[index]), day_number)
            offers.append(advertised if len(offers) < len(ads) else natural)
            tiles.append(tile)
        return offers, tiles

    def _advertised(self, category: str, number: int, day: date) -> list[int]:
        """Places in the ranking of the listings shown above a page for money: they take turns by day and page."""
        ranking, racks = self._ranking(category, day), self._racks[category]
        paying = [
            index
            for index, (belt, place) in enumerate(zip(ranking.belt.tolist(), ranking.place.tolist(), strict=True))
            if racks[belt].listings[int(ranking.shelves[belt].row[place])].advertises
        ]
        turn = day.toordinal() + number * self.scenario.ads_per_page
        count = min(self.scenario.ads_per_page, len(paying))
        return [paying[(turn + index) % len(paying)] for index in range(count)]

    def _rank(self, category: str, day: date) -> Ranking:
        """By sales of 30 days, then by listing id."""
        shelves = [cards.belt.shelf(day) for cards in self._racks[category]]
        belt = np.concatenate([np.full(len(shelf.row), index) for index, shelf in enumerate(shelves)])
        place = np.concatenate([np.arange(len(shelf.row)) for shelf in shelves])
        pieces = np.concatenate([shelf.pieces_30d for shelf in shelves])
        faces = [cards.listings for cards in self._racks[category]]
        ids = np.array([faces[b][int(shelves[b].row[p])].listing_id for b, p in zip(belt, place, strict=True)])
        order = np.lexsort((ids, -pieces))
        return Ranking(shelves, belt[order], place[order])


def address(keywords: str, number: int) -> str:
    """Path and query of a listing page, words percent-encoded in GBK as the real site does."""
    return f"/selloffer/offer_search.htm?keywords={quote(keywords, safe='', encoding='gbk')}&beginPage={number}"


def _head(keywords: str, number: int, counts: tuple[int, int], size: int) -> dict[str, str | int]:
    gbk = quote(keywords, safe="", encoding="gbk", errors="replace")
    return {"words": keywords, "gbk": gbk, "page": number, "pages": counts[0], "items": counts[1], "size": size}


def _empty(keywords: str, number: int, counts: tuple[int, int]) -> str:
    head = SCRIPT_HEAD % _head(_plain(keywords), number, counts, 60)
    cards = f'<div class="sm-noresult">{NOTHING_FOUND}</div>'
    return _whole(_plain(keywords), head + SCRIPT_END, cards)


def _plain(keywords: str) -> str:
    """The words without characters that mean something in HTML or in a script."""
    return "".join(letter for letter in keywords if letter.isalnum() or letter == " ")


def _whole(keywords: str, script: str, cards: str) -> str:
    return PAGE % {"words": keywords, "script": script, "cards": cards}


SCRIPT_HEAD = """
var pageConfig = {
"keywords":"%(words)s","keywordsGbk":"%(gbk)s",beginPage:"%(page)s","mainListOfferPageSize":"%(size)s",
"pageCount":"%(pages)s","totalCount":"%(items)s",'sortType':"booked","descendOrder":"true",
"listOffer":[
"""
SCRIPT_END = """
],
"asyncTemplate":"","isLogin":"false"
}
var p4pObject = {
  cna: getCookie("cna"), isAsync: window.asyncCount > 0 ? true : false,
  referer: document.referrer || "",
  ab: {bucket: pageConfig.bucket ? pageConfig.bucket : "a", log: function () { return 1; }}
};
"""
PAGE = """<!DOCTYPE html>
<html lang="zh">
<head><meta charset="utf-8"><title>%(words)s - 练习平台</title></head>
<body>
<div id="header"><h1>%(words)s</h1><p>练习平台：其中商家、商品和数字均为虚构。</p></div>
%(cards)s
<script type="text/javascript">%(script)s</script>
</body>
</html>
"""
