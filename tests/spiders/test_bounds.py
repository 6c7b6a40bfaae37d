"""Hostile bodies and pages end soon, as an outcome, and real ones are not taken for them."""

import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.faults import bombs, cut_bodies, encodings
from configs.marketplaces import Marketplace
from sandbox.scenario import PRACTICE, PRACTICE_HTML
from sandbox.world import TEMPLATES
from spiders.charset import UnreadableText, text_of
from spiders.decode import MAX_PARTS, BodyTooLarge, CutBody, decoded
from spiders.fields import Misfit
from spiders.html_bounds import refuse_bombs
from spiders.js_literal import LiteralError
from spiders.layouts import LayoutError, read_page
from spiders.outcome import classify
from spiders.pages import ArchivedPage
from spiders.script import literal_after
from spiders.signs import STATUSES

END = "</html>"


@pytest.mark.parametrize("campaign", [cut_bodies, bombs, encodings], ids=lambda module: module.__name__.split(".")[-1])
def test_the_campaign_counts_nothing_bad(campaign: Any, tmp_path: Any) -> None:
    found = campaign.row(tmp_path, is_short=True)
    assert found.is_good, "\n".join(found.lines())


def test_a_body_of_endless_parts_is_refused() -> None:
    for coding, part in (("gzip", gzip.compress(b"")), ("zstd", zstandard.ZstdCompressor().compress(b""))):
        assert decoded(part * MAX_PARTS, coding) == b""
        with pytest.raises(BodyTooLarge, match=str(MAX_PARTS)):
            decoded(part * 200_000, coding)
    with pytest.raises(BodyTooLarge, match="content codings"):
        decoded(b"", "gzip, " * 1000 + "gzip")


def quick(read: Callable[[], object], seconds: float = 10.0) -> None:
    began = time.perf_counter()
    read()
    assert time.perf_counter() - began < seconds


LITERALS = {
    "comments": "{a:" + "/*" * 300_000, "quotes": '{a:"' + '\\"' * 300_000, "regexes": "{a:" + "=/[" * 100_000,
    "brackets": "{a:" + "(" * 300_000, "openings": "{a:'" * 100_000, "deep": "[" * 100_000 + "]" * 100_000,
    "halves": '{"a":"\\ud800","b":' + "[" * 950 + "]" * 950 + "}",
}  # fmt: skip


@pytest.mark.parametrize("name", LITERALS)
def test_no_literal_takes_long(name: str) -> None:
    def read() -> None:
        with pytest.raises(LiteralError):
            literal_after(f"<script>var x = {LITERALS[name]}</script>", "var x =")

    quick(read)


HTML_BOMBS = {
    "nesting": "<div>" * 5_000, "nesting that ends": "<ul>" * 5_000 + "</ul>" * 5_000, "tags": "<br>" * 300_000,
    "characters": "x" * 4_000_000, "attributes": "<p " + " ".join(f"a{n}" for n in range(30_000)) + ">",
    "formatting": "<p>" + "".join(f"<font id={n}>" for n in range(2_000)) + "</p>" + "<p>x</p>" * 2_000,
}  # fmt: skip
HTML_PAGES = {
    "void elements": "<div>" + "<img src=a><br><input>" * 5_000 + "</div>",
    "ends that may be left out": "<ul>" + "<li>a<p>b" * 5_000 + "</ul>",
    "icons that do not end": "<div>" + '<i class="icon"/>text ' * 3_000 + "</div>",
    "an image within": '<img src="data:image/png;base64,' + "A" * 500_000 + '">',
    "closed formatting": "<p><font id=1><b>x</b></font></p>" * 5_000,
    "data in a script": "<script>var x = [" + '{"a": "b < c"}, ' * 20_000 + "]</script>",
}


@pytest.mark.parametrize("name", HTML_BOMBS)
def test_html_bombs_are_seen_before_they_are_parsed(name: str) -> None:
    with pytest.raises(Misfit):
        refuse_bombs(HTML_BOMBS[name])


@pytest.mark.parametrize("name", HTML_PAGES)
def test_large_pages_are_no_bombs(name: str) -> None:
    refuse_bombs(HTML_PAGES[name])


def practice(name: str, **outcomes: Any) -> Marketplace:
    content = yaml.safe_load(TEMPLATES[name].read_text(encoding="utf-8"))
    return Marketplace.model_validate(content | {"outcomes": content["outcomes"] | outcomes})


def page_of(text: str, **changes: Any) -> ArchivedPage:
    return replace(ArchivedPage("http://127.0.0.1/", 200, [], text.encode(), datetime.now(UTC)), **changes)


def test_a_body_without_a_length_needs_its_end() -> None:
    marked, unmarked = practice(PRACTICE), practice(PRACTICE, end=None)
    cut = bombs.WHOLE.removesuffix(END)
    zipped = page_of("", body=gzip.compress(bombs.WHOLE.encode()), headers=[("Content-Encoding", "gzip")])
    cases = [
        (page_of(bombs.WHOLE, is_open_ended=True), "listing", "cut"),
        (page_of(cut, is_open_ended=True), "cut", "cut"),
        (page_of(bombs.WHOLE), "listing", "listing"),
        (page_of(cut), "cut", "listing"),  # as long as was told: only the end tells
        (replace(zipped, is_open_ended=True), "listing", "listing"),
        (page_of("<html>没有找到相关货源</html>", is_open_ended=True), "empty", "cut"),
        (page_of("<html>没有找到相关货源"), "cut", "empty"),
        (page_of("<h1>404</h1>", status=404, is_open_ended=True), "error", "error"),
    ]
    for page, with_end, without in cases:
        assert [classify(page, one, "page").kind for one in (marked, unmarked)] == [with_end, without], page


