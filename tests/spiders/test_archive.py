"""The archive gives back what was put in, and nothing of a record that is not whole."""

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from spiders.archive import ArchiveError, PageWriter, read_page, unlisted
from spiders.pages import ArchivedPage, PageKey

WEEK = date(2026, 11, 16)
KEY = PageKey("small", WEEK, "towels", 3)
HEADERS = [("Content-Type", "text/html; charset=gbk"), ("Content-Encoding", "gzip"), ("X-Odd", "ä"), ("X-Odd", "2")]


def page_of(number: int = 3, body: bytes = b"") -> ArchivedPage:
    fetched_at = datetime(2026, 11, 18, 1, 2, 3, 456789, tzinfo=UTC)
    body = body or gzip.compress(f"page {number}".encode() * 50, mtime=0)
    return ArchivedPage(f"http://127.0.0.1/?page={number}", 200, HEADERS, body, fetched_at)


def written(home: Path, count: int = 3) -> list[tuple[str, int]]:
    with PageWriter(home, "worker") as writer:
        return [writer.write(KEY._replace(page=number), page_of(number)) for number in range(1, count + 1)]


def all_of(home: Path, known: set[tuple[str, int]] | None = None) -> list[tuple[PageKey, str, int, ArchivedPage]]:
    return list(unlisted(home, "small", WEEK.isoformat(), known or set()))


def test_pages_come_back_byte_for_byte(tmp_path: Path) -> None:
    places = written(tmp_path)
    assert places[0] == ("pages/small/2026-11-16/towels-worker.warc.gz", 0)
    for number, (file, offset) in enumerate(places, start=1):
        assert read_page(tmp_path, file, offset) == page_of(number)


def test_a_cut_answer_stays_marked_as_cut(tmp_path: Path) -> None:
    with PageWriter(tmp_path, "worker") as writer:
        file, offset = writer.write(KEY, replace(page_of(), is_cut=True, is_open_ended=True, status=500))
    found = read_page(tmp_path, file, offset)
    assert (found.is_cut, found.is_open_ended, found.status) == (True, True, 500)
    assert not read_page(tmp_path / "other", *written(tmp_path / "other")[0]).is_open_ended


def test_unlisted_finds_keys_that_the_ledger_does_not_know(tmp_path: Path) -> None:
    places = written(tmp_path)
    assert [key.page for key, *_ in all_of(tmp_path, {places[1]})] == [1, 3]
    assert all_of(tmp_path)[0][0] == KEY._replace(page=1)


def test_other_readers_find_ordinary_records(tmp_path: Path) -> None:
    file, _ = written(tmp_path)[0]
    records = ArchiveIterator(tmp_path / file, parse_http=False)
    assert [record.verify_block_digest() for record in records] == [True] * 3


def test_every_cut_of_the_last_record_is_tolerated(tmp_path: Path) -> None:
    places = written(tmp_path, count=2)
    path = tmp_path / places[0][0]
    whole = path.read_bytes()
    second = places[1][1]
    for length in range(second, len(whole)):
        path.write_bytes(whole[:length])
        found = all_of(tmp_path)
        if len(found) == 2:  # only the end of the gzip member is missing, behind the whole record
            assert len(whole) - length <= 16
            assert found[1][3] == page_of(2)
            continue
        assert [key.page for key, *_ in found] == [1]
        with pytest.raises(ArchiveError):
            read_page(tmp_path, places[1][0], second)


def test_a_damaged_record_is_not_given_out(tmp_path: Path) -> None:
    file, offset = written(tmp_path, count=1)[0]
    path = tmp_path / file
    whole = path.read_bytes()
    for place in range(12, len(whole) - 8, 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            assert read_page(tmp_path, file, offset).body == page_of(1).body
        except ArchiveError:
            continue


def test_offsets_where_nothing_begins_are_an_error(tmp_path: Path) -> None:
    file, offset = written(tmp_path)[1]
    for wrong in (offset + 1, offset - 1, 10**6):
        with pytest.raises(ArchiveError, match="no whole record"):
            read_page(tmp_path, file, wrong)
    with pytest.raises(ArchiveError):
        read_page(tmp_path, "pages/none.warc.gz", 0)


def test_no_worker_writes_into_another_ones_file(tmp_path: Path) -> None:
    written(tmp_path)
    with PageWriter(tmp_path, "worker") as writer, pytest.raises(FileExistsError):
        writer.write(KEY, page_of())


@pytest.mark.parametrize(
    ("block", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", 200, b"body"),
        (b"HTTP/1.0 404 Not Found\nA: b\n\nbody", 404, b"body"),
        (b"garbage", 0, b""),
        (b"", 0, b""),
    ],
)
def test_foreign_records_are_read_as_they_are(tmp_path: Path, block: bytes, status: int, body: bytes) -> None:
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\nWARC-Date: 2025-11-18T00:00:00Z\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % len(block)
    )
    (tmp_path / "foreign.warc").write_bytes(head + block + b"\r\n\r\n")
    found = read_page(tmp_path, "foreign.warc", 0)
    assert (found.status, found.body, found.fetched_at) == (status, body, datetime(2025, 11, 18, tzinfo=UTC))
