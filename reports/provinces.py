"""Belts by province, in the order of the ranking: the province of the deepest fall stands first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.blocks import Cell
from reports.facts import BeltChange, Facts
from reports.phrases import Say

CHINA = "china"


@dataclass(frozen=True)
class Province:
    """One province with its belts in the order in which they were given."""

    code: str
    name: str
    belts: list[BeltChange]


def provinces_of(say: Say, belts: Sequence[BeltChange]) -> list[Province]:
    """The belts by province, each where its first belt stands; belts whose province is not known come last."""
    groups: dict[str, list[BeltChange]] = {}
    for belt in sorted(belts, key=lambda belt: belt.province_code is None):
        groups.setdefault(belt.province_code or "", []).append(belt)
    return [Province(code, province_name(say, group[0]), group) for code, group in groups.items()]


def province_name(say: Say, belt: BeltChange) -> str:
    """The belt's province in the page's language; its registered name where the catalogue does not know its code."""
    code = belt.province_code or ""
    name = say.or_code("province", code)
    return name if name != code else belt.province_zh or say("province_unknown")


def down_text(say: Say, facts: Facts, region: str) -> str:
    """How many of a region's published belts are down; nothing where that is not published."""
    found = facts.down_shares.get(region)
    return say("region_down", down=found.down, count=found.belts) if found else ""


def grouped_rows(
    say: Say, belts: Sequence[BeltChange], row: Callable[[BeltChange], list[Cell]], facts: Facts | None = None
) -> list[list[Cell]]:
    """Table rows under a heading row for each province; with facts the headings say how many belts are down."""
    rows = []
    for province in provinces_of(say, belts):
        rows.append([heading(say, province, facts)])
        rows.extend(row(belt) for belt in province.belts)
    return rows


def heading(say: Say, province: Province, facts: Facts | None) -> Cell:
    """The heading row's only cell: the province, and how many of its belts are down where facts are given."""
    if facts is None:
        return Cell(province.name, tone="group")
    share = facts.down_shares.get(province.code)
    return Cell(province.name, share.share if share else None, small=down_text(say, facts, province.code), tone="group")
