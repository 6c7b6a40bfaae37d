"""The part of a build that makes price indices: listing weeks of a belt -> its index by month, with a weekly flash.

A month's figures stand at its last week. Weeks of the month that is not over have a flash each, which is withdrawn
when the month is over. Every point rests on all weeks before it, so a belt is made whole or not at all. The formula is
that of the releases before (warehouse/formulas.py).
"""

from collections.abc import Mapping
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
from transforms.coverage import share
from transforms.index_figures import (
    INDEX_COLUMNS,
    Settled,
    chosen_formulas,
    index_figures,
    index_points,
    index_rows,
    unusable_months,
)
from warehouse import lake
from warehouse.formulas import TOLD, Formulas, index_marker

METHOD = "price-index-2"
RULE = "formula-1"  # of the choice of a formula; another one chooses anew for every belt
Unit = tuple[str, date, str]


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
    covered = {week: _covered(coverage, units, week) for week in sorted({week for _, week, _ in used})}
    made_of = _made_of(home, configs, belt, used, covered)
    settled = _settled(released)
    marker = index_marker(home, belt.id)
    if not used or (lake.fingerprint_of(marker) == made_of and _stands(home, belt, marker, settled)):
        return 0
    rows = _rows(home, belt, used)
    points = index_points(rows, belt, settled) if rows.height else pl.DataFrame()
    unusable = set() if belt.index_formula else unusable_months(rows, settled)
    figures = index_figures(rows, belt, covered, configs.publication, points, unusable)
    changed = _write_weeks(home, belt, figures)
    weeks = figures.select("week").unique().sort("week")
    chosen = chosen_formulas(points, figures) if rows.height else {}
    lake.write(marker, weeks, made_of, {TOLD: _told(belt, chosen)})
    return changed


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


def _made_of(
    home: Path, configs: Configs, belt: Belt, units: list[Unit], covered: dict[date, tuple[float | None, float | None]]
) -> str:
    """What a belt's price index is made from."""
    digests = [configs.digests["publication.yaml"], configs.digests[f"belts/{belt.id}.yaml"]]
    files = [f"{unit} {lake.fingerprint_of(lake.partition(home, 'listing_belts', *unit))}" for unit in units]
    return lake.fingerprint([METHOD, RULE, *digests, *files, str(covered)])


def _covered(coverage: pl.DataFrame, units: list[Unit], week: date) -> tuple[float | None, float | None]:
    """Shares of the pages stored of a week and of the week a year before."""
    shares = []
    for day in (week, year_ago(week)):
        own = [(marketplace, category) for marketplace, other, category in units if other == day]
        frame = pl.DataFrame(own, schema={"marketplace": pl.String, "category": pl.String}, orient="row")
        shares.append(share(coverage, frame, day))
    return shares[0], shares[1]


def _rows(home: Path, belt: Belt, units: list[Unit]) -> pl.DataFrame:
    """The rows of all weeks that the index is made of."""
    parts = []
    for unit in units:
        files = (lake.partition(home, name, *unit) for name in ("listing_weeks", "listing_belts"))
        listings, placed = (
            pl.read_parquet(path, hive_partitioning=False, columns=columns)
            for path, columns in zip(files, INDEX_COLUMNS, strict=True)
        )
        parts.append(index_rows(listings, placed.filter(pl.col("belt") == belt.id)))
    return pl.concat(parts)


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
