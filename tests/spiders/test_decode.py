"""Content coding and character sets: whole and right, or an error."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.decode import BodyTooLarge, CutBody, UnreadableText, decoded, text_of

TEXT = "<html>高阳毛巾厂家直销纯棉加厚吸水面巾批发,白沟箱包旅行箱,武清地毯客厅满铺</html>"


def raw_deflate(body: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-15)
    return squeezer.compress(body) + squeezer.flush()


def zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(body)


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd),
}


@pytest.mark.parametrize("name", CODINGS)
@settings(max_examples=25, deadline=None)
@given(body=st.binary(max_size=3000))
def test_whole_bodies_come_back(name: str, body: bytes) -> None:
    coding, squeeze = CODINGS[name]
    assert decoded(squeeze(body), coding) == body


@pytest.mark.parametrize("name", CODINGS)
def test_every_cut_is_noticed(name: str) -> None:
    coding, squeeze = CODINGS[name]
    whole = squeeze(TEXT.encode() * 20)
    for length in range(len(whole)):
        with pytest.raises(CutBody):
            decoded(whole[:length], coding)


@pytest.mark.parametrize("name", ["gzip", "zlib", "zstd"])
def test_a_wrong_checksum_is_noticed(name: str) -> None:
    coding, squeeze = CODINGS[name]
    whole = squeeze(TEXT.encode())
    place = -6 if name == "gzip" else -2
    damaged = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
    with pytest.raises(CutBody):
        decoded(damaged, coding)


@pytest.mark.parametrize("name", CODINGS)
def test_bytes_behind_the_end_are_noticed(name: str) -> None:
    coding, squeeze = CODINGS[name]
    with pytest.raises(CutBody):
        decoded(squeeze(b"whole") + b"\x1f", coding)


def test_codings_are_undone_in_reverse_order() -> None:
    assert decoded(brotli.compress(gzip.compress(b"twice")), "gzip, br") == b"twice"
    assert decoded(gzip.compress(b"two ") + gzip.compress(b"members"), "x-gzip") == b"two members"
    assert decoded(zstd(b"two ") + zstd(b"frames"), "zstd") == b"two frames"
    assert decoded(b"plain", "") == decoded(b"plain", "identity") == b"plain"


def test_an_unknown_coding_is_not_believed() -> None:
    with pytest.raises(CutBody, match="snappy"):
        decoded(b"anything", "snappy")


@pytest.mark.parametrize("name", CODINGS)
def test_bombs_stop_at_the_limit(name: str) -> None:
    coding, squeeze = CODINGS[name]
    with pytest.raises(BodyTooLarge):
        decoded(squeeze(bytes(8 << 20)), coding, max_bytes=1 << 20)


@pytest.mark.parametrize("label", ["", "utf-8", "gbk", "gb2312", "gb18030", "iso-8859-1", "no-such-set", "punycode"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_text_is_right_whatever_the_label(encoding: str, label: str) -> None:
    assert text_of(TEXT.encode(encoding), f"text/html; charset={label}") == TEXT


def test_meta_charset_counts_where_the_header_is_silent() -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">{TEXT}'
    assert text_of(page.encode("gbk"), "text/html") == page
    with pytest.raises(UnreadableText, match="big5"):
        text_of("<meta charset=big5>毛巾".encode("big5"))


@pytest.mark.parametrize("label", ["", "utf-8", "gbk"])
def test_broken_utf8_is_no_text_and_never_mojibake(label: str) -> None:
    whole = TEXT.encode()
    for place in range(10, len(whole) - 10):
        with pytest.raises(UnreadableText):
            text_of(whole[:place] + b"\xff" + whole[place:], f"text/html; charset={label}")


@given(body=st.binary(max_size=200), coding=st.sampled_from(["gzip", "deflate", "br", "zstd", "", "x", ","]))
def test_any_bytes_are_decoded_or_refused(body: bytes, coding: str) -> None:
    try:
        text_of(decoded(body, coding))
    except (CutBody, UnreadableText):
        return
