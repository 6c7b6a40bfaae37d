"""Layouts of a marketplace file: the shapes that its pages have.

docs/marketplace-file.md explains every key, with a worked example of each kind.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from configs.expressions import CSS, JMESPath
from configs.field_rules import FieldRule, HtmlRule, HtmlRules, Part, column_kind, quoted_columns, refuse_misfit
from configs.nearest import did_you_mean, nearest
from configs.yaml_lines import KeyedError


class _Layout(Part):
    """What all kinds have: a name, and a text that pages of this layout do not hold."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    unless: str | None = Field(default=None, min_length=1)

    def __hash__(self) -> int:
        return hash(self.name)


class _DataLayout(_Layout):
    """Cards that are data: the list of them is at a path, and so is each column of one."""

    cards: JMESPath
    pages: FieldRule | None = None
    items: FieldRule | None = None
    category: FieldRule | None = None
    page: FieldRule | None = None
    fields: dict[str, FieldRule] = Field(min_length=1)

    @field_validator("fields")
    @classmethod
    def _are_columns(cls, fields: dict[str, FieldRule]) -> dict[str, FieldRule]:
        _refuse_unknown_columns(fields)
        return fields


class ScriptLayout(_DataLayout):
    """Cards in a literal that a script assigns, `marker` before it; json_string: in a text that holds JSON."""

    kind: Literal["script"]
    marker: str = Field(min_length=1)
    encoding: Literal["json_string"] | None = None

    @property
    def sign(self) -> str:
        """What pages of this layout have, for errors."""
        return repr(self.marker)


class JsonLayout(_DataLayout):
    """Cards in an answer that is JSON as a whole, or JSON handed to a callback."""

    kind: Literal["json"]
    marker: str | None = Field(default=None, min_length=1)

    @property
    def sign(self) -> str:
        """What pages of this layout have, for errors."""
        return f"JSON with {self.cards!r}"


class HtmlLayout(_Layout):
    """Cards that are HTML nodes."""

    kind: Literal["html"]
    marker: str | None = Field(default=None, min_length=1)
    cards: CSS
    pages: HtmlRule | None = None
    items: HtmlRule | None = None
    category: HtmlRule | None = None
    page: HtmlRule | None = None
    fields: dict[str, HtmlRules] = Field(min_length=1)

    @property
    def sign(self) -> str:
        """What pages of this layout have, for errors."""
        return f"cards {self.cards!r}"

    @field_validator("pages", "items", "category", "page")
    @classmethod
    def _is_one_text(cls, rule: HtmlRule | None) -> HtmlRule | None:
        if rule is not None:
            refuse_misfit(rule, "string")
        return rule

    @field_validator("fields")
    @classmethod
    def _suit_their_columns(cls, fields: dict[str, tuple[HtmlRule, ...]]) -> dict[str, tuple[HtmlRule, ...]]:
        _refuse_unknown_columns(fields)
        for column, rules in fields.items():
            for number, rule in enumerate(rules):
                try:
                    refuse_misfit(rule, column_kind(column))
                except KeyedError as error:
                    raise KeyedError(str(error), column, *([number] if len(rules) > 1 else []), *error.keys) from None
        return fields


LAYOUTS: dict[str, type[ScriptLayout] | type[JsonLayout] | type[HtmlLayout]] = {
    "script": ScriptLayout,
    "json": JsonLayout,
    "html": HtmlLayout,
}


def _of_its_kind(value: Any) -> Any:
    """The layout by its own kind: pydantic's unions would put the kind between the keys that lead to an error."""
    if not isinstance(value, dict):
        return value
    kind = value.get("kind")
    if "kind" not in value:
        known = {key for layout in LAYOUTS.values() for key in layout.model_fields}
        wrong = nearest("kind", [key for key in value if isinstance(key, str) and key not in known])
        if wrong is not None:
            raise KeyedError(f"found unknown key {wrong}; did you mean kind?", wrong)
        raise ValueError(f"found a layout without kind, expected one of {', '.join(LAYOUTS)}")
    if not isinstance(kind, str) or kind not in LAYOUTS:
        near = nearest(str(kind), LAYOUTS)
        hint = f"; did you mean {near}?" if near else ""
        raise KeyedError(f"found kind: {kind}, expected one of {', '.join(LAYOUTS)}{hint}", "kind")
    return LAYOUTS[kind].model_validate(value)


Layout = Annotated[ScriptLayout | JsonLayout | HtmlLayout, BeforeValidator(_of_its_kind)]


def _refuse_unknown_columns(fields: Mapping[str, object]) -> None:
    for name in fields:
        if name not in quoted_columns():
            near = did_you_mean(name, quoted_columns())
            raise KeyedError(f"found field {name}, expected a column that offers quote from a page{near}", name)
