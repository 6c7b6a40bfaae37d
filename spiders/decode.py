"""Strict removal of content codings: a body is whole by its own account, or it is an error; never quietly shorter."""

import zlib
from collections.abc import Generator, Iterator

import brotli
import zstandard

from spiders.charset import UnreadableText, text_of

__all__ = [
    "ACCEPT_ENCODING", "MAX_BODY_BYTES", "BodyTooLarge", "CutBody", "UnreadableText", "codings_of", "decoded",
    "text_of",
]  # fmt: skip

MAX_BODY_BYTES = 8 << 20  # before and after decoding; a listing page has 0.4 MB, the largest ones seen 2 MB
MAX_CODINGS = 3  # each may unfold to the limit, and a header has room for thousands
MAX_PARTS = 64  # members of gzip, frames of zstd: an empty one has 13 bytes, and each costs a copy of what follows it
CHUNK_BYTES = 256 << 10
ZSTD_INPUT_BYTES = 128  # zstandard has no output limit and grows 1 byte to 30,000: small inputs bound each part
ZSTD_WINDOW_BYTES = 8 << 20  # the largest window that RFC 9659 allows on the web

ACCEPT_ENCODING = "gzip, deflate, br, zstd"


class CutBody(Exception):
    """A body that ends before its content coding does, fails its checksum, or goes on after its end."""


class BodyTooLarge(Exception):
    """A body that has or decodes to more bytes than allowed, or is wrapped more often."""


def decoded(body: bytes, content_encoding: str, max_bytes: int = MAX_BODY_BYTES) -> bytes:
    """The body without its content codings, which are listed in the order in which they were applied (RFC 9110 8.4).

    Raises CutBody, or BodyTooLarge above `max_bytes`; an unknown coding is a CutBody too, as it cannot be proved whole.
    """
    if len(body) > max_bytes:
        raise BodyTooLarge(f"the body has {len(body)} bytes, allowed are {max_bytes}")
    codings = codings_of(content_encoding)
    if len(codings) > MAX_CODINGS:
        raise BodyTooLarge(f"the body has {len(codings)} content codings, allowed are {MAX_CODINGS}")
    for coding in reversed(codings):
        if coding not in _CODINGS:
            raise CutBody(f"content coding {coding!r} is not one of {', '.join(_CODINGS)}")
        body = _gathered(_CODINGS[coding](body), max_bytes)
    return body


def codings_of(content_encoding: str) -> list[str]:
    """The content codings that a header names, in the order in which they were applied; none for a plain body."""
    named = [part.strip().lower() for part in content_encoding.split(",")]
    return [coding for coding in named if coding not in ("", "identity")]


def _gathered(parts: Iterator[bytes], max_bytes: int) -> bytes:
    whole, size = [], 0
    for part in parts:
        size += len(part)
        if size > max_bytes:
            raise BodyTooLarge(f"the body decodes to more than {max_bytes} bytes")
        whole.append(part)
    return b"".join(whole)


def _gzip(body: bytes) -> Iterator[bytes]:
    rest = body
    for _ in range(MAX_PARTS):  # a gzip body may have several members
        inflater = zlib.decompressobj(wbits=31)
        yield from _inflated(inflater, rest)
        rest = inflater.unused_data
        if not rest.strip(b"\0"):
            return
    raise BodyTooLarge(f"the gzip body has more than {MAX_PARTS} members")


def _deflate(body: bytes) -> Iterator[bytes]:
    # "deflate" is zlib by the standard and raw by some servers' habit; a zlib head divides by 31
    is_zlib = len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0
    inflater = zlib.decompressobj(wbits=15 if is_zlib else -15)
    yield from _inflated(inflater, body)
    if inflater.unused_data.strip(b"\0"):
        raise CutBody("bytes follow the end of the deflate body")


def _inflated(inflater: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    try:
        while True:
            part = inflater.decompress(data, CHUNK_BYTES)
            yield part
            data = inflater.unconsumed_tail
            if inflater.eof or (not part and not data):
                break
    except zlib.error as error:
        raise CutBody(f"the compressed body is damaged: {error}") from None
    if not inflater.eof:
        raise CutBody("the compressed body ends early")


def _brotli(body: bytes) -> Iterator[bytes]:
    decompressor = brotli.Decompressor()
    data = body
    try:
        while True:
            part = decompressor.process(data, output_buffer_limit=CHUNK_BYTES)
            yield part
            data = b""
            if decompressor.is_finished() or (not part and decompressor.can_accept_more_data()):
                break
    except brotli.error as error:
        raise CutBody(f"the br body is damaged: {error}") from None
    if not decompressor.is_finished():
        raise CutBody("the br body ends early")


def _zstd(body: bytes) -> Iterator[bytes]:
    rest = body
    for _ in range(MAX_PARTS):  # a zstd body may have several frames
        frame = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES).decompressobj()
        try:
            rest = yield from _zstd_frame(frame, rest)
        except zstandard.ZstdError as error:
            raise CutBody(f"the zstd body is damaged: {error}") from None
        if not frame.eof:
            raise CutBody("the zstd body ends early")
        if not rest:
            return
    raise BodyTooLarge(f"the zstd body has more than {MAX_PARTS} frames")


def _zstd_frame(frame: "zstandard.ZstdDecompressionObj", data: bytes) -> Generator[bytes, None, bytes]:
    """Yields the parts of one frame and returns what follows it."""
    for start in range(0, len(data), ZSTD_INPUT_BYTES):
        yield frame.decompress(data[start : start + ZSTD_INPUT_BYTES])
        if frame.eof:
            return frame.unused_data + data[start + ZSTD_INPUT_BYTES :]
    return b""


_CODINGS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
