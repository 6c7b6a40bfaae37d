"""Where a crawl may go, and which redirects it follows."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from configs.marketplaces import Marketplace
from spiders.pages import ArchivedPage, PageKey
from spiders.reach import MOST_HOPS, OutOfReach, check_hop, check_url, onward

KEY = PageKey("small", date(2026, 11, 16), "towels", 2)
WORD = "%C3%AB%BD%ED"


@pytest.fixture
def shop(reshaped: Callable[..., Marketplace]) -> Marketplace:
    """A shop on the public internet with two hosts."""
    url = "https://shop.example/offer_search.htm?keywords={category}&beginPage={page}"
    listing = {"url": url, "encoding": "gbk", "page_size": 2}
    return reshaped(0, hosts=["shop.example", "www.shop.example"], allow_loopback=False, listing=listing)


def moved(location: str, status: int = 302, body: bytes = b"") -> ArchivedPage:
    url = f"https://shop.example/offer_search.htm?keywords={WORD}&beginPage=2"
    return ArchivedPage(url, status, [("Location", location)], body, datetime.now(UTC))


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/a",
        "https://www.shop.example:443/a?b=http://10.0.0.1/",
        "http://shop.example/",
        "HTTPS://SHOP.example/a",
    ],
)
def test_its_own_hosts_may_be_asked(url: str, shop: Marketplace) -> None:
    check_url(url, shop)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://shop.example.evil.example/", "no host of small"),
        ("https://evil.example/?shop.example", "no host of small"),
        ("https://shop.example./", "no host of small"),
        ("https://shop.example@evil.example/", "hides its host"),
        ("https://user:word@shop.example/", "hides its host"),
        ("https://evil.example\\@shop.example/", "hides its host"),
        ("https://shop.example /", "hides its host"),
        ("https://shop.example\t.evil.example/", "hides its host"),
        ("https://shop.example:22/", "port 22"),
        ("http://shop.example:443/", "port 443"),
        ("https://shop.example:99999/", "no address"),
        ("https://[::1/", "no address"),
        ("http://[::ffff:127.0.0.1]/", "no host of small"),
        ("http://2130706433/", "no host of small"),
        ("ftp://shop.example/", "ftp, expected http or https"),
        ("file:///etc/hostname", "file, expected"),
        ("data:text/html,x", "data, expected"),
        ("/a", "no scheme"),
        ("", "no scheme"),
    ],
)
def test_nothing_else_may(url: str, reason: str, shop: Marketplace) -> None:
    with pytest.raises(OutOfReach, match=reason):
        check_url(url, shop)


def test_a_practice_site_is_asked_on_its_own_port_only(reshaped: Callable[..., Marketplace]) -> None:
    practice = reshaped(8816)
    check_url("http://127.0.0.1:8816/a", practice)
    for url in ("http://127.0.0.1/a", "http://127.0.0.1:5432/a", "https://127.0.0.1/a"):
        with pytest.raises(OutOfReach):
            check_url(url, practice)


def test_encryption_is_never_given_up(shop: Marketplace) -> None:
    check_hop("http://shop.example/", "https://shop.example/", shop)
    with pytest.raises(OutOfReach, match="not encrypted"):
        check_hop("https://shop.example/", "http://shop.example/", shop)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (f"https://www.shop.example/offer_search.htm?beginPage=2&keywords={WORD}#top", "https://www.shop.example"),
        (f"/offer_search.htm?keywords={WORD}&beginPage=2&from=a", "https://shop.example/offer_search.htm"),
        (f"?keywords={WORD}&beginPage=2", "https://shop.example/offer_search.htm"),
    ],
)
def test_the_same_page_elsewhere_is_followed(location: str, target: str, shop: Marketplace) -> None:
    found = onward(moved(location), KEY, shop, 0)
    assert found is not None
    assert found.startswith(target)
    assert "#" not in found


@pytest.mark.parametrize(
    ("location", "hops", "reason"),
    [
        (f"/offer_search.htm?keywords={WORD}&beginPage=1", 0, "not page 2 of towels"),
        ("/", 0, "not page 2 of towels"),
        ("https://evil.example/", 0, "no host of small"),
        ("http://shop.example/", 0, "not encrypted"),
        ("https://[", 0, "no address"),
        (f"/offer_search.htm?keywords={WORD}&beginPage=2", MOST_HOPS, "redirect number 6"),
    ],
)
def test_another_page_is_not(location: str, hops: int, reason: str, shop: Marketplace) -> None:
    with pytest.raises(OutOfReach, match=reason):
        onward(moved(location), KEY, shop, hops)


def test_blocks_logins_and_answers_without_a_target_are_the_page_itself(shop: Marketplace) -> None:
    marked = shop.model_copy(update={"outcomes": shop.outcomes.model_copy(update={"login": ["/signin"]})})
    answers: list[Any] = [moved("/signin?back=1"), moved("/a", body="访问受限".encode()), moved(""), moved("/a", 200)]
    assert [onward(page, KEY, marked, 0) for page in answers] == [None] * 4
