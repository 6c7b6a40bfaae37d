"""Which pages to read: page 1 of each category, and the rest once page 1 has told how many there are.

A list moves while it is read: what climbs from page 8 to page 7 between the two is never seen. So some pages are read
once more when the category is through (purpose `overlap`), and what stands there that no page has shown tells how much
was missed (transforms/recapture.py).
"""

from collections.abc import Iterable
from datetime import date

from configs.marketplaces import Marketplace
from spiders.pages import PageFacts, PageKey, PlannedPage


def plan_week(marketplace: Marketplace, week: date, categories: Iterable[str] | None = None) -> list[PlannedPage]:
    """The first page of each category (of all that the marketplace maps, where none are named).

    A category that the marketplace does not map is a ConfigError.
    """
    chosen = list(marketplace.categories) if categories is None else list(categories)
    first = marketplace.listing.first_page
    return [_planned(marketplace, PageKey(marketplace.name, week, category, first)) for category in chosen]


def rest_of(marketplace: Marketplace, key: PageKey, facts: PageFacts) -> list[PlannedPage]:
    """The pages that follow from what a page said: a second read of one that says that there is nothing, which is
    believed only then, and what a category's first page leads to with the pages to be read again for what moved; none
    where `key` is any other page.

    No page beyond listing.depth. Where the site says neither pages nor listings, a first page with fewer cards
    than listing.page_size is the only one, and behind a full one as many are planned as are allowed.
    """
    listing = marketplace.listing
    if facts.outcome == "empty" and key.purpose == "listing" and key.read == 1:
        return [_planned(marketplace, key._replace(read=2))]
    if facts.outcome != "listing" or key.purpose != "listing" or key.page != listing.first_page:
        return []
    last = min(listing.first_page + _page_count(marketplace, facts) - 1, listing.depth)
    rest = [key._replace(page=page, read=1) for page in range(listing.first_page + 1, last + 1)]
    again = [
        key._replace(page=page, purpose="overlap", read=1)
        for page in overlap_pages(listing.first_page, last, listing.overlap)
    ]
    return [_planned(marketplace, one) for one in (*rest, *again)]


def overlap_pages(first: int, last: int, count: int) -> list[int]:
    """The pages to be read again: the first, to which listings climb from anywhere, and `count` - 1 evenly spread over
    the others, but no more than half of all. None of a list of one page, which cannot move between its pages."""
    if last <= first or count == 0:
        return []
    others, most = last - first, (last - first + 2) // 2
    chosen = min(count, most) - 1
    return [first, *(first + 1 + (2 * place + 1) * others // (2 * chosen) for place in range(chosen))]


def _page_count(marketplace: Marketplace, facts: PageFacts) -> int:
    """Pages the category has, the first included."""
    listing = marketplace.listing
    if facts.pages_said is not None:
        return facts.pages_said
    if facts.listings_said is not None:
        return -(-facts.listings_said // listing.page_size)
    return 1 if (facts.cards or 0) < listing.page_size else listing.depth


def _planned(marketplace: Marketplace, key: PageKey) -> PlannedPage:
    return PlannedPage(key, marketplace.page_url(key.category, key.page))
