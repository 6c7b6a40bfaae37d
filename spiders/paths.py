"""Field expressions: JMESPath compiled to functions of many cards at once.

The interpreter of the jmespath package takes 5 to 20 us for an expression, and a page has 60 cards of 25 each: most of
that is calls. Here an expression is called once for all cards of a page and goes through them in list comprehensions,
and paths that begin alike share the way. Expressions with a part that has no such form go to the package.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import jmespath
from jmespath.visitor import _equals

from configs.expressions import ADDED_FUNCTIONS
from spiders import texts
from spiders.searched import Walk, parsed, searched

Node = dict[str, Any]
Keys = tuple[str, ...]


class Cards:
    """The cards of a page, or any values that expressions are searched in; what a plain path gives is found once."""

    def __init__(self, values: list[Any]) -> None:
        self.values = values
        self._found: dict[Keys, list[Any]] = {(): values}

    def at(self, keys: Keys) -> list[Any]:
        """The value at a plain path in each, None where it is absent. The list is shared: not to be changed."""
        found = self._found.get(keys)
        if found is None:
            key = keys[-1]
            found = [one.get(key) if type(one) is dict else None for one in self.at(keys[:-1])]
            self._found[keys] = found
        return found


Column = Callable[[Cards], list[Any]]


class _Unsupported(Exception):
    """A part of JMESPath that has no form for many cards."""


@cache
def column(expression: str) -> Column:
    """The expression as a function of many cards: its answer on each, equal to that of `searched`."""
    try:
        return _column(jmespath.compile(expression).parsed)
    except _Unsupported:
        search = searched(expression)
        return lambda cards: [search(value) for value in cards.values]


def walk(expression: str) -> Walk:
    """The expression as a function of the one value it is searched in."""
    read = column(expression)
    return lambda value: read(Cards([value]))[0]


def _column(node: Node) -> Column:
    keys = _keys(node)
    if keys is not None:
        return lambda cards: cards.at(keys)
    if node["type"] not in COLUMNS:
        raise _Unsupported(node["type"])
    return COLUMNS[node["type"]](node)


def _keys(node: Node) -> Keys | None:
    """The keys of a plain dotted path; None where the node is anything else."""
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] != "subexpression":
        return None
    parts = [_keys(child) for child in node["children"]]
    return None if None in parts else tuple(key for part in parts if part for key in part)


def _children(node: Node) -> list[Column]:
    return [_column(child) for child in node["children"]]


def _chain(node: Node) -> Column:
    steps = _children(node)

    def chain(cards: Cards) -> list[Any]:
        for step in steps:
            cards = Cards(step(cards))
        return cards.values

    return chain


def _is_false(value: Any) -> bool:
    """JMESPath's falsehood: zero is true."""
    return not value and (value is None or value is False or isinstance(value, str | list | dict))


def _or(node: Node) -> Column:
    first, second = _children(node)
    return lambda cards: _replaced(first(cards), second, cards, _is_false)


def _and(node: Node) -> Column:
    first, second = _children(node)
    return lambda cards: _replaced(first(cards), second, cards, lambda value: not _is_false(value))


def _replaced(found: list[Any], second: Column, cards: Cards, is_open: Callable[[Any], bool]) -> list[Any]:
    """What was found, where it is open what `second` gives; it is asked of those cards only."""
    places = [place for place, value in enumerate(found) if is_open(value)]
    if not places:
        return found
    values = found.copy()
    for place, value in zip(places, second(Cards([cards.values[place] for place in places])), strict=True):
        values[place] = value
    return values


def _comparison(node: Node) -> Column:
    left, right = _children(node)
    if node["value"] not in ("eq", "ne"):
        raise _Unsupported(node["value"])
    is_wanted, constant = node["value"] == "eq", node["children"][1].get("value")
    if node["children"][1]["type"] == "literal" and isinstance(constant, str):
        return lambda cards: [(value == constant) is is_wanted for value in left(cards)]
    return lambda cards: [_equals(*pair) is is_wanted for pair in zip(left(cards), right(cards), strict=True)]


def _literal(node: Node) -> Column:
    constant = node["value"]
    return lambda cards: [constant] * len(cards.values)


def _index(node: Node) -> Column:
    place = node["value"]

    def index(value: Any) -> Any:
        inside = isinstance(value, list) and -len(value) <= place < len(value)
        return value[place] if inside else None

    return lambda cards: [index(value) for value in cards.values]


def _projection(node: Node) -> Column:
    base, step = _children(node)

    def projection(cards: Cards) -> list[Any]:
        found = base(cards)
        inner = Cards([part for one in found if isinstance(one, list) for part in one])
        results = iter(step(inner))  # of the parts of all cards in one row
        return [
            [result for result in islice(results, len(one)) if result is not None] if isinstance(one, list) else None
            for one in found
        ]

    return projection


def _flatten(node: Node) -> Column:
    (base,) = _children(node)

    def flatten(found: Any) -> Any:
        if not isinstance(found, list):
            return None
        if list not in map(type, found):
            return found
        return [inner for part in found for inner in (part if isinstance(part, list) else [part])]

    return lambda cards: [flatten(found) for found in base(cards)]


def _mapping(node: Node) -> Column:
    keys = [child["value"] for child in node["children"]]
    steps = [_column(child["children"][0]) for child in node["children"]]
    return lambda cards: [
        None if value is None else dict(zip(keys, row, strict=True)) for value, row in _rows(cards, steps)
    ]


def _listing(node: Node) -> Column:
    steps = _children(node)
    return lambda cards: [None if value is None else list(row) for value, row in _rows(cards, steps)]


def _rows(cards: Cards, steps: list[Column]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Each value, and what the steps give of it."""
    return zip(cards.values, zip(*(step(cards) for step in steps), strict=True), strict=True)


def _call(node: Node) -> Column:
    if node["value"] not in ADDED_FUNCTIONS:
        raise _Unsupported(node["value"])
    first, *rest = _children(node)
    if node["value"] == "joined":
        (separator,) = rest
        return lambda cards: [texts.joined(*pair) for pair in zip(first(cards), separator(cards), strict=True)]
    function = texts.money if node["value"] == "money" else parsed
    return lambda cards: [function(value) for value in first(cards)]


COLUMNS: dict[str, Callable[[Node], Column]] = {
    "subexpression": _chain,
    "index_expression": _chain,
    "pipe": _chain,
    "or_expression": _or,
    "and_expression": _and,
    "comparator": _comparison,
    "literal": _literal,
    "identity": lambda _: lambda cards: cards.values,
    "current": lambda _: lambda cards: cards.values,
    "index": _index,
    "projection": _projection,
    "flatten": _flatten,
    "multi_select_dict": _mapping,
    "multi_select_list": _listing,
    "function_expression": _call,
}
