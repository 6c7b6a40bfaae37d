"""Bilateral indices: against a fixed base, chained, or against the period before; intervals by influence functions.

The influence of a merchant on the logarithm of an index is the sum over its products, and along a chain the sum over
the links. Source: METHOD 1.5, 4.2. Weights are estimated too, so their part is in the influence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from configs.errors import InputError
from transforms.index.formulas import Operands, formula_of, link
from transforms.index.matrices import Matrices, dense
from transforms.index.splices import first_linked
from transforms.index.systems import shared
from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by
from transforms.uncertainty import Interval, ratio_from_influences

Method = Literal["fixed_base", "chained", "period"]


@dataclass(frozen=True)
class Point:
    """One log index with each product's influence on it (0 where it has none) and which products it rests on."""

    log: float
    influence: FloatArray
    is_there: BoolArray


def bilateral(frame: pl.DataFrame, formula: str = "fisher", method: Method = "fixed_base") -> pl.DataFrame:
    """Bilateral index on matched products, one row per period: period, value, with merchants also low and high.

    `formula` is jevons, merchant_jevons, dutot, carli, laspeyres, paasche, fisher, tornqvist or walsh. `fixed_base`
    compares with the first period that shares products with another, `chained` multiplies the links from period to
    period, over a gap from the last period that has a value and shares products, `period` compares with the period
    before. The base is 1; null where nothing is matched. Raises InputError on rows that cannot be used.
    """
    matrices = dense(frame)
    operands, of = Operands(matrices), formula_of(formula)

    def linked(s: int, t: int) -> Point | None:
        value, influence = link(operands, of, s, t)
        return None if np.isnan(value) else Point(value, influence, matrices.present[s] & matrices.present[t])

    if method not in SERIES:
        raise InputError(f"{method!r} is no method here; choose one of {', '.join(SERIES)}")
    points = SERIES[method](matrices, linked)
    return _frame(matrices, points)


Link = Callable[[int, int], Point | None]
Points = list[Point | None]


def base_of(matrices: Matrices) -> int | None:
    """The base period, from which products are matched."""
    return first_linked(shared(matrices.present))


def _unity(matrices: Matrices, base: int) -> Point:
    return Point(0.0, np.zeros(matrices.present.shape[1]), np.zeros_like(matrices.present[base]))


def _fixed_base(matrices: Matrices, linked: Link) -> Points:
    base = base_of(matrices)
    periods = range(len(matrices.periods))
    if base is None:
        return [None for _ in periods]
    return [_unity(matrices, base) if t == base else linked(base, t) if t > base else None for t in periods]


def _period(matrices: Matrices, linked: Link) -> Points:
    points: Points = [linked(t - 1, t) for t in range(1, len(matrices.periods))]
    return [_unity(matrices, 0), *points] if len(matrices.periods) else []


def _chained(matrices: Matrices, linked: Link) -> Points:
    base = base_of(matrices)
    points: Points = []
    for t in range(len(matrices.periods)):
        points.append(_unity(matrices, t) if t == base else _continued(points, linked, t))
    return points


def _continued(points: Points, linked: Link, t: int) -> Point | None:
    """The chain goes on from the last period that has a value and is linked with this one."""
    for s in range(t - 1, -1, -1):
        earlier = points[s]
        step = linked(s, t) if earlier is not None else None
        if earlier is not None and step is not None:
            is_there = earlier.is_there | step.is_there
            return Point(earlier.log + step.log, earlier.influence + step.influence, is_there)
    return None


SERIES: dict[str, Callable[[Matrices, Link], Points]] = {
    "fixed_base": _fixed_base,
    "chained": _chained,
    "period": _period,
}


def _frame(matrices: Matrices, points: Points) -> pl.DataFrame:
    values = [None if point is None else float(np.exp(point.log)) for point in points]
    frame = pl.DataFrame({"period": matrices.periods, "value": pl.Series(values, dtype=pl.Float64)})
    if matrices.merchant is None:
        return frame
    intervals = [Interval(None) if point is None else _interval(matrices.merchant, point) for point in points]
    return frame.with_columns(
        low=pl.Series([interval.low for interval in intervals], dtype=pl.Float64),
        high=pl.Series([interval.high for interval in intervals], dtype=pl.Float64),
    )


def _interval(merchant: IntArray, point: Point) -> Interval:
    """The interval of one point with merchants as the clusters; the base is 1 for sure."""
    if not point.is_there.any():
        return Interval(1.0, 1.0, 1.0)
    size = int(merchant[-1]) + 1
    rests_on = np.bincount(merchant[point.is_there], minlength=size) > 0
    influences = sums_by(merchant, point.influence, size)[rests_on]
    return ratio_from_influences(float(np.exp(point.log)), influences)
