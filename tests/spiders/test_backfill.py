import gzip
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest

from configs.errors import InputError
from configs.marketplaces import Marketplace
from spiders import warc_files
from spiders.archive import read_page
from spiders.backfill import BackfillReport, backfill
from spiders.decode import decoded
from spiders.foreign_warc import Source, read_capture
from spiders.ledger import Ledger
from spiders.parse import parse_category

MONDAY = date(2024, 5, 6)


@pytest.fixture(scope="module")
def marketplace() -> Marketplace:
    return Marketplace.model_validate(
        {
            "name": "practice",
            "title": {"en": "P", "zh": "练"},
            "hosts": ["practice.example"],
            "listing": {"url": "https://practice.example/s?q={category}&p={page}", "encoding": "gbk"},
            "categories": {"towels": "毛巾", "socks": "袜子"},
            "sales": {"basis": "trailing_30d"},
            "outcomes": {"empty": ["没有找到"], "blocked": ["slider"]},
            "layouts": [
                {
                    "name": "one",
                    "kind": "script",
                    "marker": "var pageConfig =",
                    "cards": "list",
                    "pages": "pages",
                    "fields": {"listing_id": "id"},
                }
            ],
        }
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path}/ledger.db")


def address(page: int, word: str = "毛巾") -> str:
    return f"http://practice.example/s?q={quote(word, encoding='gbk')}&p={page}"


def listing(*ids: int) -> bytes:
    offers = ",".join(f'{{"id":{one}}}' for one in ids)
    return f'<script>var pageConfig = {{"pages":3,"list":[{offers}]}}</script>毛巾'.encode()


def record(url: str, body: bytes, at: str, kind: str = "response", head: str = "") -> bytes:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{head}\r\n".encode() + body
    headers = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {at}\r\n"
        f"WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return headers.encode() + block + b"\r\n\r\n"


def warc(path: Path, *records: bytes) -> Path:
    path.write_bytes(b"".join(map(gzip.compress, records)) if path.suffix == ".gz" else b"".join(records))
    return path


def run(home: Path, marketplace: Marketplace, ledger: Ledger, *paths: Path) -> BackfillReport:
    return backfill(home, marketplace, list(paths), ledger)


@pytest.mark.parametrize("name", ["other.warc.gz", "other.warc"])
def test_captures_become_done_pages_and_offers(
    tmp_path: Path, marketplace: Marketplace, ledger: Ledger, name: str
) -> None:
    source = warc(
        tmp_path / name,
        record(address(1), b"", "2024-05-06T01:59:59Z", kind="request"),
        record(address(1), listing(11, 12), "2024-05-06T02:00:00Z"),
        record(address(2), listing(21), "2024-05-06T02:00:01Z"),
        record("http://practice.example/help", b"help", "2024-05-06T02:00:02Z"),
        record("http://elsewhere.example/s?q=x&p=1", b"x", "2024-05-06T02:00:02Z"),
        record(address(3), "没有找到".encode(), "2024-05-06T02:00:03Z"),
        record(address(1, "袜子"), b"slider", "2024-05-06T02:00:04Z"),
    )
    told: list[tuple[int, int]] = []
    report = backfill(tmp_path, marketplace, [source], ledger, lambda done, total: told.append((done, total)))
    assert (report.captures, report.stored, report.unmatched) == (6, 4, 2)
    assert report.unmatched_urls == ["http://practice.example/help", "http://elsewhere.example/s?q=x&p=1"]
    assert report.outcomes == Counter(listing=2, empty=1, blocked=1)
    assert told[-1] == (4, 4)
    rows = ledger.rows(marketplace="practice")
    assert rows.select("category", "page", "outcome", "cards", "pages_said").rows() == [
        ("socks", 1, "blocked", None, None),
        ("towels", 1, "listing", 2, 3),
        ("towels", 2, "listing", 1, 3),
        ("towels", 3, "empty", None, None),
    ]
    assert rows["week"].unique().to_list() == [MONDAY]
    for row in rows.iter_rows(named=True):
        page = read_page(tmp_path, row["archive_file"], row["archive_offset"])
        assert (page.url, page.status, page.fetched_at) == (row["url"], row["status"], row["fetched_at"])
    offers, failures = parse_category(tmp_path, marketplace, MONDAY, "towels", rows)
    assert offers["listing_id"].to_list() == ["11", "12", "21"]
    assert failures == []


