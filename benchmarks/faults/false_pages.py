"""Blocks, logins, errors, empty and other pages in place of listings: is any taken for data, does a figure move?

Of one category of a tiny world first one page and then all of them are answered wrongly, in every way that is known of.
The other category is left in peace. A week's figures must be those of an undisturbed week, or suppressed with a reason.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.faults.ground import Ground, ground_in
from benchmarks.faults.live_week import CATEGORY, Week, Wrong, WrongSite, figures_changed, without_reason
from benchmarks.faults.table import FaultRow
from benchmarks.faults.wrong_pages import ECHOES, KINDS, empty_once

SHORT = ("another category in disguise", "empty with its marker, again and again")


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Every kind on one page, and but for echoes of the first page on all pages of the category; short: two kinds, on
    two pages of one week."""
    with ground_in(folder) as ground:
        return row_on(ground, is_short)


def row_on(ground: Ground, is_short: bool) -> FaultRow:
    """The same on a ground that is there."""
    weeks = taken = changed = unexplained = only_gated = 0
    right = ground.right
    for name, wrong in _short(ground.site) if is_short else _all(ground.site):
        week = ground.week(wrong)
        weeks += 1
        found = week.taken_as_data(wrong), figures_changed(week.figures, right.figures)
        if any(found):
            print(f"      {name} on pages {sorted(wrong)}: {found}, {_outcomes(week)}", flush=True)
        taken, changed = taken + found[0], changed + found[1]
        only_gated += bool(week.read_as_listing(wrong)) and not found[0]
        unexplained += without_reason(week.figures)
    healed = right.figures.equals(ground.week({1: empty_once, 2: empty_once}).figures)
    return FaultRow(
        fault=f"{len(SHORT) if is_short else len(KINDS | ECHOES)} kinds of block, login, error, empty and other pages",
        counts={
            "taken as data": taken,
            "figures changed": changed,
            "figures suppressed without a reason": unexplained,
            "weeks spoilt by pages that were empty once": 0 if healed else 1,
            "figures published undisturbed": right.figures.filter(status="published").height,
        },
        least={"figures published undisturbed": 1},
        seen={"wrong weeks": weeks, "of them with pages that only a gate kept out": only_gated},
    )


def _all(site: WrongSite) -> Iterator[tuple[str, Mapping[int, Wrong]]]:
    for name, wrong in (KINDS | ECHOES).items():
        yield name, {2: wrong}
    for name, wrong in KINDS.items():
        yield name, dict.fromkeys(range(1, site.page_count + 1), wrong)


def _short(site: WrongSite) -> Iterator[tuple[str, Mapping[int, Wrong]]]:
    yield "two kinds", {site.page_count - place: KINDS[name] for place, name in enumerate(SHORT)}


def _outcomes(week: Week) -> list[tuple[int, str | None]]:
    return week.pages.filter(category=CATEGORY, read=1).select("page", "outcome").rows()
