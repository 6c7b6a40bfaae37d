"""The cost floor that prices are held against."""

import polars as pl

from configs.belts import CostFloor

COLUMNS = ("cost_floor_yuan", "cost_floor_low_yuan", "cost_floor_high_yuan")


def with_cost_floor(rows: pl.DataFrame, floor: CostFloor | None) -> pl.DataFrame:
    """Adds `cost_floor_yuan`: what the material of one unit costs at least; null for listings of another unit class,
    and where the belt has no sourced floor. `cost_floor_low_yuan` and `cost_floor_high_yuan` are the ends of its range,
    null where none is known. One floor serves both ends of a comparison: it is no price index."""
    if floor is None:
        return rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in COLUMNS)
    named = zip(COLUMNS, (floor.yuan, *(floor.ends or (None, None))), strict=True)
    is_held = pl.col("unit") == floor.unit
    return rows.with_columns(pl.when(is_held).then(pl.lit(yuan, pl.Float64)).alias(name) for name, yuan in named)
