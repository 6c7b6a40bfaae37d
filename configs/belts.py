"""The belts: places times categories, one YAML each."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from configs import places
from configs.errors import ConfigError
from configs.yaml_lines import load_model


class Name(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    zh: str


class BeltPlace(BaseModel):
    """One division of a belt by GB/T 2260 code, and the town names that mean it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    aliases: list[str] = Field(default_factory=list)

    @field_validator("code", mode="before")
    @classmethod
    def _known(cls, code: object) -> str:
        text = str(code)
        if places.place(text) is None:
            raise ValueError(f"place {text} is no division code; did you mean {places.nearest(text)}?")
        return text


class CostFloor(BaseModel):
    """What the material of one unit costs at least, dated and sourced; belts without a source have none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    yuan: float = Field(gt=0)
    unit: Literal["piece", "metre", "gram"]
    on: date
    source: str = Field(min_length=3)


class Belt(BaseModel):
    """One belt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: Name
    places: list[BeltPlace] = Field(min_length=1)
    categories: list[str] = Field(min_length=1)
    title_words: list[str] = Field(default_factory=list)
    festival: Literal["mid_autumn", "spring_festival"] | None = None
    cost_floor: CostFloor | None = None
    evidence: str
    evidence_grade: Literal["strong", "weak", "none"]
    valid_from: date | None = None
    valid_to: date | None = None

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
        raise ConfigError(f"{path}: belt id is {belt.id!r}, expected {path.stem!r} as the file is named")
    return belt
