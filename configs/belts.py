"""The belts: places times categories, one YAML each (docs/belts.md)."""

import re
from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from configs import places
from configs.errors import ConfigError
from configs.place_names import locate
from configs.yaml_lines import KeyedError, line_of, load_model

IDEOGRAPHS = re.compile(r"[\u4e00-\u9fff]{2,}")


class Name(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class BeltPlace(BaseModel):
    """One division of a belt by GB/T 2260 code, and the town names that mean it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    aliases: list[str] = Field(default_factory=list)

    @field_validator("code", mode="before")
    @classmethod
    def _known(cls, code: object) -> str:
        text = str(code)
        found = places.place(text)
        if found is None:
            near = places.nearest(text)
            hint = f"did you mean {near}?" if near else "expected the six digits of GB/T 2260"
            raise ValueError(f"place {text} is no division code; {hint}")
        return found.code  # an abolished code means the division of today

    @field_validator("aliases")
    @classmethod
    def _can_be_found(cls, aliases: list[str], info: ValidationInfo) -> list[str]:
        # Of a page's place only the Chinese characters are read, and one alone stands in a thousand names.
        for number, alias in enumerate(aliases):
            if not IDEOGRAPHS.fullmatch(alias):
                raise KeyedError(f"found alias {alias!r}, expected a name of two or more Chinese characters", number)
            other = locate(alias)
            if other and "code" in info.data and other.code != info.data["code"]:
                named = f"found alias {alias}, which is the name of {other.code} ({other.name})"
                raise KeyedError(f"{named}, expected a name that no other division has", number)
        return aliases


class CostFloor(BaseModel):
    """What the material of one unit costs at least, dated and sourced; belts without a source have none.

    `low_yuan` and `high_yuan` are the ends of the range in which the source leaves it; one alone leaves the other at
    the point. Files say `date`: YAML reads a bare `on` as true.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    yuan: float = Field(gt=0)
    unit: Literal["piece", "metre", "gram"]
    on: date = Field(alias="date")
    source: str = Field(min_length=3)
    low_yuan: float | None = Field(default=None, gt=0)
    high_yuan: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _lies_in_its_range(self) -> Self:
        low, high = self.ends or (self.yuan, self.yuan)
        if low > self.yuan:
            raise KeyedError(f"found low_yuan {low}, expected it not to be above yuan {self.yuan}", "low_yuan")
        if high < self.yuan:
            raise KeyedError(f"found high_yuan {high}, expected it not to be below yuan {self.yuan}", "high_yuan")
        return self

    @property
    def ends(self) -> tuple[float, float] | None:
        """The ends of its range; None where none is known."""
        if self.low_yuan is None and self.high_yuan is None:
            return None
        return self.low_yuan or self.yuan, self.high_yuan or self.yuan


class Belt(BaseModel):
    """One belt; it counts from `valid_from` up to, not including, `valid_to`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: Name
    places: list[BeltPlace] = Field(min_length=1)
    categories: list[str] = Field(min_length=1)
    title_words: list[str] = Field(default_factory=list)
    festival: Literal["mid_autumn", "spring_festival"] | None = None
    cost_floor: CostFloor | None = None
    index_formula: Literal["tornqvist", "merchant_jevons"] | None = None
    evidence: str = Field(min_length=3)
    evidence_grade: Literal["strong", "weak", "none"]
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        _refuse_doubled([part.code for part in self.places], "places")
        _refuse_doubled([alias for part in self.places for alias in part.aliases], "places")
        _refuse_doubled(self.categories, "categories")
        _refuse_doubled(self.title_words, "title_words")
        if "" in self.title_words:
            raise KeyedError("found an empty word in title_words, expected words to look for in titles", "title_words")
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            found = f"found valid_to {self.valid_to}, expected a day after valid_from {self.valid_from}"
            raise KeyedError(found, "valid_to")
        return self

    @property
    def province_code(self) -> str:
        """Code of the province of its first place."""
        return self.places[0].code[:2] + "0000"

    @property
    def aliases(self) -> dict[str, str]:
        """Alias to division code."""
        return {alias: part.code for part in self.places for alias in part.aliases}


def read_belt(path: Path) -> Belt:
    """One belt from its file, whose name must be the belt's id."""
    belt = load_model(path, Belt)
    if belt.id != path.stem:
        named = f"belt id is {belt.id!r}, expected {path.stem!r} as the file is named"
        raise ConfigError(f"{path}:{line_of(path, belt.id)}: {named}")
    return belt


def _refuse_doubled(values: list[str], key: str) -> None:
    doubled = [value for value in values if values.count(value) > 1]
    if doubled:
        raise KeyedError(f"found {doubled[0]} twice in {key}, expected each once", key)
