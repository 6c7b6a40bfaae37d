"""WARC files of other crawlers: what they hold, and single captures of them in the form of our archive."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from configs.errors import InputError
from spiders.archive import OPEN_END
from spiders.pages import ArchivedPage

HEAD_END = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(rb"HTTP/[\d.]+ +(\d{3})")
CHUNK_HEAD = re.compile(rb"([0-9a-fA-F]+)[ \t]*(?:;[^\r\n]*)?\r?\n")
GZIP_LEVEL = 1  # 1 ms a page; level 6 saves a third of the bytes for three times that


@dataclass(frozen=True)
class _Transfer:
    """A body without the coding of its way here, and whether it is shorter than was told."""

    body: bytes
    is_cut: bool = False


@dataclass(frozen=True)
class Capture:
    """One HTTP response of a WARC file; `fetched_at` is None where the record has no date that can be read."""

    path: Path
    offset: int
    url: str
    fetched_at: datetime | None


@dataclass
class Source:
    """One WARC file; `is_cut` once reading it has met a record that ends early or is damaged."""

    path: Path
    is_cut: bool = False

    def captures(self) -> Iterator[Capture]:
        """Its whole HTTP responses in file order; stops at the first damaged record.

        InputError where the file cannot be opened or does not begin with a WARC record.
        """
        seen = 0
        with _opened(self.path) as file:
            try:
                for record in ArchiveIterator(file, parse_http=False):
                    seen += 1
                    capture = self._capture(record)
                    if record.reader.consume() < int(record.headers.get("Content-Length") or 0):
                        self.is_cut = True
                        return
                    if capture is not None:
                        yield capture
            except OSError as error:
                self.is_cut = True
                if not seen:
                    raise InputError(f"{self.path} is no WARC file ({error}); give .warc or .warc.gz files") from None

    def _capture(self, record: WarcRecord) -> Capture | None:
        if record.record_type != WarcRecordType.response or not record.is_http:
            return None
        url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
        return Capture(self.path, record.stream_pos, url, record.record_date)


def warc_files(paths: list[Path]) -> list[Path]:
    """The paths, with the .warc and .warc.gz files below a folder in its place, sorted by name; InputError for none."""
    found: list[Path] = []
    for path in paths:
        inside = [*path.rglob("*.warc"), *path.rglob("*.warc.gz")] if path.is_dir() else [path]
        if not inside:
            raise InputError(f"{path} holds no .warc or .warc.gz file, expected some to read history from")
        found += sorted(inside)
    return list(dict.fromkeys(found))


def read_capture(capture: Capture) -> tuple[ArchivedPage, bytes]:
    """A capture as a page, and as a record of its own (one gzip member) that reads back as that page.

    A chunked transfer is put together, as a response is kept without the coding of its way here. It is cut without its
    last chunk, and any body that is shorter than its Content-Length; without either, the crawler's word is taken that
    it marks captures that it did not finish (WARC-Truncated).
    """
    with _opened(capture.path) as file:
        file.seek(capture.offset)
        try:
            record = next(iter(ArchiveIterator(file, parse_http=False)))
        except (OSError, StopIteration):
            raise InputError(
                f"{capture.path} cannot be read from offset {capture.offset}; a .warc.gz must be compressed record by "
                f"record: recompress it with `fastwarc recompress`"
            ) from None
        block = record.reader.read()
    head, body = (*HEAD_END.split(block, maxsplit=1), b"")[:2]
    status_line, *lines = head.splitlines() or [b""]
    transfer = _transfer(lines, body)
    is_rewritten = transfer.body != body
    if is_rewritten:
        lines, body = [line for line in lines if not _is_chunked(line)], transfer.body
        block = b"\r\n".join([status_line, *lines, b"", b""]) + body
    page = ArchivedPage(
        url=capture.url,
        status=int(status[1]) if (status := STATUS_LINE.match(status_line)) else 0,
        headers=[_pair(line) for line in lines],
        body=body,
        fetched_at=record.record_date,
        is_cut=transfer.is_cut or "WARC-Truncated" in record.headers,
        is_open_ended=OPEN_END[0] in record.headers,
    )
    return page, _member(record, page, block, is_rewritten)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}), expected a WARC file") from None


def _pair(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.strip(), value.strip()


def _is_chunked(line: bytes) -> bool:
    name, value = _pair(line)
    return name.lower() == "transfer-encoding" and "chunked" in value.lower()


def _transfer(lines: list[bytes], body: bytes) -> _Transfer:
    """The body as its sender meant it, by the lengths that its headers or chunks tell."""
    # Many crawlers keep the header of a chunked transfer and take the marks out.
    if any(_is_chunked(line) for line in lines) and CHUNK_HEAD.match(body):
        return _unchunked(body)
    told = [value for name, value in map(_pair, lines) if name.lower() == "content-length" and value.isdecimal()]
    return _Transfer(body, is_cut=bool(told) and len(body) < int(told[0]))


def _unchunked(body: bytes) -> _Transfer:
    """A body without its chunk marks, cut where its last chunk is missing."""
    parts: list[bytes] = []
    place = 0
    while hit := CHUNK_HEAD.match(body, place):
        size = int(hit[1], 16)
        if size == 0:
            return _Transfer(b"".join(parts))
        parts.append(body[hit.end() : hit.end() + size])
        place = hit.end() + size + 2
    return _Transfer(b"".join(parts), is_cut=True)


def _member(record: WarcRecord, page: ArchivedPage, block: bytes, is_rewritten: bool) -> bytes:
    """The record with its headers and block, and with the mark of a cut one; digests of a block that was rewritten are
    left out."""
    lines = ["WARC/1.1"]
    if page.is_cut and "WARC-Truncated" not in record.headers:
        lines.append("WARC-Truncated: length")
    for name, value in record.headers.to_tuples():
        if not (is_rewritten and name.lower().endswith("-digest")) and name.lower() != "content-length":
            lines.append(f"{name}: {value}")
    lines.append(f"Content-Length: {len(block)}")
    head = "\r\n".join([*lines, "", ""]).encode()
    packer = zlib.compressobj(GZIP_LEVEL, wbits=31)
    return packer.compress(head) + packer.compress(block) + packer.compress(b"\r\n\r\n") + packer.flush()
