"""A marketplace that nobody here has seen, added by one YAML: a year of its archived pages becomes a year of
listing weeks (test_nanfeng_year.py goes on to the figures).

Its pages differ from the shipped ones in everything: cards in a nested script variable, prices as text, places missing
on some, counters that only grow, and addresses whose steps are the category and the page.
"""

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from configs.marketplaces import Marketplace, read_marketplace
from spiders.backfill import backfill
from spiders.ledger import Ledger
from spiders.parse import parse_category
from transforms.clean import clean
from transforms.sales import with_cumulative_flows

FIRST = date(2025, 10, 6)
WEEKS = [FIRST + timedelta(weeks=number) for number in range(57)]
SOLD_A_WEEK = (40, 30)  # in the first half and in the second: a quarter less
PRICES = {1: "￥3.20起", 2: "￥12.80", 3: "￥0.65起"}
AREAS = {1: "河北 保定", 2: "上海市", 3: None}


@pytest.fixture(scope="module")
def nanfeng() -> Marketplace:
    return read_marketplace(Path(__file__).parent / "nanfeng" / "nanfeng.yaml")


def sold(listing: int, week: int) -> int:
    """The counter of a listing: each sells its number times what the half sells."""
    half = len(WEEKS) // 2
    return 100 + listing * (SOLD_A_WEEK[0] * min(week, half) + SOLD_A_WEEK[1] * max(week - half, 0))


def page(listings: list[int], week: int) -> bytes:
    rows = [
        {
            "item": {
                "goodsId": str(listing),
                "name": f"<em>毛巾</em>{listing}",
                "price": {"text": PRICES[listing]},
                "sold": f"已售{sold(listing, week)}件",
                "shop": {"id": 500 + listing, "name": f"示例{listing}"} | ({"area": area} if area else {}),
            }
        }
        for listing in listings
        for area in [AREAS[listing]]
    ]
    modules = [{"type": "pager", "body": {"text": "共2页 3件商品"}}, {"type": "goods", "body": {"rows": rows}}]
    text = json.dumps({"modules": modules}, ensure_ascii=False)
    return f"<html><title>毛巾</title><script>window.__APP__.state = {text};</script></html>".encode()


def record(url: str, body: bytes, at: datetime) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r\n"
        f"WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


@pytest.fixture(scope="module")
def accepted(nanfeng: Marketplace, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Listing weeks read back from a WARC of 57 weeks, two pages each."""
    home = tmp_path_factory.mktemp("home")
    records = []
    for number, week in enumerate(WEEKS):
        at = datetime.combine(week, datetime.min.time(), UTC) + timedelta(hours=2)
        for place, listings in enumerate(([1, 2], [3]), start=1):
            records.append(record(nanfeng.page_url("towels", place), page(listings, number), at))
    source = home / "other.warc.gz"
    source.write_bytes(b"".join(records))
    ledger = Ledger(f"sqlite:///{home}/ledger.db")
    report = backfill(home, nanfeng, [source], ledger)
    assert (report.unmatched, report.outcomes["listing"]) == (0, 2 * len(WEEKS))
    rows, frames = ledger.rows(marketplace="nanfeng"), []
    for week in WEEKS:
        offers, failures = parse_category(home, nanfeng, week, "towels", rows)
        assert failures == []
        frames.append(offers)
    kept, rejects = clean(pl.concat(frames), nanfeng)
    assert rejects.is_empty()
    return with_cumulative_flows(kept, kept)


def test_addresses_lead_to_their_page_and_back(nanfeng: Marketplace) -> None:
    assert nanfeng.page_url("towels", 1) == "https://www.nanfeng.example/list/maojin/p1.html"
    assert nanfeng.page_url("luggage", 12) == "https://www.nanfeng.example/list/xiangbao/lvxing/p12.html"
    for category in nanfeng.categories:
        assert nanfeng.category_of_url(nanfeng.page_url(category, 7)) == (category, 7)
    assert nanfeng.category_of_url("http://nanfeng.example/list/maojin/p3.html?src=a#x") == ("towels", 3)
    assert nanfeng.category_of_url("http://nanfeng.example/item/maojin/p3.html") is None


def test_a_year_of_history_holds_every_listing_every_week(accepted: pl.DataFrame) -> None:
    assert accepted["week"].unique().sort().to_list() == WEEKS
    assert accepted.height == 3 * len(WEEKS)
    assert accepted["sales_basis"].unique().to_list() == ["cumulative"]
    assert dict(accepted.select("listing_id", "price_yuan").unique().iter_rows()) == {"1": 3.2, "2": 12.8, "3": 0.65}


def test_flows_of_the_counters_are_what_was_sold(accepted: pl.DataFrame) -> None:
    flows = {
        (row["week"], row["listing_id"]): row["pieces_mid"] for row in accepted.filter(~pl.col("is_ad")).to_dicts()
    }
    for number, week in enumerate(WEEKS):
        for listing in PRICES:
            planted = sold(listing, number) - sold(listing, number - 4) if number >= 4 else None
            assert flows[week, str(listing)] == planted
    last, year_earlier = WEEKS[-1], WEEKS[-1] - timedelta(days=364)
    assert flows[last, "1"] / flows[year_earlier, "1"] - 1 == pytest.approx(-0.25)


def test_places_are_known_where_the_page_says_them(accepted: pl.DataFrame) -> None:
    codes = dict(accepted.select("listing_id", "place_code").unique().iter_rows())
    assert codes == {"1": "130600", "2": "310000", "3": None}
