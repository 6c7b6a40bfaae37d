"""WARC files as stretches of records: a plain one is one stretch, a packed one a stretch per gzip member."""

import mmap
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from configs.errors import InputError
from spiders.warc_records import MAX_RECORD_BYTES, START, Damage, RawRecord, Stretch

MAGIC = b"\x1f\x8b\x08"
PIECE_BYTES = 64 << 10
PEEP_BYTES = 4 << 10


def records(path: Path) -> Iterator[RawRecord | Damage]:
    """All records of a file in their order, and what is none; InputError where it cannot be opened or has none, or
    where a single gzip member holds more of them than memory."""
    found = False
    with _mapped(path) as data:
        for one in _packed(path, data) if _is_packed(data) else Stretch(data).records():
            found = found or isinstance(one, RawRecord)
            yield one
    if not found:
        raise InputError(f"{path} is no WARC file (it holds no record); give .warc or .warc.gz files")


def record_at(path: Path, offset: int, inner: int) -> RawRecord | None:
    """The record at a place that `records` has named; None where there is none now."""
    if inner:
        found, _ = _stretch(path, path.stat().st_mtime_ns, offset).at(inner)
    else:
        with _mapped(path) as data:
            found, _ = _unpacked(path, data, offset)[0].at(0) if _is_packed(data) else Stretch(data).at(offset)
    return found if isinstance(found, RawRecord) else None


@contextmanager
def _mapped(path: Path) -> Iterator[bytes]:
    """The file's bytes, read as they are needed."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                yield b""
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield data  # type: ignore[misc]  # slices, searches and lengths are those of bytes
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}), expected a WARC file") from None


def _is_packed(data: bytes) -> bool:
    """By what comes first: a record, or a gzip member that holds one."""
    if data[: len(MAGIC)] == MAGIC or START.match(data):
        return data[: len(MAGIC)] == MAGIC
    plain, packed = START.search(data), _next_member(data, 0)
    return packed < len(data) and (plain is None or packed < plain.start())


def _packed(path: Path, data: bytes) -> Iterator[RawRecord | Damage]:
    place = 0
    while place < len(data):
        begin = _next_member(data, place)
        if begin > place and data[place:begin].strip(b"\r\n\0 "):
            yield Damage(place, begin == len(data))
        if begin == len(data):
            return
        stretch, end = _unpacked(path, data, begin)
        yield from stretch.records()
        place = end


@lru_cache(maxsize=1)
def _stretch(path: Path, _changed_at: int, begin: int) -> Stretch:
    """What the member at a place holds, kept while its records are read one after the other."""
    with _mapped(path) as data:
        return _unpacked(path, data, begin)[0]


def _unpacked(path: Path, data: bytes, begin: int) -> tuple[Stretch, int]:
    """What the member at `begin` holds, and where to go on; nothing where it is damaged, and the records before the cut
    where the file ends in it."""
    unpacker, place, parts, size = zlib.decompressobj(wbits=31), begin, [], 0
    try:
        while not unpacker.eof and place < len(data):
            parts.append(unpacker.decompress(data[place : place + PIECE_BYTES], MAX_RECORD_BYTES - size + 1))
            place, size = place + PIECE_BYTES, size + len(parts[-1])
            if size > MAX_RECORD_BYTES:
                return _too_large(path, data, begin, b"".join(parts))
    except zlib.error:
        return Stretch(b"?", begin), _next_member(data, begin + 1)
    held = b"".join(parts)
    if not unpacker.eof:
        return Stretch(held or b"?", begin, is_open=True), _next_member(data, begin + 1)
    return Stretch(held, begin, is_checked=True), min(place, len(data)) - len(unpacker.unused_data)


def _too_large(path: Path, data: bytes, begin: int, held: bytes) -> tuple[Stretch, int]:
    if START.search(held, 1):
        raise InputError(
            f"{path} cannot be read from offset {begin}, where more than {MAX_RECORD_BYTES >> 20} MB are one gzip "
            f"member; a .warc.gz must be compressed record by record: recompress it with `fastwarc recompress`"
        )
    return Stretch(b"?", begin), _next_member(data, begin + 1)


def _next_member(data: bytes, place: int) -> int:
    """Where the next gzip member begins that holds a record; the end of the data where none does."""
    while (found := data.find(MAGIC, place)) >= 0:
        try:
            held = zlib.decompressobj(wbits=31).decompress(data[found : found + PEEP_BYTES], PEEP_BYTES)
        except zlib.error:
            held = b""
        if START.search(held):
            return found
        place = found + 1
    return len(data)
