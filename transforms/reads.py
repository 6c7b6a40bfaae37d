"""What the metrics read of listings: one array per expression, whatever the number of metrics that read it."""

from functools import cache

import numpy as np
import polars as pl

from transforms.forms import Balance, Concentration, Count, Dispersion, Form, Measured, Quantile, Share, Total
from transforms.metric import LevelMetric
from transforms.metrics import metrics
from transforms.ordered import FloatArray, total


def read_values(rows: pl.DataFrame, unit: str | None) -> dict[str, FloatArray]:
    """What the metrics read of each row (`placed_listings`), by name; `unit` is the unit class of the belt's main
    price."""
    main_price = pl.when(pl.col("unit").eq_missing(pl.lit(unit, pl.String))).then("unit_price_yuan")
    named = {name: expression for reads in _reads().values() for name, expression in reads.items()}
    found = rows.with_columns(main_price_yuan=main_price).select(
        expression.cast(pl.Float64).fill_null(float("nan")).alias(name) for name, expression in named.items()
    )
    return {name: found[name].to_numpy() for name in named}


def main_unit(rows: pl.DataFrame) -> str | None:
    """The unit class that most listings with a unit price have, by weight; the first by name of equals."""
    weight = np.where(rows["unit_price_yuan"].is_not_null().to_numpy(), rows["weight"].to_numpy(), 0.0)
    units = rows["unit"].fill_null("").to_numpy()
    weights = {unit: total(weight[units == unit]) for unit in sorted(set(units[weight > 0]) - {""})}
    return max(weights, key=lambda unit: weights[unit]) if weights else None


def names_of(metric: LevelMetric) -> list[str]:
    """The names of what a metric reads, in the order of its form's expressions."""
    return list(_reads()[metric.id])


@cache
def _reads() -> dict[str, dict[str, pl.Expr]]:
    """By metric what it reads, by name; what reads the same has the same name."""
    known: dict[str, tuple[str, pl.Expr]] = {}
    found = {}
    for metric in metrics():
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
        case Quantile(price=price) | Dispersion(price=price):
            return [price]
        case Concentration(quantity=quantity, earlier=earlier):
            return [quantity, earlier]
        case Count() | Measured():
            return []
