"""A practice world laid out in a data home: what it is, its truth, its past, and where it is served."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from configs.errors import ConfigError
from sandbox.archive import Progress, write_past
from sandbox.returns import handed_over
from sandbox.scenario import PRACTICE, PRACTICE_HTML, Scenario
from sandbox.truth import truth

TEMPLATES = {
    PRACTICE: Path(__file__).parent / "marketplace.yaml",
    PRACTICE_HTML: Path(__file__).parent / "marketplace-html.yaml",
}


@dataclass(frozen=True)
class World:
    """A practice world in a data home: scenario and seed, truth table, the files of its past (oldest first), the
    folder that holds those of each marketplace, and files of rows that sellers of the first one hand over."""

    scenario: Scenario
    seed: int
    truth: Path
    archive: list[Path]
    archives: dict[str, Path]
    handed_over: list[Path]


def lay_out(home: Path, scenario: Scenario, seed: int, progress: Progress | None = None) -> World:
    """Writes <home>/sandbox: scenario.json, truth.parquet, archive/<marketplace>/*, handed-over/*; keeps what is there.

    ConfigError as of `claim`. `progress` is told archive weeks done and in all.
    """
    folder = home / "sandbox"
    claim(home, scenario, seed)
    path = folder / "truth.parquet"
    if not path.exists():
        temporary = _temporary(path)
        truth(scenario, seed).write_parquet(temporary)
        _settle(temporary, path)
    archives = {name: folder / "archive" / name for name in scenario.marketplaces}
    past = write_past(folder / "archive", scenario, seed, progress)
    return World(scenario, seed, path, past, archives, _hand_over(folder / "handed-over", scenario, seed))


def held_world(home: Path) -> tuple[Scenario, int]:
    """Scenario and seed of the practice world that a home holds; ConfigError where it holds none."""
    path = home / "sandbox" / "scenario.json"
    if not path.is_file():
        raise ConfigError(f"{home} holds no practice world; `beltwatch demo` lays one out")
    held = json.loads(path.read_text(encoding="utf-8"))
    return Scenario.model_validate(held["scenario"]), held["seed"]


def write_marketplace(home: Path, base_url: str) -> Path:
    """Writes what `write_marketplaces` does, and gives the first file."""
    return write_marketplaces(home, base_url)[0]


def write_marketplaces(home: Path, base_url: str) -> list[Path]:
    """Writes <home>/configs/marketplaces/<name>.yaml of each marketplace of the home's world, served at `base_url`."""
    scenario, _ = held_world(home)
    words = {PRACTICE: scenario.categories, PRACTICE_HTML: {name: name for name in scenario.categories}}
    sizes = {PRACTICE: scenario.page_size, PRACTICE_HTML: scenario.goods_page_size}
    paths = []
    for name, categories in scenario.marketplaces.items():
        content = yaml.safe_load(TEMPLATES[name].read_text(encoding="utf-8"))
        address = urlsplit(content["listing"]["url"])
        path_and_query = f"{address.path}?{address.query}".rstrip("?")
        content["listing"] |= {"url": base_url.rstrip("/") + path_and_query, "page_size": sizes[name]}
        content["categories"] = {category: words[name][category] for category in categories}
        paths.append(home / "configs" / "marketplaces" / f"{name}.yaml")
        _write_text(paths[-1], yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120))
    return paths


def claim(home: Path, scenario: Scenario, seed: int) -> None:
    """Writes <home>/sandbox/scenario.json, or checks that it tells of this world; ConfigError where of another."""
    path = home / "sandbox" / "scenario.json"
    mine: dict[str, Any] = {"name": scenario.name, "seed": seed, "digest": scenario.digest}
    if path.is_file():
        held = json.loads(path.read_text(encoding="utf-8"))
        if {key: held.get(key) for key in mine} != mine:
            raise ConfigError(
                f"{path} holds practice world {held.get('name')!r} with seed {held.get('seed')}, not {scenario.name!r} "
                f"with seed {seed} as asked; give another home with --home, or remove that folder"
            )
        return
    _write_text(path, json.dumps(mine | {"scenario": scenario.model_dump(mode="json")}, ensure_ascii=False, indent=1))


def _hand_over(folder: Path, scenario: Scenario, seed: int) -> list[Path]:
    """Writes handed-over/returns.csv where the world plants returns; gives the files there are."""
    path = folder / "returns.csv"
    if not path.exists() and (text := handed_over(scenario, seed)) is not None:
        _write_text(path, text)
    return [path] if path.exists() else []


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    temporary.write_text(text, encoding="utf-8")
    _settle(temporary, path)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _settle(temporary: Path, path: Path) -> None:
    """Syncs a file written under its temporary name, gives it its name, and syncs the folder."""
    for target, mode in ((temporary, os.O_RDWR), (path.parent, os.O_RDONLY)):
        if target == path.parent:
            temporary.replace(path)
        handle = os.open(target, mode)
        os.fsync(handle)
        os.close(handle)
