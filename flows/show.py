"""Rows and status, for people and for machines."""

import io
import sys
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from rich.console import Console
from rich.table import Table

from configs.errors import InputError
from flows.workplace import Workplace
from spiders.standing import lines_of
from warehouse.vintages import manifests

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


def show_status(work: Workplace, as_json: bool) -> None:
    """Ledger balance, coverage by category of the last week, hosts that refuse, releases, gates."""
    state = status_of(work)
    if as_json:
        sys.stdout.buffer.write(
            orjson.dumps(state, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str)
        )
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    console.print(f"home      {state['home']}")
    console.print(_table("ledger", state["ledger"]))
    for line in state["hosts"]:
        console.print(f"host {line}")
    console.print(_table("releases", state["releases"][-5:]))
    console.print(_table("gates that stop a category", state["stopped"]))


def status_of(work: Workplace) -> dict[str, Any]:
    """The same as plain data."""
    pages = work.pages()
    balance = (
        pages.group_by("marketplace", "category")
        .agg(
            pl.len().alias("planned"),
            *[
                (pl.col("outcome") == outcome).sum().alias(outcome)
                for outcome in ("listing", "empty", "blocked", "login", "changed", "cut", "refused", "error")
            ],
            (pl.col("state") != "done").sum().alias("open"),
            pl.col("week").max().alias("last_week"),
        )
        .sort("marketplace", "category")
    )
    return {
        "home": str(work.home),
        "ledger": balance.to_dicts(),
        "hosts": lines_of(work.home),
        "releases": [_released(manifest.body) for manifest in manifests(work.home)],
        "stopped": _stopped(work.home),
    }


def _released(body: dict[str, Any]) -> dict[str, Any]:
    names = ("release", "sequence", "released_at", "new_count", "changed_count", "withdrawn_count", "reason")
    return {name: body[name] for name in names}


def _stopped(home: Path) -> list[dict[str, Any]]:
    from configs.tables import table
    from warehouse import lake

    checks = lake.read(table("checks"), sorted((home / "checks").glob("**/*.parquet")))
    broken = checks.filter(~pl.col("is_passed") & (pl.col("severity") == "stop"))
    return broken.select("gate", "marketplace", "category", "week", "rule", "observed", "expected").to_dicts()


def _table(title: str, rows: list[dict[str, Any]]) -> Table | str:
    if not rows:
        return f"{title}: none"
    table = Table(*rows[0], title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    return table
