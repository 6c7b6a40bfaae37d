"""The page archive: every answer as it was received, in a WARC record that is on disk before it is believed."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, date
from http.client import responses
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import parse_qsl, urlencode

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from configs.errors import BeltwatchError
from spiders.pages import ArchivedPage, PageKey

PAGE_HEADER = "WARC-Beltwatch-Page"
OPEN_END = ("WARC-Beltwatch-End", "connection closed")  # of a body without a length
COMPRESSION = 6
HEAD_END = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(r"HTTP/[\d.]+ +(\d{3})")


class ArchiveError(BeltwatchError):
    """A record that should be in the archive and is not there whole."""


class PageWriter:
    """Writes one worker's records, one file per category, `pages/<marketplace>/<week>/<category>-<worker>.warc.gz`.

    Each file is new and its own: no process ever appends to another's, so that only the last record can be cut.
    """

    def __init__(self, home: Path, worker: str) -> None:
        self._home = home
        self._worker = worker
        self._files: dict[Path, BinaryIO] = {}

    def write(self, key: PageKey, page: ArchivedPage) -> tuple[str, int]:
        """Archive file (below the home) and offset of the record, which is on disk when this returns."""
        path = _folder(self._home, key) / f"{key.category}-{self._worker}.warc.gz"
        file = self._files.get(path) or self._open(path)
        offset = file.tell()
        try:
            file.write(_record_bytes(key, page))
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            file.truncate(offset)  # a full disk must not leave half a record before the next one
            file.seek(offset)
            raise
        return path.relative_to(self._home).as_posix(), offset

    def close(self) -> None:
        """Closes all files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, path: Path) -> BinaryIO:
        new_folders = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("xb")
        for folder in {path.parent, *(folder.parent for folder in new_folders)}:
            fsync_folder(folder)
        self._files[path] = file
        return file


def read_page(home: Path, archive_file: str, offset: int) -> ArchivedPage:
    """The answer whose record starts at `offset`; ArchiveError where no whole record starts there."""
    path = home / archive_file
    if path.is_file():
        for found, _, page in _records(path, offset):
            if found == offset:
                return page
            break
    raise ArchiveError(f"{path} holds no whole record at offset {offset}; restore the file, or crawl that page again")


def unlisted(
    home: Path, marketplace: str, week: str, known: set[tuple[str, int]]
) -> Iterator[tuple[PageKey, str, int, ArchivedPage]]:
    """Records of a marketplace and week that are on disk but not `known` to the ledger (archive file, offset), file by
    file: key, archive file, offset, page. They were written just before a crash, or by an attempt that was given back.
    """
    for path in sorted((home / "pages" / marketplace / week).glob("*.warc.gz")):
        archive_file = path.relative_to(home).as_posix()
        for offset, key, page in _records(path):
            if key is not None and (archive_file, offset) not in known:
                yield key, archive_file, offset, page


def fsync_folder(folder: Path) -> None:
    """Makes the names in a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder(home: Path, key: PageKey) -> Path:
    return home / "pages" / key.marketplace / key.week.isoformat()


def _record_bytes(key: PageKey, page: ArchivedPage) -> bytes:
    """One gzip member with one response record."""
    record = WarcRecord()
    record.init_headers(WarcRecordType.response)
    record.headers["WARC-Target-URI"] = page.url
    record.headers["WARC-Date"] = page.fetched_at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
    record.headers[PAGE_HEADER] = urlencode({name: str(value) for name, value in key._asdict().items()})
    if page.is_cut:
        record.headers["WARC-Truncated"] = "disconnect"
    if page.is_open_ended:
        record.headers[OPEN_END[0]] = OPEN_END[1]
    record.is_http = True
    record.set_bytes_content(_http_head(page) + page.body)
    member = BytesIO()
    writer = GzipWriter(member, compression_level=COMPRESSION)
    record.write(writer, checksum_data=True)
    writer.finish()
    return member.getvalue()


def _http_head(page: ArchivedPage) -> bytes:
    status_line = f"HTTP/1.1 {page.status} {responses.get(page.status, '')}"
    headers = [f"{name}: {value}" for name, value in page.headers]
    return "\r\n".join([status_line, *headers, "", ""]).encode("latin-1", errors="replace")


def _records(path: Path, offset: int = 0) -> Iterator[tuple[int, PageKey | None, ArchivedPage]]:
    """Whole HTTP response records from `offset` on: offset, key (None in another crawler's file), page.

    Stops cleanly at a record that is cut or damaged: behind a crash there is nothing more to read.
    """
    with path.open("rb") as file:
        file.seek(offset)
        try:
            for record in ArchiveIterator(file, parse_http=False):
                is_ours = PAGE_HEADER in record.headers
                if is_ours and not record.verify_block_digest():
                    return
                block = record.reader.read()
                if len(block) < int(record.headers.get("Content-Length") or 0):
                    return
                if record.record_type == WarcRecordType.response and record.is_http:
                    yield record.stream_pos, _key_of(record) if is_ours else None, _page_of(record, block)
        except OSError:
            return


def _key_of(record: WarcRecord) -> PageKey:
    parts = dict(parse_qsl(record.headers[PAGE_HEADER], strict_parsing=True))
    return PageKey(
        marketplace=parts["marketplace"],
        week=date.fromisoformat(parts["week"]),
        category=parts["category"],
        page=int(parts["page"]),
        purpose=parts["purpose"],
        read=int(parts["read"]),
    )


def _page_of(record: WarcRecord, block: bytes) -> ArchivedPage:
    """The answer in a record's block; the status is 0 where the block does not begin like one."""
    head, body = (*HEAD_END.split(block, maxsplit=1), b"")[:2]
    status_line, *lines = head.decode("latin-1").splitlines() or [""]
    status = STATUS_LINE.match(status_line)
    pairs = [line.partition(":") for line in lines]
    return ArchivedPage(
        url=record.headers.get("WARC-Target-URI") or "",
        status=int(status[1]) if status else 0,
        headers=[(name.strip(), value.strip()) for name, _, value in pairs],
        body=body,
        fetched_at=record.record_date,
        is_cut="WARC-Truncated" in record.headers,
        is_open_ended=OPEN_END[0] in record.headers,
    )
