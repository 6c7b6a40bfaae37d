"""What tells of a block, a login or another page on any site."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from configs.marketplaces import Marketplace
from spiders.outcome import Outcome, classify
from spiders.pages import ArchivedPage, PageKey
from tests.spiders.conftest import listing_page

KEY = PageKey("small", date(2026, 11, 16), "towels", 2)
Build = Callable[..., Marketplace]
RIGHT = listing_page("毛巾", 2, 4)


def found(small: Marketplace, text: str = RIGHT, status: int = 200, url: str | None = None, **headers: str) -> Outcome:
    """The outcome of an answer to the second page of towels."""
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    address = small.page_url("towels", 2) if url is None else url
    page = ArchivedPage(address, status, pairs, text.encode(), datetime(2026, 11, 18, tzinfo=UTC))
    return classify(page, small, "here", KEY)


@pytest.fixture
def shown(reshaped: Build) -> Marketplace:
    """A marketplace whose pages say what they are of."""
    layout = reshaped(1).layouts[0].model_dump(exclude_none=True)
    return reshaped(1, layouts=[layout | {"category": {"path": "word"}, "page": {"path": "number"}}])


def saying(word: str, number: object) -> str:
    return RIGHT.replace('{"pageCount"', f'{{"word": "{word}", "number": "{number}", "pageCount"')


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("滑动验证页面", "blocked"),
        ("Access Denied", "blocked"),
        ("Just a moment...", "blocked"),
        ("用户登录 - 商城", "login"),
        ("Sign in", "login"),
        ("毛巾 登录有礼 - 商城", "listing"),
        ("毛巾", "listing"),
    ],
)
def test_titles(title: str, kind: str, small: Marketplace) -> None:
    assert found(small, f"<title>{title}</title>{RIGHT}").kind == kind


@pytest.mark.parametrize(
    ("status", "location", "kind"),
    [
        (302, "https://login.small.example/?back=1", "login"),
        (302, "/member/login.jhtml", "login"),
        (302, "//sec.small.example/punish?x=1", "blocked"),
        (302, "/", "error"),
        (401, "", "login"),
        (403, "", "blocked"),
        (404, "", "error"),
    ],
)
def test_statuses_and_where_they_send_on_to(status: int, location: str, kind: str, small: Marketplace) -> None:
    headers = {"Location": location} if location else {}
    assert found(small, "", status, **headers).kind == kind


def test_an_answer_that_came_from_elsewhere_is_of_another_page(small: Marketplace) -> None:
    assert found(small).kind == "listing"
    assert found(small, url="http://127.0.0.1:1/").kind == "changed"
    assert found(small, url=small.page_url("towels", 3)).kind == "changed"
    assert found(small, url=small.page_url("luggage", 2)).kind == "changed"
    assert found(small, url="http://127.0.0.1:1/user/login?from=2").kind == "login"
    assert found(small, url=small.page_url("towels", 2) + "&spm=a1").kind == "listing"


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("image/png", "changed"), ("application/pdf", "changed"), ("application/json", "listing"), ("strange", "listing")],
)
def test_content_types(kind: str, outcome: str, small: Marketplace) -> None:
    assert found(small, Content_Type=kind).kind == outcome


def test_a_page_says_what_it_is_of(shown: Marketplace) -> None:
    assert found(shown, saying("毛巾", 2)).kind == "listing"
    assert found(shown, saying(" 毛巾 ", "2")).kind == "listing"
    for text in (saying("箱包", 2), saying("毛巾", 1), saying("毛巾", "two"), RIGHT):
        outcome = found(shown, text)
        assert (outcome.kind, outcome.reading) == ("changed", None)
    assert "shows '箱包' where '毛巾' was asked for" in (found(shown, saying("箱包", 2)).reason or "")


def test_without_a_key_nothing_is_compared(shown: Marketplace) -> None:
    page = ArchivedPage("", 200, [], saying("箱包", 9).encode(), datetime(2026, 11, 18, tzinfo=UTC))
    assert classify(page, shown, "here").kind == "listing"
