"""How deep was read and in which order, from the ledger and the marketplace's file."""

from datetime import date, timedelta

import polars as pl
import pytest

from configs.marketplaces import Listing, Marketplace, Order
from configs.orders import EarlierOrder
from configs.tables import table
from transforms.orders import listing_orders
from transforms.reach import page_reach

WEEK = date(2026, 11, 16)
LISTING = Listing(url="http://m.example/{category}/{page}", page_size=60, depth=50)


def pages(*rows: dict[str, object], week: date = WEEK) -> pl.DataFrame:
    """Ledger rows of one category and week, pages from 1."""
    common = {"marketplace": "m", "week": week, "category": "towels", "purpose": "listing", "read": 1, "url": "u"}
    whole = [
        common | {"page": number, "state": "done", "outcome": "listing", "attempts": 1} | row
        for number, row in enumerate(rows, 1)
    ]
    return table("pages").conform(pl.DataFrame(whole, infer_schema_length=None))


def reach(*rows: dict[str, object]) -> tuple[object, ...]:
    found = page_reach(pages(*rows), {"m": LISTING})
    return found.select("first_page", "to_page", "is_whole", "lost_pages").row(0)


FOREIGN = {"worker": "backfill"}
LOST = {"outcome": "error"}


def test_a_category_that_ends_within_the_plan_is_whole() -> None:
    assert reach({"pages_said": 3}, {}, {}) == (1, 3, True, [])
    assert reach({"listings_said": 130}, {}, {}) == (1, 3, True, [])


def test_pages_that_failed_are_lost_and_not_a_cut() -> None:
    assert reach({"pages_said": 4}, {}, LOST, {"state": "planned", "outcome": None}) == (1, 4, True, [3, 4])


def test_a_site_that_has_more_than_is_read_is_cut() -> None:
    assert reach({"pages_said": 80}, {}, {}) == (1, 3, False, [])
    # the site turns over 3 pages at most, but says that it has 500 listings
    assert reach({"pages_said": 3, "listings_said": 500}, {}, {}) == (1, 3, False, [])


def test_our_own_plan_tells_where_the_site_says_nothing() -> None:
    assert reach({}) == (1, 1, True, [])
    assert reach({}, {}, {}) == (1, 3, False, [])
    assert reach({}, {}, {"outcome": "empty"})[2] is True
    assert reach(LOST)[2] is None


def test_a_foreign_archive_is_measured_by_what_the_site_says() -> None:
    assert reach({"pages_said": 4} | FOREIGN, FOREIGN) == (1, 4, True, [3, 4])
    assert reach({"pages_said": 90} | FOREIGN, FOREIGN) == (1, 50, False, list(range(3, 51)))
    assert reach(FOREIGN, FOREIGN) == (1, 2, None, [])


def marketplace(order: Order | None) -> Marketplace:
    return Marketplace.model_construct(name="m", sort=order, listing=LISTING)


def orders(order: Order | None, *urls: str, week: date = WEEK) -> tuple[object, ...]:
    read = pages(*({"url": url} for url in urls), week=week)
    found = listing_orders(read, {"m": marketplace(order)})
    return found.select("order_key", "order_by").row(0)


BOOKED = Order(key="booked", by="pieces", parameter="sortType")


def test_the_order_is_the_files_unless_the_address_names_another() -> None:
    assert orders(BOOKED, "http://m/?q=1", "http://m/?q=1&beginPage=2") == ("booked", "pieces")
    assert orders(BOOKED, "http://m/?sortType=booked&q=1") == ("booked", "pieces")
    assert orders(BOOKED, "http://m/?q=1&sortType=price") == ("price", "other")
    assert orders(Order.model_validate("default"), "http://m/?sortType=price") == ("default", "other")
    assert orders(None, "http://m/") == (None, None)


def test_a_week_in_two_orders_is_in_neither() -> None:
    assert orders(BOOKED, "http://m/?q=1", "http://m/?q=1&sortType=price") == ("(several)", "other")


def test_earlier_orders_are_dated() -> None:
    earlier = [
        EarlierOrder(key="first", until=date(2025, 1, 6), reason="seen in archives"),
        EarlierOrder(key="second", by="value", until=WEEK, reason="announced"),
    ]
    order = Order(key="booked", by="pieces", earlier=earlier)
    weeks = (date(2024, 12, 30), date(2025, 1, 6), WEEK - timedelta(7), WEEK)
    found = [orders(order, "u", week=week) for week in weeks]
    assert found == [("first", "other"), ("second", "value"), ("second", "value"), ("booked", "pieces")]
    with pytest.raises(ValueError, match="oldest order first"):
        Order(key="booked", earlier=earlier[::-1])


def test_other_purposes_and_repetitions_tell_nothing() -> None:
    other = pages({"url": "u?sortType=price", "purpose": "overlap"}, {"url": "u?sortType=price", "read": 2})
    both = pl.concat([pages({"pages_said": 1}), other.with_columns(page=pl.lit(9, pl.Int64))])
    assert listing_orders(both, {"m": marketplace(BOOKED)})["order_key"].to_list() == ["booked"]
    assert page_reach(both, {"m": LISTING})["to_page"].to_list() == [1]
