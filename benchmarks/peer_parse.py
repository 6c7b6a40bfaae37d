"""The peer's first step: archived pages to quoted offers, as one writes it with parsel, json and pandas.

A selector for each field of a card; the offers of a script by json, which is quicker than any reader of JavaScript.
Nothing is checked that a page could get wrong, and files are read from front to end instead of record by record.
"""

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
from fastwarc.warc import ArchiveIterator, WarcRecordType
from parsel import Selector

Row = dict[str, Any]
TAG = re.compile(r"<[^>]+>")
LIST = '"listOffer":'
PAGE_NUMBER = re.compile(r"(?:beginPage=|-)(\d+)(?:\.html)?$")
DECODER = json.JSONDecoder()


def parse(home: Path, out: Path) -> None:
    """Writes offers.parquet: one row per offer of every archived page of the home."""
    rows = [row for path in sorted((home / "pages").glob("*/*/*.warc.gz")) for row in _offers(home, path)]
    pd.DataFrame(rows).to_parquet(out / "offers.parquet")


def _offers(home: Path, path: Path) -> Iterator[Row]:
    """The offers of one archive file, with where they were found."""
    marketplace, week, category = path.parts[-3], path.parts[-2], path.name.rpartition("-")[0]
    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            body = record.reader.read()
            page = {
                "marketplace": marketplace,
                "category": category,
                "week": week,
                "seen_at": record.record_date,
                "page": int(PAGE_NUMBER.findall(record.headers["WARC-Target-URI"])[0]),
                "page_digest": sha256(body).hexdigest(),
                "archive_file": path.relative_to(home).as_posix(),
                "archive_offset": record.stream_pos,
            }
            for position, card in enumerate(CARDS[marketplace](Selector(text=body.decode())), start=1):
                yield {**page, "position": position, **card}


def _script_cards(page: Selector) -> Iterator[Row]:
    script = page.css("script::text").get("")
    for offer in DECODER.raw_decode(script, script.index(LIST) + len(LIST))[0]:
        attr = offer.get("attr", {})
        company, information = attr.get("company", {}), attr.get("information", {})
        quantity, price = attr.get("tradeQuantity", {}), attr.get("tradePrice", {}).get("offerPrice", {})
        tiers = price.get("quantityPrices", [])
        yield {
            "listing_id": attr.get("id") or offer.get("offerid"),
            "merchant_id": offer.get("memberId"),
            "merchant_name_text": company.get("name"),
            "title_text": TAG.sub("", offer.get("title", "")),
            "price_text": price.get("strPriceMoney") or _money(price.get("value")),
            "tier_prices": [_money(tier.get("value")) for tier in tiers],
            "tier_quantities": [tier.get("quantity") for tier in tiers],
            "minimum_order_text": quantity.get("quantityBegin"),
            "unit_text": quantity.get("unit"),
            "list_price_text": offer.get("discountPrice", {}).get("price"),
            "sales_30d_text": quantity.get("quantitySumMonth") or quantity.get("quantitySumMonthDisplay"),
            "sales_total_text": quantity.get("saleQuantity"),
            "turnover_30d_text": quantity.get("gmvValueFuzzify", {}).get("integer"),
            "listing_repurchase_text": information.get("rePurchaseRatePercentage"),
            "merchant_repurchase_text": company.get("shopRepurchaseRate"),
            "seller_place_text": _joined(company.get("province"), company.get("city")),
            "ship_place_text": _joined(information.get("sendProvince"), information.get("sendCity")),
            "merchant_years_text": attr.get("tradeService", {}).get("tpYear"),
            "merchant_type_text": company.get("bizTypeName"),
            "badges": [badge.get("text") for badge in attr.get("commonPositionLabels", {}).get("offerMiddle", [])],
            "is_ad": offer.get("itemType") == "p4p",
            "site_belt_text": attr.get("industrialBelt", {}).get("shortName"),
        }


def _html_cards(page: Selector) -> Iterator[Row]:
    for card in page.css("div.goods-card"):
        yield {
            "listing_id": card.attrib.get("data-goods"),
            "merchant_id": card.attrib.get("data-shop"),
            "merchant_name_text": card.css("a.firm::text").get(),
            "title_text": card.css("h3.goods-name::text").get(),
            "price_text": "".join(card.css("div.money > em::text, div.money > b::text, div.money > i::text").getall()),
            "list_price_text": card.css("div.money > s::text").get(),
            "unit_text": card.css("div.money > u::text").re_first(r"/(.+)"),
            "minimum_order_text": card.css("span.least::text").re_first(r"(.+)起批"),
            "sales_total_text": card.css("span.sold::text").get(),
            "merchant_repurchase_text": card.css("span.again::text").re_first(r"[\d.]+%"),
            "seller_place_text": card.css("span.area::text").get(),
            "merchant_years_text": card.css("span.age::text").get(),
            "merchant_type_text": card.css("span.kind::text").get(),
            "badges": card.css("ul.marks > li::text").getall(),
            "is_ad": bool(card.css("sup.tui")),
        }


def _money(value: dict[str, int] | None) -> str | None:
    return f"{value['integer']}.{value['decimals']:02d}" if value else None


def _joined(province: str | None, city: str | None) -> str | None:
    return " ".join(part for part in (province, city) if part) or None


CARDS: dict[str, Callable[[Selector], Iterator[Row]]] = {"practice": _script_cards, "practice-html": _html_cards}
