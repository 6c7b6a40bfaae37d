"""What happens to WARC files of other crawlers: each a function from whole records to the bytes of an archive."""

import gzip
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

HURT = 7  # the record that a damage is done to
LENGTH = re.compile(rb"(\r\nContent-Length: )(\d+)(\r\n)")
DATE = re.compile(rb"(\r\nWARC-Date: )20(\d\d)")
DIGEST = re.compile(rb"\r\nWARC-Block-Digest: [^\r]*")


@dataclass(frozen=True)
class Damaged:
    """The bytes of an archive, and the places of its records that are not whole any more."""

    data: bytes
    harmed: Sequence[int] = ()


Pack = Callable[[Sequence[bytes]], bytes]
Damage = Callable[[list[bytes], Pack], Damaged]


def packed(records: Sequence[bytes]) -> bytes:
    """A gzip member per record."""
    return b"".join(gzip.compress(record, 1, mtime=0) for record in records)


def plain(records: Sequence[bytes]) -> bytes:
    """The records end to end."""
    return b"".join(records)


# The damages


def other_kinds_between(records: list[bytes], pack: Pack) -> Damaged:
    """Requests, metadata and pictures beside the pages."""
    mixed = []
    for record in records:
        request = _of_kind(record, b"request", b"GET / HTTP/1.1\r\nHost: practice.example\r\n\r\n")
        metadata = _of_kind(record, b"metadata", b"fetchTimeMs: 7\r\n")
        picture = _of_kind(record, b"response", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG")
        mixed += [request, record, metadata, picture]
    return Damaged(pack(mixed))


def last_record_cut(records: list[bytes], pack: Pack) -> Damaged:
    """The crawler died while it wrote."""
    whole = pack(records)
    return Damaged(whole[: len(whole) - len(pack(records[-1:])) // 2], [len(records) - 1])


def cut_and_gone_on(records: list[bytes], pack: Pack) -> Damaged:
    """The crawler died while it wrote, and the next one has added to the file."""
    part = pack(records[:HURT])
    cut = part[: len(part) - len(pack([records[HURT - 1]])) // 2]
    return Damaged(cut + pack(records[HURT:]), [HURT - 1])


def junk_between(records: list[bytes], pack: Pack) -> Damaged:
    """Bytes that are no record behind each tenth."""
    parts = [pack(records[place : place + 10]) for place in range(0, len(records), 10)]
    return Damaged(b"\x00\x1f\x8b\x08 no record \r\n\r\n\xff".join(parts))


def zeros_between(records: list[bytes], pack: Pack) -> Damaged:
    """Blocks of zeros, as a file system leaves them after a crash."""
    return Damaged(bytes(512).join(pack([record]) for record in records))


def junk_before(records: list[bytes], pack: Pack) -> Damaged:
    """The file begins with something else."""
    return Damaged(b"HTTP/1.1 200 OK\r\nContent-Type: application/warc\r\n\r\n" + pack(records))


def length_too_short(records: list[bytes], pack: Pack) -> Damaged:
    """A record says that it is shorter than it is."""
    return Damaged(pack(_with_length(records, -100)))


def length_too_long(records: list[bytes], pack: Pack) -> Damaged:
    """A record says that it is longer than it is."""
    return Damaged(pack(_with_length(records, 5000)))


def length_absent(records: list[bytes], pack: Pack) -> Damaged:
    """A record does not say how long it is."""
    changed = records.copy()
    changed[HURT] = LENGTH.sub(rb"\r\nX-Length: \2\3", records[HURT], count=1)
    return Damaged(pack(changed))


def head_destroyed(records: list[bytes], pack: Pack) -> Damaged:
    """The first bytes of a record are lost."""
    changed = records.copy()
    changed[HURT] = b"\xde\xad\xbe\xef" + records[HURT][4:]
    return Damaged(pack(changed), [HURT])


def bytes_flipped(records: list[bytes], pack: Pack) -> Damaged:
    """Bytes in the middle of a record are others than were written."""
    begin, end = len(pack(records[:HURT])), len(pack(records[: HURT + 1]))
    data = bytearray(pack(records))
    for place in range((begin + end) // 2, (begin + end) // 2 + 8):
        data[place] ^= 0x55
    return Damaged(bytes(data), [HURT])


def body_cut(records: list[bytes], pack: Pack) -> Damaged:
    """The transfer ended early: the record is whole, and its answer shorter than it announced."""
    changed = records.copy()
    head, block = _parts(records[HURT])
    changed[HURT] = _record(head, block[: len(block) // 2])
    return Damaged(pack(changed), [HURT])


def http_length_wrong(records: list[bytes], pack: Pack) -> Damaged:
    """The answers' own lengths are those of something else, as where a crawler has decoded them."""
    blocks = (_parts(record) for record in records)
    errors = cycle((-99, 0, 99))
    return Damaged(
        pack([_record(head, _restated(block, error)) for (head, block), error in zip(blocks, errors, strict=False)])
    )


def chunked(records: list[bytes], pack: Pack) -> Damaged:
    """Answers as they came over the wire, in chunks."""
    return Damaged(pack([_chunked(record) for record in records]))


def revisits(records: list[bytes], pack: Pack) -> Damaged:
    """The pages were captured a thousand weeks earlier, and what stands in their weeks are revisits of those."""
    both = []
    for place, record in enumerate(records):
        digest = b"\r\nWARC-Payload-Digest: sha1:%032d" % place
        head, block = _parts(record)
        long_ago = DATE.sub(lambda hit: hit[1] + b"20%02d" % (int(hit[2]) - 19), head)
        both.append(_record(long_ago + digest, block))
        both.append(_record(_typed(head, b"revisit") + digest, b"HTTP/1.1 200 OK\r\n\r\n"))
    return Damaged(pack(both[::-1]))


def file_doubled(records: list[bytes], pack: Pack) -> Damaged:
    """All records twice."""
    return Damaged(pack(records) + pack(records))


def compressed_as_one(records: list[bytes], _: Pack) -> Damaged:
    """One gzip member for all."""
    return Damaged(gzip.compress(b"".join(records), 1, mtime=0))


DAMAGES: tuple[Damage, ...] = (
    length_too_short, cut_and_gone_on, bytes_flipped, body_cut, other_kinds_between, last_record_cut, junk_between,
    zeros_between, junk_before, length_too_long, length_absent, head_destroyed, http_length_wrong, chunked, revisits,
    file_doubled, compressed_as_one,
)  # fmt: skip


def split(source: bytes) -> list[bytes]:
    """The records of an undamaged file, by their lengths."""
    found = []
    while source:
        hit = LENGTH.search(source)
        assert hit is not None
        end = source.index(b"\r\n\r\n") + 4 + int(hit[2]) + 4
        found.append(source[:end])
        source = source[end:]
    return found


def _parts(record: bytes) -> tuple[bytes, bytes]:
    """Header (without the line end at its end) and block of a record."""
    head, _, block = record.removesuffix(b"\r\n\r\n").partition(b"\r\n\r\n")
    return head, block


def _record(head: bytes, block: bytes) -> bytes:
    """A record with this block; the digest of another is left out."""
    stated = LENGTH.sub(rb"\g<1>%d\3" % len(block), DIGEST.sub(b"", head) + b"\r\n", count=1)
    return stated + b"\r\n" + block + b"\r\n\r\n"


def _typed(head: bytes, kind: bytes) -> bytes:
    return head.replace(b"WARC-Type: response", b"WARC-Type: " + kind)


def _of_kind(record: bytes, kind: bytes, block: bytes) -> bytes:
    """Another record beside a capture."""
    return _record(_typed(_parts(record)[0], kind), block)


def _with_length(records: list[bytes], error: int) -> list[bytes]:
    """The records, one of which states another length than it has."""
    changed = records.copy()
    changed[HURT] = _restated(records[HURT], error)
    return changed


def _restated(text: bytes, error: int) -> bytes:
    """With the first length in it wrong by so many bytes."""
    return LENGTH.sub(lambda hit: hit[1] + b"%d" % (int(hit[2]) + error) + hit[3], text, count=1)


def _chunked(record: bytes) -> bytes:
    head, block = _parts(record)
    answer, _, body = block.partition(b"\r\n\r\n")
    parts = [body[place : place + 1000] for place in range(0, len(body), 1000)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    lines = LENGTH.sub(rb"\r\nTransfer-Encoding: chunked\3", answer + b"\r\n", count=1)
    return _record(head, lines + b"\r\n" + chunks)
