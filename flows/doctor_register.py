"""What `beltwatch doctor` says of the configuration: its files, the belts, the marketplaces."""

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Literal

from configs.belts import Belt, read_belt
from configs.errors import ConfigError
from configs.gates import Gate
from configs.marketplaces import read_marketplace
from configs.places import place
from configs.register import SHIPPED, Configs, overlaid_files
from configs.yaml_lines import load_model
from flows.workplace import Workplace

State = Literal["ok", "note", "mend"]
Said = tuple[State, str]

READERS: dict[str, Callable[[Path], object]] = {
    "belts": read_belt,
    "marketplaces": read_marketplace,
    "gates": lambda path: load_model(path, Gate),
}
NOT_OVERLAID = {"tables.yaml", "place_history.yaml"}
UNREAD: Said = ("note", "not checked, as the configuration cannot be read; mend that first")


def configuration(work: Workplace) -> Iterator[Said]:
    """Every file is read by itself, so that all faults are told and not only the first."""
    files = dict(overlaid_files(work.home))
    faults = [fault for name, path in files.items() if (fault := _fault_of(name, path))]
    if not faults:
        _ = work.configs  # read together: what one file says of another
        own = sum(path.is_relative_to(work.home) for path in files.values())
        yield "ok", f"{len(files)} files, {own} of them the data home's own"
    yield from (("mend", fault) for fault in faults)
    yield from (("note", said) for said in _never_read(work.home / "configs"))


def belts(work: Workplace) -> Iterator[Said]:
    """What the belts say of each other; what one says wrongly of itself is the configuration's."""
    configs = _sound(work)
    if configs is None:
        yield UNREAD
        return
    conflicts = list(_alias_conflicts(configs))
    yield from (("mend", conflict) for conflict in conflicts)
    if not conflicts:
        provinces = len({belt.province_code for belt in configs.belts.values()})
        floors = sum(belt.cost_floor is not None for belt in configs.belts.values())
        yield "ok", f"{len(configs.belts)} belts in {provinces} provinces, {floors} with a cost floor"
    yield from (("ok", said) for said in _own_places(work))
    yield from (("note", said) for said in (*_shared_ground(configs), *_unlisted(configs)))


def marketplaces(work: Workplace) -> Iterator[Said]:
    """Which may be crawled from here; at least one must be known."""
    configs = _sound(work)
    if configs is None:
        yield UNREAD
        return
    for name, marketplace in configs.marketplaces.items():
        if marketplace.crawl:
            yield _permission(work, name)
        else:
            yield "ok", f"{name} is not crawled; its data comes by `beltwatch ingest` and `beltwatch backfill`"
    if not configs.marketplaces:
        yield "mend", "none is configured, expected one; add configs/marketplaces/NAME.yaml to the data home"


def _permission(work: Workplace, name: str) -> Said:
    from spiders.crawl import refuse_forbidden

    marketplace = work.configs.marketplaces[name]
    try:
        refuse_forbidden(marketplace, work.settings)
    except ConfigError as error:
        return "mend", str(error)
    return "ok", f"{name} may be crawled, at most {marketplace.rate.requests_per_second:g} pages a second"


def _sound(work: Workplace) -> Configs | None:
    try:
        return work.configs
    except Exception:  # the check of the configuration tells it
        return None


def _fault_of(name: str, path: Path) -> str | None:
    reader = READERS.get(name.split("/", maxsplit=1)[0])
    try:
        if reader:
            reader(path)
    except ConfigError as error:
        return str(error)
    except Exception as error:
        return f"{path}: cannot be read ({_first_line(error)}); mend the file"
    return None


def _never_read(own: Path) -> Iterator[str]:
    """Files of a data home's configuration that are silently passed over."""
    kinds = {path.relative_to(SHIPPED).parts[0] for path in SHIPPED.glob("**/*.yaml")} - NOT_OVERLAID
    for path in sorted(path for path in own.glob("**/*") if path.is_file()):
        if path.suffix != ".yaml" or path.relative_to(own).parts[0] not in kinds:
            yield f"{path} is read by nothing, expected a .yaml below or called {', '.join(sorted(kinds))}"


def _alias_conflicts(configs: Configs) -> Iterator[str]:
    meant: dict[str, tuple[str, str]] = {}
    for belt in configs.belts.values():
        for alias, code in belt.aliases.items():
            other, known = meant.setdefault(alias, (belt.id, code))
            if known != code:
                found = f"alias {alias} is place {known} in belt {other} and {code} in belt {belt.id}"
                yield f"{found}, expected one of them; mend configs/belts/{belt.id}.yaml"


def _own_places(work: Workplace) -> Iterator[str]:
    """Where the data home's own belts are, by name: a wrong code may be that of another place."""
    for belt in work.configs.belts.values():
        if (work.home / "configs" / "belts" / f"{belt.id}.yaml").exists():
            yield f"{belt.id} is {', '.join(f'{part.code} {_full_address(part.code)}' for part in belt.places)}"


def _full_address(code: str) -> str:
    part = place(code)
    above = (part.province_code, part.city_code, part.code) if part else ()
    return "".join(found.name for one in dict.fromkeys(above) if one and (found := place(one)))


def _shared_ground(configs: Configs) -> Iterator[str]:
    for one, other in combinations(configs.belts.values(), 2):
        if not (one.title_words or other.title_words) and _codes(one) & _codes(other):
            for category in sorted(set(one.categories) & set(other.categories)):
                shared = f"belts {one.id} and {other.id} share a place and the category {category}"
                yield f"{shared}: each counts half of it; title_words can tell them apart"


def _unlisted(configs: Configs) -> Iterator[str]:
    listed = {category for marketplace in configs.marketplaces.values() for category in marketplace.categories}
    missing = sorted({category for belt in configs.belts.values() for category in belt.categories} - listed)
    if missing:
        named = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        yield f"no marketplace lists {named}: such belts have figures only where data is handed over"


def _codes(belt: Belt) -> set[str]:
    return {part.code for part in belt.places}


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
