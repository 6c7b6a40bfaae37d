"""Divisions that changed code or name (place_history.yaml): which place of today an old code or an old name means."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from configs.yaml_lines import load_model

FILE = Path(__file__).with_name("place_history.yaml")


class Change(BaseModel):
    """One division that has another code or name since `year`; `now` equals `was` where only the name changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    was: str = Field(pattern=r"^[0-9]{6}$")
    name: str = Field(min_length=2)
    now: str = Field(pattern=r"^[0-9]{6}$")
    year: int = Field(ge=1980)


class History(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    changes: list[Change]


@cache
def changes() -> tuple[Change, ...]:
    """Every change in the order of the file; ConfigError with file and line where the file does not fit."""
    return tuple(load_model(FILE, History).changes)


@cache
def codes_now() -> dict[str, str]:
    """Old code to the code of today."""
    return {change.was: change.now for change in changes() if change.was != change.now}


@cache
def former_names() -> dict[str, tuple[str, ...]]:
    """Code of today to the full names that it, or what is now part of it, had before."""
    names: dict[str, tuple[str, ...]] = {}
    for change in changes():
        names[change.now] = (*names.get(change.now, ()), change.name)
    return names
