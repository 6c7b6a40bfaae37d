"""Listing pages of the second site: HTML cards, prices split over nodes, counters that only grow.

A page is a pure function of scenario, seed, day, category and page number, to the byte.
"""

from datetime import date
from html import escape
from typing import ClassVar

from sandbox.amounts import CENTS, counter, price_before
from sandbox.cards import shown_badges, years_there
from sandbox.economy import Economy
from sandbox.faces import Faces
from sandbox.ranking import Rankings, Spot
from sandbox.scenario import PRACTICE_HTML

NOTHING_FOUND = "暂无相关商品"
MARKS = ("<font color=red>", "</font>")


class GoodsSite:
    """All pages of one practice world on the second site, which may have none."""

    name: ClassVar[str] = PRACTICE_HTML

    def __init__(self, economy: Economy) -> None:
        self.scenario, self.span = economy.scenario, economy.span
        self._rankings = Rankings(economy, self.name, self.scenario.goods_page_size)

    def address(self, category: str, number: int) -> str:
        """Path of a page."""
        return f"/goods/list-{category}-{number}.html"

    def page_count(self, category: str, day: date) -> int:
        """Pages that a category has on a day."""
        return self._rankings.counts(category, day)[0]

    def page_of(self, category: str, number: int, day: date) -> str:
        """One page's HTML; the empty page for unknown categories and for pages beyond the last."""
        if category not in self._rankings.faces:
            return _whole("", f'<p class="none">{NOTHING_FOUND}</p>')
        words = self.scenario.categories[category]
        pages, items = self._rankings.counts(category, day)
        if not 1 <= number <= pages:
            return _whole(words, f'<p class="none">{NOTHING_FOUND}</p>')
        faces, today = self._rankings.faces[category], self.span.number(day)
        spots = self._rankings.page(category, number, day)
        cards = "".join(_card(faces[spot.belt], spot, today) for spot in spots)
        links = "".join(f'<a href="{self.address(category, n)}">{n}</a>' for n in range(1, pages + 1))
        pager = f'<nav class="turn">{links}<span class="all">共 {items} 件 / {pages} 页</span></nav>'
        return _whole(words, f'<div class="goods-wall">\n{cards}</div>\n{pager}')


def _card(faces: Faces, spot: Spot, day: int) -> str:
    """One card; the price before discount stands beside the price paid, in one node."""
    row, price = int(spot.shelf.row[spot.place]), int(spot.shelf.price_fen[spot.place])
    listing, merchant = faces.listings[row], faces.owner(row)
    before = price_before(price, int(faces.belt.terms.discount[row]))
    values = {
        "goods": listing.listing_id,
        "shop": merchant.shop_id,
        "ad": '<sup class="tui">广告</sup>' if spot.is_ad else "",
        "title": _plain(listing.title),
        "yuan": price // CENTS,
        "fen": f"{price % CENTS:02d}",
        "was": f"<s>¥{before // CENTS}.{before % CENTS:02d}</s>" if before > price else "",
        "unit": listing.unit,
        "begin": int(faces.belt.terms.minimum_order[row]),
        "sold": counter(int(spot.shelf.pieces_total[spot.place])),
        "again": f'<span class="again">回头率{merchant.repurchase}</span>',
        "company": escape(merchant.company),
        "years": years_there(merchant, day),
        "area": merchant.address.area,
        "kind": merchant.kind,
        "marks": "".join(f"<li>{badge.text}</li>" for badge in shown_badges(merchant, listing, day)),
    }
    return CARD % values


def _plain(title: str) -> str:
    """The title without the first site's marks."""
    for mark in MARKS:
        title = title.replace(mark, "")
    return escape(title)


def _whole(words: str, body: str) -> str:
    return PAGE % {"words": words, "body": body}


CARD = """<div class="goods-card" data-goods="%(goods)s" data-shop="%(shop)s">%(ad)s
 <a class="goods-link" href="/goods/%(goods)s.html"><h3 class="goods-name">%(title)s</h3></a>
 <div class="money"><em>¥</em><b>%(yuan)s</b><i>.%(fen)s</i><u>/%(unit)s</u>%(was)s</div>
 <div class="terms"><span class="least">%(begin)s%(unit)s起批</span><span class="sold">累计成交%(sold)s件</span></div>
 <div class="seller"><a class="firm" href="/shop/%(shop)s.html">%(company)s</a><span class="age">%(years)s年</span>
  <span class="area">%(area)s</span><span class="kind">%(kind)s</span>%(again)s</div>
 <ul class="marks">%(marks)s</ul>
</div>
"""
PAGE = """<!DOCTYPE html>
<html lang="zh">
<head><meta charset="utf-8"><title>%(words)s - 练习商城</title></head>
<body>
<h1>%(words)s</h1>
<p>练习商城：其中商家、商品和数字均为虚构。</p>
%(body)s
</body>
</html>
"""