def test_the_week_is_that_of_shanghai(tmp_path: Path, marketplace: Marketplace, ledger: Ledger) -> None:
    source = warc(
        tmp_path / "a.warc.gz",
        record(address(1), listing(1), "2024-05-05T15:59:59Z"),
        record(address(1), listing(2), "2024-05-05T16:00:00Z"),
    )
    run(tmp_path, marketplace, ledger, source)
    assert ledger.rows(marketplace="practice")["week"].to_list() == [date(2024, 4, 29), MONDAY]


def test_the_earliest_capture_that_can_be_used_stands_for_the_week(
    tmp_path: Path, marketplace: Marketplace, ledger: Ledger
) -> None:
    late = warc(
        tmp_path / "a.warc.gz",
        record(address(1), listing(3), "2024-05-08T00:00:00Z"),
        record(address(2), b"slider", "2024-05-08T00:00:00Z"),
    )
    early = warc(
        tmp_path / "b.warc.gz",
        record(address(1), listing(2), "2024-05-07T00:00:00Z"),
        record(address(1), b"slider", "2024-05-06T00:00:00Z"),
        record(address(2), b"slider 2", "2024-05-09T00:00:00Z"),
    )
    report = run(tmp_path, marketplace, ledger, late, early)
    assert (report.stored, report.later) == (2, 3)
    rows = ledger.rows(marketplace="practice")
    assert rows.select("page", "outcome", pl.col("fetched_at").dt.day()).rows() == [
        (1, "listing", 7),
        (2, "blocked", 8),
    ]
    offers, _ = parse_category(tmp_path, marketplace, MONDAY, "towels", rows)
    assert offers["listing_id"].to_list() == ["2"]


def test_again_changes_nothing_and_more_is_added(tmp_path: Path, marketplace: Marketplace, ledger: Ledger) -> None:
    first = record(address(1), listing(1), "2024-05-06T02:00:00Z")
    source = warc(tmp_path / "a.warc.gz", first)
    run(tmp_path, marketplace, ledger, source)
    before = ledger.rows(marketplace="practice")
    files = {path: path.read_bytes() for path in tmp_path.glob("pages/**/*.warc.gz")}
    report = run(tmp_path, marketplace, ledger, source)
    assert (report.stored, report.known) == (0, 1)
    warc(source, first, record(address(2), listing(2), "2024-05-06T02:00:00Z"))
    report = run(tmp_path, marketplace, ledger, source)
    assert (report.stored, report.known) == (1, 1)
    after = ledger.rows(marketplace="practice")
    assert after.filter(page=1).equals(before)
    assert {path: path.read_bytes() for path in files} == files
    assert parse_category(tmp_path, marketplace, MONDAY, "towels", after)[0]["listing_id"].to_list() == ["1", "2"]


def test_a_run_that_died_before_the_ledger_is_finished_by_the_next(
    tmp_path: Path, marketplace: Marketplace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = warc(
        tmp_path / "a.warc.gz",
        record(address(1), listing(1), "2024-05-06T02:00:00Z"),
        record(address(1), listing(2), "2024-05-13T02:00:00Z"),
    )
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, marketplace, ledger, source)
    assert ledger.rows(marketplace="practice").is_empty()
    assert run(tmp_path, marketplace, ledger, source).stored == 2
    assert len(list(tmp_path.glob("pages/**/*.warc.gz"))) == 2
    assert not list(tmp_path.glob("pages/**/*.tmp"))


