"""The data that a script of a page assigns to a variable: an object literal after a marker."""

import re
from functools import cache
from itertools import pairwise
from typing import Any

from spiders.js_literal import JSON, LiteralError, first_literal

GAP = re.compile(r"(?:\s|//[^\n]*\n|/\*.*?\*/)*", re.DOTALL)

SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def literal_after(text: str, marker: str) -> Any | None:
    """The object or array literal after the only place of `marker` in the text; None where the marker is absent.

    Blanks in the marker stand for any number of blanks. What follows the literal, in the same script or after it, is
    not read. LiteralError for two markers, no literal, or one that does not end.
    """
    hits = list(_marker(marker).finditer(text))
    if not hits:
        return None
    if len(hits) > 1:
        raise LiteralError(f"marker {marker!r} found {len(hits)} times, expected once")
    gap = GAP.match(text, hits[0].end())
    start = gap.end() if gap else hits[0].end()
    if text[start : start + 1] not in ("{", "["):
        raise LiteralError(f"marker {marker!r} is followed by {text[start : start + 20]!r}, expected {{ or [")
    data = _data_at(text, start)
    return _mended(data) if SURROGATE.search(text, start) else data


def _data_at(text: str, start: int) -> Any:
    try:
        # Reads to the end of the literal and no further: as fast here as orjson, which would need the end first.
        return JSON.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        script_end = text.find("</script", start)
        return first_literal(text[start : script_end if script_end >= 0 else len(text)])


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
