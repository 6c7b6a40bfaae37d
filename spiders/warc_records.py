"""Records of WARC files that may be damaged: each is found, whatever is wrong with those before it.

A file is plain, or gzip members end to end. A record that does not end where its header says ends where the next one
begins, if its bytes prove that it is whole: its digest, the lengths in it, or the checksum of its gzip member. What is
not proved is passed over and named, never handed on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spiders.warc_proofs import is_proved

MAX_RECORD_BYTES = 64 << 20  # decompressed; a listing page has 0.4 MB
MAX_HEAD_BYTES = 64 << 10
MAX_LENGTH_DIGITS = 12
START = re.compile(rb"WARC/\d\.\d\r?\n(?=[A-Za-z-]{3,40}:)")
HEAD_END = re.compile(rb"\r?\n\r?\n")
RECORD_END = re.compile(rb"\r?\n\r?\n")
CONTROL = re.compile(r"[^\S\n]|[\x00-\x09\x0b-\x1f\x7f]")  # all but the end of a line
BLANKS = re.compile(rb"[\r\n\0 ]*")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RawRecord:
    """One whole record: file offset (of a gzip member; `inner` is the place in what that holds), header and block."""

    offset: int
    inner: int
    headers: Headers
    block: bytes

    def header(self, name: str) -> str:
        """The first value of a header, its name in small letters; empty where it is absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True)
class Damage:
    """Bytes that are no whole record, and where they begin; `is_end` where the file ends in them."""

    offset: int
    is_end: bool = False


@dataclass(frozen=True)
class Stretch:
    """Bytes with records end to end: a plain file, or what a gzip member at `member` holds. `is_checked` means that a
    checksum vouches for them, `is_open` that they end too early."""

    data: bytes
    member: int | None = None
    is_checked: bool = False
    is_open: bool = False

    def records(self) -> Iterator[RawRecord | Damage]:
        """All records in their order, and what is none."""
        place = _behind_blanks(self.data, 0)
        while place < len(self.data):
            found, place = self.at(place)
            if found is not None:
                yield found

    def at(self, place: int) -> tuple[RawRecord | Damage | None, int]:
        """What begins at a place, and where the next begins; None for the junk behind a whole record."""
        head = self._head(place)
        if head is None:
            return self._damage(place, self._next(place + 1))
        headers, begin = head
        end = self._stated_end(headers, begin)
        if end is not None:
            behind = _behind_blanks(self.data, end)
            if self._may_begin(behind):
                return self._record(place, headers, begin, end), behind
        return self._mended(place, headers, begin, end)

    def _mended(self, place: int, headers: Headers, begin: int, stated: int | None) -> tuple[RawRecord | Damage, int]:
        """A record that nothing begins behind: junk follows it, or its length is wrong."""
        beyond = self._next(begin)
        if stated is not None and stated <= beyond and (mark := RECORD_END.match(self.data, stated)):
            return self._record(place, headers, begin, stated), mark.end()
        end = _last_end(self.data, begin, beyond) or (beyond if self.is_checked else None)
        if end is None or end - begin > MAX_RECORD_BYTES:
            return self._damage(place, beyond)
        proved = self.is_checked or is_proved(headers, self.data[begin:end])
        if proved or (proved is None and beyond < len(self.data)):
            return self._record(place, headers, begin, end), beyond
        return self._damage(place, beyond)

    def _head(self, place: int) -> tuple[Headers, int] | None:
        """The header lines of a record that begins here, and where its block does."""
        begin = START.match(self.data, place)
        end = begin and HEAD_END.search(self.data, begin.end() - 2, place + MAX_HEAD_BYTES)
        if not begin or not end:
            return None
        text = CONTROL.sub(" ", self.data[begin.end() : end.start()].decode("utf-8", errors="replace"))
        pairs = (line.partition(":") for line in text.split("\n"))
        return tuple((name.strip(), value.strip()) for name, _, value in pairs if name.strip()), end.end()

    def _stated_end(self, headers: Headers, begin: int) -> int | None:
        """Where the block ends by its header; None where that is nowhere."""
        stated = next((value for name, value in headers if name.lower() == "content-length"), "")
        if not (stated.isascii() and stated.isdigit() and len(stated) <= MAX_LENGTH_DIGITS):
            return None
        end = begin + int(stated)
        return end if end <= len(self.data) and end - begin <= MAX_RECORD_BYTES else None

    def _may_begin(self, place: int) -> bool:
        return place == len(self.data) or START.match(self.data, place) is not None

    def _next(self, place: int) -> int:
        found = START.search(self.data, place)
        return found.start() if found else len(self.data)

    def _record(self, place: int, headers: Headers, begin: int, end: int) -> RawRecord:
        offset, inner = (place, 0) if self.member is None else (self.member, place)
        return RawRecord(offset, inner, headers, bytes(self.data[begin:end]))

    def _damage(self, place: int, beyond: int) -> tuple[Damage, int]:
        is_last = beyond == len(self.data) and (self.member is None or self.is_open)
        return Damage(place if self.member is None else self.member, is_last), beyond


def _last_end(data: bytes, begin: int, beyond: int) -> int | None:
    """Where a block ends whose record ends before `beyond`; None where no end of a record stands there."""
    for mark in (b"\r\n\r\n", b"\n\n"):
        if beyond - begin >= len(mark) and data[beyond - len(mark) : beyond] == mark:
            return beyond - len(mark)
    return None


def _behind_blanks(data: bytes, place: int) -> int:
    blanks = BLANKS.match(data, place)
    assert blanks is not None
    return blanks.end()
