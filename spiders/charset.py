"""From bytes to text: the character set is checked against the bytes, not believed."""

import codecs
import re
from itertools import islice

META_BYTES = 4096  # HTML wants the charset declared in the first kilobyte; some pages put it later
META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CHINESE_NAMES = {"gb2312", "gbk", "gb18030"}
OTHER_NAMES = {"big5", "big5hkscs"}  # any other label is no statement: latin-1 is a server default, punycode a trap
IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
COMMON_SHARE = 0.85  # of real Chinese text more than 95 % are first-level characters; of UTF-8 read as GBK about half
SAMPLE_CHARACTERS = 4000


class UnreadableText(Exception):
    """Bytes that are no text in any character set they could be in."""


def text_of(body: bytes, content_type: str = "") -> str:
    """The text of a decoded body. The declared character set (header before meta) is checked against the bytes:

    valid UTF-8 with Chinese in it is UTF-8 whatever the label says; GBK and GB2312 are read as GB18030, and believed
    only where the outcome looks like Chinese. Raises UnreadableText rather than give wrong characters.
    """
    for bom, encoding in BOMS:
        if body.startswith(bom):
            return _strict(body, encoding)
    declared = _declared(body, content_type)
    utf8 = _text_or_none(body, "utf-8")
    if utf8 is not None and (declared not in CHINESE_NAMES or _is_surely_utf8(utf8)):
        return utf8
    if declared in OTHER_NAMES:
        return _strict(body, declared)
    text = _strict(body, "gb18030")
    if not _looks_chinese(text):
        raise UnreadableText(f"labelled {declared or 'nothing'}, not valid UTF-8, and no Chinese when read as GB18030")
    return text


def _declared(body: bytes, content_type: str) -> str:
    """Normal name of the declared character set; empty where none or an unknown one is declared."""
    in_header = HEADER_CHARSET.search(content_type)
    in_meta = META_CHARSET.search(body[:META_BYTES])
    label = in_header.group(1) if in_header else in_meta.group(1).decode("ascii") if in_meta else ""
    try:
        return codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""


def _strict(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise UnreadableText(f"no valid {encoding}: {error}") from None


def _text_or_none(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_surely_utf8(text: str) -> bool:
    """Chinese takes three bytes in UTF-8; GBK that happens to be valid UTF-8 decodes to two-byte characters only."""
    return text.isascii() or max(text) >= "\u0800"


def _looks_chinese(text: str) -> bool:
    """Whether the ideographs of the text are mostly first-level characters of GB 2312 (the 3,755 common ones)."""
    found = islice(IDEOGRAPH.finditer(text), SAMPLE_CHARACTERS)
    ideographs = [match.group() for match in found]
    if not ideographs:
        return False
    return sum(character in _FIRST_LEVEL for character in ideographs) >= COMMON_SHARE * len(ideographs)


_FIRST_LEVEL = frozenset(
    bytes((row, cell)).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
    if (row, cell) < (0xD7, 0xFA)
)
