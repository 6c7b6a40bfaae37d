"""The catalogue of sentences (phrases.yaml), and `Say`, which speaks one language."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every phrase by its key; forms are `zh` with `en`, or with `one`, `many` and perhaps `two`."""
    text = files("reports").joinpath("phrases.yaml").read_text(encoding="utf-8")
    phrases: dict[str, dict[str, str]] = yaml.safe_load(text)
    return phrases


@dataclass(frozen=True)
class Say:
    """Speaks one language: `say("headline_also", count=1, verdict=say("up"))`."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The phrase filled in; an unknown key or a missing word is a KeyError, for it is a fault of ours."""
        return catalogue()[key][self._form(key, values)].format(**values)

    def or_code(self, prefix: str, code: str) -> str:
        """The phrase of a code such as a reject reason; the code itself where the catalogue does not know it yet."""
        return self(f"{prefix}_{code}") if f"{prefix}_{code}" in catalogue() else code

    def _form(self, key: str, values: dict[str, object]) -> str:
        if self.language == "zh":
            return "zh"
        if "en" in catalogue()[key]:
            return "en"
        form = {"1": "one", "2": "two"}.get(str(values["count"]), "many")
        return form if form in catalogue()[key] else "many"
