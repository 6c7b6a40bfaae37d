"""Checks of the expressions that a marketplace file may hold, so that a mistake is found where it was written."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from pydantic import AfterValidator
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from configs.nearest import did_you_mean

ADDED_FUNCTIONS = {"money": 1, "joined": 2, "parsed": 1}  # name: arguments; spiders/searched.py defines them

# What people write who know selectors from elsewhere, and what stands for it here.
SELECTOR_HABITS = {
    r"::": "a text needs no mark, and an attribute is named by attr",
    r":contains\(": 'write :lexbor-contains("...")',
    r"^\s*[>+~]|:scope": "a selector looks below the card by itself",
    r"^\s*(//|\./)": "XPath is not read",
}


def check_jmespath(expression: str) -> str:
    """The expression as it stands; ValueError where it is no JMESPath or calls an unknown function."""
    try:
        parsed = jmespath.compile(expression).parsed
    except JMESPathError as error:
        first = str(error).split("\n")[0]  # below it the expression, and a mark where it fails
        reason = first.removesuffix("for expression:").rstrip(" ,:")
        raise ValueError(f"found {expression!r}, expected a JMESPath expression ({reason})") from None
    for name, count in _calls(parsed):
        known = [*ADDED_FUNCTIONS, *sorted(Functions.FUNCTION_TABLE)]
        if name not in known:
            raise ValueError(f"found unknown function {name}() in {expression!r}{did_you_mean(name, known)}")
        if count != ADDED_FUNCTIONS.get(name, count):
            expected = f"expected {ADDED_FUNCTIONS[name]}"
            raise ValueError(f"found {name}() with {count} argument{'s' * (count != 1)} in {expression!r}, {expected}")
    return expression


def check_css(selector: str) -> str:
    """The selector as it stands; ValueError where it is no CSS that lexbor reads."""
    try:
        LexborHTMLParser("").css(selector)
    except SelectolaxError:
        habit = next((f" ({hint})" for sign, hint in SELECTOR_HABITS.items() if re.search(sign, selector)), "")
        raise ValueError(f"found {selector!r}, expected a CSS selector{habit}") from None
    return selector


def check_regex(pattern: str) -> str:
    """The regular expression as it stands; ValueError where it is none."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"found {pattern!r}, expected a regular expression ({error})") from None
    return pattern


def _calls(node: dict[str, Any]) -> Iterator[tuple[str, int]]:
    if node["type"] == "function_expression":
        yield node["value"], len(node["children"])
    for child in node.get("children", ()):
        if isinstance(child, dict):
            yield from _calls(child)


CSS = Annotated[str, AfterValidator(check_css)]
JMESPath = Annotated[str, AfterValidator(check_jmespath)]
Regex = Annotated[str, AfterValidator(check_regex)]