def test_more_cards_than_a_page_can_show_are_refused() -> None:
    card = '{"offerid":"1","memberId":"m"}'
    goods = bombs.GOODS + "</div>"
    for name, text in (
        (PRACTICE, bombs.SCRIPT % f'{{"listOffer":[{",".join([card] * 2_500)}]}}'),
        (PRACTICE_HTML, f"<html>{goods * 2_500}</html>"),
    ):
        outcome = classify(page_of(text), practice(name), "page")
        assert (outcome.kind, "found 2500 cards" in (outcome.reason or "")) == ("changed", True), outcome.reason


def test_reasons_quote_no_contacts() -> None:
    page = bombs.WHOLE.replace('"listOffer"', '"pageCount":"电话13812345678","listOffer"')
    outcome = classify(page_of(page), practice(PRACTICE), "page")
    assert outcome.kind == "changed"
    assert "expected a whole number" in (outcome.reason or "")
    assert "13812345678" not in (outcome.reason or "")


def test_mixed_and_ambiguous_texts_are_refused() -> None:
    gbk, utf8 = "高阳毛巾厂家直销纯棉加厚吸水面巾批发<p>定制".encode("gbk"), "<p>白沟箱包</p>".encode()
    for label in ("", "gbk", "utf-8"):
        with pytest.raises(UnreadableText):
            text_of(gbk * 3 + utf8, f"text/html; charset={label}")
    with pytest.raises(UnreadableText):
        text_of("<p>路".encode("gbk"), "text/html; charset=gbk")  # the same bytes are a dot in UTF-8
    with pytest.raises(UnreadableText):
        text_of("<p>毛巾</p>".encode("utf-16-le"))
    assert text_of("<p>毛巾</p>".encode("utf-16")) == "<p>毛巾</p>"
    assert text_of("<p>© 2026</p>".encode(), "text/html; charset=utf-8") == "<p>© 2026</p>"


PIECES = [
    "<html>", END, "var pageConfig = ", '{"listOffer":[', '{"offerid":"1","memberId":"m"}', "]}", ",",
    "{a:'b',", "/*", "*/", '"', "'", "`", "\\", "\\ud800", "[", "]", "{", "}", "(", ")",
    '<div class="goods-card" data-goods="1" data-shop="2">', "</div>", "<b>1</b>", '<div class="money">',
    "<!--", "-->", "<script>", "</script>", "<p>", "<table>", "没有找到相关货源", "暂无相关商品", "\0",
    "毛巾", "=/[", "&amp;",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
MARKETPLACES = [practice(PRACTICE), practice(PRACTICE_HTML)]


@settings(max_examples=200, deadline=5_000)
@given(text=TEXTS, marketplace=st.sampled_from(MARKETPLACES))
def test_the_layout_reader_reads_or_refuses(text: str, marketplace: Marketplace) -> None:
    try:
        reading = read_page(text, marketplace, "page")
    except LayoutError:
        return
    assert reading is None or all(card["listing_id"] and card["merchant_id"] for card in reading.cards)


@settings(max_examples=200, deadline=5_000)
@given(
    body=st.binary(max_size=400),
    coding=st.sampled_from(["gzip", "deflate", "br", "zstd", ""]),
    where=st.integers(0, 400),
)
def test_the_decoder_gives_the_whole_or_nothing(body: bytes, coding: str, where: int) -> None:
    """Cut anywhere or damaged at any byte, a coded body is never taken for another one."""
    whole = cut_bodies.CODINGS[coding](body)
    assert decoded(whole, coding) == body
    if coding and where < len(whole):
        with pytest.raises(CutBody):
            decoded(whole[:where], coding)


@settings(max_examples=150, deadline=5_000, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=TEXTS,
    encoding=st.sampled_from(["utf-8", "gbk", "utf-16", "gb18030"]),
    coding=st.sampled_from(["gzip", "br", "zstd", ""]),
    status=st.sampled_from([200, 302, 403, 404, 429, 503]),
    flaws=st.sets(st.sampled_from(["is_cut", "is_open_ended"])),
    lost=st.integers(0, 30),
)
def test_known_kinds_keep_their_outcome(
    text: str, encoding: str, coding: str, status: int, flaws: set[str], lost: int
) -> None:
    whole = cut_bodies.CODINGS[coding](text.encode(encoding, "ignore"))
    body = whole[: max(0, len(whole) - lost)]
    headers = [("Content-Encoding", coding), ("Content-Type", f"text/html; charset={encoding}")]
    page = replace(page_of(""), body=body, headers=headers, status=status, **dict.fromkeys(flaws, True))
    for marketplace in MARKETPLACES:
        found = classify(page, marketplace, "page")
        if "is_cut" in flaws:
            assert found.kind == "cut"
        elif status != 200:
            assert found.kind == STATUSES.get(status, "error")
        elif coding and len(body) < len(whole):
            assert found.kind == "cut"
        else:
            assert found.kind in ("listing", "empty", "changed", "cut")
            assert found.kind not in ("listing", "empty") or END in text
