"""Quality gates: first-line rules in Polars, then Great Expectations on the checked columns only.

Great Expectations' column rules pass on an empty table and on an all-null column, so row count and null share come
first, and a batch that fails one of them is not shown to it at all.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from configs.gates import Gate, Rule
from configs.tables import table


@dataclass(frozen=True)
class Batch:
    """Rows that pass a gate together: one category of one marketplace over some weeks, or the figures of a build."""

    marketplace: str
    category: str
    first_week: date
    week: date
    rows: pl.DataFrame


def check(batch: Batch, gate: Gate) -> pl.DataFrame:
    """Rows of table checks: one per rule of the gate that was applied."""
    first = [_first_line(batch.rows, rule) for rule in gate.rules if rule.check]
    if any(not passed for _, passed, *_ in first):
        results = first
    else:
        results = [*first, *_expectations(batch.rows, [rule for rule in gate.rules if rule.expect])]
    return table("checks").conform(
        pl.DataFrame(
            [_row(batch, gate, *result) for result in results],
            schema=table("checks").polars_schema(),
            orient="row",
        )
    )


def is_stopped(checks: pl.DataFrame) -> bool:
    """Whether a rule that stops was broken."""
    return not checks.filter(~pl.col("is_passed") & (pl.col("severity") == "stop")).is_empty()


Result = tuple[Rule, bool, str, str]


def _row(batch: Batch, gate: Gate, rule: Rule, passed: bool, observed: str, expected: str) -> dict[str, object]:
    return {
        "gate": gate.table,
        "marketplace": batch.marketplace,
        "category": batch.category,
        "week": batch.week,
        "first_week": batch.first_week,
        "rule": rule.id,
        "column_name": rule.column,
        "is_passed": passed,
        "severity": rule.severity,
        "observed": observed,
        "expected": expected,
        "row_count": batch.rows.height,
    }


def _first_line(rows: pl.DataFrame, rule: Rule) -> Result:
    if rule.check == "row_count":
        least = rule.minimum or 0
        return rule, rows.height >= least, f"{rows.height} rows", f"at least {least:.0f}"
    assert rule.column is not None
    most = rule.maximum or 0.0
    share = rows[rule.column].null_count() / rows.height if rows.height else 1.0
    return rule, share <= most, f"{share:.1%} null", f"at most {most:.1%}"


def _expectations(rows: pl.DataFrame, rules: list[Rule]) -> Iterator[Result]:
    if not rules:
        return
    import great_expectations as gx  # its import takes seconds: only a gate that needs it pays

    # It tells of every temporary folder
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("whole")
    suite = gx.ExpectationSuite(name="gate", expectations=[_expectation(rule) for rule in rules])
    checked = sorted({column for rule in rules for column in _columns(rule)})
    frame = rows.select(checked).to_pandas()
    outcome = definition.get_batch(batch_parameters={"dataframe": frame}).validate(suite)
    by_id = {result.expectation_config.meta["rule"]: result for result in outcome.results}
    for rule in rules:
        result = by_id[rule.id]
        yield rule, bool(result.success), _observed(result), _expected(rule)


def _expectation(rule: Rule) -> Any:
    import great_expectations.expectations as gxe

    assert rule.expect is not None
    name = "".join(part.capitalize() for part in rule.expect.split("_"))
    arguments = dict(rule.arguments) | ({"column": rule.column} if rule.column else {})
    return getattr(gxe, name)(**arguments, meta={"rule": rule.id})


def _columns(rule: Rule) -> list[str]:
    named = [value for key, value in rule.arguments.items() if key in ("column_A", "column_B")]
    listed = rule.arguments.get("column_list", [])
    return [*named, *listed, *([rule.column] if rule.column else [])]


def _observed(result: Any) -> str:
    if result.exception_info and result.exception_info.get("raised_exception"):
        return f"could not be evaluated: {result.exception_info.get('exception_message')}"
    found = result.result or {}
    unexpected = found.get("unexpected_count")
    return f"{unexpected} unexpected of {found.get('element_count')}" if unexpected is not None else "met"


def _expected(rule: Rule) -> str:
    return ", ".join([str(rule.expect), *(f"{key}={value}" for key, value in sorted(rule.arguments.items()))])
