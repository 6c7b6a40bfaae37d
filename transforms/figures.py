"""Rows of table figures as they are built, before a release takes them up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from configs.tables import figures_draft
from transforms.coverage import Coverage
from transforms.publication import Decision, suppressed
from transforms.uncertainty import Interval


@dataclass(frozen=True)
class Figure:
    """One row of table figures but for belt, week, coverage and release."""

    metric: str
    comparison: str
    panel: str
    interval: Interval
    unit: str
    merchants: int
    listings: int
    method: str
    decision: Decision
    segment: str = "all"
    alignment: str = "plain"  # of a comparison

    def barred(self, reason: str) -> "Figure":
        """The same row without its value, for the reason given."""
        return replace(self, decision=suppressed(reason))

    def of_segment(self, name: str) -> "Figure":
        """The same row for a segment; `replace` takes ten times as long, and there are hundreds."""
        if name == self.segment:
            return self
        row = object.__new__(Figure)
        row.__dict__.update(self.__dict__, segment=name)
        return row

    @property
    def is_level(self) -> bool:
        """Whether it compares nothing."""
        return self.comparison == "level"


def figures_frame(figures: Sequence[Figure], belt: str, week: date, coverage: Coverage) -> pl.DataFrame:
    """One row per figure of a belt and week, sorted by key; the columns are those of `figures_draft`."""
    draft, schema = figures_draft(), _schema()
    assert draft.names[: len(draft.key)] == draft.key
    if not figures:
        return pl.DataFrame(schema=schema)
    rows = sorted((_row(figure, coverage) for figure in figures), key=lambda row: row[: len(draft.key) - 2])
    columns = zip(*((belt, week, *row) for row in rows), strict=True)
    named = zip(schema.items(), columns, strict=True)
    return draft.conform(pl.DataFrame([pl.Series(name, column, kind) for (name, kind), column in named]))


@cache
def _schema() -> pl.Schema:
    return figures_draft().polars_schema()


def _row(figure: Figure, coverage: Coverage) -> tuple[Any, ...]:
    """The columns of `figures_draft` in their order, less belt and week."""
    decision = figure.decision
    shown = figure.interval if decision.is_published else Interval(None)
    return (
        figure.metric,
        figure.segment,
        figure.comparison,
        "none" if figure.is_level else figure.alignment,
        figure.panel,
        shown.value,
        shown.low,
        shown.high,
        None if figure.is_level else shown.p_value,
        figure.unit,
        figure.merchants,
        figure.listings,
        coverage.current_share if figure.is_level else coverage.lower_share,
        decision.grade,
        decision.status,
        decision.reason,
        figure.method,
    )
