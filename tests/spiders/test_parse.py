from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

import configs
from configs.marketplaces import Marketplace, read_marketplace
from configs.tables import table
from spiders.archive import PageWriter
from spiders.pages import ArchivedPage, PageKey
from spiders.parse import parse_category

WEEK = date(2024, 5, 6)
SEEN = datetime(2024, 5, 6, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def marketplace() -> Marketplace:
    return read_marketplace(Path(configs.__file__).parent / "marketplaces" / "alibaba-1688.yaml")


def body(*ids: str, encoding: str = "utf-8") -> bytes:
    offers = ",".join(f'{{"offerid":"{one}","title":"毛巾","offerTags":[],"attr":{{}}}}' for one in ids)
    text = f'<html><meta charset="{encoding}"><script>var pageConfig = {{"listOffer":[{offers}]}};</script></html>'
    return text.encode(encoding)


class Archive:
    """Pages put into the archive, and what the ledger would say of them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.writer = PageWriter(home, "test")
        self.rows: list[dict[str, object]] = []

    def add(self, number: int, content: bytes, outcome: str = "listing", **key: object) -> None:
        page_key = PageKey("alibaba-1688", WEEK, "towels", number)._replace(**key)
        page = ArchivedPage("https://s.1688.com/", 200, [("Content-Type", "text/html")], content, SEEN)
        file, offset = self.writer.write(page_key, page)
        self.rows.append(
            {
                **page_key._asdict(),
                "state": "done",
                "outcome": outcome,
                "attempts": 1,
                "url": "https://s.1688.com/",
                "archive_file": file,
                "archive_offset": offset,
                "sha256": sha256(content).hexdigest(),
            }
        )

    def pages(self) -> pl.DataFrame:
        return table("pages").conform(pl.DataFrame(self.rows, infer_schema_length=None))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path)
    yield made
    made.writer.close()


def test_offers_by_page_and_position(archive: Archive, marketplace: Marketplace) -> None:
    archive.add(2, body("21", "22", encoding="gbk"))
    archive.add(1, body("11", "12", "13"))
    archive.add(3, b"<html></html>", outcome="empty")
    offers, failures = parse_category(archive.home, marketplace, WEEK, "towels", archive.pages())
    assert failures == []
    assert offers.columns == table("offers").names
    assert offers.select("page", "position", "listing_id").rows() == [
        (1, 1, "11"),
        (1, 2, "12"),
        (1, 3, "13"),
        (2, 1, "21"),
        (2, 2, "22"),
    ]
    first = offers.row(0, named=True)
    assert (first["marketplace"], first["category"], first["week"], first["seen_at"]) == (
        "alibaba-1688",
        "towels",
        WEEK,
        SEEN,
    )
    assert first["page_digest"] == sha256(body("11", "12", "13")).hexdigest()
    assert first["title_text"] == "毛巾"
    assert (first["archive_file"], first["archive_offset"]) == (
        archive.rows[1]["archive_file"],
        archive.rows[1]["archive_offset"],
    )


def test_only_this_category_week_and_first_reading(archive: Archive, marketplace: Marketplace) -> None:
    archive.add(1, body("1"))
    archive.add(1, body("2"), category="socks")
    archive.add(1, body("3"), week=date(2024, 5, 13))
    archive.add(1, body("4"), read=2)
    archive.add(1, body("5"), purpose="overlap")
    offers, failures = parse_category(archive.home, marketplace, WEEK, "towels", archive.pages())
    assert offers["listing_id"].to_list() == ["1"]
    assert failures == []


def test_pages_that_cannot_be_read_are_named_and_the_others_stay(archive: Archive, marketplace: Marketplace) -> None:
    archive.add(1, body("1"))
    archive.add(2, b'<script>var pageConfig = {"listOffer":[{"title":"x"}]};</script>')
    archive.add(3, b"<html>another layout</html>")
    archive.add(4, "<script>毛巾".encode("gbk") + b"\x80\xff</script>")
    archive.add(5, body("5"))
    archive.rows[-1]["archive_offset"] = 10**9
    archive.add(6, body("6"))
    archive.rows[-1]["sha256"] = "0" * 64
    archive.add(7, body("7"))
    offers, failures = parse_category(archive.home, marketplace, WEEK, "towels", archive.pages())
    assert offers["page"].to_list() == [1, 7]
    assert [failure.page for failure in failures] == [2, 3, 4, 5, 6]
    assert "required listing_id ('attr.id || offerid') found nothing on card 1" in failures[0].reason
    assert "towels 2024-05-06 page 2" in failures[0].reason
    assert "found no layout that fits, expected one of 'var pageConfig =', JSON with" in failures[1].reason
    assert "cards 'li.sm-offer-item', on towels 2024-05-06 page 3" in failures[1].reason
    assert "no whole record at offset" in failures[3].reason
    assert "another body than the ledger says" in failures[4].reason


def test_pages_of_several_layouts_in_one_week(archive: Archive, marketplace: Marketplace) -> None:
    saved = Path(__file__).parent.parent / "marketplaces" / "alibaba-1688"
    names = [
        "pageconfig-2024-05.html",
        "offer-json-2025.json",
        "search-offer-2025.html",
        "mojar-2020.html",
        "sm-offer-2015.html",
    ]
    for number, name in enumerate(names, start=1):
        archive.add(number, (saved / name).read_bytes())
    offers, failures = parse_category(archive.home, marketplace, WEEK, "towels", archive.pages())
    assert failures == []
    assert offers.group_by("page").len().sort("page")["len"].to_list()[1:] == [4, 3, 3, 3]
    assert offers.columns == table("offers").names
    last = offers.filter(pl.col("page") == 5).row(0, named=True)
    assert (last["title_text"], last["badges"], last["price_tiers"]) == ("高阳毛巾 纯棉加厚", None, None)
    tiers = offers.filter(pl.col("page") == 4)["price_tiers"].to_list()
    assert tiers[0][1] == {"min_quantity_text": "≥100条", "price_text": "1.05"}


def test_no_pages_give_the_empty_table(archive: Archive, marketplace: Marketplace) -> None:
    offers, failures = parse_category(archive.home, marketplace, WEEK, "towels", table("pages").empty())
    assert offers.equals(table("offers").empty())
    assert failures == []
