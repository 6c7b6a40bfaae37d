"""Which pages to read: page 1 of each category, and the rest once page 1 has told how many there are."""

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
    believed only then, and what a category's first page leads to; none where `key` is any other page.

    No page beyond listing.depth. Where the site says neither pages nor listings, a first page with fewer cards
    than listing.page_size is the only one, and behind a full one as many are planned as are allowed.
    """
    listing = marketplace.listing
    if facts.outcome == "empty" and key.purpose == "listing" and key.read == 1:
        return [_planned(marketplace, key._replace(read=2))]
    if facts.outcome != "listing" or key.purpose != "listing" or key.page != listing.first_page:
        return []
    last = min(listing.first_page + _page_count(marketplace, facts) - 1, listing.depth)
    return [_planned(marketplace, key._replace(page=page, read=1)) for page in range(listing.first_page + 1, last + 1)]


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
