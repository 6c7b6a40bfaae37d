"""Weeks and months: which months are over, and which weeks since then have a flash only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from transforms.ordered import IntArray

MIDDLE = timedelta(days=3)  # a week belongs to the month of its Thursday, which has most of its days
WEEK = timedelta(days=7)
YEAR = 12


@dataclass(frozen=True)
class Columns:
    """The columns of a belt's index: months that are over, without a gap, then the weeks since.

    `periods` holds the first days of the months and the Mondays of the weeks, rising; `final` of them are months.
    `months` is the month of each column, `years` its calendar year, `year_before` the column of the month a year
    before it, or -1.
    """

    periods: pl.Series
    months: pl.Series
    final: int
    years: IntArray
    year_before: IntArray


def columns_of(weeks: pl.Series) -> Columns:
    """The columns for the weeks of a belt's rows (Mondays, in any order, repeated or not).

    A month is over once the week after the last one belongs to a later month.
    """
    known = weeks.unique().sort().to_frame("week").with_columns(month=month_of("week"))
    next_month = known.tail(1).select(month_of(pl.col("week") + WEEK).alias("next"))
    split = known.join(next_month, how="cross").with_columns(is_over=pl.col("month") < pl.col("next"))
    months = _every_month(split.filter("is_over")["month"])
    since = split.filter(~pl.col("is_over"))
    month = pl.concat([months, since["month"]])
    number = (month.dt.year().cast(pl.Int64) * YEAR + month.dt.month().cast(pl.Int64) - 1).to_numpy()
    before = number - YEAR - number[:1].sum()  # months have the columns from 0 on
    return Columns(
        periods=pl.concat([months, since["week"]]).alias("period"),
        months=month,
        final=len(months),
        years=number // YEAR,
        year_before=np.where((before >= 0) & (before < len(months)), before, -1),
    )


def period_of(columns: Columns) -> pl.Expr:
    """The period of a row: its month where that is over, else its week."""
    over = columns.months.head(columns.final)
    return pl.when(month_of("week").is_in(over.implode())).then(month_of("week")).otherwise("week").alias("period")


def month_of(week: str | pl.Expr) -> pl.Expr:
    """The first day of the month of a week."""
    monday = pl.col(week) if isinstance(week, str) else week
    return (monday + MIDDLE).dt.truncate("1mo")


def _every_month(months: pl.Series) -> pl.Series:
    """All months from the first to the last of them."""
    if months.is_empty():
        return months
    every: Callable[..., pl.Series] = pl.date_range
    return every(months[0], months[-1], "1mo", eager=True).alias(months.name)
