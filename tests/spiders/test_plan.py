"""Which pages follow from what page 1 says."""

from collections.abc import Callable
from datetime import date

import pytest

from configs.errors import ConfigError
from configs.marketplaces import Marketplace
from spiders.pages import PageFacts, PageKey
from spiders.plan import overlap_pages, plan_week, rest_of

WEEK = date(2026, 11, 16)
FIRST = PageKey("small", WEEK, "towels", 1)
Build = Callable[..., Marketplace]


def pages_after(marketplace: Marketplace, key: PageKey = FIRST, **facts: int) -> list[int]:
    rest = rest_of(marketplace, key, PageFacts("listing", **facts))  # type: ignore[arg-type]
    return [page.key.page for page in rest]


def test_a_week_begins_with_page_one_of_each_category(reshaped: Build) -> None:
    planned = plan_week(reshaped(8816), WEEK)
    assert [page.key for page in planned] == [FIRST, FIRST._replace(category="luggage")]
    assert planned[0].url == "http://127.0.0.1:8816/offer_search.htm?keywords=%C3%AB%BD%ED&beginPage=1"
    assert [page.key.category for page in plan_week(reshaped(1), WEEK, ["luggage"])] == ["luggage"]


def test_a_category_that_the_marketplace_lacks_is_named(reshaped: Build) -> None:
    with pytest.raises(ConfigError, match="towel"):
        plan_week(reshaped(1), WEEK, ["towel"])


def test_the_site_says_how_many_pages_follow(reshaped: Build) -> None:
    small = reshaped(1)  # two cards a page, at most twenty pages
    assert pages_after(small, pages_said=4, cards=2) == [2, 3, 4]
    assert pages_after(small, pages_said=4, listings_said=99, cards=1) == [2, 3, 4]
    assert pages_after(small, pages_said=1, cards=2) == []
    assert pages_after(small, pages_said=10**9, cards=2) == list(range(2, 21))
    assert pages_after(small, listings_said=5, cards=2) == [2, 3]


def test_where_the_site_says_nothing_a_full_page_means_more(reshaped: Build) -> None:
    assert pages_after(reshaped(1), cards=1) == []
    assert pages_after(reshaped(1), cards=2) == list(range(2, 21))


def test_only_page_one_of_a_listing_has_a_rest(reshaped: Build) -> None:
    small = reshaped(1)
    assert pages_after(small, FIRST._replace(page=2), pages_said=4) == []
    assert pages_after(small, FIRST._replace(purpose="overlap"), pages_said=4) == []
    assert rest_of(small, FIRST, PageFacts("blocked", pages_said=4)) == []


def test_pages_may_be_counted_from_nought(reshaped: Build) -> None:
    listing = {
        "url": "http://127.0.0.1/?c={category}&p={page}",
        "first_page": 0,
        "page_size": 2,
        "depth": 5,
        "overlap": 0,
    }
    small = reshaped(1, listing=listing)
    assert plan_week(small, WEEK)[0].key.page == 0
    assert pages_after(small, FIRST._replace(page=0), pages_said=3, cards=2) == [1, 2]


def test_some_pages_are_read_again_once_the_category_is_through(reshaped: Build) -> None:
    listing = {"url": "http://127.0.0.1/?c={category}&p={page}", "page_size": 2, "depth": 20}
    rest = rest_of(reshaped(1, listing=listing), FIRST, PageFacts("listing", pages_said=99, cards=2))
    assert [page.key.page for page in rest if page.key.purpose == "listing"] == list(range(2, 21))
    again = [page for page in rest if page.key.purpose == "overlap"]
    assert [page.key.page for page in again] == [1, 5, 11, 17]
    assert again[0].url == "http://127.0.0.1/?c=%E6%AF%9B%E5%B7%BE&p=1"


@pytest.mark.parametrize(
    ("first", "last", "count", "pages"),
    [
        (1, 1, 4, []),
        (1, 2, 4, [1]),
        (1, 3, 4, [1, 3]),
        (1, 8, 4, [1, 3, 5, 7]),
        (0, 9, 3, [0, 3, 7]),
        (1, 50, 1, [1]),
        (1, 50, 0, []),
    ],
)
def test_which_pages_are_read_again(first: int, last: int, count: int, pages: list[int]) -> None:
    assert overlap_pages(first, last, count) == pages
