"""Listing pages in the layout of 2024-05: a script with the offers, and the cards that a visitor sees.

A page is a pure function of scenario, seed, day, category and page number, to the byte.
"""

from datetime import date
from typing import ClassVar
from urllib.parse import quote

from sandbox.cards import fill, rack
from sandbox.economy import Economy
from sandbox.ranking import Rankings
from sandbox.scenario import PRACTICE

NOTHING_FOUND = "没有找到相关货源"
TILES = 20  # of the offers, those that a visitor sees before the script has run


class Site:
    """All pages of one practice world on the first site; cards are prepared once."""

    name: ClassVar[str] = PRACTICE

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.scenario = economy.scenario
        self._rankings = Rankings(economy, self.name, self.scenario.page_size)
        self._racks = {name: [rack(face) for face in faces] for name, faces in self._rankings.faces.items()}

    def category_of(self, keywords: str) -> str | None:
        """The category that these words search for, or None."""
        found = [category for category, words in self.scenario.categories.items() if words == keywords]
        return found[0] if found else None

    def address(self, category: str, number: int) -> str:
        """Path and query of a page."""
        return address(self.scenario.categories[category], number)

    def page_count(self, category: str, day: date) -> int:
        """Pages that a category has on a day."""
        return self._rankings.counts(category, day)[0]

    def page_of(self, category: str, number: int, day: date) -> str:
        """One page's HTML by our category."""
        return self.page(self.scenario.categories[category], number, day)

    def page(self, keywords: str, number: int, day: date) -> str:
        """One page's HTML; the empty page for words that no category has and for pages beyond the last."""
        category = self.category_of(keywords)
        if category is None:
            return _empty(keywords, number, (0, 0))
        counts = self._rankings.counts(category, day)
        if not 1 <= number <= counts[0]:
            return _empty(keywords, number, counts)
        head = SCRIPT_HEAD % _head(keywords, number, counts, self.scenario.page_size)
        offers, tiles = self._filled(category, number, day)
        cards = f'<ul id="sm-offer-list">\n{"".join(tiles)}</ul>'
        return _whole(keywords, head + ",\n".join(offers) + SCRIPT_END, cards)

    def _filled(self, category: str, number: int, day: date) -> tuple[list[str], list[str]]:
        """The offers and the HTML cards of a page, advertisements first."""
        racks, today = self._racks[category], self.economy.span.number(day)
        spots = self._rankings.page(category, number, day)
        cards = [fill(racks[spot.belt], spot.shelf, spot.place, today, spot.is_ad) for spot in spots]
        return [offer for offer, _ in cards], [tile for _, tile in cards[:TILES]]


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
