"""Everything that is configured: the shipped files, overlaid file by file by <home>/configs.

Three files are overlaid entry by entry, so that one threshold, category or festival window can be set without copying
the others: categories.yaml, publication.yaml and, section by section, calendar.yaml.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, RootModel, create_model

from configs.belts import Belt, Name, read_belt
from configs.errors import ConfigError
from configs.festivals import Calendar
from configs.gates import Gate
from configs.marketplaces import Marketplace, read_marketplace
from configs.publication import PublicationRules
from configs.yaml_lines import line_of, load_model

SHIPPED = Path(__file__).parent
NOT_OVERLAID = ("tables.yaml", "place_history.yaml")  # part of the code

M = TypeVar("M", bound=BaseModel)


class Categories(RootModel[dict[str, Name]]):
    """Category id to its names."""


@dataclass(frozen=True)
class Configs:
    """All belts, categories, marketplaces, gates, thresholds and moving days in force, and a digest of their files."""

    belts: dict[str, Belt]
    categories: dict[str, Name]
    marketplaces: dict[str, Marketplace]
    gates: dict[str, Gate]
    publication: PublicationRules
    calendar: Calendar
    digests: dict[str, str]

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Town names to division codes, over all belts."""
        return {alias: code for belt in self.belts.values() for alias, code in belt.aliases.items()}

    def belts_of(self, category: str) -> dict[str, Belt]:
        """The belts that live from a category."""
        return {name: belt for name, belt in self.belts.items() if category in belt.categories}

    def marketplace(self, name: str) -> Marketplace:
        """One marketplace by name; an unknown name is an error that lists the known ones."""
        if name not in self.marketplaces:
            known = ", ".join(self.marketplaces) or "none"
            raise ConfigError(
                f"marketplace {name!r} is not configured; known are: {known}; add configs/marketplaces/{name}.yaml"
            )
        return self.marketplaces[name]


def load(home: Path) -> Configs:
    """The configuration in force for a data home; the first fault found is raised with its file and line."""
    files = dict(overlaid_files(home))
    categories = _categories(home)
    belts = {path.stem: read_belt(path) for name, path in files.items() if name.startswith("belts/")}
    marketplaces = {
        path.stem: read_marketplace(path) for name, path in files.items() if name.startswith("marketplaces/")
    }
    for belt in belts.values():
        _known_categories(files[f"belts/{belt.id}.yaml"], belt.categories, categories)
    for marketplace in marketplaces.values():
        _known_categories(files[f"marketplaces/{marketplace.name}.yaml"], list(marketplace.categories), categories)
    gates = {path.stem: load_model(path, Gate) for name, path in files.items() if name.startswith("gates/")}
    return Configs(
        belts=belts,
        categories=categories,
        marketplaces=marketplaces,
        gates=gates,
        publication=_entry_by_entry(files["publication.yaml"], PublicationRules),
        calendar=_entry_by_entry(files["calendar.yaml"], Calendar),
        digests={name: sha256(path.read_bytes()).hexdigest() for name, path in files.items()},
    )


def overlaid_files(home: Path) -> Iterator[tuple[str, Path]]:
    """Pairs of name below configs/ and the file in force, sorted by name."""
    found: dict[str, Path] = {}
    for root in (SHIPPED, home / "configs"):
        for path in sorted(root.glob("**/*.yaml")):
            name = path.relative_to(root).as_posix()
            if name not in NOT_OVERLAID:
                found[name] = path
    yield from sorted(found.items())


def _categories(home: Path) -> dict[str, Name]:
    """Category id to names; the overlay's entries are added to the shipped ones."""
    merged: dict[str, Name] = {}
    for path in (SHIPPED / "categories.yaml", home / "configs" / "categories.yaml"):
        if path.exists():
            merged |= load_model(path, Categories).root
    return merged


def _entry_by_entry(path: Path, model: type[M]) -> M:
    """The file in force: entries that the overlay does not name are those of the shipped file of that name."""
    shipped = load_model(SHIPPED / path.name, model)
    if path.parent == SHIPPED:
        return shipped
    known: Any = {
        name: (field.rebuild_annotation(), getattr(shipped, name)) for name, field in model.model_fields.items()
    }
    merged = load_model(path, create_model(model.__name__, __base__=model, **known))
    return model.model_validate(merged.model_dump())


def _known_categories(path: Path, named: list[str], known: dict[str, Name]) -> None:
    for category in named:
        if category not in known:
            near = get_close_matches(category, known, n=1)
            hint = f"did you mean {near[0]!r}? If not, " if near else ""
            add = f"{hint}add it to <home>/configs/categories.yaml as {category}: {{en: ..., zh: ...}}"
            raise ConfigError(f"{path}:{line_of(path, category)}: category {category!r} is not known; {add}")
