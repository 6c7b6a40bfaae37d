"""From bytes to text: the character set is checked against the bytes, not believed."""

import codecs
import re
from itertools import islice

HEAD_BYTES = 64  # markup begins a page
META_BYTES = 4096  # HTML wants the charset declared in the first kilobyte; some pages put it later
META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CHINESE_NAMES = {"gb2312", "gbk", "gb18030"}
# Bytes of these may look like good GB18030, as all Korean ones do: whoever names them is taken at his word. Any other
# label is no statement: latin-1 is a server default, punycode a trap.
UNREAD_NAMES = {"big5", "big5hkscs", "cp950", "euc_kr", "cp949", "johab", "shift_jis", "cp932", "euc_jp"}
SIGNS = frozenset("©®·×°«»¥£\u00a0")  # what a page in English has of two-byte characters
# Ideographs, and what wrong readings are full of: kana, bopomofo, rare ideographs, private use.
THREE_BYTES = re.compile("[\u0800-\U0010ffff]")
IDEOGRAPH = re.compile("[\u3040-\u312f\u3400-\u9fff\ue000-\uf8ff]")
UTF8_RUN = re.compile(rb"(?<![\x80-\xff])(?:[\xe2-\xef][\x80-\xbf]{2}){2,}+(?![\x80-\xff])")
COMMON_SHARE = 0.85  # of real Chinese text more than 95 % are first-level characters; of UTF-8 read as GBK about half
FEW = 30  # of so few all must be common: chance alone gives half of them
VERY_FEW = 8  # fewer show nothing without a label that says the same
SAMPLE_CHARACTERS = 4000


class UnreadableText(Exception):
    """Bytes that are no text in any character set they could be in, or a text in more than one."""


def text_of(body: bytes, content_type: str = "") -> str:
    """The text of a decoded body. The declared character set (header before meta) is checked against the bytes:

    valid UTF-8 with Chinese in it is UTF-8 whatever the label says; GBK and GB2312 are read as GB18030, and believed
    only where the outcome looks like Chinese. UTF-16 is read behind its mark; Big5, Japanese and Korean sets are not.
    Raises UnreadableText rather than give wrong characters.
    """
    if body.startswith(codecs.BOM_UTF8):
        return _strict(body, "utf-8-sig")
    if body.startswith(WIDE_BOMS):
        return _wide(body)
    if b"\0" in body[:HEAD_BYTES]:
        raise UnreadableText("begins with zero bytes, as UTF-16 does without its mark")
    utf8 = _text_or_none(body, "utf-8")
    if utf8 is not None and _is_surely_utf8(utf8):
        return utf8
    declared = _declared(body, content_type)
    if utf8 is None:
        return _gb18030(body, declared)
    if declared in CHINESE_NAMES or not SIGNS.issuperset(letter for letter in utf8 if not letter.isascii()):
        other = _text_or_none(body, "gb18030")
        if other is not None and _looks_chinese(other, is_labelled=True):
            raise UnreadableText(f"labelled {declared or 'nothing'}, and a text in UTF-8 as well as in GB18030")
    return utf8


def _gb18030(body: bytes, declared: str) -> str:
    """The text of bytes that are no UTF-8."""
    if declared in UNREAD_NAMES:
        raise UnreadableText(f"labelled {declared}, which is not read")
    text = _strict(body, "gb18030")
    if not _looks_chinese(text, declared in CHINESE_NAMES):
        raise UnreadableText(f"labelled {declared or 'nothing'}, not valid UTF-8, and no Chinese when read as GB18030")
    if UTF8_RUN.search(body):
        raise UnreadableText(f"labelled {declared or 'nothing'}, and UTF-8 in one part and GB18030 in another")
    return text


def _wide(body: bytes) -> str:
    text = _strict(body, "utf-16")
    if not any(mark in text for mark in "<{["):
        raise UnreadableText("behind a mark of UTF-16 there is no markup in UTF-16")
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
    return text.isascii() or THREE_BYTES.search(text) is not None


def _looks_chinese(text: str, is_labelled: bool) -> bool:
    """Whether its ideographs are mostly first-level characters of GB 2312 (the 3,755 common ones), of a few all."""
    found = islice(IDEOGRAPH.finditer(text), SAMPLE_CHARACTERS)
    ideographs = [match.group() for match in found]
    if len(ideographs) < (1 if is_labelled else VERY_FEW):
        return False
    common = sum(character in _FIRST_LEVEL for character in ideographs)
    return common >= (COMMON_SHARE if len(ideographs) > FEW else 1) * len(ideographs)


_FIRST_LEVEL = frozenset(
    bytes((row, cell)).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
    if (row, cell) < (0xD7, 0xFA)
)
