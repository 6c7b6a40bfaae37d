"""Rows, for people and for machines."""

import io
import sys
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from rich.console import Console
from rich.table import Table

from configs.errors import InputError

WIDE = 10_000  # where no one looks, a row is a line


def write_rows(rows: pl.DataFrame, format: str, out: Path | None) -> None:
    """Write a query's rows as a table, CSV, JSON or Parquet, to a file or the terminal."""
    if format == "table":
        _print_table(rows, out)
    elif format == "parquet" and out is None:
        raise InputError("parquet is no format for a terminal; name a file with --out")
    else:
        _write(_encoded(rows, format), out)


def _encoded(rows: pl.DataFrame, format: str) -> bytes:
    buffer = io.BytesIO()
    if format == "csv":
        _flat(rows).write_csv(buffer)
    elif format == "json":
        buffer.write(rows.write_json().encode() + b"\n")
    else:
        rows.write_parquet(buffer)
    return buffer.getvalue()


def _flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Lists as JSON text: CSV has none."""
    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    return rows.with_columns(
        pl.col(name).map_elements(lambda value: orjson.dumps(value.to_list()).decode(), pl.String) for name in lists
    )


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        out.write_bytes(content)


def _print_table(rows: pl.DataFrame, out: Path | None) -> None:
    table = Table(*rows.columns, box=None, header_style="bold", pad_edge=False)
    for row in rows.iter_rows():
        table.add_row(*("" if cell is None else _cell(cell) for cell in row))
    with out.open("w", encoding="utf-8") if out else sys.stdout as stream:
        wide = None if stream.isatty() else WIDE
        Console(file=stream, width=wide, highlight=False).print(table)
        print(f"{rows.height} rows", file=sys.stderr)


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
