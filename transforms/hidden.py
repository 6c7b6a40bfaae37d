"""What the displays of a belt's listings hide: the least and most that may have been sold, and draws from in between.

Of pieces and turnover of 30 days the draws come from the lognormal of the week's displays (transforms/displays.py),
truncated to what is shown. Flows of counters are not drawn: a difference of two readings of one grid is right on
average and carries its own rounding from listing to listing, so that the jackknife over merchants has seen it already;
a draw would count it twice. Their bounds are published like all others. Source: METHOD 3.4.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.censored import NARROW, quantile
from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.ranks import CELLS, DRAWS, CellArray

COUNTED_INSTEAD = ("payers", "reviews")  # flags of rows whose value is a lower end of something else
PER_28_DAYS = 28 / 30
COUNTER, TURNOVER = "cumulative", "turnover_30d"
AT_ONCE = 1 << 16  # sizes drawn in one go: few calls for small belts, the cache for large ones


@dataclass(frozen=True)
class Hidden:
    """The rows (ascending) that hide enough to be drawn: what they show, what one of it is worth in yuan per 28 days,
    and the lognormal of what is shown (NaN where unknown)."""

    row: IntArray
    low: FloatArray
    high: FloatArray
    yuan: FloatArray
    mu: FloatArray
    sigma: FloatArray

    def cut(self, kept: BoolArray) -> "Hidden":
        """The rows that are kept."""
        low, high, yuan, mu, sigma = (part[kept] for part in (self.low, self.high, self.yuan, self.mu, self.sigma))
        return Hidden(self.row[kept], low, high, yuan, mu, sigma)

    def draws(self, cells: CellArray) -> Iterator[tuple[slice, FloatArray]]:
        """Some draws (a slice of DRAWS) at a time and their yuan, one column per row; `cells` are the rows' ranks."""
        laws, which = _distinct([self.low, self.high, self.mu, self.sigma])
        is_tabled = laws.shape[1] * CELLS < cells.size
        table = _sizes(laws[:, :, None], (np.arange(CELLS) + 0.5) / CELLS).ravel() if is_tabled else np.zeros(0)
        width = max(1, AT_ONCE // max(1, len(self.row)))
        for first in range(0, DRAWS, width):
            drawn = cells[first : first + width]
            sizes = table[which * CELLS + drawn] if is_tabled else _sizes(laws[:, which], (drawn + 0.5) / CELLS)
            yield slice(first, first + width), sizes * self.yuan


@dataclass(frozen=True)
class Shown:
    """One end of a belt, one entry per row of `placed_listings`, yuan per 28 days.

    `low` and `high` are the hard ends (infinite where open), both the value where nothing is hidden, 0 without sales.
    `even` is what the ratio of lower ends adds up: the lower end of a display, of a counter the difference of both its
    readings. `is_open` marks displays that nothing is shown above."""

    low: FloatArray
    high: FloatArray
    even: FloatArray
    value: FloatArray
    is_open: BoolArray
    hidden: Hidden


def shown_sales(rows: pl.DataFrame) -> Shown | None:
    """What the rows of `placed_listings` show; None where no display hides anything."""
    if rows["value_low_yuan"].null_count() == rows.height:
        return None
    read = rows.select(_read())  # in one go: a call costs as much as a thousand rows
    value, low, high = (read[name].to_numpy() for name in ("value", "low", "high"))
    is_told = read["is_told"].to_numpy()
    is_open = is_told & np.isnan(high)
    least = np.where(is_told, low, value)
    most = np.where(is_open, np.inf, np.where(is_told, high, value))
    if not (most > least).any():
        return None
    is_counter = read["is_counter"].to_numpy()
    hides = np.flatnonzero((most > least * (1 + NARROW)) & ~is_counter)
    yuan = read["yuan"].to_numpy()[hides]
    # Quotients miss whole pieces by a rounding error, and equal displays are to be drawn from one table
    ends = [np.round(end[hides] / yuan, 6) for end in (least, most)]
    mu, sigma = (read[name].to_numpy()[hides] for name in ("mu", "sigma"))
    hidden = Hidden(hides, ends[0], ends[1], yuan, mu, sigma)
    return Shown(least, most, np.where(is_counter, value, least), value, is_open, hidden)


def _read() -> list[pl.Expr]:
    """What is worked with, as floats without nulls: NaN where open or unknown. Payers and reviews are told as shown:
    their value is a lower end of something else."""
    value, low, flags = pl.col("value_yuan"), pl.col("value_low_yuan"), pl.col("flags").list
    counts_else = pl.any_horizontal(flags.contains(flag).fill_null(False) for flag in COUNTED_INSTEAD)
    nan = float("nan")
    return [
        value.fill_null(0.0).alias("value"),
        low.fill_null(nan).alias("low"),
        pl.col("value_high_yuan").fill_null(nan).alias("high"),
        (value.is_not_null() & low.is_not_null() & ~counts_else).alias("is_told"),
        (pl.col("sales_basis") == COUNTER).fill_null(False).alias("is_counter"),
        (pl.when(pl.col("sales_basis") == TURNOVER).then(1.0).otherwise("price_yuan") * PER_28_DAYS).alias("yuan"),
        pl.col("sales_mu").fill_null(nan).alias("mu"),
        pl.col("sales_sigma").fill_null(nan).alias("sigma"),
    ]


def _sizes(laws: FloatArray, ranks: FloatArray) -> FloatArray:
    low, high, mu, sigma = laws
    return quantile(low, high, mu, sigma, ranks)


def _distinct(columns: list[FloatArray]) -> tuple[FloatArray, IntArray]:
    """The distinct laws, one column each, and which of them each row has."""
    which, count = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        values, code = np.unique(column, return_inverse=True)
        if len(values) > 1:
            which, count = which * len(values) + code, count * len(values)
            if count > len(which):  # as many codes as rows at most, or their numbers outgrow the memory
                distinct, which = np.unique(which, return_inverse=True)
                count = len(distinct)
    first = np.full(count, -1)
    first[which] = np.arange(len(which))
    place = np.cumsum(first >= 0) - 1
    return np.stack([column[first[first >= 0]] for column in columns]), place[which]
