"""The gates of a build, and what they keep from being published.

History passes the gate once per category; where that fails, week by week, so that only the weeks at fault are
quarantined. A quarantined category's belts publish suppressed rows; everything else is published.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from configs.register import Configs
from configs.tables import figures_draft, table
from warehouse import lake
from warehouse.gates import Batch, check, is_stopped


def pass_gates(home: Path, configs: Configs, renewed: Mapping[tuple[str, str], Sequence[date]]) -> None:
    """Pass what was made anew, (marketplace, category) to weeks, through the gate."""
    for (marketplace, category), weeks in sorted(renewed.items()):
        gate_category(home, configs, marketplace, category, weeks)


def gate_category(home: Path, configs: Configs, marketplace: str, category: str, weeks: Sequence[date]) -> None:
    """Pass the listing weeks of some weeks through their gate and keep the result."""
    rows = {week: _rows(home, marketplace, category, week) for week in sorted(weeks)}
    whole = _check(configs, marketplace, category, rows)
    if not is_stopped(whole):
        _store(home, marketplace, category, max(rows), whole, drop=[week for week in rows if week != max(rows)])
        return
    for week, part in rows.items():
        checks = _check(configs, marketplace, category, {week: part})
        _store(home, marketplace, category, week, checks, drop=[])


def quarantined(home: Path, weeks: Sequence[date] | None) -> list[str]:
    """One sentence for each category and week (None: any week) that stands in quarantine."""
    stopped = []
    for path in sorted((home / "checks" / "listing_weeks").glob("marketplace=*/week=*/*.parquet")):
        if weeks is None or date.fromisoformat(path.parent.name.removeprefix("week=")) in weeks:
            checks = lake.read(table("checks"), [path])
            if is_stopped(checks):
                stopped.append(_sentence(checks))
    return stopped


def quarantined_weeks(home: Path, marketplace: str, category: str) -> set[date]:
    """The weeks in which a category's listing weeks were stopped by their gate."""
    found = set()
    for path in (home / "checks" / "listing_weeks" / f"marketplace={marketplace}").glob(f"week=*/{category}.parquet"):
        if is_stopped(lake.read(table("checks"), [path])):
            found.add(date.fromisoformat(path.parent.name.removeprefix("week=")))
    return found


def gate_figures(home: Path, configs: Configs) -> list[str]:
    """Pass all built figures through their gate; returns what was stopped, one sentence each."""
    rows = lake.read(figures_draft(), sorted((home / "figures").glob("week=*/*.parquet")))
    if rows.is_empty():
        return []
    first, last = rows["week"].min(), rows["week"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    checks = check(Batch("all", "all", first, last, rows), configs.gates["figures"])
    lake.write(home / "checks" / "figures" / "all.parquet", checks)
    return [_sentence(checks)] if is_stopped(checks) else []


def _rows(home: Path, marketplace: str, category: str, week: date) -> pl.DataFrame:
    return lake.read(table("listing_weeks"), [lake.partition(home, "listing_weeks", marketplace, week, category)])


def _check(configs: Configs, marketplace: str, category: str, rows: dict[date, pl.DataFrame]) -> pl.DataFrame:
    """One batch of all weeks. A week without rows empties the batch: one row count speaks for every week."""
    parts = list(rows.values())
    whole = pl.concat(parts) if all(part.height for part in parts) else parts[0].clear()
    return check(Batch(marketplace, category, min(rows), max(rows), whole), configs.gates["listing_weeks"])


def _store(home: Path, marketplace: str, category: str, week: date, checks: pl.DataFrame, drop: list[date]) -> None:
    folder = home / "checks" / "listing_weeks" / f"marketplace={marketplace}"
    lake.write(folder / f"week={week}" / f"{category}.parquet", checks)
    for earlier in drop:
        (folder / f"week={earlier}" / f"{category}.parquet").unlink(missing_ok=True)


def _sentence(checks: pl.DataFrame) -> str:
    broken = checks.filter(~pl.col("is_passed") & (pl.col("severity") == "stop")).row(0, named=True)
    where = f"{broken['marketplace']}/{broken['week']}/{broken['category']}"
    return f"{where}: rule {broken['rule']} found {broken['observed']}, expected {broken['expected']}"
