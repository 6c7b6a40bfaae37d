"""Every saved page comes through `backfill` under an address of its layout's time, and gives the same offers."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from configs.marketplaces import Marketplace
from spiders.backfill import backfill
from spiders.ledger import Ledger
from spiders.parse import parse_category
from tests.marketplaces.test_nanfeng import record
from tests.marketplaces.test_saved_pages import EXPECTED, marketplace_of, saved_page_of

WEEK = date(2026, 11, 16)
AT = datetime(2026, 11, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def shipped() -> Marketplace:
    return marketplace_of(next(path for path in EXPECTED if path.parent.name == "alibaba-1688"))


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_saved_page_is_backfilled_under_its_address(tmp_path: Path, expected: Path) -> None:
    marketplace, wanted = marketplace_of(expected), json.loads(expected.read_text(encoding="utf-8"))
    source = tmp_path / "other.warc.gz"
    source.write_bytes(record(wanted["url"], saved_page_of(expected).read_bytes(), AT))
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    report = backfill(tmp_path, marketplace, [source], ledger)
    assert (report.unmatched, dict(report.outcomes)) == (0, {"listing": 1})
    offers, failures = parse_category(tmp_path, marketplace, WEEK, "towels", ledger.rows(marketplace=marketplace.name))
    assert failures == []
    assert offers.sort("position")["listing_id"].to_list() == [offer["listing_id"] for offer in wanted["offers"]]


@pytest.mark.parametrize(
    "url",
    [
        "https://h5api.m.1688.com/h5/mtop.relationrecommend.wirelessrecommend.recommend/2.0/?jsv=2.7.4&type=originaljson",
        "https://h5api.m.1688.com/h5/mtop.user.info/1.0/?data=%7B%22keywords%22%3A%22%22%7D",
        "https://s.1688.com/company/company_search.htm?keywords=%C3%AB%BD%ED",
    ],
)
def test_an_address_that_tells_no_category_is_of_none(shipped: Marketplace, url: str) -> None:
    assert shipped.category_of_url(url) is None


@pytest.mark.parametrize("word", ["%25C3%25AB%25BD%25ED", "%E6%AF%9B%E5%B7%BE", "%25E6%25AF%259B%25E5%25B7%25BE"])
def test_an_answer_that_scripts_fetch_tells_word_and_page(shipped: Marketplace, word: str) -> None:
    asked = f"%22%7B%5C%22keywords%5C%22%3A%5C%22{word}%5C%22%2C%5C%22beginPage%5C%22%3A%5C%224%5C%22%7D%22"
    address = f"https://h5api.m.1688.com/h5/mtop.any.recommend/2.0/?jsv=2.7.4&data=%7B%22params%22%3A{asked}%7D"
    assert shipped.category_of_url(address) == ("towels", 4)
