"""The cost floor that prices are held against."""

import polars as pl

from configs.belts import CostFloor


def with_cost_floor(rows: pl.DataFrame, floor: CostFloor | None) -> pl.DataFrame:
    """Adds `cost_floor_yuan`: what the material of one unit costs at least; null for listings of another unit class,
    and where the belt has no sourced floor. One floor serves both ends of a comparison: it is no price index."""
    if floor is None:
        return rows.with_columns(cost_floor_yuan=pl.lit(None, pl.Float64))
    return rows.with_columns(cost_floor_yuan=pl.when(pl.col("unit") == floor.unit).then(pl.lit(floor.yuan)))
