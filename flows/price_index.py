"""The part of a build that makes price indices: listing weeks of a belt -> its index by month, with a weekly flash.

Relaunched listings are followed; the change on the year without that stands beside it, to tell how much rests on it.
A month's figures stand at its last week. Weeks of the month that is not over have a flash each, which is withdrawn
when the month is over. Every point rests on all weeks before it, so a belt is made whole or not at all. The formula is
that of the releases before (warehouse/formulas.py).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import orjson
import polars as pl

from configs.belts import Belt
from configs.calendar import year_ago
from configs.register import Configs
from configs.tables import figures_draft
from flows.belts import INDEX_PREFIX
from flows.quality import quarantined_weeks
from transforms.coverage import shares
from transforms.index_figures import (
    INDEX_COLUMNS,
    Settled,
    chosen_formulas,
    index_ends,
    index_figures,
    index_points,
    index_rows,
    unlinked,
    unusable_months,
)
from transforms.index_links import links, with_links
from warehouse import lake
from warehouse.formulas import TOLD, Formulas, index_marker

METHOD = "price-index-4"
RULE = "formula-1"  # of the choice of a formula; another one chooses anew for every belt
Covered = dict[date, tuple[float | None, float | None]]


def index_file(home: Path, week: date, belt: str) -> Path:
    """File of a belt's price index of one week, built but not yet released."""
    return lake.figures_file(home, week, f"{INDEX_PREFIX}{belt}")


def build_index(
    home: Path, configs: Configs, belt: Belt, coverage: pl.DataFrame, released: Formulas | None = None
) -> int:
    """Make a belt's price index of all weeks where anything it rests on has changed; returns how many weeks changed.
    `coverage` has the rows of `pages_read`, `released` is what the releases tell of the belt's formulas."""
    units = [unit for unit in lake.units(home, "listing_belts") if unit[2] in belt.categories]
    stopped = {week for m, c in sorted({(m, c) for m, _, c in units}) for week in quarantined_weeks(home, m, c)}
    used = [unit for unit in units if unit[1] not in stopped]
    weeks = {week for _, week, _ in used}
    covered = {week: both for week, both in _covered(coverage, units).items() if week in weeks}
    made_of = _made_of(home, configs, belt, used, covered)
    settled = _settled(released)
    marker = index_marker(home, belt.id)
    if not used or (lake.fingerprint_of(marker) == made_of and _stands(home, belt, marker, settled)):
        return 0
    figures, chosen = _figures(configs, belt, _rows(home, belt, used), covered, settled)
    changed = _write_weeks(home, belt, figures)
    made = figures.select("week").unique().sort("week")
    lake.write(marker, made, made_of, {TOLD: _told(belt, chosen)})
    return changed


def _figures(
    configs: Configs,
    belt: Belt,
    read: tuple[pl.DataFrame, pl.DataFrame],
    covered: Covered,
    settled: Mapping[str, Settled],
) -> tuple[pl.DataFrame, dict[str, Settled]]:
    """The index with links, the change on the year without them, and what a release of them settles; `read` is what
    `_rows` found."""
    rows, found = read
    if rows.is_empty():
        return figures_draft().empty(), {}
    unusable = set() if belt.index_formula else unusable_months(rows, settled)
    followed = with_links(rows, found)
    points = index_points(followed, belt, settled, configs.publication)
    headline = beside = index_figures(followed, belt, covered, configs.publication, points, unusable)
    if not found.is_empty():
        apart = index_points(rows, belt, settled)  # of it only changes are told
        beside = index_figures(rows, belt, covered, configs.publication, apart, unusable)
    figures = pl.concat([headline, unlinked(beside)]).sort(figures_draft().key)
    return figures, chosen_formulas(points, headline)


def _settled(released: Formulas | None) -> dict[str, Settled]:
    """By stratum; none where the rule of choice was another one."""
    if released is None or released["rule"] != RULE:
        return {}
    strata = released["strata"].items()
    return {name: Settled(kept["formula"], date.fromisoformat(kept["month"])) for name, kept in strata}


def _told(belt: Belt, chosen: Mapping[str, Settled]) -> str:
    strata = {name: {"formula": kept.formula, "month": str(kept.month)} for name, kept in sorted(chosen.items())}
    return orjson.dumps({"rule": RULE, "is_set": belt.index_formula is not None, "strata": strata}).decode()


def _stands(home: Path, belt: Belt, marker: Path, settled: Mapping[str, Settled]) -> bool:
    """Whether every week that was made last time is there, by the formulas that are settled."""
    made = orjson.loads(lake.told_by(marker).get(TOLD, '{"strata": {}}'))["strata"]
    is_kept = all(settled[name].formula == own["formula"] for name, own in made.items() if name in settled)
    is_free = belt.index_formula is not None or is_kept
    return is_free and all(index_file(home, week, belt.id).exists() for week in pl.read_parquet(marker)["week"])


def _made_of(home: Path, configs: Configs, belt: Belt, units: Sequence[lake.Unit], covered: Covered) -> str:
    """What a belt's price index is made from."""
    digests = [configs.digests["publication.yaml"], configs.digests[f"belts/{belt.id}.yaml"]]
    files = [f"{unit} {lake.fingerprint_of(lake.partition(home, 'listing_belts', *unit))}" for unit in units]
    return lake.fingerprint([METHOD, RULE, *digests, *files, str(covered)])


def _covered(coverage: pl.DataFrame, units: Sequence[lake.Unit]) -> Covered:
    """Shares of the pages stored of each week and of the week a year before."""
    names = {"marketplace": pl.String, "week": pl.Date, "category": pl.String}
    known = shares(coverage, pl.DataFrame(units, schema=names, orient="row"))
    return {week: (share, known.get(year_ago(week))) for week, share in sorted(known.items())}


def _rows(home: Path, belt: Belt, units: Sequence[lake.Unit]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of all weeks that the index is made of, and which of their listings are relaunches of which."""
    rows, ends = [], []
    for batch in lake.in_batches(home, "listing_weeks", units):
        tables = zip(("listing_weeks", "listing_belts"), INDEX_COLUMNS, strict=True)
        listings, placed = (lake.read_units(home, name, batch, columns) for name, columns in tables)
        own = placed.filter(pl.col("belt") == belt.id)
        rows.append(index_rows(listings, own))
        ends.append(index_ends(listings, own))
    weeks = pl.DataFrame(units, schema=["marketplace", "week", "category"], orient="row")
    return pl.concat(rows), links(pl.concat(ends), weeks)


def _write_weeks(home: Path, belt: Belt, points: pl.DataFrame) -> int:
    """Writes the weeks that have points and removes those that have none any more; returns how many changed."""
    weeks = {key[0]: part for key, part in points.partition_by("week", as_dict=True).items()}
    changed = 0
    for path in (home / "figures").glob(f"week=*/{index_file(home, date.min, belt.id).name}"):
        if date.fromisoformat(path.parent.name.removeprefix("week=")) not in weeks:
            path.unlink()
            changed += 1
    for week, part in weeks.items():
        path = index_file(home, week, belt.id)
        if not path.exists() or not lake.read(figures_draft(), [path]).equals(part):
            lake.write(path, part)
            changed += 1
    return changed
