"""The commands that look and change nothing: sql, discover, status, doctor. They make no data home."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from configs.calendar import as_week
from configs.errors import FAILED
from flows.options import Debug, Home, Week
from flows.workplace import looked_at


class Format(StrEnum):
    """How rows are written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def sql(
    query: Annotated[str, typer.Argument(help="One select statement")],
    home: Home = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Date or instant: figures as published then")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write the rows")] = Format.table,
    out: Annotated[Path | None, typer.Option("--out", help="File to write to; default the terminal")] = None,
    debug: Debug = False,
) -> None:
    """Ask the warehouse. It is read-only.

    Example: beltwatch sql "select belt, yoy_change, low, high, verdict from belt_yoy where week = '2026-11-16'"
    """
    from flows.show import write_rows
    from warehouse import open as open_warehouse

    with open_warehouse(looked_at(home).home) as reader:
        write_rows(reader.sql(query, as_of), format, out)


def discover(
    home: Home = None,
    week: Week = None,
    format: Annotated[Format, typer.Option("--format", help="How to write the rows")] = Format.table,
    out: Annotated[Path | None, typer.Option("--out", help="File to write to; default the terminal")] = None,
    debug: Debug = False,
) -> None:
    """Where belts may be that are not configured: places where a category is much more common than elsewhere, from the
    last week of each category (at the latest --week).

    Example: beltwatch discover --home data
    """
    from flows.discover import discover as show_candidates

    show_candidates(looked_at(home), as_week(week) if week else None, format, out)


def status(
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
    debug: Debug = False,
) -> None:
    """Ledger balance by marketplace, category and outcome, coverage of the last week, releases and gates.

    Example: beltwatch status --json
    """
    from flows.status import show_status

    show_status(looked_at(home), as_json)


def doctor(
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
    debug: Debug = False,
) -> None:
    """Configuration, belts, marketplaces, connections, versions, disk, fonts: each ok, or what to do.

    Example: beltwatch doctor --home data
    """
    from flows.doctor import show_doctor

    if not show_doctor(looked_at(home), as_json):
        raise typer.Exit(FAILED)
