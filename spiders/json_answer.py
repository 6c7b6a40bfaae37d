"""Answers that are JSON as a whole: plain, behind a guard against inclusion, or handed to a callback (JSONP)."""

import re
from typing import Any

from spiders.script import data_at

# What may stand before the data: comments (/**/), guards (while(1); for(;;); )]}'), a check that the callback is
# there (typeof cb === 'function' &&), an assignment, and the callback itself, by any path: window.cb[0](
NAME = r"[A-Za-z_$][\w$]*+(?:\.[A-Za-z_$][\w$]*+|\[[^\]\s]{1,40}\])*+"
HEAD = re.compile(
    r"\ufeff?(?:\s++|/\*.*?\*/|//[^\n]*+\n|while\s*\(\s*(?:1|true)\s*\)\s*;?|for\s*\(\s*;\s*;\s*\)\s*;?|\)\]\}'?,?"
    rf"|typeof\s+{NAME}\s*={{2,3}}\s*(['\"])function\1\s*&&|{NAME}\s*&&|(?:var\s+|let\s+|const\s+)?{NAME}\s*=(?!=)"
    rf"|;|(?:try\s*\{{\s*)?{NAME}\s*\(|\((?=\s*[{{\[(]))*+",
    re.DOTALL,
)


def answer_of(text: str) -> Any | None:
    """The data of the answer; None where the text is not JSON, in whatever wrapping. What follows it is not read.

    LiteralError where it begins as JSON and does not end, or is none.
    """
    head = HEAD.match(text)
    start = head.end() if head else 0
    return data_at(text, start, len(text)) if text[start : start + 1] in ("{", "[") else None
