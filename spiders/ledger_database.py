"""The ledger's database as its parts use it: short transactions, one clock for all workers, one worker at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from spiders.ledger_schema import PAGES, SCHEMA_LOCK, WRITING, open_engine
from spiders.ledger_scope import Scope
from spiders.pages import PageKey

KEY = [PAGES.c[name] for name in PageKey._fields]


class LedgerDatabase:
    """One database; `url` is SQLAlchemy's, sqlite:/// or postgresql+psycopg://."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    @property
    def _is_server(self) -> bool:
        return self._engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self, is_lasting: bool = True) -> Iterator[sa.Connection]:
        """A transaction that writes; one that need not outlast a power cut (`is_lasting` False) costs no fsync."""
        options = WRITING | {"is_lasting": is_lasting}
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            if self._is_server and not is_lasting:
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            yield connection

    def _update(self, where: sa.ColumnElement[bool], **values: Any) -> int:
        with self._writing() as connection:
            return connection.execute(sa.update(PAGES).where(where).values(**values)).rowcount

    def _queue(self, connection: sa.Connection, name: str) -> None:
        """Waits until no other transaction holds this name; on SQLite those that write take turns anyway."""
        if self._is_server:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK, sa.func.hashtext(name))))

    def _instant(self, connection: sa.Connection) -> datetime:
        """Now, on the one clock that all who share the database see: the server's, or the machine's on SQLite."""
        if not self._is_server:
            return datetime.now(UTC)
        now: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)


def is_page(key: PageKey) -> sa.ColumnElement[bool]:
    """Whether a row is of this page."""
    return sa.and_(*(PAGES.c[name] == value for name, value in key._asdict().items()))


def is_held_by(worker: str) -> sa.ColumnElement[bool]:
    """Whether a worker holds a row's lease."""
    return sa.and_(PAGES.c.state == "leased", PAGES.c.worker == worker)


def within(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """The conditions of a scope."""
    parts = {name: value for name, value in scope._asdict().items() if value is not None and name != "categories"}
    conditions = [PAGES.c[name] == value for name, value in parts.items()]
    return [*conditions, PAGES.c.category.in_(scope.categories)] if scope.categories is not None else conditions
