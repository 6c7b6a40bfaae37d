"""Quality gates: first-line rules in Polars, then Great Expectations on the checked columns only.

Great Expectations' column rules pass on an empty table and on an all-null column, so row count and null share come
first, and a batch that is stopped by one of them is not shown to it at all.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from configs.errors import ConfigError
from configs.gates import Gate, Rule
from configs.tables import table


@dataclass(frozen=True)
class Batch:
    """Rows that pass a gate together: one category of one marketplace over some weeks, or the figures of a build.

    `weeks` are those that the batch is about, in order, whether or not they have rows.
    """

    marketplace: str
    category: str
    weeks: tuple[date, ...]
    rows: pl.DataFrame

    def of(self, weeks: tuple[date, ...]) -> "Batch":
        """The part of the batch that is about some of its weeks."""
        return replace(self, weeks=weeks, rows=self.rows.filter(pl.col("week").is_in(weeks)))


def check(batch: Batch, gate: Gate) -> pl.DataFrame:
    """Rows of table checks: one per rule of the gate that was applied."""
    first = [_first_line(batch, rule) for rule in gate.rules if rule.check]
    if any(not passed and rule.severity == "stop" for rule, passed, *_ in first):
        results = first
    else:
        results = [*first, *_expectations(batch.rows, [rule for rule in gate.rules if rule.expect])]
    return checks_of(batch, gate, results)


def checks_of(batch: Batch, gate: Gate, results: Iterable["Result"]) -> pl.DataFrame:
    """Rows of table checks: one per result."""
    rows = [_row(batch, gate, *result) for result in results]
    return table("checks").conform(pl.DataFrame(rows, schema=table("checks").polars_schema(), orient="row"))


def is_stopped(checks: pl.DataFrame) -> bool:
    """Whether a rule that stops was broken."""
    return not checks.filter(~pl.col("is_passed") & (pl.col("severity") == "stop")).is_empty()


def broken_weeks(batch: Batch, gate: Gate) -> set[date]:
    """The weeks that a first-line rule stops; to know them costs no import of Great Expectations."""
    rules = [rule for rule in gate.rules if rule.check and rule.severity == "stop"]
    return {week for rule in rules for week, found in _by_week(batch, rule) if not _is_met(rule, found)}


Result = tuple[Rule, bool, str, str]
"""A rule, whether it is kept, what was found and what was expected."""


def _row(batch: Batch, gate: Gate, rule: Rule, passed: bool, observed: str, expected: str) -> dict[str, object]:
    return {
        "gate": gate.table,
        "marketplace": batch.marketplace,
        "category": batch.category,
        "week": batch.weeks[-1],
        "first_week": batch.weeks[0],
        "rule": rule.id,
        "column_name": ", ".join([rule.column] if rule.column else rule.columns) or None,
        "is_passed": passed,
        "severity": rule.severity,
        "observed": observed,
        "expected": expected,
        "row_count": batch.rows.height,
    }


def _first_line(batch: Batch, rule: Rule) -> Result:
    """The rule in the week that is furthest from keeping it."""
    is_count = rule.check == "row_count"
    week, found = sorted(_by_week(batch, rule), key=lambda pair: pair[1] if is_count else -pair[1])[0]
    where = f" in {week}, the worst of {len(batch.weeks)} weeks" if len(batch.weeks) > 1 else ""
    observed, expected = (
        (f"{found:.0f} rows", f"at least {rule.minimum or 0:.0f}")
        if is_count
        else (f"{found:.1%} {_counted(rule)}", f"at most {rule.maximum or 0:.1%}")
    )
    return rule, _is_met(rule, found), observed + where, expected


def _counted(rule: Rule) -> str:
    return " or ".join(rule.outcomes) or "null"


def _is_met(rule: Rule, found: float) -> bool:
    return found >= (rule.minimum or 0) if rule.check == "row_count" else found <= (rule.maximum or 0)


def _by_week(batch: Batch, rule: Rule) -> list[tuple[date, float]]:
    """Each week of the batch with its count of rows or share of nulls or outcomes; without rows these are 0 and 1."""
    if rule.check == "row_count":
        measure = pl.len().cast(pl.Float64)
    elif rule.check == "outcome_share":
        measure = pl.col("outcome").is_in(rule.outcomes).fill_null(False).mean()
    else:
        measure = _is_null(batch.rows, rule.read_columns).mean()
    found = dict(batch.rows.group_by("week").agg(measure.alias("found")).iter_rows())
    return [(week, found.get(week, 0.0 if rule.check == "row_count" else 1.0)) for week in batch.weeks]


def _is_null(rows: pl.DataFrame, columns: list[str]) -> pl.Expr:
    """Whether all the columns are null in a row; an empty list is null too."""
    kinds = rows.select(columns).schema
    return pl.all_horizontal(
        (pl.col(name).list.len() == 0).fill_null(True) if isinstance(kind, pl.List) else pl.col(name).is_null()
        for name, kind in kinds.items()
    )


def _expectations(rows: pl.DataFrame, rules: list[Rule]) -> Iterator[Result]:
    if not rules:
        return
    import great_expectations as gx

    asset = _context().data_sources.add_or_update_pandas("batch").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("whole")
    suite = gx.ExpectationSuite(name="gate", expectations=[_expectation(rule) for rule in rules])
    checked = sorted({column for rule in rules for column in rule.read_columns})
    frame = rows.select(checked).to_pandas()
    outcome = definition.get_batch(batch_parameters={"dataframe": frame}).validate(suite)
    by_id = {result.expectation_config.meta["rule"]: result for result in outcome.results}
    for rule in rules:
        result = by_id[rule.id]
        yield rule, bool(result.success), _observed(result), _expected(rule)


@cache
def _context() -> Any:
    """One context of this process, in memory. Its import takes seconds: only a gate that needs it pays, once."""
    import great_expectations as gx

    # It tells of every temporary folder
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


def _expectation(rule: Rule) -> Any:
    import great_expectations.expectations as gxe

    assert rule.expect is not None
    name = "".join(part.capitalize() for part in rule.expect.split("_"))
    kind = getattr(gxe, name, None)
    if kind is None:
        raise ConfigError(
            f"rule {rule.id} of configs/gates expects {rule.expect}, expected a rule that Great Expectations has; "
            f"see its list of expectations"
        )
    arguments = dict(rule.arguments) | ({"column": rule.column} if rule.column else {})
    return kind(**arguments, meta={"rule": rule.id})


def _observed(result: Any) -> str:
    if result.exception_info and result.exception_info.get("raised_exception"):
        return f"could not be evaluated: {result.exception_info.get('exception_message')}"
    found = result.result or {}
    unexpected = found.get("unexpected_count")
    return f"{unexpected} unexpected of {found.get('element_count')}" if unexpected is not None else "met"


def _expected(rule: Rule) -> str:
    """The expectation in words, with its arguments."""
    words = str(rule.expect).removeprefix("expect_").replace("_", " ")
    shown = {key: ", ".join(map(str, v)) if isinstance(v, list) else v for key, v in rule.arguments.items()}
    return "; ".join([words, *(f"{key} {value}" for key, value in sorted(shown.items()))])
