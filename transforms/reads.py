"""What the metrics read of listings: one array per expression, whatever the number of metrics that read it."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl

from transforms.forms import Balance, Concentration, Count, Dispersion, Form, Measured, Median, Quantile, Share, Total
from transforms.metric import LevelMetric
from transforms.metrics import metrics
from transforms.ordered import FloatArray, sums_by
from transforms.unsure import at_ends


def read_values(rows: pl.DataFrame, unit: pl.Expr) -> dict[str, FloatArray]:
    """What the metrics read of each row (`placed_listings` of one week or of many), by name; `unit` is the unit class
    of the belt's main price. An expression reads each row by itself: in an aggregate the rows of other weeks would
    count."""
    main_price = pl.when(pl.col("unit").eq_missing(unit)).then("unit_price_yuan")
    named = {name: expression for reads in _reads().values() for name, expression in reads.items()}
    found = rows.with_columns(main_price_yuan=main_price).select(
        expression.cast(pl.Float64).fill_null(float("nan")).alias(name) for name, expression in named.items()
    )
    return {name: found[name].to_numpy() for name in named}


def main_units(rows: pl.DataFrame, ends: Sequence[int]) -> list[str | None]:
    """The unit class that most listings with a unit price have, by weight, of each week; the first by name of equals.
    Each week has the rows from one of the ends to the next."""
    size = len(ends) - 1
    weight = np.where(rows["unit_price_yuan"].is_not_null().to_numpy(), rows["weight"].to_numpy(), 0.0)
    names = rows["unit"].unique().drop_nulls().sort().to_list()
    if not names:
        return [None] * size
    code = rows["unit"].rank("dense").fill_null(0).to_numpy().astype(np.int64)  # 0: no unit
    width = len(names) + 1
    cell = np.repeat(np.arange(size), np.diff(ends)) * width + code
    weights = sums_by(cell, weight, size * width).reshape(size, width)[:, 1:]
    return [names[own.argmax()] if own.any() else None for own in weights]


def names_of(metric: LevelMetric) -> list[str]:
    """The names of what a metric reads, in the order of its form's expressions."""
    return list(_reads()[metric.id])


@cache
def _reads() -> dict[str, dict[str, pl.Expr]]:
    """By metric what it reads, by name; what reads the same has the same name."""
    known: dict[str, tuple[str, pl.Expr]] = {}
    found = {}
    for metric in [*metrics(), *(end for ends in at_ends().values() for end in ends)]:
        own = [(f"{metric.id} {place}", expression) for place, expression in enumerate(_expressions(metric.form))]
        found[metric.id] = dict(known.setdefault(str(expression), (name, expression)) for name, expression in own)
    return found


def _expressions(form: Form) -> list[pl.Expr]:
    match form:
        case Total(quantity=quantity):
            return [quantity]
        case Share(part=part, by=by):
            return [part] if by is None else [part, by]
        case Balance(part=part, against=against):
            return [part, against]
        case Quantile(price=one) | Dispersion(price=one) | Median(part=one):
            return [one]
        case Concentration(quantity=quantity, earlier=earlier, against=against):
            return [quantity, earlier, *([] if against is None else [against])]
        case Count() | Measured():
            return []
