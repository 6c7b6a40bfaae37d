"""What an index takes as a frame, and what it says where that cannot be used.

A frame of Polars, eager or lazy, one of pandas, an Arrow table (or anything else that hands out an Arrow stream), or a
mapping of column names to values. Whatever else comes is refused by one InputError that names what was found.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from configs.errors import InputError

NUMBERS = ("price", "quantity")
MOST = 1e70  # of prices and quantities: sums of squared values stay finite
UNREADABLE = (pl.exceptions.PolarsError, TypeError, ValueError, ImportError, NotImplementedError)


class ArrowStream(Protocol):
    """A table of another library, such as pandas, pyarrow or DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


Table = pl.DataFrame | pl.LazyFrame | Mapping[str, Any] | ArrowStream


def as_frame(table: Table) -> pl.DataFrame:
    """The table as a frame; raises InputError on anything else."""
    if isinstance(table, pl.DataFrame):
        return table
    kind = f"{type(table).__module__.partition('.')[0]}.{type(table).__name__}".removeprefix("builtins.")
    if not isinstance(table, pl.LazyFrame | Mapping) and not hasattr(table, "__arrow_c_stream__"):
        raise InputError(
            f"a price index needs a frame (Polars, pandas, Arrow, or a dict of columns) with the columns period, "
            f"product and price; this is a {kind}"
        )
    try:
        return _read(table)
    except UNREADABLE as error:
        said = str(error).partition("\n")[0]
        raise InputError(f"this {kind} cannot be read as a frame of columns: {said}") from error


def _read(table: pl.LazyFrame | Mapping[str, Any] | ArrowStream) -> pl.DataFrame:
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    # of a list that begins with 2 and goes on with 2.2 Polars would have whole numbers only
    read = {
        name: pl.Series(name, column, strict=False) if name in NUMBERS and isinstance(column, list | tuple) else column
        for name, column in (table.items() if isinstance(table, Mapping) else ())
    }
    frame = pl.DataFrame(read if isinstance(table, Mapping) else table)
    orders = {name: _order(table, name) for name, kind in frame.schema.items() if kind == pl.Categorical}
    return frame.with_columns(pl.col(name).cast(pl.Enum(order)) for name, order in orders.items() if order)


def _order(table: Any, name: str) -> list[str] | None:
    """The categories of a column of pandas or Arrow that have an order of their own, which Polars does not take over:
    months by their names would come in the order of the alphabet."""
    if not hasattr(table, "__getitem__"):
        return None
    column = table[name]
    kind: Any = getattr(column, "dtype", getattr(column, "type", None))
    if not getattr(kind, "ordered", False):
        return None
    if hasattr(kind, "categories"):
        return list(kind.categories)
    whole = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    return list(whole.dictionary.to_pylist())


def refuse_missing(frame: pl.DataFrame, wanted: Sequence[str], what: str = "a price index") -> None:
    """Raises InputError that names the first column that is not there."""
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise InputError(f"{what} needs the column {missing[0]}; the frame has {frame.columns}")


def refuse_types(frame: pl.DataFrame, sorting: Sequence[str], numbers: Sequence[str], what: str) -> None:
    """Raises InputError where a column to sort by holds what has no order, or a column of numbers something else."""
    for name in sorting:
        if frame.schema[name].is_object() or frame.schema[name].is_nested():
            raise InputError(f"{what} needs ids and periods that sort: the column {name} holds {frame.schema[name]}")
    for name in numbers:
        if not frame.schema[name].is_numeric():
            raise InputError(f"{what} needs numbers: the column {name} holds {frame.schema[name]}")


def with_dates(frame: pl.DataFrame, columns: Sequence[str], what: str) -> pl.DataFrame:
    """The frame with columns of weeks as dates: pandas has instants only, which are taken where all are midnights.

    Raises InputError that names the first column that holds anything else."""
    found = frame.with_columns(pl.col(name).dt.date() for name in columns if _holds_midnights(frame[name]))
    for name in columns:
        if found.schema[name] != pl.Date():
            raise InputError(f"{what} needs weeks that are dates: the column {name} holds {found.schema[name]}")
    return found


def _holds_midnights(column: pl.Series) -> bool:
    return isinstance(column.dtype, pl.Datetime) and bool((column.dt.truncate("1d") == column).all())


def is_extreme(column: str) -> pl.Expr:
    """Whether a number that is not 0 is too large, or too near to 0, to be multiplied with others like it."""
    size = pl.col(column).cast(pl.Float64).abs()
    return size.is_finite() & (size > 0) & ~size.is_between(1 / MOST, MOST)


def without_null_quantities(table: Table) -> pl.DataFrame:
    """For an index that needs no quantities: a row without one has no weight in the unit value of its product."""
    frame = as_frame(table)
    return frame.with_columns(pl.col("quantity").fill_null(0)) if "quantity" in frame.columns else frame
