"""The data that a script of a page assigns to a variable: an object literal after a marker."""

import re
from contextlib import suppress
from functools import cache
from itertools import islice, pairwise
from typing import Any
from urllib.parse import unquote

from spiders.js_literal import JSON, STRING, LiteralError, first_literal, refuse_bombs, unescaped

GAP = re.compile(r"(?:\s++|//[^\n]*+\n|/\*.{0,20000}?\*/)*+", re.DOTALL)
MOST_HITS = 1_000  # of a marker, each of which is followed up
DATA = re.compile(r"(?=[{\[])")
# JSON.parse( and the like may stand in the marker, or behind it.
QUOTED = re.compile(r"""(?:(?:[\w$]+\.)?(?:JSON\.parse|parseJSON|decodeURIComponent|unescape)?\s*\(\s*)*(?=["'`])""")
STRING_LITERAL = re.compile(STRING, re.DOTALL)
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def literal_after(text: str, marker: str, encoding: str | None = None) -> Any | None:
    """The object or array literal after the only place of `marker` in the text; None where the marker is absent.

    Blanks in the marker stand for any number of blanks. What follows the literal, in the same script or after it, is
    not read. With the encoding json_string a string that holds JSON stands there, as JSON.parse reads it. A marker
    that something else follows (x = x || {}) does not count beside one that data follow. LiteralError for two
    markers, no literal, or one that does not end.
    """
    hits = [_after_gap(text, hit.end()) for hit in islice(_marker(marker).finditer(text), MOST_HITS)]
    if not hits:
        return None
    opening = QUOTED if encoding == "json_string" else DATA
    starts = [found for place in hits if (found := opening.match(text, place))]
    if len(starts) > 1:
        raise LiteralError(f"marker {marker!r} found {len(starts)} times, expected once")
    if not starts:
        expected = "a string" if encoding == "json_string" else "{ or ["
        raise LiteralError(f"marker {marker!r} is followed by {text[hits[0] : hits[0] + 20]!r}, expected {expected}")
    start = starts[0].end()
    if encoding == "json_string":
        return _data_in_string(text, start, starts[0][0])
    script_end = text.find("</script", start)
    return data_at(text, start, script_end if script_end >= 0 else len(text))


def data_at(text: str, start: int, end: int) -> Any:
    """The data of the literal that begins at `start` and ends before `end`; LiteralError where it is none."""
    refuse_bombs(text, start, end)
    try:
        # Reads to the end of the literal and no further: as fast here as orjson, which would need the end first.
        data = JSON.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        data = first_literal(text[start:end])
    try:
        return _mended(data) if SURROGATE.search(text, start) else data
    except RecursionError:
        raise LiteralError("brackets nest too deep to mend the halves of characters within") from None


def _data_in_string(text: str, start: int, calls: str) -> Any:
    """The data of the JSON in the string literal at `start`, behind the calls that the page unwraps it with."""
    inner = _string_at(text, start)
    if "decodeURIComponent" in calls or "unescape" in calls:
        inner = unquote(inner)
    opening = DATA.match(inner, _after_gap(inner, 0))
    if opening is None:
        raise LiteralError(f"string holds {inner[:20]!r}, expected JSON that begins with {{ or [")
    return data_at(inner, opening.end(), len(inner))


def _string_at(text: str, start: int) -> str:
    with suppress(ValueError):
        return str(_mended(JSON.raw_decode(text, start)[0]))  # most are spelled as JSON spells them
    string = STRING_LITERAL.match(text, start)
    if string is None:
        raise LiteralError(f"string that begins {text[start : start + 30]!r} does not end")
    return str(_mended(unescaped(string[0])))


def _after_gap(text: str, place: int) -> int:
    gap = GAP.match(text, place)
    return gap.end() if gap else place


def _mended(data: Any) -> Any:
    """The data with halves of characters, as sites leave them that cut titles, replaced: no file could hold them."""
    if isinstance(data, str):
        return data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(data, list):
        return [_mended(one) for one in data]
    if isinstance(data, dict):
        return {_mended(key): _mended(value) for key, value in data.items()}
    return data


@cache
def _marker(marker: str) -> re.Pattern[str]:
    words = marker.split()
    pattern = re.escape(words[0])
    for before, word in pairwise(words):
        blank = r"\s+" if before[-1].isalnum() and word[0].isalnum() else r"\s*"
        pattern += blank + re.escape(word)
    return re.compile(pattern)
