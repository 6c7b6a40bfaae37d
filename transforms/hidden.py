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
from transforms.count_forms import COUNTED_INSTEAD
from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.ranks import CELLS, DRAWS, CellArray

OTHER_PERIOD = "other_period"  # flag of rows whose floors are off the grid of the week
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
        columns = np.stack([self.low, self.high, self.mu, self.sigma])
        laws, which = _distinct(columns) if cells.size > AT_ONCE else (columns, np.arange(len(self.row)))
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
    low, high = rows["value_low_yuan"], rows["value_high_yuan"]
    if low.null_count() == rows.height:
        return None
    known = rows["value_yuan"].to_numpy()  # null is NaN
    kinds = rows.select(**_kinds(has_open=high.null_count() > low.null_count()))
    is_told = ~(np.isnan(known) | np.isnan(low.to_numpy()) | kinds["counts_else"].to_numpy())
    is_open = is_told & np.isnan(high.to_numpy())
    value = np.nan_to_num(known)
    least = np.where(is_told, low.to_numpy(), value)
    most = np.where(is_open, np.inf, np.where(is_told, high.to_numpy(), value))
    if not (most > least).any():
        return None
    is_counter = kinds["is_counter"].to_numpy()
    row = np.flatnonzero((most > least * (1 + NARROW)) & ~is_counter)
    worth = np.where(kinds["is_turnover"].to_numpy(), 1.0, rows["price_yuan"].to_numpy())[row] * PER_28_DAYS
    # Quotients miss whole pieces by a rounding error, and equal displays are to be drawn from one table
    ends = [np.round(end[row] / worth, 6) for end in (least, most)]
    mu, sigma = (rows[name].to_numpy()[row] for name in ("sales_mu", "sales_sigma"))
    hidden = Hidden(row, ends[0], ends[1], worth, mu, sigma)
    return Shown(least, most, np.where(is_counter, value, least), value, is_open, hidden)


def _kinds(has_open: bool) -> dict[str, pl.Expr]:
    """What a row's sales are. Payers, orders and reviews, which are always open, and floored sales of another
    period are told as shown: they are a lower end of something else, or off the grid."""
    basis, flags = pl.col("sales_basis"), pl.col("flags").list
    counted = [flags.contains(flag).fill_null(False) for flag in COUNTED_INSTEAD]
    counted.append(flags.contains(OTHER_PERIOD).fill_null(False) & pl.col("value_high_yuan").is_null())
    return {
        "is_counter": (basis == COUNTER).fill_null(False),
        "is_turnover": (basis == TURNOVER).fill_null(False),
        "counts_else": pl.any_horizontal(counted) if has_open else basis.is_null() & False,
    }


def _sizes(laws: FloatArray, ranks: FloatArray) -> FloatArray:
    low, high, mu, sigma = laws
    return quantile(low, high, mu, sigma, ranks)


def _distinct(columns: FloatArray) -> tuple[FloatArray, IntArray]:
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
    return columns[:, first[first >= 0]], place[which]
