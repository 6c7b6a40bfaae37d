"""Field expressions: JMESPath compiled to closures.

The interpreter of the jmespath package takes 5 to 20 us for an expression, and a page has 60 cards of 25; the closures
take 0.2 to 2 us for the same answer. Expressions with a part that has no closure here go to the package.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import jmespath
from jmespath.functions import Functions, signature
from jmespath.visitor import _equals

from configs.expressions import ADDED_FUNCTIONS
from spiders import texts
from spiders.js_literal import JSON

Walk = Callable[[Any], Any]
Node = dict[str, Any]


class _Unsupported(Exception):
    """A part of JMESPath that has no closure."""


class AddedFunctions(Functions):  # type: ignore[misc]
    """money(), joined() and parsed() for the jmespath package."""

    @signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_money(self, value: Any) -> str | None:
        return texts.money(value)

    @signature({"types": []}, {"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_joined(self, parts: Any, separator: str) -> str | None:
        return texts.joined(parts, separator)

    @signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_parsed(self, text: Any) -> Any:
        return parsed(text)


def parsed(text: Any) -> Any:
    """The data of a text that holds JSON, as some answers wrap theirs; None where it holds none."""
    if not isinstance(text, str):
        return None
    try:
        return JSON.decode(text)
    except (ValueError, RecursionError):
        return None


@cache
def walk(expression: str) -> Walk:
    """The expression as a function of the value it is searched in; its answers equal those of `searched`."""
    try:
        return _closure(jmespath.compile(expression).parsed)
    except _Unsupported:
        return searched(expression)


def keys_of(expression: str) -> tuple[str, ...] | None:
    """The keys of an expression that is a plain dotted path; None where it is anything else."""
    return _keys(jmespath.compile(expression).parsed)


def searched(expression: str) -> Walk:
    """The expression as a function, evaluated by the jmespath package."""
    compiled, options = jmespath.compile(expression), jmespath.Options(custom_functions=AddedFunctions())
    return lambda value: compiled.search(value, options=options)


def _closure(node: Node) -> Walk:
    keys = _keys(node)
    if keys is not None:
        return _dotted(keys)
    if node["type"] not in CLOSURES:
        raise _Unsupported(node["type"])
    return CLOSURES[node["type"]](node)


def _keys(node: Node) -> tuple[str, ...] | None:
    """The keys of a plain dotted path; None where the node is anything else."""
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] != "subexpression":
        return None
    parts = [_keys(child) for child in node["children"]]
    return None if None in parts else tuple(key for part in parts if part for key in part)


def _dotted(keys: tuple[str, ...]) -> Walk:
    if len(keys) == 1:
        return _field(keys[0])

    def dotted(value: Any) -> Any:
        try:
            for key in keys:
                value = value[key]
        except (KeyError, TypeError):  # absent, or no mapping
            return None
        return value

    return dotted


def _field(key: str) -> Walk:
    def field(value: Any) -> Any:
        return value.get(key) if type(value) is dict else None

    return field


def _children(node: Node) -> list[Walk]:
    return [_closure(child) for child in node["children"]]


def _chain(node: Node) -> Walk:
    steps = _children(node)

    def chain(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return chain


def _is_false(value: Any) -> bool:
    """JMESPath's falsehood: zero is true."""
    return not value and (value is None or value is False or isinstance(value, str | list | dict))


def _or(node: Node) -> Walk:
    first, second = _children(node)

    def either(value: Any) -> Any:
        found = first(value)
        return second(value) if _is_false(found) else found

    return either


def _and(node: Node) -> Walk:
    first, second = _children(node)

    def both(value: Any) -> Any:
        found = first(value)
        return found if _is_false(found) else second(value)

    return both


def _comparison(node: Node) -> Walk:
    left, right = _children(node)
    if node["value"] == "eq":
        return lambda value: _equals(left(value), right(value))
    if node["value"] == "ne":
        return lambda value: not _equals(left(value), right(value))
    raise _Unsupported(node["value"])


def _literal(node: Node) -> Walk:
    constant = node["value"]
    return lambda _: constant


def _index(node: Node) -> Walk:
    place = node["value"]

    def index(value: Any) -> Any:
        inside = isinstance(value, list) and -len(value) <= place < len(value)
        return value[place] if inside else None

    return index


def _projection(node: Node) -> Walk:
    base, step = _children(node)

    def projection(value: Any) -> Any:
        found = base(value)
        if not isinstance(found, list):
            return None
        return [result for result in map(step, found) if result is not None]

    return projection


def _flatten(node: Node) -> Walk:
    (base,) = _children(node)

    def flatten(value: Any) -> Any:
        found = base(value)
        if not isinstance(found, list):
            return None
        if not any(isinstance(part, list) for part in found):
            return found
        return [inner for part in found for inner in (part if isinstance(part, list) else [part])]

    return flatten


def _mapping(node: Node) -> Walk:
    steps = [(child["value"], _closure(child["children"][0])) for child in node["children"]]
    return lambda value: None if value is None else {key: step(value) for key, step in steps}


def _listing(node: Node) -> Walk:
    steps = _children(node)
    return lambda value: None if value is None else [step(value) for step in steps]


def _call(node: Node) -> Walk:
    if node["value"] not in ADDED_FUNCTIONS:
        raise _Unsupported(node["value"])
    first, *rest = _children(node)
    if node["value"] == "joined":
        (separator,) = rest
        return lambda value: texts.joined(first(value), separator(value))
    function = texts.money if node["value"] == "money" else parsed
    return lambda value: function(first(value))


CLOSURES: dict[str, Callable[[Node], Walk]] = {
    "subexpression": _chain,
    "index_expression": _chain,
    "pipe": _chain,
    "or_expression": _or,
    "and_expression": _and,
    "comparator": _comparison,
    "literal": _literal,
    "identity": lambda _: lambda value: value,
    "current": lambda _: lambda value: value,
    "index": _index,
    "projection": _projection,
    "flatten": _flatten,
    "multi_select_dict": _mapping,
    "multi_select_list": _listing,
    "function_expression": _call,
}
