"""The HTTP answer in a record of another crawler: put together, and judged whole or cut by what it says of itself."""

import re
from dataclasses import dataclass

HEAD_END = re.compile(rb"\r?\n\r?\n")
STATUS_LINE = re.compile(rb"HTTP/[\d.]+ +(\d{3})")
CHUNK_HEAD = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
REPLAYED = "x-archive-orig-"  # a replay's names for the headers of the answer that it replays
KEPT_OF_REPLAY = ("content-type", "location")
MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
NO_PAGE = re.compile(
    rb"^content-type:[ \t]*(?:image|video|audio|font)/|^content-type:[ \t]*(?:text/css|application/(?:pdf|zip|x-gzip|"
    rb"octet-stream|font[^\r\n]*|vnd\.[^\r\n]*))",
    re.IGNORECASE | re.MULTILINE,
)
WHOLE_ENDS = (b"</html>", b"}", b"]", b")", b";")  # of pages, and of answers that are JSON or JSONP

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """Status (0 where there is none), headers and body as they are to be archived, in `block`; `is_rewritten` where
    that is not what the record holds, `is_cut` where the body is not whole by its own account."""

    status: int
    headers: Pairs
    body: bytes
    block: bytes
    is_rewritten: bool
    is_cut: bool


def answer_of(block: bytes) -> Answer:
    """The answer in a record's block; a block that is none has status 0."""
    head, body = (*HEAD_END.split(block, maxsplit=1), b"")[:2]
    status_line, *lines = head.splitlines() or [b""]
    stated = [_pair(line) for line in lines]
    headers, body, is_cut = _unchunked(stated, body)
    headers = _of_replay(_without_false_coding(headers, body))
    if headers != stated:
        kept = [f"{name}: {value}".encode("latin-1") for name, value in headers]
        block = b"\r\n".join([status_line, *kept, b"", b""]) + body
    status = STATUS_LINE.match(status_line)
    number = int(status[1]) if status else 0
    return Answer(number, headers, body, block, headers != stated, is_cut or _is_short(headers, body))


def is_no_page(block: bytes) -> bool:
    """Whether the answer says of itself that it is a picture, a style sheet or another thing that holds no listings."""
    head = HEAD_END.split(block, maxsplit=1)[0]
    return NO_PAGE.search(head) is not None


def _pair(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.strip(), value.strip()


def _first(headers: Pairs, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _unchunked(headers: Pairs, body: bytes) -> tuple[Pairs, bytes, bool]:
    """Without chunk marks, and whether the last one is missing. A body that begins with none is as it is: many crawlers
    keep the header and take the marks out."""
    if "chunked" not in _first(headers, "transfer-encoding").lower() or not CHUNK_HEAD.match(body):
        return headers, body, False
    left = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
    parts: list[bytes] = []
    place = 0
    while hit := CHUNK_HEAD.match(body, place):
        size = int(hit[1], 16)
        if size == 0:
            return left, b"".join(parts), False
        parts.append(body[hit.end() : hit.end() + size])
        place = hit.end() + size
        if body[place : place + 2] == b"\r\n":
            place += 2
        elif body[place : place + 1] == b"\n":
            place += 1
        else:
            break
    return left, b"".join(parts), True


def _without_false_coding(headers: Pairs, body: bytes) -> Pairs:
    """Without a content coding that the body cannot have: the crawler has undone it and kept the header."""
    magic = MAGIC.get(_first(headers, "content-encoding").lower().strip())
    if magic is None or not body or body.startswith(magic):
        return headers
    return [(name, value) for name, value in headers if name.lower() != "content-encoding"]


def _of_replay(headers: Pairs) -> Pairs:
    """Of an answer that a replay gave, what its original said of itself in place of what the replay says."""
    told = {name: value for name in KEPT_OF_REPLAY if (value := _first(headers, REPLAYED + name))}
    if not told:
        return headers
    return [*((name, value) for name, value in headers if name.lower() not in told), *told.items()]


def _is_short(headers: Pairs, body: bytes) -> bool:
    """Whether fewer bytes are there than the answer announced, and the body does not end as a whole one does: lengths
    of other crawlers are often those of a body that they have decoded or rewritten since."""
    stated = _first(headers, "content-length")
    if not (stated.isascii() and stated.isdigit()) or len(body) >= int(stated[:15]):
        return False
    end = body[-64:].rstrip().lower()
    ends = WHOLE_ENDS[:1] if body.lstrip()[:1] == b"<" else WHOLE_ENDS
    return not end.endswith(ends)
