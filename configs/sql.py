"""Projection of the one column definition (configs.tables) to SQLAlchemy Core, for the ledger and the warehouse."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from configs.tables import Column, table


class Instant(TypeDecorator[datetime]):
    """A point in time that comes back as an aware UTC datetime from every database.

    Bound values must be aware. SQLite has no zones: there it is stored as UTC text of fixed width, which sorts as time.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database wants it; a naive datetime is a ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} names no time zone; instants are aware datetimes")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def sql_table(name: str, metadata: sa.MetaData) -> sa.Table:
    """The table `name` of tables.yaml with types, nullability, primary key and comments, added to `metadata`."""
    definition = table(name)
    columns = [_sql_column(column, column.name in definition.key) for column in definition.columns]
    return sa.Table(name, metadata, *columns, comment=definition.grain["en"])


def _sql_column(column: Column, is_key: bool) -> "sa.Column[Any]":
    return sa.Column(
        column.name,
        _SQL_TYPES[column.type](),
        primary_key=is_key,
        autoincrement=False,
        nullable=column.nullable,
        comment=column.comment,
    )


def _json() -> TypeEngine[Any]:
    return sa.JSON(none_as_null=True)


_SQL_TYPES: dict[str, Callable[[], TypeEngine[Any]]] = {
    "string": sa.Text,
    "int": sa.BigInteger,
    "float": sa.Double,
    "bool": sa.Boolean,
    "date": sa.Date,
    "instant": Instant,
    "strings": _json,
    "tiers": _json,
}
