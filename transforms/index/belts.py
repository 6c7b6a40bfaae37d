"""The price index of a belt from its weekly listings: monthly, with a weekly flash. Source: METHOD 4.3, 4.4."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from configs.errors import InputError
from transforms.index.aggregates import together
from transforms.index.jackknife import log_interval, published
from transforms.index.months import Columns, columns_of, period_of
from transforms.index.strata import UNWEIGHTED, Settings, Stratum, formula_for, stratum_index
from transforms.index.tables import Table, as_frame, refuse_missing, refuse_types, with_dates

ALL, WHAT = "all", "a belt's price index"
ROWS = ("week", "stratum", "merchant", "product", "price")


def belt_index(
    rows: Table,
    formulas: Mapping[str, str] | None = None,
    window: int = 25,
    splice: str = "mean_pub",
    is_seasonal: bool = False,
    base: date | None = None,
) -> pl.DataFrame:
    """One row per stratum (`all` first) and month, and per week since the last month that is over.

    `rows` are listings of a belt in a week: week (a Monday), stratum (a category in one unit), merchant, product,
    price per unit and, where known, quantity; `sales_basis` and `is_at_ceiling` decide whether quantities are usable.
    Columns: stratum, month, week (null for months), value (1 in the first month, of `all` in `base`) with low and high,
    yoy_change with yoy_low and yoy_high (null before the 13th month), formula, merchants, products, is_provisional.

    Months are GEKS-Törnqvist on unit values where quantities are usable, else GEKS-Jevons on geometric means with equal
    weights of merchants, on an expanding window until there are `window` months, then spliced. `formulas` fixes that
    choice by stratum: with it, no later row changes what a month shows. A week is provisional: the matched Jevons link
    with the last month. `is_seasonal` goods have no level, only the direct index against the same month a year before.
    Raises InputError on rows that cannot be used.
    """
    rows = _checked(as_frame(rows))
    columns = columns_of(rows["week"])
    settings = Settings(window, splice, is_seasonal)
    parts = {str(key[0]): part for key, part in sorted(rows.partition_by("stratum", as_dict=True).items())}
    chosen = {name: (formulas or {}).get(name) or formula_for(part) for name, part in parts.items()}
    prices = {name: _prices(part, chosen[name], columns) for name, part in parts.items()}
    strata = {name: stratum_index(prices[name], chosen[name], columns, settings) for name in parts}
    if not strata:
        return pl.DataFrame(schema=SCHEMA)
    belt = _from(base, together(list(strata.values()), columns, is_seasonal), columns)
    of_all = next(iter(chosen.values())) if len(set(chosen.values())) == 1 else None
    everything = pl.concat(part.select("period", "merchant", "product") for part in prices.values())
    return pl.concat(
        [
            _frame(ALL, of_all, belt, everything, columns),
            *(_frame(name, chosen[name], strata[name], prices[name], columns) for name in strata),
        ]
    )


SCHEMA = {
    "stratum": pl.String(),
    "month": pl.Date(),
    "week": pl.Date(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "yoy_change": pl.Float64(),
    "yoy_low": pl.Float64(),
    "yoy_high": pl.Float64(),
    "formula": pl.String(),
    "merchants": pl.Int64(),
    "products": pl.Int64(),
    "is_provisional": pl.Boolean(),
}


def _checked(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with dates for weeks; raises InputError where they have no weeks or strata to go by."""
    refuse_missing(rows, ROWS, WHAT)
    numbers = [name for name in ("price", "quantity") if name in rows.columns]
    refuse_types(rows, ("stratum", "merchant", "product"), numbers, WHAT)
    dated = with_dates(rows, ("week",), WHAT)
    for name in ("week", "stratum"):
        if dated[name].null_count():
            raise InputError(f"a belt's price index cannot use all of {rows.height} rows: {name} null in some")
    if (dated["stratum"].cast(pl.String) == ALL).any():
        raise InputError(f"a stratum cannot be called {ALL!r}, which is the whole belt in what comes out")
    return dated


def _from(base: date | None, stratum: Stratum, columns: Columns) -> Stratum:
    """The stratum with levels that are 1 in the first month from `base` on that has one; changes stay as they are."""
    if base is None:
        return stratum
    is_origin = np.isfinite(stratum.logs[0, : columns.final]) & (columns.months.head(columns.final) >= base).to_numpy()
    if not is_origin.any():
        return stratum
    return replace(stratum, logs=stratum.logs - stratum.logs[:, [int(is_origin.argmax())]])


def _prices(rows: pl.DataFrame, formula: str, columns: Columns) -> pl.DataFrame:
    """The rows by period; a weighted index has no use for a row without quantity, an unweighted one for quantities."""
    read = ["merchant", "product", "price"]
    if formula != UNWEIGHTED and "quantity" in rows.columns:
        read.append("quantity")
        rows = rows.filter(pl.col("quantity").is_not_null())
    return rows.select(period_of(columns), *read)


def _frame(name: str, formula: str | None, stratum: Stratum, prices: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """The rows of one stratum."""
    counts = prices.group_by("period").agg(
        pl.col("merchant").n_unique().cast(pl.Int64).alias("merchants"),
        pl.col("product").n_unique().cast(pl.Int64).alias("products"),
    )
    is_week = np.arange(len(columns.periods)) >= columns.final
    low, high = log_interval(stratum.logs, stratum.there)
    yoy_low, yoy_high = log_interval(stratum.changes, stratum.there)
    frame = pl.DataFrame(
        {
            "period": columns.periods,
            "month": columns.months,
            "value": published(np.exp(stratum.logs[0])),
            "low": published(np.exp(low)),
            "high": published(np.exp(high)),
            "yoy_change": published(np.expm1(stratum.changes[0])),
            "yoy_low": published(np.expm1(yoy_low)),
            "yoy_high": published(np.expm1(yoy_high)),
            "is_provisional": is_week,
        }
    )
    counted = frame.join(counts, on="period", how="left", validate="1:1", maintain_order="left")
    return counted.select(
        pl.lit(name).alias("stratum"),
        "month",
        pl.when("is_provisional").then("period").alias("week"),
        *list(SCHEMA)[3:9],
        pl.lit(formula, pl.String()).alias("formula"),
        pl.col("merchants", "products").fill_null(0),
        "is_provisional",
    )
