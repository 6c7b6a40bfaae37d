"""What the displays of one week have in common: their grid, the sizes behind them, and the size to expect behind each.

The parameters of a week are those of its own rows on one marketplace, by category and kind of sales. Marketplaces round
differently and sell different amounts, and a grid is a habit of one site, so they are not pooled; nor are weeks, since
then every new week would change the history before it. A unit (marketplace, week, category) is made from its own offers
alone and comes out the same whatever else is there. The parameters are stored with the release (DESIGN 9).
"""

import numpy as np
import polars as pl

from transforms.censored import NARROW, Bins, expected, fit
from transforms.ordered import BoolArray, FloatArray, begins
from transforms.tick_grid import closed, half_open

KIND = ["marketplace", "category", "week", "sales_basis"]
PARAMETERS = pl.Schema(
    {
        "marketplace": pl.String(),
        "category": pl.String(),
        "week": pl.Date(),
        "sales_basis": pl.String(),
        "low": pl.Float64(),  # of what is shown: pieces of 30 days, the counter, or turnover of 30 days
        "high": pl.Float64(),  # null where open
        "row_count": pl.Int64(),
        "point": pl.Float64(),
        "mu": pl.Float64(),  # of ln q; null where the displays do not tell it
        "sigma": pl.Float64(),
    }
)


def with_points(standing: pl.DataFrame, shown: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Adds `bin_high` and `bin_point` to offers that stand for a listing, and gives the parameters behind them.

    `shown` maps a sales_basis to the column of structs (numbers.count) that it rests on. Both columns are null but for
    floored displays (1000+): where the next number of the grid is (null where open), and the size to expect in between.
    Payers, orders and reviews are counts of something else, and what was scaled from another period is off the grid:
    they are neither closed nor expected. The parameters (PARAMETERS)
    have one row per interval that hides something, for kinds in which any does."""
    kinds = [_displays(standing, basis, column) for basis, column in shown.items()]
    parameters = pooled(pl.concat(kinds))
    floors = parameters.filter(pl.col("is_floor")).select(*KIND, "low", bin_high="high", bin_point="point")
    low = pl.coalesce(_floor(basis, column) for basis, column in shown.items())
    if floors.is_empty():
        nulls = (pl.lit(None, pl.Float64).alias(name) for name in ("bin_high", "bin_point"))
        return standing.with_columns(nulls), parameters.select(PARAMETERS.names())
    keyed = standing.with_columns(low.alias("low"))
    joined = keyed.join(floors, on=[*KIND, "low"], how="left", validate="m:1", maintain_order="left").drop("low")
    return joined, parameters.select(PARAMETERS.names())


def pooled(displays: pl.DataFrame) -> pl.DataFrame:
    """The parameters of displays: one row per kind and interval that hides something, with `is_floor`, sorted.

    `displays` has the columns of KIND and, one row per display seen, low, mid and high; high null where floored."""
    seen = displays.group_by(*KIND, "low", "high").agg(pl.len().cast(pl.Int64).alias("row_count"))
    seen = seen.with_columns(is_floor=pl.col("high").is_null(), hides=_hides(pl.col("low"), pl.col("high")))
    told = seen.filter(pl.col("hides").any().over(KIND)).sort(*KIND, "low", "high")
    if told.is_empty():
        return told.clear().with_columns(pl.lit(None, pl.Float64).alias(name) for name in ("point", "mu", "sigma"))
    bounded = closed(told, KIND).with_columns(group=begins(KIND).cum_sum().cast(pl.Int64) - 1)
    arrays = [bounded[name].fill_null(np.nan).to_numpy() for name in ("low", "high")]
    low, high = half_open(*arrays)
    group = bounded["group"].to_numpy()
    found = fit(Bins(group, low, high, bounded["row_count"].to_numpy().astype(np.float64)))
    mu, sigma = found.mu[group], found.sigma[group]
    columns = {"point": expected(low, high, mu, sigma), "mu": mu, "sigma": sigma}
    return bounded.with_columns(pl.Series(name, array).fill_nan(None) for name, array in columns.items()).filter(
        "hides"
    )


def reading_points(low: FloatArray, high: FloatArray, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """What to expect of counters that show an interval (`high` NaN where open, mu and sigma NaN where unknown).

    Where nothing much is hidden, or nothing is known of the sizes, the middle; where open, the lower end: what lies
    above the last number shown is the same at both ends of a difference, or cannot be known."""
    middle = np.where(np.isnan(high), low, (low + high) / 2)
    hides: BoolArray = high > low * (1 + NARROW)
    is_told = hides & np.isfinite(mu)
    points = middle.copy()
    points[is_told] = expected(*(array[is_told] for array in (low, high, mu, sigma)))
    return points


def _displays(standing: pl.DataFrame, basis: str, column: str) -> pl.DataFrame:
    """The displays of one kind: pieces or yuan, not what was counted instead of them."""
    read = pl.col(column).struct
    counts = (pl.col("sales_basis") == basis) & _is_on_grid(column)
    return standing.filter(counts).select(*KIND, low=read.field("low"), high=read.field("high"))


def _hides(low: pl.Expr, high: pl.Expr) -> pl.Expr:
    """Whether a display hides more than a rounding that does not matter."""
    return (high > low * (1 + NARROW)).fill_null(True)


def _floor(basis: str, column: str) -> pl.Expr:
    """The lower end of a floored display of one kind; null for any other."""
    read = pl.col(column).struct
    is_floor = read.field("high").is_null() & _is_on_grid(column)
    return pl.when((pl.col("sales_basis") == basis) & is_floor).then(read.field("low"))


def _is_on_grid(column: str) -> pl.Expr:
    read = pl.col(column).struct
    return read.field("counted_instead").is_null() & ~read.field("is_scaled")