def test_a_chunked_transfer_is_put_together(tmp_path: Path, marketplace: Marketplace, ledger: Ledger) -> None:
    body = gzip.compress(listing(1))
    chunked = b"".join(b"%x;q=1\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"
    head = "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
    source = warc(
        tmp_path / "a.warc.gz",
        record(address(1), chunked, "2024-05-06T02:00:00Z", head=head),
        record(address(2), body, "2024-05-06T02:00:00Z", head=head),
    )
    assert run(tmp_path, marketplace, ledger, source).outcomes == Counter(listing=2)
    for row in ledger.rows(marketplace="practice").iter_rows(named=True):
        page = read_page(tmp_path, row["archive_file"], row["archive_offset"])
        assert decoded(page.body, page.header("Content-Encoding")) == listing(1)


def test_a_source_that_is_cut_gives_what_is_whole_and_is_named(
    tmp_path: Path, marketplace: Marketplace, ledger: Ledger
) -> None:
    for name in ("a.warc", "b.warc.gz"):
        source = warc(
            tmp_path / name,
            record(address(1), listing(1), f"2024-05-{'06' if name[0] == 'a' else '13'}T02:00:00Z"),
            record(address(2), listing(2) * 99, "2024-05-06T02:00:00Z"),
        )
        source.write_bytes(source.read_bytes()[:-40])
        report = run(tmp_path, marketplace, ledger, source)
        assert (report.stored, report.cut_sources) == (1, [source])


def test_a_capture_without_a_date_is_counted(tmp_path: Path, marketplace: Marketplace, ledger: Ledger) -> None:
    report = run(
        tmp_path, marketplace, ledger, warc(tmp_path / "a.warc.gz", record(address(1), listing(1), "yesterday"))
    )
    assert (report.undated, report.stored) == (1, 0)


def test_files_that_are_no_archives_are_refused_before_anything_is_written(
    tmp_path: Path, marketplace: Marketplace, ledger: Ledger
) -> None:
    good = warc(tmp_path / "a.warc.gz", record(address(1), listing(1), "2024-05-06T02:00:00Z"))
    page = tmp_path / "page.warc.gz"
    page.write_bytes(gzip.compress(b"<html>no archive</html>"))
    folder = tmp_path / "folder"
    folder.mkdir()
    sentences = {page: "is no WARC file", tmp_path / "none.warc": "cannot be read", folder: "holds no .warc"}
    for bad, sentence in sentences.items():
        with pytest.raises(InputError, match=sentence):
            run(tmp_path, marketplace, ledger, good, bad)
    assert ledger.rows(marketplace="practice").is_empty()
    assert not (tmp_path / "pages").exists()


def test_an_archive_compressed_as_a_whole_is_read_and_a_large_one_says_how_to_mend_it(
    tmp_path: Path, marketplace: Marketplace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [record(address(page), listing(page) + b" " * 9999, "2024-05-06T02:00:00Z") for page in (1, 2)]
    source = tmp_path / "a.warc.gz"
    source.write_bytes(gzip.compress(b"".join(records)))
    assert run(tmp_path, marketplace, ledger, source).outcomes == Counter(listing=2)
    rows = ledger.rows(marketplace="practice")
    assert parse_category(tmp_path, marketplace, MONDAY, "towels", rows)[0]["listing_id"].to_list() == ["1", "2"]
    monkeypatch.setattr(warc_files, "MAX_RECORD_BYTES", 15_000)
    with pytest.raises(InputError, match="recompress"):
        run(tmp_path, marketplace, ledger, source)


def test_a_folder_stands_for_its_archives(tmp_path: Path, marketplace: Marketplace, ledger: Ledger) -> None:
    folder = tmp_path / "past"
    folder.mkdir()
    warc(folder / "a.warc.gz", record(address(1), listing(1), "2024-05-06T02:00:00Z"))
    warc(folder / "b.warc", record(address(1), listing(1), "2024-05-13T02:00:00Z"))
    assert run(tmp_path, marketplace, ledger, folder).sources == 2


@pytest.mark.parametrize(
    ("head", "body", "is_cut"),
    [
        ("Content-Length: 99\r\n", listing(1), True),
        ("Content-Length: 5\r\n", listing(1), False),  # of the coded body, which the crawler decoded
        ("Transfer-Encoding: chunked\r\n", b"6\r\n<html>\r\n5\r\nabc", True),
        ("Transfer-Encoding: chunked\r\n", b"6\r\n<html>\r\n", True),
        ("Transfer-Encoding: chunked\r\n", b"6\r\n<html>\r\n0\r\n\r\n", False),
        ("Transfer-Encoding: chunked\r\n", b"<html>", False),  # the crawler took the marks out
    ],
)
def test_a_body_shorter_than_was_told_is_cut(tmp_path: Path, head: str, body: bytes, is_cut: bool) -> None:
    path = warc(tmp_path / "a.warc", record(address(1), body, "2024-05-06T02:00:00Z", head=head))
    page, member = read_capture(next(Source(path).captures()))
    assert page.is_cut == is_cut
    (tmp_path / "ours.warc.gz").write_bytes(member)
    assert read_page(tmp_path, "ours.warc.gz", 0) == page
