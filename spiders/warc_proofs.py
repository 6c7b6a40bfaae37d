"""Whether the bytes of a record prove that all of it is there, where its length does not."""

import hashlib
import re
from base64 import b32encode
from collections.abc import Iterable

HEAD_END = re.compile(rb"\r?\n\r?\n")
HTTP_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,12})[ \t]*\r?$")
CHUNKED = re.compile(rb"(?im)^transfer-encoding:.*chunked")
LAST_CHUNK = re.compile(rb"(?:^|\n)0+[ \t]*(?:;[^\n]*)?\r?\n(?:\r?\n)?$")
ALGORITHMS = ("sha1", "sha256", "sha512", "md5")


def is_proved(headers: Iterable[tuple[str, str]], block: bytes) -> bool | None:
    """By the block's digest, else by the length or the last chunk of the HTTP answer; None where nothing tells."""
    by_digest = digest_holds(headers, block)
    return _http_is_whole(block) if by_digest is None else by_digest


def digest_holds(headers: Iterable[tuple[str, str]], block: bytes) -> bool | None:
    """Whether the block has the digest that its record states; None where it states none that is known."""
    stated = next((value for name, value in headers if name.lower() == "warc-block-digest"), "")
    algorithm, _, digest = stated.partition(":")
    if algorithm.lower() not in ALGORITHMS:
        return None
    found = hashlib.new(algorithm.lower(), block, usedforsecurity=False)
    return digest.strip().lower().rstrip("=") in (
        found.hexdigest(),
        b32encode(found.digest()).decode().lower().rstrip("="),
    )


def _http_is_whole(block: bytes) -> bool | None:
    head, *body = HEAD_END.split(block, maxsplit=1)
    if CHUNKED.search(head):
        return bool(body and LAST_CHUNK.search(body[0][-64:])) or None
    length = HTTP_LENGTH.search(head)
    return None if length is None else bool(body) and len(body[0]) == int(length[1])
