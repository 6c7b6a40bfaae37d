"""Bilateral indices: against a fixed base, chained, or against the period before. Source: METHOD 4.2."""

from typing import Literal

import numpy as np
import polars as pl

from configs.errors import InputError
from transforms.index.formulas import Formula, Operands, formula_of
from transforms.index.influences import Point, link, merchants_in, unity
from transforms.index.matrices import Matrices
from transforms.index.splices import first_linked
from transforms.index.systems import shared
from transforms.index.tables import Table
from transforms.uncertainty import Interval

Method = Literal["fixed_base", "chained", "period"]
METHODS = ("fixed_base", "chained", "period")
Points = list[Point | None]


def bilateral(frame: Table, formula: str = "fisher", method: Method = "fixed_base") -> pl.DataFrame:
    """Bilateral index on matched products, one row per period: period, value, with merchants also low and high.

    `formula` is jevons, merchant_jevons, dutot, carli, laspeyres, paasche, fisher, tornqvist or walsh. `fixed_base`
    compares with the first period that is linked with a later one (for weighted formulas: by quantities above 0),
    `chained` multiplies the links from period to period, over a gap from the last period that has a value and shares
    products, `period` compares with the period before. The base is 1; null where nothing is matched. Raises InputError
    on rows that cannot be used.
    """
    if method not in METHODS:
        raise InputError(f"{method!r} is no method here; choose one of {', '.join(METHODS)}")
    of = formula_of(formula)
    matrices = of.matrices(frame)
    operands = Operands(matrices)
    base = 0 if method == "period" else _base(operands, of)
    points: Points = []
    for t in range(len(matrices.periods)):
        points.append(unity(merchants_in(operands)) if t == base else _linked(operands, of, method, points, t))
    return _frame(matrices, points)


def _base(operands: Operands, formula: Formula) -> int | None:
    """The first period that the formula links with a later one; without any the first that has data."""
    of_products = shared(operands.matrices.present)
    for s in range(len(of_products)):
        later = (s + 1 + np.flatnonzero(of_products[s, s + 1 :])).tolist()
        if any(link(operands, formula, s, t) is not None for t in later):
            return s
    return first_linked(of_products)


def _linked(operands: Operands, formula: Formula, method: Method, points: Points, t: int) -> Point | None:
    """The index of a period that is not the base; None where it has no link."""
    if method == "period":
        return link(operands, formula, t - 1, t)
    known = [s for s, point in enumerate(points) if point is not None]
    for s in known[:1] if method == "fixed_base" else reversed(known):
        earlier, step = points[s], link(operands, formula, s, t)
        if earlier is not None and step is not None:
            return earlier.then(step)
    return None


def _frame(matrices: Matrices, points: Points) -> pl.DataFrame:
    values = [None if point is None else float(np.exp(point.log)) for point in points]
    frame = pl.DataFrame({"period": matrices.periods, "value": pl.Series(values, dtype=pl.Float64)})
    if matrices.merchant is None:
        return frame
    intervals = [Interval(None) if point is None else point.interval() for point in points]
    return frame.with_columns(
        low=pl.Series([interval.low for interval in intervals], dtype=pl.Float64),
        high=pl.Series([interval.high for interval in intervals], dtype=pl.Float64),
    )
