"""Archives of other crawlers, whole and damaged: what is in them, and that nothing in them stops the reader."""

import gzip
import hashlib
from base64 import b32encode
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from configs.errors import InputError
from spiders.archive import read_page
from spiders.foreign_warc import Capture, Originals, Source, read_capture
from spiders.pages import ArchivedPage

AT = "2024-05-06T02:00:00Z"
BODY = b"<html><p>%d</p>" + b"towel " * 40 + b"</html>"
KNOWN = {f"http://h/{number}": BODY % number for number in range(5)}


def record(
    url: str, body: bytes, http: str = "", kind: str = "response", head: str = "", version: str = "1.0"
) -> bytes:
    """One record of another crawler; `http` and `head` are further header lines."""
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{http}\r\n".encode() + body
    stated = (
        f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {AT}\r\n{head}"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return stated.encode() + block + b"\r\n\r\n"


RECORDS = [record(url, body) for url, body in KNOWN.items()]


def written(folder: Path, data: bytes, name: str = "a.warc") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(path: Path) -> dict[str, ArchivedPage]:
    """The pages of an archive by address; each is also written into our archive and must read back the same."""
    pages = {}
    for capture in Source(path).captures():
        page, member = read_capture(capture)
        again = path.with_name("again.warc.gz")
        again.write_bytes(member)
        if capture.fetched_at is not None:
            kept = read_page(path.parent, again.name, 0)
            assert (kept.body, kept.status, kept.is_cut) == (page.body, page.status, page.is_cut)
            assert (kept.url, kept.fetched_at) == (page.url, page.fetched_at)
        pages[capture.url] = page
    return pages


def only(path: Path) -> ArchivedPage:
    (page,) = read(path).values()
    return page


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("date", ["2024-05-06T02:00:00Z", "2024-05-06T02:00:00.123456Z", "2024-05-06T10:00:00+08:00"])
def test_both_versions_and_their_dates(tmp_path: Path, version: str, date: str) -> None:
    data = record("http://h/1", KNOWN["http://h/1"], version=version).replace(AT.encode(), date.encode())
    (capture,) = Source(written(tmp_path, data)).captures()
    assert capture.fetched_at is not None
    assert capture.fetched_at.replace(microsecond=0) == datetime(2024, 5, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize("date", ["yesterday", "", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_dates_of_no_age_of_the_web_are_none(tmp_path: Path, date: str) -> None:
    data = record("http://h/1", b"x").replace(AT.encode(), date.encode())
    assert [capture.fetched_at for capture in Source(written(tmp_path, data)).captures()] == [None]


def test_records_that_are_no_pages_are_counted_by_kind(tmp_path: Path) -> None:
    data = b"".join(
        [
            record("http://h/1", b"", kind="request"),
            record("http://h/1", b"", kind="metadata"),
            record("http://h/1", b"").replace(b"HTTP/1.1 200", b"20240506 dns"),
            record("http://h/1.png", b"\x89PNG").replace(b"text/html", b"image/png"),
            RECORDS[1],
        ]
    )
    source = Source(written(tmp_path, data))
    assert [capture.url for capture in source.captures()] == ["http://h/1"]
    assert source.skipped == {"request": 1, "metadata": 1, "not HTTP": 1, "no page": 1}
    assert not source.is_cut


def test_a_revisit_is_as_the_capture_that_it_points_at(tmp_path: Path) -> None:
    body = KNOWN["http://h/1"]
    digest = "WARC-Payload-Digest: sha1:AAAA\r\n"
    later = record("http://h/2", b"", kind="revisit", head=digest).replace(AT.encode(), b"2024-05-13T02:00:00Z")
    referred = record(
        "http://h/1",
        b"",
        kind="revisit",
        head=f"WARC-Refers-To-Target-URI: http://h/1\r\nWARC-Refers-To-Date: {AT}\r\n",
    )
    lost = record("http://h/3", b"", kind="revisit", head="WARC-Payload-Digest: sha1:BBBB\r\n")
    source = Source(written(tmp_path, later + referred + lost + record("http://h/1", body, head=digest)))
    originals = Originals()
    for capture in source.captures():
        originals.add(capture)
    found = [originals.of(revisit) for revisit in source.revisits]
    assert found[2] is None
    pages = [read_capture(capture)[0] for capture in found if capture]
    assert [(page.url, page.fetched_at.day, page.body) for page in pages] == [
        ("http://h/2", 13, body),
        ("http://h/1", 6, body),
    ]
    written(tmp_path, read_capture(found[0])[1], "kept.warc.gz")  # type: ignore[arg-type]
    kept = read_page(tmp_path, "kept.warc.gz", 0)
    assert (kept.url, kept.fetched_at.day, kept.body) == ("http://h/2", 13, body)


def test_a_page_of_a_replay_is_of_the_address_and_time_that_were_replayed(tmp_path: Path) -> None:
    address = "https://web.archive.org/web/20190502030405id_/http://h/list?q=%C3%AB&p=1"
    http = "X-Archive-Orig-Content-Type: text/html; charset=gbk\r\nX-Archive-Orig-Content-Encoding: gzip\r\n"
    body = "毛巾".encode("gbk") + b"</html>"
    page = only(written(tmp_path, record(address, body, http)))
    assert (page.url, page.fetched_at) == ("http://h/list?q=%C3%AB&p=1", datetime(2019, 5, 2, 3, 4, 5, tzinfo=UTC))
    assert page.header("Content-Type") == "text/html; charset=gbk"
    assert page.body == body


def test_a_coding_that_the_crawler_has_undone_is_not_undone_again(tmp_path: Path) -> None:
    plain = only(written(tmp_path, record("http://h/1", KNOWN["http://h/1"], "Content-Encoding: gzip\r\n")))
    assert plain.header("Content-Encoding") == ""
    packed = record("http://h/1", gzip.compress(b"x"), "Content-Encoding: gzip\r\n")
    assert only(written(tmp_path, packed)).header("Content-Encoding") == "gzip"


def test_a_body_is_cut_where_it_is_shorter_than_announced_and_does_not_end(tmp_path: Path) -> None:
    whole = KNOWN["http://h/1"]
    for length, body, is_cut in [
        (999, whole, False),
        (len(whole), whole[:-9], True),
        (3, whole, False),
        (len(whole), whole, False),
    ]:
        page = only(written(tmp_path, record("http://h/1", body, f"Content-Length: {length}\r\n")))
        assert (page.is_cut, page.body) == (is_cut, body)


def test_chunks_are_put_together_and_end_with_the_last(tmp_path: Path) -> None:
    whole = b"5;q=1\r\n<html\r\n3\r\n>ok\r\n0\r\n\r\n"
    for body, expected, is_cut in [
        (whole, b"<html>ok", False),
        (whole[:-5], b"<html>ok", True),
        (whole[:10], b"<ht", True),
        (b"<html>ok", b"<html>ok", False),
    ]:
        page = only(written(tmp_path, record("http://h/1", body, "Transfer-Encoding: chunked\r\n")))
        assert (page.body, page.is_cut) == (expected, is_cut)


def test_bytes_that_are_not_those_of_the_digest_are_as_a_cut_page(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + KNOWN["http://h/1"]
    for digest, is_cut in [
        ("sha1:" + b32encode(hashlib.sha1(block).digest()).decode(), False),
        ("sha256:" + hashlib.sha256(block).hexdigest(), False),
        ("sha1:" + 32 * "A", True),
        ("crc:17", False),
    ]:
        data = record("http://h/1", KNOWN["http://h/1"], head=f"WARC-Block-Digest: {digest}\r\n")
        assert only(written(tmp_path, data)).is_cut == is_cut


def test_a_place_that_has_changed_since_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, RECORDS[0])
    with pytest.raises(InputError, match="has changed"):
        read_capture(Capture(path, 5, "http://h/0", None))


def test_an_empty_file_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no WARC file"):
        list(Source(written(tmp_path, b"")).captures())


def packed(records: list[bytes]) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def surely_kept(records: list[bytes], changed: set[int]) -> set[str]:
    return {f"http://h/{number}" for number in range(len(records)) if number not in changed}


edits = st.tuples(
    st.sampled_from(["flip", "insert", "delete"]), st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=40)
)


@settings(max_examples=250, deadline=3000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.booleans(), st.integers(0, 4), st.lists(edits, min_size=1, max_size=4), st.integers(0, 60))
@example(False, 0, [("flip", 0.19140625, b"\x00")], 0)  # a blank in a date
@example(True, 2, [("delete", 0.0, b"x" * 9)], 0)
@example(False, 1, [("insert", 0.5, b"WARC/1.0\r\nWARC-Type: response\r\n")], 0)
@example(False, 4, [], 30)
def test_whatever_is_done_to_one_record_the_others_are_read_as_they_are(
    tmp_path: Path, is_packed: bool, hurt: int, changes: list[tuple[str, float, bytes]], cut: int
) -> None:
    parts = [packed([one]) if is_packed else one for one in RECORDS]
    damaged = parts[hurt]
    for kind, where, what in changes:
        place = int(where * len(damaged))
        gone = len(what) if kind != "insert" else 0
        damaged = damaged[:place] + (b"" if kind == "delete" else what) + damaged[place + gone :]
    parts[hurt] = damaged
    harmed = {hurt, len(parts) - 1} if cut else {hurt}
    data = b"".join(parts)
    found = read(written(tmp_path, data[: len(data) - cut] if cut else data, "a.warc.gz" if is_packed else "a.warc"))
    for url in surely_kept(RECORDS, harmed):
        assert url in found
        assert found[url].body == KNOWN[url]
        assert not found[url].is_cut


@settings(max_examples=250, deadline=3000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=200),
            st.sampled_from(
                [*RECORDS, *map(gzip.compress, RECORDS), b"WARC/1.0\r\nA-b: c\r\n\r\n", b"\x1f\x8b\x08", b"\r\n\r\n"]
            ),
        ),
        max_size=12,
    )
)
def test_any_bytes_are_read_to_their_end_or_refused(tmp_path: Path, pieces: list[bytes]) -> None:
    path = written(tmp_path, b"".join(pieces))
    found: dict[str, ArchivedPage] = {}
    with suppress(InputError):
        found = read(path)
    for url, page in found.items():
        assert page.is_cut or url not in KNOWN or page.body.startswith(KNOWN[url])
