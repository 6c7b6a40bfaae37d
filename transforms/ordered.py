"""Sums in a fixed order: the last bit depends neither on the order of the rows nor on the number of threads.

Polars promises no order inside a group, so its float sums may differ from run to run; numpy.add.reduceat over
rows sorted by a unique key does not.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_WHOLE = np.zeros(1, dtype=np.int64)  # one group from the first row on


def group_sums(frame: pl.DataFrame, keys: Sequence[str], order: Sequence[str], values: Sequence[str]) -> pl.DataFrame:
    """One row per key, sorted by `keys`: the sum of each of `values` (Float64; a null counts as 0).

    `keys` and `order` together are unique in the frame, otherwise the order of addition is not settled.
    """
    arranged = frame.sort(*keys, *order)
    starts = group_starts(arranged, keys)
    sums = {value: sums_at(starts, floats(arranged[value])) for value in values}
    return arranged[starts].select(keys).with_columns(pl.Series(name, array) for name, array in sums.items())


def total(values: FloatArray) -> float:
    """The sum of an array in the order in which it stands; 0 for an empty one."""
    return float(np.add.reduceat(values, _WHOLE)[0]) if len(values) else 0.0


def sums_at(starts: IntArray, values: FloatArray) -> FloatArray:
    """The sum of each group of an array whose groups begin at `starts`; empty for no groups."""
    return np.add.reduceat(values, starts) if len(starts) else np.zeros(0)


def sums_by(number: IntArray, values: FloatArray, size: int) -> FloatArray:
    """The sums of the groups 0 ... size - 1 that `number` names, each added in the order of the rows."""
    return np.bincount(number, values, size).astype(np.float64, copy=False)


def cross_sums(left: FloatArray, right: FloatArray) -> FloatArray:
    """[s, t]: the sum over columns of left[s] times right[t].

    It is left @ right.T, but BLAS adds in another order with another number of threads, and einsum does not.
    """
    sums: FloatArray = np.einsum("sn,tn->st", left, right)
    return sums


def group_starts(frame: pl.DataFrame, keys: Sequence[str]) -> IntArray:
    """The row numbers at which a new key begins, in a frame sorted by `keys`; empty for no rows."""
    return np.flatnonzero(frame.select(begins(keys)).to_series().to_numpy())


def begins(keys: Sequence[str]) -> pl.Expr:
    """True where a row's key differs from the key of the row above it, and in the first row."""
    first = pl.int_range(pl.len()) == 0
    return pl.any_horizontal(first, *(pl.col(key).ne_missing(pl.col(key).shift()) for key in keys))


def floats(column: pl.Series) -> FloatArray:
    """A column as floats, null as 0."""
    filled = column.fill_null(0) if column.null_count() else column  # a call costs as much as 10,000 additions
    return filled.to_numpy().astype(np.float64, copy=False)
