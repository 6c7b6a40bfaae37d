"""What an answer is taken for: data only where nothing speaks against it."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configs.marketplaces import Marketplace
from spiders.outcome import Outcome, classify
from spiders.pages import ArchivedPage, PageKey

EMPTY, BLOCKED, LOGIN = "没有找到相关货源", "访问受限", "请登录后查看"


def listing(*ids: str | None, note: str = "") -> str:
    data = {"pageCount": 3, "totalCount": "6", "listOffer": [{"id": name, "title": "纯棉毛巾"} for name in ids]}
    return f"<html>{note}<script>var pageConfig = {json.dumps(data, ensure_ascii=False)};</script></html>"


def answer(text: str | bytes, status: int = 200, **headers: str) -> ArchivedPage:
    body = text if isinstance(text, bytes) else text.encode()
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return ArchivedPage("http://127.0.0.1/", status, pairs, body, datetime(2026, 11, 18, tzinfo=UTC))


def outcome_of(page: ArchivedPage, small: Marketplace) -> Outcome:
    return classify(page, small, "small/towels/page 1")


def test_a_listing_is_read(small: Marketplace) -> None:
    page = answer(
        gzip.compress(listing("1", "2").encode("gbk")), Content_Encoding="gzip", Content_Type="a; charset=gbk"
    )
    found = outcome_of(page, small)
    assert (found.kind, found.reason) == ("listing", "layout small-2026")
    assert found.reading is not None
    assert [card["listing_id"] for card in found.reading.cards] == ["1", "2"]
    assert (found.reading.pages_said, found.reading.listings_said) == (3, 6)
    assert found.digest == sha256(listing("1", "2").encode("gbk")).hexdigest()


@pytest.mark.parametrize(
    ("text", "status", "kind", "is_temporary"),
    [
        (f"<html>{EMPTY}</html>", 200, "empty", False),
        (listing(note=EMPTY), 200, "empty", False),
        (listing(), 200, "changed", False),
        (listing("1", note=EMPTY), 200, "changed", False),
        (listing("1", None), 200, "changed", False),
        ("<html>var pageConfig = {broken</html>", 200, "changed", False),
        ("<html>改版了</html>", 200, "changed", False),
        ("", 200, "changed", False),
        (f"<html>{BLOCKED}</html>", 200, "blocked", False),
        (listing("1", note=BLOCKED), 200, "blocked", False),
        (f"<html>{BLOCKED}</html>", 503, "blocked", False),
        (f"<html>{LOGIN}</html>", 200, "login", False),
        (f"<html>{EMPTY}</html>", 404, "error", False),
        (listing("1"), 206, "error", False),
        (listing("1"), 302, "error", False),
        (listing("1"), 500, "error", True),
        (listing("1"), 429, "error", True),
        ("", 0, "error", False),
    ],
)
def test_kinds(text: str, status: int, kind: str, is_temporary: bool, small: Marketplace) -> None:
    found = outcome_of(answer(text, status), small)
    assert (found.kind, found.is_temporary) == (kind, is_temporary)
    assert found.reason
    assert found.reading is None


def test_cut_answers_are_asked_for_again(small: Marketplace) -> None:
    whole = answer(gzip.compress(listing("1").encode()), Content_Encoding="gzip")
    for page in (replace(whole, is_cut=True), replace(whole, body=whole.body[:-1])):
        found = outcome_of(page, small)
        assert (found.kind, found.is_temporary) == ("cut", True)


def test_a_redirect_to_the_login_page_is_a_login(small: Marketplace) -> None:
    marked = small.model_copy(update={"outcomes": small.outcomes.model_copy(update={"login": ["login.example"]})})
    found = outcome_of(answer("", 302, Location="https://login.example/?from=1"), marked)
    assert found.kind == "login"


def test_unreadable_text_is_changed(small: Marketplace) -> None:
    page = answer(listing("1").encode().replace("纯".encode(), b"\xff\xfe"))
    assert outcome_of(page, small).kind == "changed"


def test_a_bomb_is_an_error(small: Marketplace) -> None:
    found = outcome_of(answer(gzip.compress(bytes(40 << 20)), Content_Encoding="gzip"), small)
    assert (found.kind, found.is_temporary, found.digest) == ("error", False, None)


def test_nesting_without_end_is_changed(small: Marketplace) -> None:
    assert outcome_of(answer("var pageConfig = " + "[" * 100_000), small).kind == "changed"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    body=st.one_of(st.binary(max_size=300), st.text(max_size=80).map(lambda text: f"var pageConfig ={text}".encode())),
    status=st.integers(0, 999),
    coding=st.sampled_from(["", "gzip", "br", "nonsense"]),
)
def test_nothing_strange_is_taken_for_data(body: bytes, status: int, coding: str, small: Marketplace) -> None:
    found = outcome_of(answer(body, status, Content_Encoding=coding), small)
    assert found.kind not in ("listing", "empty")


def test_a_category_that_is_mapped_no_longer_is_no_error(small: Marketplace) -> None:
    key = PageKey("small", date(2026, 11, 16), "towels", 1)
    gone = small.model_copy(update={"categories": {"luggage": "箱包"}})
    moved = replace(answer(listing("1")), url="http://127.0.0.1/login?from=list")
    assert [classify(page, gone, "x", key).kind for page in (answer(listing("1")), moved)] == ["listing", "login"]
