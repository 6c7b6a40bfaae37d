"""The gates of a build, and what they keep from being published.

Pages, batch traits (flows/drift.py), offers and listing weeks pass a gate each, history once per category: weeks at
fault are taken out by the first-line rules, the others pass as one batch, and only where that is stopped each week
passes alone. A quarantined category's belts publish suppressed rows; everything else is published.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from configs.gates import Gate
from configs.register import Configs
from configs.tables import figures_draft, table
from flows.checks import UNIT_GATES, checks_files, keep_checks, quarantined_weeks, rules_of, week_of
from flows.drift import judge
from transforms.coverage import UNIT
from warehouse import lake
from warehouse.gates import Batch, broken_weeks, check, is_stopped

__all__ = [
    "gate_category", "gate_figures", "gate_offers", "gate_pages", "pass_gates", "quarantined", "quarantined_weeks",
]  # fmt: skip


def pass_gates(home: Path, configs: Configs, renewed: Mapping[tuple[str, str], Sequence[date]]) -> None:
    """Pass what was made anew, (marketplace, category) to weeks, through the gates of offers and of listing weeks;
    so passes every category whose checks rest on other rules than are in force now."""
    changed = _of_other_rules(home, configs)
    for marketplace, category in sorted({*renewed, *changed}):
        weeks = changed.get((marketplace, category)) or renewed[marketplace, category]
        if (marketplace, category) in changed:
            judge(home, configs, marketplace, category, weeks)
        gate_offers(home, configs, marketplace, category, weeks)
        gate_category(home, configs, marketplace, category, weeks)


def gate_pages(home: Path, configs: Configs, pages: pl.DataFrame) -> None:
    """Pass the pages of every category and week of the ledger (table pages) through their gate and keep the result."""
    planned = pages.filter((pl.col("purpose") == "listing") & (pl.col("read") == 1)).select(*UNIT, "outcome")
    for (marketplace, category), rows in sorted(planned.partition_by(UNIT[:2], as_dict=True).items()):
        weeks = tuple(sorted(rows["week"].unique().to_list()))
        _keep(home, configs, "pages", Batch(marketplace, category, weeks, rows.drop(UNIT[:2])))


def gate_offers(home: Path, configs: Configs, marketplace: str, category: str, weeks: Sequence[date]) -> None:
    """Pass the offers of some weeks through their gate and keep the result."""
    _pass(home, configs, "offers", (marketplace, category), weeks)


def gate_category(home: Path, configs: Configs, marketplace: str, category: str, weeks: Sequence[date]) -> None:
    """Pass the listing weeks of some weeks through their gate and keep the result."""
    _pass(home, configs, "listing_weeks", (marketplace, category), weeks)


def quarantined(home: Path, weeks: Sequence[date] | None) -> list[str]:
    """One sentence for each category and week (None: any week) that stands in quarantine; the first gate speaks."""
    stopped: dict[tuple[str, str], str] = {}
    for gate in UNIT_GATES:
        for path in checks_files(home, gate):
            if weeks is None or week_of(path) in weeks:
                checks = lake.read(table("checks"), [path])
                if is_stopped(checks):
                    unit = path.relative_to(home / "checks" / gate)
                    stopped.setdefault((str(unit.parent), unit.name), _sentence(checks) + _rejected(home, checks))
    return [stopped[unit] for unit in sorted(stopped)]


def gate_figures(home: Path, configs: Configs) -> list[str]:
    """Pass all built figures through their gate; returns what was stopped, one sentence each."""
    rows = lake.read(figures_draft(), sorted((home / "figures").glob("week=*/*.parquet")))
    if rows.is_empty():
        return []
    weeks = tuple(sorted(rows["week"].unique().to_list()))
    checks = check(Batch("all", "all", weeks, rows), configs.gates["figures"])
    lake.write(home / "checks" / "figures" / "all.parquet", checks)
    return [_sentence(checks)] if is_stopped(checks) else []


def _pass(home: Path, configs: Configs, name: str, unit: tuple[str, str], weeks: Sequence[date]) -> None:
    gate = configs.gates[name]
    _keep(home, configs, name, Batch(*unit, tuple(sorted(weeks)), _rows(home, gate, *unit, weeks)))


def _keep(home: Path, configs: Configs, name: str, batch: Batch) -> None:
    for part, checks in _checked(batch, configs.gates[name]):
        keep_checks(home, configs, name, part, checks)


def _checked(batch: Batch, gate: Gate) -> Iterator[tuple[Batch, pl.DataFrame]]:
    """The batch in parts with their checks: a part that is stopped is always a single week."""
    broken = broken_weeks(batch, gate)
    for week in sorted(broken):
        part = batch.of((week,))
        yield part, check(part, gate)
    rest = batch.of(tuple(week for week in batch.weeks if week not in broken))
    if not rest.weeks:
        return
    checks = check(rest, gate)
    if len(rest.weeks) == 1 or not is_stopped(checks):
        yield rest, checks
        return
    for part in (rest.of((week,)) for week in rest.weeks):
        yield part, check(part, gate)


def _rows(home: Path, gate: Gate, marketplace: str, category: str, weeks: Sequence[date]) -> pl.DataFrame:
    """Of the units' rows the columns that the gate looks at, and the week."""
    columns = sorted({"week", *gate.read_columns})
    paths = [path for week in sorted(weeks) for path in _files(home, gate.table, marketplace, week, category)]
    parts = [pl.read_parquet(path, columns=columns, hive_partitioning=False) for path in paths if path.exists()]
    return pl.concat([table(gate.table).empty().select(columns), *(part.select(columns) for part in parts)])


