"""The ledger's database: the tables of tables.yaml with the rules that keep them true, on SQLite or PostgreSQL."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from configs.errors import BeltwatchError, ConfigError
from configs.sql import sql_table

METADATA = sa.MetaData()
PAGES = sql_table("pages", METADATA)
# The balance is a rule of the database and not of the code that happens to write to it
PAGES.append_constraint(sa.CheckConstraint("state in ('planned', 'leased', 'done')", name="pages_state"))
PAGES.append_constraint(sa.CheckConstraint("(state = 'done') = (outcome is not null)", name="pages_outcome"))
PAGES.append_constraint(sa.CheckConstraint("(state = 'leased') = (lease_until is not null)", name="pages_lease"))
HOST_TURNS = sql_table("host_turns", METADATA)
CRAWL_WORKERS = sql_table("crawl_workers", METADATA)
_KEY = list(PAGES.primary_key.columns)
OPEN_PAGES = sa.Index("pages_open", PAGES.c.marketplace, PAGES.c.week, PAGES.c.state)

BUSY_MILLISECONDS = 60_000
SCHEMA_LOCK = 5_130_600  # any fixed number: PostgreSQL's CREATE TABLE IF NOT EXISTS races with itself

WRITING = {"is_writing": True}


class LedgerError(BeltwatchError):
    """The ledger's database failed while it was used."""


def open_engine(url: str) -> sa.Engine:
    """The database behind a SQLAlchemy URL, with its tables; ConfigError where the URL names neither kind."""
    kind = url.partition(":")[0]
    if kind not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(f"the ledger's URL begins with {kind!r}, expected sqlite:/// or postgresql+psycopg://")
    engine = sa.create_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _configure_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
            Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
        _create(engine)
    except (OSError, sa.exc.OperationalError) as error:
        cause = " ".join(str(getattr(error, "orig", error)).split())
        sentence = f"the ledger {engine.url} cannot be opened ({cause}); see --home and BELTWATCH_LEDGER"
        raise ConfigError(sentence) from error
    sa.event.listen(engine, "handle_error", _say_what_failed)
    return engine


def insert_or_ignore(engine: sa.Engine) -> Any:
    """An INSERT into the ledger that leaves rows alone whose key is there already."""
    return _insert(engine).on_conflict_do_nothing(index_elements=_KEY)


def insert_or_fill(engine: sa.Engine) -> Any:
    """An INSERT of done rows that puts them in the place of those that are still open."""
    insert = _insert(engine)
    facts = {column.name: insert.excluded[column.name] for column in PAGES.columns if column not in _KEY}
    return insert.on_conflict_do_update(index_elements=_KEY, set_=facts, where=PAGES.c.state != "done")


def put(engine: sa.Engine, into: sa.Table) -> Any:
    """An INSERT into a table that puts a row in the place of one of the same key."""
    insert = (postgresql if engine.dialect.name == "postgresql" else sqlite).insert(into)
    facts = {column.name: insert.excluded[column.name] for column in into.columns if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(into.primary_key.columns), set_=facts)


def _insert(engine: sa.Engine) -> Any:
    return postgresql.insert(PAGES) if engine.dialect.name == "postgresql" else sqlite.insert(PAGES)


def _create(engine: sa.Engine) -> None:
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))
        for table in (PAGES, HOST_TURNS, CRAWL_WORKERS):
            connection.execute(CreateTable(table, if_not_exists=True))
        connection.execute(CreateIndex(OPEN_PAGES, if_not_exists=True))


def _say_what_failed(context: sa.ExceptionContext) -> None:
    """Of a database that cannot be reached any more, is full or locked; mistakes of ours stay what they are."""
    if isinstance(context.sqlalchemy_exception, sa.exc.OperationalError):
        cause, where = " ".join(str(context.original_exception).split()), context.engine and context.engine.url
        expected = "expected it to be there and to answer; see BELTWATCH_LEDGER, then run the same command again"
        raise LedgerError(f"the ledger {where} failed ({cause}), {expected}") from context.original_exception


def _configure_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # or the driver begins transactions of its own, and too late
    for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and then writes fails at once where another has written between: it must lock first
    options = connection.get_execution_options()
    is_writing, is_lasting = options.get("is_writing"), options.get("is_lasting", True)
    if is_writing:
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if is_lasting else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
