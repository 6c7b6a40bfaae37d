"""Readers of offers columns, made from the field rules of a layout whose cards are data."""

import re
from collections.abc import Callable
from typing import Any

from configs.field_rules import FieldRule, column_kind
from spiders import texts
from spiders.paths import Walk, keys_of, walk

CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "string": texts.text_of,
    "bool": texts.yes_or_no,
    "strings": texts.texts_of,
    "tiers": texts.tiers_of,
}


class Misfit(ValueError):
    """What a page holds is not what its layout expects; the sentence names neither marketplace nor page."""


def column_reader(column: str, rule: FieldRule) -> Walk:
    """A function of a card that gives the column's value, None where the card does not show it.

    Texts stay as they stand, but for the markup and the part that the rule takes; ValueError for a value that
    is neither what the column holds nor absent.
    """
    path, convert = walk(rule.path), CONVERSIONS[column_kind(column)]
    trims, keys = _trims(rule), keys_of(rule.path)
    if not trims and keys is not None and convert is texts.text_of:
        return _plain_text(keys)
    if not trims:
        return lambda card: convert(path(card))
    return lambda card: convert(_trimmed(path(card), trims))


def text_reader(rule: FieldRule) -> Walk:
    """A function of the page's data that gives the text which the rule finds there, or None."""
    path, trims = walk(rule.path), _trims(rule)
    return lambda data: texts.text_of(_trimmed(path(data), trims))


def part_of(pattern: str) -> Callable[[str], str | None]:
    """The first group of the first match, or the whole match where the pattern has no group; None without a match."""
    regex = re.compile(pattern)
    group = 1 if regex.groups else 0

    def part(text: str) -> str | None:
        hit = regex.search(text)
        return hit[group] if hit else None

    return part


def _plain_text(keys: tuple[str, ...]) -> Walk:
    """Path and conversion in one: most columns are texts at a dotted path, and calls are what a card costs."""

    def read(card: Any) -> str | None:
        value = card
        try:
            for key in keys:
                value = value[key]
        except (KeyError, TypeError):  # absent, or no mapping
            return None
        if type(value) is str and value and not value.isspace():
            return value
        return texts.text_of(value)

    return read


def _trims(rule: FieldRule) -> list[Callable[[str], str | None]]:
    trims: list[Callable[[str], str | None]] = []
    if rule.tags == "strip":
        trims.append(texts.without_markup)
    if rule.regex is not None:
        trims.append(part_of(rule.regex))
    return trims


def _trimmed(value: Any, trims: list[Callable[[str], str | None]]) -> Any:
    if isinstance(value, list):
        return [_trimmed(one, trims) for one in value]
    text = texts.text_of(value)
    for trim in trims:
        text = None if text is None else trim(text)
    return text
