"""What is told of a belt written by hand, under rules that let a handful of merchants through."""

from datetime import date

import polars as pl

from configs.publication import PublicationRules, shipped_rules
from transforms.compare import belt_figures
from transforms.coverage import Coverage

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)


def lenient(merchants: int = 1) -> PublicationRules:
    """Rules that let a handful of merchants through, and lone ones who come or go."""
    changes = {"merchants_minimum": merchants, "effective_minimum": 1, "top1_share_maximum": 1, "top2_share_maximum": 1}
    changes |= {"movers_minimum": 1, "movers_rest_minimum": 0}
    return PublicationRules.model_validate(shipped_rules().model_dump() | changes)


def figures(current: pl.DataFrame, base: pl.DataFrame | None = None) -> pl.DataFrame:
    return belt_figures(current, base, "belt", WEEK, BASE_WEEK, Coverage(1.0, 1.0), lenient())


def number(found: pl.DataFrame, metric: str, comparison: str = "level", segment: str = "all") -> float | None:
    wanted = {"metric": metric, "comparison": comparison, "segment": segment}
    values = found.filter(*(pl.col(name) == part for name, part in wanted.items()))["value"]
    return values.item() if len(values) else None
