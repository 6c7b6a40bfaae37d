"""The page of the quality gates, <home>/docs/gates/index.html: what each rule expected and what it found.

Great Expectations' own pages name stylesheets of other hosts; this one is made from table checks and loads nothing.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined

from configs.tables import table
from spiders.lake_files import write_bytes_atomic
from warehouse import lake

BATCH = ["gate", "marketplace", "category"]
NEWEST_FIRST = ["week", *BATCH, "rule"]
SHOWN = {
    "gate": "Gate",
    "marketplace": "Marketplace",
    "category": "Category",
    "week": "Weeks",
    "rule": "Rule",
    "expected": "Expected",
    "observed": "Observed",
    "row_count": "Rows",
    "is_passed": "Passed",
}
QUARANTINE = "A stopped category publishes its belts as suppressed, reason quarantined; all others are published."
RESULTS = {"stop": "✕ stopped 拦截", "warn": "! warned 警告", "pass": "✓ passed 通过"}


@dataclass(frozen=True)
class Part:
    """One table of the page; the rows are those of the template."""

    id: str
    en: str
    zh: str
    rows: list[dict[str, Any]]
    note: str = ""


def write_gate_page(home: Path) -> Path:
    """Write the page of all checks below a data home; returns where it is. Equal checks give equal bytes."""
    checks = lake.read(table("checks"), sorted((home / "checks").glob("**/*.parquet")))
    path = home / "docs" / "gates" / "index.html"
    write_bytes_atomic(path, gate_page(checks).encode())
    return path


def gate_page(checks: pl.DataFrame) -> str:
    """The page of table checks: broken rules first, then the newest batch of each category, newest first."""
    ordered = checks.sort(NEWEST_FIRST, descending=[True, *[False] * (len(NEWEST_FIRST) - 1)])
    broken = ordered.filter(~pl.col("is_passed"))
    passed = ordered.filter("is_passed")
    newest = passed.filter(pl.col("week") == pl.col("week").max().over(BATCH))
    older = passed.height - newest.height
    note = f"Of each category its newest batch; {older} older checks that passed are in table checks." if older else ""
    parts = [
        Part("stopped", "Stopped", "拦截", _rows(broken.filter(pl.col("severity") == "stop")), QUARANTINE),
        Part("warned", "Warned", "警告", _rows(broken.filter(pl.col("severity") != "stop"))),
        Part("passed", "Passed", "通过", _rows(newest), note),
    ]
    chinese = {column.name: column.zh for column in table("checks").columns}
    titles = [{"en": title, "zh": chinese[name]} for name, title in SHOWN.items()]
    return str(_template().render(summary=_summary(checks), parts=parts, titles=titles))


def _summary(checks: pl.DataFrame) -> str:
    if checks.is_empty():
        return "No checks yet: nothing was built. 尚无检查。"
    stopped = checks.filter(~pl.col("is_passed") & (pl.col("severity") == "stop"))
    units = stopped.select(*BATCH, "week").unique().height
    verdict = f"{units} batches are stopped. {units} 批被拦截。" if units else "Nothing is stopped. 无拦截。"
    passed, newest = checks.select(pl.col("is_passed").sum(), pl.col("week").max().cast(pl.String)).row(0)
    return f"{checks.height} checks, {passed} passed, newest week {newest}. {verdict}"


def _rows(checks: pl.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for row in checks.iter_rows(named=True):
        kind = "pass" if row["is_passed"] else row["severity"]
        weeks = str(row["week"]) if row["week"] == row["first_week"] else f"{row['first_week']} – {row['week']}"
        rows.append(row | {"weeks": weeks, "kind": kind, "result": RESULTS[kind], "row_count": f"{row['row_count']:,}"})
    return rows


def _template() -> Any:
    loader = PackageLoader("warehouse", "templates")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template("gates.html.j2")
