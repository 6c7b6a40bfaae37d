"""Listing addresses read backwards: from an address to the category word and page that a template put into it."""

import re
from urllib.parse import parse_qsl, unquote_plus, urlsplit


def words_of(url: str, template: str, encoding: str) -> tuple[str, str | None] | None:
    """The category word and page text of an address in the shape of the template, its query in any order.

    Query parts that the template does not have are ignored, those it has with a fixed value must be equal, and
    an absent page is None. Scheme, host and port are not compared: archives hold both http and https.
    Percent-encoding is read in `encoding`; UnicodeDecodeError where it is not that.
    """
    shape, given = urlsplit(template), urlsplit(url)
    found = _values(shape.path, unquote_plus(given.path, encoding=encoding, errors="strict"))
    if found is None:
        return None
    query = dict(parse_qsl(given.query, keep_blank_values=True, encoding=encoding, errors="strict"))
    for key, value in parse_qsl(shape.query, keep_blank_values=True):
        values = _values(value, query[key]) if key in query else {} if "{page}" in value else None
        if values is None:
            return None
        found |= values
    return (found["category"], found.get("page")) if found.get("category") else None


def _values(shape: str, text: str) -> dict[str, str] | None:
    escaped = re.escape(shape)
    pattern = escaped.replace(r"\{category\}", "(?P<category>.+)").replace(r"\{page\}", r"(?P<page>\d+)")
    hit = re.fullmatch(pattern, text)
    return hit.groupdict() if hit else None
