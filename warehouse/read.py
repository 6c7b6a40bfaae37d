"""Reading the warehouse: SQL and figures, now or as of any date, from a connection that can neither write nor look
outside its data home."""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType

import duckdb
import polars as pl

from configs.calendar import SHANGHAI
from configs.errors import InputError
from warehouse import views
from warehouse.database import database_file
from warehouse.lake import PARTITIONED

CATALOG = "warehouse"
READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


class Warehouse:
    """The release that was current when it was opened; later releases do not disturb it."""

    def __init__(self, home: Path):
        self.home = home.absolute()
        path = database_file(self.home)
        if not path.exists():
            raise InputError(f"{path} does not exist; expected a warehouse there; publish one with `beltwatch release`")
        # Attached to a memory of its own: one process's connections to one path share what they opened first,
        # and would go on showing a release after its file has been replaced
        self._reader = duckdb.connect(":memory:")
        self._reader.execute(f"attach '{_quoted(path)}' as {CATALOG} (read_only)")
        _lock_down(self._reader, self.home)

    def __enter__(self) -> "Warehouse":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()

    def sql(self, query: str, as_of: str | date | datetime | None = None) -> pl.DataFrame:
        """The rows of one reading statement; with `as_of` figures, belt_weeks and belt_yoy are as published then."""
        statements = _parsed(query)
        if len(statements) != 1 or statements[0].type not in READING:
            raise InputError(f"{query.strip()[:80]!r} is not one select statement; the warehouse is read-only")
        cursor = self._reader.cursor()
        try:
            cursor.execute(f"use {CATALOG}")
            if as_of is not None:
                _as_of(cursor, instant_of(as_of))
            return _in_utc(cursor.execute(statements[0].query).pl())
        except duckdb.Error as error:
            raise InputError(f"the query cannot be answered: {str(error).splitlines()[0]}") from error
        finally:
            cursor.close()

    def figures(self, *, as_of: str | date | datetime | None = None, **equal: str | date) -> pl.DataFrame:
        """Table figures, current or as of a date, where each named column has the given value (belt=, metric=, ...)."""
        known = self.sql("select * from figures limit 0").columns
        foreign = [name for name in equal if name not in known]
        if foreign:
            raise InputError(f"figures has no column {foreign[0]!r}; its columns are {', '.join(known)}")
        wanted = [f"{name} = '{_quoted(value)}'" for name, value in equal.items()]
        where = " and ".join(["superseded_at is null", *wanted])
        order = "belt, week, metric, segment, comparison, alignment, panel"
        return self.sql(f"select * from figures where {where} order by {order}", as_of)


def open(where: str | Path | None = None) -> Warehouse:
    """The current release of a data home: `where` (it or its warehouse.duckdb), or BELTWATCH_HOME, or ./data."""
    path = Path(where if where is not None else os.environ.get("BELTWATCH_HOME", "data"))
    return Warehouse(path.parent if path.suffix == ".duckdb" else path)


def instant_of(as_of: str | date | datetime) -> datetime:
    """The instant meant by `as_of`: a date is its last instant in Asia/Shanghai, a time without a zone is UTC."""
    if isinstance(as_of, str):
        as_of = _from_text(as_of)
    if isinstance(as_of, datetime):
        return as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    return datetime.combine(as_of, time(), SHANGHAI) + timedelta(days=1) - timedelta(microseconds=1)


def _from_text(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"as of {text!r} is no date; expected one such as 2026-11-22 or 2026-11-22T08:00:00Z"
        ) from None


def _parsed(query: str) -> list[duckdb.Statement]:
    try:
        return duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise InputError(f"the query cannot be read: {str(error).splitlines()[0]}") from error


def _lock_down(reader: duckdb.DuckDBPyConnection, home: Path) -> None:
    """No file but the lake's own tables can be read, and no setting changed, from here on."""
    folders = [folder for name in PARTITIONED for folder in (name, str(home / name))]
    reader.execute("set global file_search_path = $1", [str(home)])
    reader.execute("set allowed_directories = $1", [folders])
    reader.execute("set enable_external_access = false")
    reader.execute("set lock_configuration = true")


def _in_utc(rows: pl.DataFrame) -> pl.DataFrame:
    """Instants in UTC; DuckDB gives them in the machine's time zone."""
    instants = [name for name, kind in rows.schema.items() if isinstance(kind, pl.Datetime) and kind.time_zone]
    return rows.with_columns(pl.col(name).dt.convert_time_zone("UTC") for name in instants)


def _as_of(cursor: duckdb.DuckDBPyConnection, instant: datetime) -> None:
    """Temporary relations that hide the stored ones: figures and releases as they stood, and the views on them."""
    stamp = instant.astimezone(UTC).isoformat()
    cursor.execute(
        f"""create temp view figures as
        select * exclude (superseded_at),
          case when superseded_at <= timestamptz '{stamp}' then superseded_at end as superseded_at
        from {CATALOG}.main.figures where released_at <= timestamptz '{stamp}'"""
    )
    cursor.execute(
        f"create temp view releases as select * from {CATALOG}.main.releases where released_at <= timestamptz '{stamp}'"
    )
    known = [name for name, *_ in cursor.execute(f"describe {CATALOG}.main.weeks").fetchall()]
    cursor.execute(views.whole_weeks(CATALOG, known))
    cursor.execute(views.belt_weeks("temp.", "temp view"))
    cursor.execute(views.belt_yoy("temp.", "temp view"))


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")
