"""Quantiles of one set of prices, and the cost floor that prices are held against."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from configs.belts import CostFloor
from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.quantiles import Weighted, quantile_rows
from transforms.uncertainty import Interval, ratio_from_influences


@dataclass(frozen=True)
class Priced:
    """Listings with a price: the price (above 0), the weight in the belt, the number of the merchant below `size`."""

    price: FloatArray
    weight: FloatArray
    merchant: IntArray
    size: int


@dataclass(frozen=True)
class Quantile:
    """A quantile with its interval, and the influence of each of `size` merchants on its logarithm (0 where absent);
    None where there is no interval. `is_there` marks the merchants it rests on."""

    interval: Interval
    influence: FloatArray | None
    is_there: BoolArray


def quantile(listings: Priced, level: float) -> Quantile:
    """`quantile_rows` (transforms/quantiles.py) of one row."""
    weighted = Weighted(listings.price[None], listings.weight[None], listings.merchant, listings.size)
    found = quantile_rows(weighted, np.array([level]))
    ends = (None if np.isnan(end[0]) else float(end[0]) for end in (found.value, found.low, found.high))
    return Quantile(Interval(*ends), found.influence[0] if found.is_open[0] else None, found.is_there[0])


def quantile_ratio(above: Quantile, below: Quantile) -> Interval:
    """One quantile over another of the same numbered merchants, be it of the same week or of an earlier one."""
    if above.interval.value is None or below.interval.value is None:
        return Interval(None)
    ratio = above.interval.value / below.interval.value
    if above.influence is None or below.influence is None:
        return Interval(ratio)
    is_there = above.is_there | below.is_there
    return ratio_from_influences(ratio, (above.influence - below.influence)[is_there])


def with_cost_floor(rows: pl.DataFrame, floor: CostFloor | None) -> pl.DataFrame:
    """Adds `cost_floor_yuan`: what the material of one unit costs at least; null for listings of another unit class,
    and where the belt has no sourced floor. One floor serves both ends of a comparison: it is no price index."""
    if floor is None:
        return rows.with_columns(cost_floor_yuan=pl.lit(None, pl.Float64))
    return rows.with_columns(cost_floor_yuan=pl.when(pl.col("unit") == floor.unit).then(pl.lit(floor.yuan)))
