"""WARC files of other crawlers: the captures in them, and single ones of them in the form of our archive."""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from configs.errors import InputError
from spiders.archive import OPEN_END
from spiders.foreign_http import Answer, answer_of, is_no_page
from spiders.pages import ArchivedPage
from spiders.warc_files import record_at, records
from spiders.warc_proofs import digest_holds
from spiders.warc_records import Damage, RawRecord

GZIP_LEVEL = 1  # 1 ms a page; level 6 saves a third of the bytes for three times that
YEARS = range(1990, 2100)
REPLAYED = re.compile(r"^https?://web\.archive\.org/web/(\d{14})[a-z_]*/(?:(?=https?://)|(?=[^/]+/))(.+)$")
PLAIN_DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$")  # as readers of WARC 1.1 know it
STAMP = "%Y%m%d%H%M%S"


@dataclass(frozen=True)
class _Transfer:
    """A body without the coding of its way here, and whether it is shorter than was told."""

    body: bytes
    is_cut: bool = False


@dataclass(frozen=True)
class Capture:
    """One HTTP answer of a WARC file; `fetched_at` is None where the record has no date that can be read.

    `inner` is its place in what its gzip member holds. A revisit stands at the place of the record that holds its body,
    under an address and a date of its own.
    """

    path: Path
    offset: int
    url: str
    fetched_at: datetime | None
    inner: int = 0
    digest: str = ""


@dataclass(frozen=True)
class Revisit:
    """A capture that holds no body, as it was that of another: of the one with this digest, else of the one that the
    record refers to by address and date."""

    url: str
    fetched_at: datetime | None
    digest: str
    refers_to: tuple[str, datetime | None]


@dataclass
class Source:
    """One WARC file. Once it is read: `skipped` counts the records that are no captures of pages by what they are,
    `damaged` what is no whole record; `is_cut` where there was any, `revisits` are to be resolved."""

    path: Path
    damaged: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    revisits: list[Revisit] = field(default_factory=list)

    @property
    def is_cut(self) -> bool:
        """Whether anything in it was no whole record."""
        return self.damaged > 0

    def captures(self) -> Iterator[Capture]:
        """Its whole HTTP answers in file order. InputError where the file cannot be opened or is no WARC file."""
        for record in records(self.path):
            if isinstance(record, Damage):
                self.damaged += 1
            elif (kind := _kind(record)) == "response":
                yield self._capture(record)
            elif kind == "revisit":
                self.revisits.append(_revisit(record))
            else:
                self.skipped[kind] += 1

    def _capture(self, record: RawRecord) -> Capture:
        url, at = _place(record)
        return Capture(self.path, record.offset, url, at, record.inner, record.header("warc-payload-digest"))


@dataclass
class Originals:
    """Captures that revisits may be as: the earliest of each digest, and each by address and time; and the revisits."""

    by_digest: dict[str, Capture] = field(default_factory=dict)
    by_place: dict[tuple[str, datetime | None], Capture] = field(default_factory=dict)
    wanted: list[Revisit] = field(default_factory=list)

    def add(self, capture: Capture) -> None:
        """A capture that holds a body."""
        self.by_place.setdefault((capture.url, capture.fetched_at), capture)
        if capture.digest:
            self.by_digest.setdefault(capture.digest, capture)

    def of(self, revisit: Revisit) -> Capture | None:
        """The revisit as a capture; None where none of these holds its body."""
        found = self.by_digest.get(revisit.digest) or self.by_place.get(revisit.refers_to)
        return found and replace(found, url=revisit.url, fetched_at=revisit.fetched_at)


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

    A chunked transfer is put together, as a response is kept without the coding of its way here. A page whose bytes are
    not those of its record's digest is as one that ended early.
    """
    record = record_at(capture.path, capture.offset, capture.inner)
    if record is None:
        raise InputError(f"{capture.path} has changed: no record begins at {capture.offset} any more; run it again")
    answer = answer_of(record.block)
    is_damaged = digest_holds(record.headers, record.block) is False
    is_cut = answer.is_cut or is_damaged or bool(record.header("warc-truncated"))
    fetched_at = capture.fetched_at or datetime.fromtimestamp(0, UTC)
    is_open_ended = bool(record.header(OPEN_END[0].lower()))
    page = ArchivedPage(capture.url, answer.status, answer.headers, answer.body, fetched_at, is_cut, is_open_ended)
    return page, _member(record, capture, answer, is_cut)


def _kind(record: RawRecord) -> str:
    """`response` for the answers that may be pages, else what a report calls it."""
    kind = record.header("warc-type").lower() or "untyped"
    if kind == "revisit":
        return kind
    if kind != "response":
        return kind
    if not record.block.startswith(b"HTTP/"):
        return "not HTTP"
    return "no page" if is_no_page(record.block) else kind


def _place(record: RawRecord) -> tuple[str, datetime | None]:
    """Address and time of a capture; of one that was fetched from a replay (web.archive.org/web/...), those of the
    capture that was replayed."""
    url = record.header("warc-target-uri").strip("<>")
    if hit := REPLAYED.match(url):
        return hit[2], _stamped(hit[1])
    return url, _instant(record.header("warc-date"))


def _revisit(record: RawRecord) -> Revisit:
    url, at = _place(record)
    referred = record.header("warc-refers-to-target-uri").strip("<>") or url
    return Revisit(
        url, at, record.header("warc-payload-digest"), (referred, _instant(record.header("warc-refers-to-date")))
    )


def _instant(text: str) -> datetime | None:
    """An ISO 8601 date of WARC 1.0 or 1.1, in UTC where it names no zone; None where it is none, or of no age of the
    web."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    known = at if at.tzinfo else at.replace(tzinfo=UTC)
    return known.astimezone(UTC) if at.year in YEARS else None


def _stamped(digits: str) -> datetime | None:
    try:
        at = datetime.strptime(digits, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if at.year in YEARS else None


def _member(record: RawRecord, capture: Capture, answer: Answer, is_cut: bool) -> bytes:
    """The record with its headers and block, under the capture's address and date. Digests of a block that was
    rewritten are left out; what a reader of ours looks at is as the standard has it."""
    named = {
        "WARC-Type": "response",
        "WARC-Target-URI": capture.url,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(answer.block)),
    }
    stated = record.header("warc-date")
    if capture.fetched_at is not None and not (PLAIN_DATE.match(stated) and _instant(stated) == capture.fetched_at):
        named["WARC-Date"] = capture.fetched_at.isoformat(timespec="microseconds")[:26] + "Z"
    if is_cut:
        named["WARC-Truncated"] = "disconnect"
    replaced = {name.lower() for name in named}
    kept = [
        (name, value)
        for name, value in record.headers
        if name.lower() not in replaced and not (answer.is_rewritten and name.lower().endswith("-digest"))
    ]
    lines = ["WARC/1.1", *(f"{name}: {value}" for name, value in (*kept, *named.items())), "", ""]
    packer = zlib.compressobj(GZIP_LEVEL, wbits=31)
    head = packer.compress("\r\n".join(lines).encode())
    return head + packer.compress(answer.block) + packer.compress(b"\r\n\r\n") + packer.flush()
