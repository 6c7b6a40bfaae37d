"""YAML files into pydantic models; what does not fit is one sentence with file and line."""

import re
import types
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from configs.errors import ConfigError
from configs.nearest import did_you_mean

LIBYAML: Any = getattr(yaml, "CSafeLoader", None)  # there where PyYAML was built with it
M = TypeVar("M", bound=BaseModel)
Keys = tuple[str | int, ...]

# What pydantic's error types expected, in words for people who edit YAML.
EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "date_type": "a date as 2026-11-16",
    "date_from_datetime_parsing": "a date as 2026-11-16",
}


class KeyedError(ValueError):
    """Raised by a model's validator to point at a key below it: the sentence, then the keys that lead there."""

    def __init__(self, sentence: str, *keys: str | int) -> None:
        super().__init__(sentence)
        self.keys = keys


def load_model(path: Path, model: type[M]) -> M:
    """The file as an instance of `model`; ConfigError "file:line: found ..., expected ..." where it does not fit."""
    text = _text_of(path)
    try:
        node = node_of(text)
        _refuse_doubled_keys(path, node)
        data = data_of(node)
    except (yaml.YAMLError, ValueError) as error:  # a date such as 2026-02-31 is the latter
        raise ConfigError(f"{path}:{_syntax_line(error)}: found no valid YAML, expected {_problem(error)}") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(_sentence(path, node_of(text), model, error)) from None


def node_of(text: str) -> yaml.Node | None:
    """The nodes of a YAML text, by libyaml: it is ten times as quick, and a hundred belts took half a second.

    What libyaml refuses the other parser says, in the words that people find when they look for them.
    """
    if LIBYAML is not None:
        with suppress(yaml.YAMLError):
            return yaml.compose(text, LIBYAML)
    return yaml.compose(text, yaml.SafeLoader)


def data_of(node: yaml.Node | None) -> Any:
    """The plain values of the nodes, which are no more those of the text where it merges mappings (<<)."""
    return None if node is None else yaml.constructor.SafeConstructor().construct_document(node)


def line_of(path: Path, word: str) -> int:
    """The line, from 1, of the first key or value that is `word`; 1 where there is none."""
    scalars = _scalars(node_of(_text_of(path)))
    return next((node.start_mark.line + 1 for node in scalars if node.value == word), 1)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: found bytes that are not UTF-8 at {error.start}, expected UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); expected a YAML file there") from None


def _syntax_line(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark is not None else 1


def _problem(error: Exception) -> str:
    return f"a mend of: {getattr(error, 'problem', None) or error}"


def _refuse_doubled_keys(path: Path, node: yaml.Node | None) -> None:
    for mapping in _mappings(node):
        seen: dict[str, int] = {}
        for key, _ in mapping.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                found = f"found key {key.value} again, expected it on line {seen[key.value]} only"
                raise ConfigError(f"{path}:{line}: {found}")
            seen[key.value] = line


def _mappings(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode | yaml.MappingNode):
        parts = node.value if isinstance(node, yaml.SequenceNode) else [one for pair in node.value for one in pair]
        for part in parts:
            yield from _scalars(part)


def _sentence(path: Path, node: yaml.Node | None, model: type[BaseModel], error: ValidationError) -> str:
    found = [(_keys(entry), entry) for entry in error.errors()]
    # A misspelled key is two errors, one unknown and one missing: the unknown one names the mistake.
    keys, entry = min(found, key=lambda one: (one[1]["type"] != "extra_forbidden", _line(node, one[0])))
    return f"{path}:{_line(node, keys)}: {_complaint(keys, entry, model)}"


def _keys(entry: Any) -> Keys:
    keys = tuple(part for part in entry["loc"] if part != "[key]")
    cause = entry.get("ctx", {}).get("error")
    return keys + cause.keys if isinstance(cause, KeyedError) else keys


def _complaint(keys: Keys, entry: Any, model: type[BaseModel]) -> str:
    kind, where = entry["type"], ".".join(map(str, keys)) or "the file"
    if kind == "extra_forbidden":
        return f"found unknown key {keys[-1]}{did_you_mean(str(keys[-1]), _valid_keys(model, keys[:-1]))}"
    if kind == "invalid_key":
        return f"found a key that YAML reads as {entry['input']}, expected a text (put it in quotes)"
    if kind == "missing":
        return f"found no {where}, expected it to be given"
    if kind == "value_error":
        return str(entry["ctx"]["error"])
    if kind == "literal_error":
        valid = [part.strip(" '") for part in entry["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        return f"found {where}: {entry['input']}, expected one of {', '.join(valid)}{_near(entry['input'], valid)}"
    expected = EXPECTED.get(kind) or re.sub(r"^.*should ", "that it should ", entry["msg"])
    quotes = isinstance(entry["input"], int | float | date) and kind == "string_type"
    return f"found {where}: {_shown(entry['input'])}, expected {expected}{' (put it in quotes)' if quotes else ''}"


def _near(word: object, valid: list[str]) -> str:
    end = did_you_mean(str(word), valid)
    return end if end.endswith("?") else ""


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return repr(value) if isinstance(value, str) else str(value)


def _line(node: yaml.Node | None, keys: Keys) -> int:
    line = 1
    for part in keys:
        entry = _entry(node, part)
        if entry is None:
            return line
        line, node = entry
    return line


def _entry(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _valid_keys(model: type[BaseModel], keys: Keys) -> list[str]:
    kind: Any = model
    for part in keys:
        kind = _below(kind, part)
    found = next(_models(kind), None)
    return [field.alias or name for name, field in found.model_fields.items()] if found else []


def _below(kind: Any, part: str | int) -> Any:
    found = next(_models(kind), None)
    if found is not None:
        fields = {field.alias or name: field.annotation for name, field in found.model_fields.items()}
        return fields.get(str(part))
    inner = [one for one in _unwrapped(kind) if get_origin(one) in (dict, list, tuple)]
    return get_args(inner[0])[-1] if inner else None


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    for one in _unwrapped(kind):
        if isinstance(one, type) and issubclass(one, BaseModel):
            yield one


def _unwrapped(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Annotated:
        yield from _unwrapped(get_args(kind)[0])
    elif get_origin(kind) in (Union, types.UnionType):
        for one in get_args(kind):
            yield from _unwrapped(one)
    else:
        yield kind
