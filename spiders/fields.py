"""Readers of offers columns, made from the field rules of a layout whose cards are data."""

import re
from collections.abc import Callable
from typing import Any

from configs.field_rules import FieldRule, column_kind
from spiders import texts
from spiders.paths import Column, walk
from spiders.paths import column as values_of
from spiders.searched import Walk

CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "string": texts.text_of,
    "bool": texts.yes_or_no,
    "strings": texts.texts_of,
    "tiers": texts.tiers_of,
}


class Misfit(ValueError):
    """What a page holds is not what its layout expects; the sentence names neither marketplace nor page."""


def column_reader(column: str, rule: FieldRule) -> Column:
    """A function of a page's cards that gives the column's value on each, None where a card does not show it.

    Texts stay as they stand, but for the markup and the part that the rule takes; ValueError for a value that
    is neither what the column holds nor absent.
    """
    found, trims, kind = values_of(rule.path), _trims(rule), column_kind(column)
    convert = CONVERSIONS[kind]
    if trims:
        return lambda cards: [convert(_trimmed(value, trims)) for value in found(cards)]
    if kind == "string":
        return lambda cards: _texts(found(cards))
    return lambda cards: [convert(value) for value in found(cards)]


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


def _texts(values: list[Any]) -> list[str | None]:
    """The conversion to text: most are texts already, and a call for each is what a page would cost."""
    if set(map(type, values)) == {str} and all(values) and not any(map(str.isspace, values)):
        return values
    return [value if type(value) is str and value and not value.isspace() else texts.text_of(value) for value in values]


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
