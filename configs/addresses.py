"""Listing addresses read backwards: from an address to the words that a template put into it."""

import re
from urllib.parse import parse_qsl, unquote_plus, urlsplit

WORDS = {"category": "(?P<category>.+)", "page": r"(?P<page>\d+)", "offset": r"(?P<offset>\d+)"}


def words_of(url: str, template: str, encoding: str) -> dict[str, str] | None:
    """The category word and the page or offset of an address in the shape of the template, its query in any order.

    Query parts that the template does not have are ignored, those it has with a fixed value must be equal, and
    a page that is not named in the query is left out. Scheme, host and port are not compared: archives hold both http
    and https. Percent-encoding is read in `encoding`; UnicodeDecodeError where it is not that.
    """
    shape, given = urlsplit(template), urlsplit(url)
    found = _values(shape.path, unquote_plus(given.path, encoding=encoding, errors="strict"))
    if found is None:
        return None
    query = dict(parse_qsl(given.query, keep_blank_values=True, encoding=encoding, errors="strict"))
    for key, value in parse_qsl(shape.query, keep_blank_values=True):
        values = _values(value, query[key]) if key in query else {} if _turns(value) else None
        if values is None:
            return None
        found |= values
    return found if found.get("category") else None


def _turns(value: str) -> bool:
    return "{page}" in value or "{offset}" in value


def _values(shape: str, text: str) -> dict[str, str] | None:
    pattern = re.escape(shape)
    for name, words in WORDS.items():
        pattern = pattern.replace(rf"\{{{name}\}}", words)
    hit = re.fullmatch(pattern, text)
    return hit.groupdict() if hit else None
