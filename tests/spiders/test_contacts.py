"""Contacts are taken out of whatever offers say, and nothing else is."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.marketplaces import Marketplace
from configs.tables import POLARS, table
from sandbox.canaries import planted, secrets_of
from sandbox.economy import Economy, build
from sandbox.goods import GoodsSite
from sandbox.pages import Site
from sandbox.scenario import PRACTICE_HTML, Scenario, load
from sandbox.world import TEMPLATES
from spiders import parse
from spiders.contacts import CONTACT, without_contact, without_contacts
from spiders.ingest import read_handed_over
from spiders.layouts import read_page

WHOLE = [
    "电话13812345678", "手机号：13912345678", "138-1234-5678", "138 1234 5678", "1 3 8 1 2 3 4 5 6 7 8",
    "13812345678", "+86 13812345678", "(+86)138-1234-5678", "１３８１２３４５６７８", "1３812345678",
    "138\u200b1234\u200b5678", "一三八零零一三八零零零", "0312-6666888", "（0312）6666888", "0312 666 8888",
    "021-12345678转801", "400-800-1234", "4008001234", "电话：6666888", "tel: 66668888", "热线 0312-6666888",
    "whatsapp +8613812345678", "微信：gaoyang_mj88", "微信号 gymj8866", "薇信abc_123", "威信号abc123",
    "微❤ abc12345", "V信:abc12345", "VX13812345678", "vx:maojin-888", "wx：li_88xx", "WeChat abc123x",
    "wxid_abc123def", "加V：abc123456", "＋v abc12345", "v:abc12345", "QQ:123456789", "QQ 12345678",
    "qq12345678", "企鹅号12345678", "扣扣：1234567", "li.ming@163.com", "li＠163．com", "123456#qq.com",
    "联系人：禾砚", "联系人 禾砚泽", "联系人：王经理 13812345678", "王经理13812345678", "李老板：138-1234-5678",
    "负责人：栖芃屹·澜禹", "Contact: Lin Heyan", "contact person: He Yan", "联系：禾砚",
]  # fmt: skip
HARMLESS = [
    "高阳县微信息技术有限公司", "QQ糖果食品厂", "义乌市1688电子商务有限公司", "138商行", "12345678日用品厂",
    "WX电子厂", "企鹅公仔30cm", "高阳县王经理毛巾厂", "云南昭通威信县", "手机壳13 14 15 16",
    "iPhone13/14/15手机壳", "2024-11-16新款", "100*200*300cm", "尺寸1200-1300-1400", "6901234567890",
    "手机支架360度", "电话亭摆件", "腾讯QQ公仔", "Tel Aviv系列毛巾", "V领T恤2024", "v型12345", "微纤维毛巾3600",
    "联系客服改价", "老板桌1800", "传真纸210*297", "USB3.0 500000次", "7×24H响应", "48小时发货", "5#钢丝",
]  # fmt: skip
NUMBERS = [
    "13812345678",
    "1381234.56",
    "13912345678件",
    "0.65",
    "1.2万+",
    "¥3.50",
    "3.50-13812345678",
    "≥1000000件",
    "28%",
]


def offers_of(**columns: list[Any]) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    whole = {one.name: columns.get(one.name, [None] * rows) for one in table("offers").columns}
    return pl.DataFrame(whole, schema={one.name: POLARS[one.type] for one in table("offers").columns})


@pytest.mark.parametrize("column", ["title_text", "merchant_name_text", "seller_place_text", "unit_text", "price_text"])
def test_contacts_of_every_form_are_taken_out(column: str) -> None:
    said = [
        text for text in WHOLE if not (column == "price_text" and text in ("13812345678", "１３８１２３４５６７８"))
    ]
    said = [text for text in said if column != "price_text" or not text.startswith(("1３", "4008", "一三八"))]
    found = without_contacts(offers_of(**{column: [f"{before}{text}" for text in said for before in ("", "12.50 ")]}))
    assert dict(zip(said, found[column][::2], strict=True)) == dict.fromkeys(said)
    assert set(found[column][1::2]) == {"12.50"}


def test_what_merely_looks_like_a_contact_stays() -> None:
    names = {name: HARMLESS for name in ("title_text", "merchant_name_text", "seller_place_text")}
    texts = offers_of(**names)
    assert without_contacts(texts).equals(texts)
    tiers = [[{"min_quantity_text": "≥1000000", "price_text": number}] for number in NUMBERS]
    numbers = offers_of(
        price_text=NUMBERS, sales_total_text=NUMBERS, listing_id=NUMBERS, merchant_id=NUMBERS, price_tiers=tiers
    )
    assert without_contacts(numbers).equals(numbers)


def test_lists_and_ids_are_cleaned() -> None:
    offers = offers_of(
        badges=[["包邮", "微信：gaoyang88"], ["包邮"], None],
        price_tiers=[[{"min_quantity_text": "2件 电话13812345678", "price_text": "3.5"}], None, []],
        merchant_id=["qq12345678", "b2b-221381234567812345", None],
        listing_id=["1", "13812345678", "3"],
    )
    found = without_contacts(offers)
    assert found["badges"].to_list() == [["包邮"], ["包邮"], None]
    assert found["price_tiers"].to_list() == [[{"min_quantity_text": "2件", "price_text": "3.5"}], None, []]
    assert found["listing_id"].to_list() == ["1", "13812345678", "3"]
    assert found["merchant_id"][1] == "b2b-221381234567812345"
    assert found["merchant_id"][0].startswith("contact-")
    assert found["merchant_id"][0] == without_contacts(offers.tail(3))["merchant_id"][0]


def contacts() -> st.SearchStrategy[str]:
    digits = st.text("0123456789０１２３", min_size=0, max_size=6)
    return st.builds(
        lambda text, tail, where: text[:where] + tail + text[where:], st.sampled_from(WHOLE), digits, st.integers(0, 20)
    )


@settings(max_examples=300, deadline=None)
@given(
    texts=st.lists(
        st.builds("".join, st.lists(st.one_of(contacts(), st.sampled_from(HARMLESS), st.text(max_size=5)), max_size=3)),
        min_size=1,
        max_size=8,
    )
)
def test_the_quick_look_misses_nothing_that_the_close_one_finds(texts: list[str]) -> None:
    """Whatever surrounds a contact or breaks it up, no row with a hit is passed over."""
    left = without_contacts(offers_of(title_text=texts))["title_text"]
    assert [text for text in left if text is not None and CONTACT.search(text) and text in texts] == []


@pytest.mark.parametrize("piece", ["a", "v-", "1", "13 ", "联系人", "电话:", "微信a", "a.", "@", "王", "QQ1"])
def test_no_text_takes_long(piece: str) -> None:
    began = time.perf_counter()
    without_contact(piece * (100_000 // len(piece)))
    without_contacts(offers_of(title_text=[piece * 20_000 + "@"]))
    assert time.perf_counter() - began < 10


def pages(economy: Economy) -> Iterator[tuple[Marketplace, str]]:
    week = economy.scenario.live_week
    for site in (Site(economy), GoodsSite(economy)):
        file = Marketplace.model_validate(yaml.safe_load(TEMPLATES[site.name].read_text(encoding="utf-8")))
        for category in economy.scenario.marketplaces[site.name][:2]:
            for number in range(1, min(4, site.page_count(category, week)) + 1):
                yield file, site.page_of(category, number, week)


@pytest.fixture(scope="module")
def story() -> Scenario:
    return load("anti-involution")


def quoted(marketplace: Marketplace, page: str) -> pl.DataFrame:
    reading = read_page(page, marketplace, "")
    assert reading is not None
    facts = {
        "seen_at": datetime(2026, 11, 16, tzinfo=UTC),
        "page": 1,
        "page_digest": "",
        "archive_file": "",
        "archive_offset": 0,
    }
    same = {"marketplace": marketplace.name, "category": "towels", "week": datetime(2026, 11, 16).date()}
    return parse._table([parse._PageOffers(facts, reading.cards, len(page))], same)


def test_planted_pages_say_what_they_would_without(story: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PRACTICE_HTML in story.marketplaces
    secrets = 0
    for marketplace, page in pages(build(story, 1)):
        clean, cleaned = quoted(marketplace, page), quoted(marketplace, planted(page))
        assert cleaned.equals(clean)
        found = list(secrets_of(planted(page)))
        assert len(found) == clean.height
        assert not [secret for secret in found if secret in cleaned.write_ndjson()]
        secrets += len(found)
        with monkeypatch.context() as patch:
            patch.setattr(parse, "without_contacts", lambda offers: offers)
            assert quoted(marketplace, page).equals(clean)
            assert not quoted(marketplace, planted(page)).equals(clean)
    assert secrets > 300


def test_rows_handed_over_lose_theirs_too(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    head = "category,listing_id,merchant_id,seller_place_text,price_text,sales_30d_text,week,title_text"
    path.write_text(f"{head}\ntowels,13812345678,m1,河北 保定市 电话13812345678,1.71,41,2019-12-02,毛巾 VX:abc123\n")
    row = read_handed_over(path, "people", ["towels"]).row(0, named=True)
    assert (row["listing_id"], row["seller_place_text"], row["title_text"]) == ("13812345678", "河北 保定市", "毛巾")
