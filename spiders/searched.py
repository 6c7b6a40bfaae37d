"""Field expressions as the jmespath package evaluates them, with the functions that are added to it."""

from collections.abc import Callable
from typing import Any

import jmespath
from jmespath.functions import Functions, signature

from spiders import texts
from spiders.js_literal import JSON

Walk = Callable[[Any], Any]


def searched(expression: str) -> Walk:
    """The expression as a function, evaluated by the jmespath package."""
    compiled, options = jmespath.compile(expression), jmespath.Options(custom_functions=AddedFunctions())
    return lambda value: compiled.search(value, options=options)


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