def _files(home: Path, name: str, marketplace: str, week: date, category: str) -> list[Path]:
    if name == "offers":
        return lake.offer_files(home, marketplace, week, category)
    return [lake.partition(home, name, marketplace, week, category)]


def _of_other_rules(home: Path, configs: Configs) -> dict[tuple[str, str], list[date]]:
    """(marketplace, category) whose checks rest on other rules than are in force now, with all its weeks."""
    found = {
        (path.parent.parent.name.removeprefix("marketplace="), path.stem)
        for gate in UNIT_GATES
        for path in checks_files(home, gate)
        if gate != "pages"  # every build passes all pages
        if lake.fingerprint_of(path) != rules_of(configs, gate)
    }
    weeks: dict[tuple[str, str], list[date]] = {}
    for marketplace, week, category in lake.units(home, "listing_weeks") if found else ():
        if (marketplace, category) in found:
            weeks.setdefault((marketplace, category), []).append(week)
    return weeks


def _sentence(checks: pl.DataFrame) -> str:
    broken = checks.filter(~pl.col("is_passed") & (pl.col("severity") == "stop")).row(0, named=True)
    where = f"{broken['marketplace']}/{broken['week']}/{broken['category']}"
    return f"{broken['gate']} {where}: rule {broken['rule']} found {broken['observed']}, expected {broken['expected']}"


def _rejected(home: Path, checks: pl.DataFrame) -> str:
    """Why a week has no listings, as the end of a sentence: its offers were rejected, most of them for a reason."""
    broken = checks.filter(~pl.col("is_passed") & (pl.col("severity") == "stop")).row(0, named=True)
    if broken["gate"] != "listing_weeks" or not broken["observed"].startswith("0 rows"):
        return ""
    unit = broken["marketplace"], broken["week"], broken["category"]
    reasons = lake.read(table("rejects"), [lake.partition(home, "rejects", *unit)])["reason"]
    if reasons.is_empty():
        return ""
    reason, count = reasons.value_counts().sort("count", "reason", descending=[True, False]).row(0)
    return f" (all of {reasons.len()} offers are in table rejects, {count} of them as {reason})"
