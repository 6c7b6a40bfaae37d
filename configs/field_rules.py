"""Field rules of a marketplace file: how one offers column is read off a card that is data, or HTML."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from configs.expressions import CSS, JMESPath, Regex
from configs.nearest import did_you_mean
from configs.tables import TIER, Kind, table
from configs.yaml_lines import KeyedError


class Part(BaseModel):
    """A part of a marketplace file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: Any) -> Any:
        """Names the nearest key of this very part: a union of layouts has other keys than its first member."""
        for key in value if isinstance(value, dict) else ():
            if isinstance(key, str) and key not in cls.model_fields:
                raise KeyedError(f"found unknown key {key}{did_you_mean(key, cls.model_fields)}", key)
        return value


class FieldRule(Part):
    """How a column is read off a card that is data; a bare text in the file is the path alone."""

    path: JMESPath
    regex: Regex | None = None
    tags: Literal["strip"] | None = None
    required: bool = False

    @model_validator(mode="before")
    @classmethod
    def _bare_path(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value


class HtmlRule(Part):
    """How a column is read off a card that is HTML; a bare text in the file is the selector alone.

    `css` is relative to the card, which it may match itself; without it the card is read. Exactly one node is expected
    unless `join` gives the text that stands between those found. `all` says that a list column takes every node, as
    it does without it.
    """

    css: CSS | None = None
    attr: str | None = Field(default=None, min_length=1)
    own_text: bool = False
    join: str | None = None
    regex: Regex | None = None
    all: Literal[True, "list"] | None = None
    exists: CSS | None = None
    min_quantity_text: "HtmlRule | None" = None
    price_text: "HtmlRule | None" = None
    required: bool = False

    @model_validator(mode="before")
    @classmethod
    def _bare_selector(cls, value: Any) -> Any:
        """A text is a selector, or with @ before it an attribute of the card; join: true joins with nothing between."""
        if isinstance(value, str):
            value = {"css": value}
        if not isinstance(value, dict):
            return value
        css, joined = value.get("css"), value.get("join")
        if isinstance(css, str) and css.startswith("@") and "attr" not in value:
            value = {**value, "css": None, "attr": css[1:]}
        return {**value, "join": ""} if joined is True else value

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not any((self.css, self.attr, self.regex, self.exists)):
            raise ValueError("found a rule that names no place, expected one of css, attr, exists or regex")
        if self.exists and (self.css or self.attr):
            raise KeyedError("found exists beside css or attr, expected it alone or with regex", "exists")
        if self.own_text and self.attr:
            raise KeyedError("found own_text beside attr, expected one of them", "own_text")
        if self.join is not None and self.css is None:
            raise KeyedError("found join without css, expected the selector of the nodes to join", "join")
        return self

    @property
    def place(self) -> str:
        """The place in words, for errors."""
        name = self.css or self.exists or ("the card" if self.attr is None else "")
        return name if self.attr is None else f"{name}@{self.attr}"


def _one_or_more(value: Any) -> Any:
    """A rule alone is a list of one; read here, its errors carry no number of a list that the file does not have."""
    return value if isinstance(value, list | tuple) else (HtmlRule.model_validate(value),)


HtmlRules = Annotated[tuple[HtmlRule, ...], BeforeValidator(_one_or_more), Field(min_length=1)]


def quoted_columns() -> list[str]:
    """The offers columns that are quoted from a card; the others (key, time, archive place) are known without it."""
    return [column.name for column in table("offers").columns if column.nullable and not column.volatile]


def column_kind(name: str) -> Kind:
    """The type of an offers column: string, bool, strings or tiers among the quoted ones."""
    return next(one.type for one in table("offers").columns if one.name == name)


def refuse_misfit(rule: HtmlRule, kind: Kind) -> None:
    """What a rule says that its column has no use for."""
    is_list = kind in ("strings", "tiers")
    if rule.exists and kind != "bool":
        raise KeyedError("found exists, expected it on a column that is true or false", "exists")
    if rule.all and not is_list:
        raise KeyedError("found all, expected it on a list column; join makes one text of several nodes", "all")
    if rule.join is not None and is_list:
        raise KeyedError("found join, expected none: the column is a list of every node", "join")
    for part in TIER:
        sub: HtmlRule | None = getattr(rule, part)
        if kind != "tiers" and sub is not None:
            raise KeyedError(f"found {part}, expected it on a column of tiers", part)
        if kind == "tiers":
            _refuse_no_tier_part(sub, part)


def _refuse_no_tier_part(rule: HtmlRule | None, part: str) -> None:
    if rule is None:
        raise KeyedError(f"found tiers without {part}, expected its place within the node of a tier")
    if rule.required:
        raise KeyedError("found required in a tier, expected it on the column", part, "required")
    try:
        refuse_misfit(rule, "string")
    except KeyedError as error:
        raise KeyedError(str(error), part, *error.keys) from None
