"""What an HTML page may hold before it is made a tree: beyond, 50 KB cost the parser seconds and a gigabyte.

lexbor looks through all open elements at many tags, compares each attribute of a tag with the others, and opens every
formatting element anew in each paragraph that follows it unclosed: 10^5 nested div take 25 s, 2,000 open font 1.4 GB.
"""

import re
from collections import Counter

from spiders.fields import Misfit

MAX_CHARACTERS = 3_000_000  # the largest page seen has a tenth
MAX_TAGS = 200_000
MAX_DEPTH = 1_000
MAX_REOPENED = 1_000_000  # open formatting elements x tags
MAX_TAG_CHARACTERS = 20_000  # an image in an attribute may have as many and more, but without blanks
MAX_TAG_BLANKS = 2_000
SMALL = 60_000  # characters; up to there every slash counts as an end: a third of the time
STEP = 2_000  # characters between two looks at what is open
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]{0,200}+)")
ALIKE = 3  # equal formatting elements are opened anew at most this often
LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{MAX_TAG_CHARACTERS},}}+")
VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
}  # fmt: skip
ENDS_BY_ITSELF = {
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "optgroup", "thead", "tbody", "tfoot", "colgroup", "html",
    "head", "body",
}  # fmt: skip
FORMATTING = {
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
}  # fmt: skip

SHALLOW = (
    VOID | ENDS_BY_ITSELF | FORMATTING
)  # icons are often left open, each within the one before: that costs nothing


def refuse_bombs(text: str) -> None:
    """Misfit for a page above the limits of this module; costs next to nothing on a page that is far below."""
    if len(text) > MAX_CHARACTERS:
        raise Misfit(f"the page has {len(text)} characters, allowed are {MAX_CHARACTERS}")
    tags, most_open = _counted(text, "/" if len(text) < SMALL else "</")
    if tags > MAX_TAGS:
        raise Misfit(f"the page has {tags} tags, allowed are {MAX_TAGS}")
    if most_open * tags > MAX_REOPENED:
        _refuse_open(text, tags)
    for tag in LONG_TAG.finditer(text) if _has_gap(text) else ():
        if tag[0].count(" ") + tag[0].count("\n") + tag[0].count("\t") > MAX_TAG_BLANKS:
            raise Misfit(f"a tag has {len(tag[0])} characters of attributes")


def _counted(text: str, end: str) -> tuple[int, int]:
    """Tags that are opened or closed, and the most that are open at any of the looks, void ones counted too."""
    tags = most = now = 0
    for start in range(0, len(text), STEP):
        found = text.count("<", start, start + STEP)
        now = max(0, now + found - 2 * text.count(end, start, start + STEP))
        tags, most = tags + found, max(most, now)
    return tags, most


def _refuse_open(text: str, tags: int) -> None:
    """Goes through all tags, as so many seem to be open."""
    depth = 0
    kinds: Counter[str] = Counter()
    formatting: Counter[str] = Counter()
    for hit in TAG.finditer(text):
        name, step = hit[2].lower(), -1 if hit[1] else 1
        if name not in SHALLOW:
            depth = max(0, depth + step)
        if depth > MAX_DEPTH:
            raise Misfit(f"elements nest deeper than {MAX_DEPTH}")
        if name in FORMATTING:
            kinds[hit[0]] += 1
            if step > 0 and kinds[hit[0]] <= ALIKE:
                formatting[name] += 1
                _refuse_reopened(formatting.total(), tags)
            elif step < 0:
                formatting[name] = max(0, formatting[name] - 1)


def _refuse_reopened(formatting: int, tags: int) -> None:
    if formatting * tags > MAX_REOPENED:
        raise Misfit(f"{formatting} formatting elements are open at once, in a page of {tags} tags")


def _has_gap(text: str) -> bool:
    """Whether no tag ends for so long that a tag can be too long."""
    step = MAX_TAG_CHARACTERS // 2
    return any(text.find(">", start, start + step) < 0 for start in range(0, len(text) - step, step))
