"""The SQL projection says what tables.yaml says, and instants survive every database."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from configs.sql import sql_table
from configs.tables import table, tables

SHANGHAI_NIGHT = datetime(2026, 11, 16, 0, 30, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("name", list(tables()))
def test_every_table_is_projected(name: str) -> None:
    definition, projected = table(name), sql_table(name, sa.MetaData())
    assert [column.name for column in projected.columns] == definition.names
    assert [column.name for column in projected.columns if not column.nullable] == definition.required_names
    assert {column.name for column in projected.primary_key} == set(definition.key)
    assert projected.comment == definition.grain["en"]
    assert all(column.comment for column in projected.columns)


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_rows_come_back_as_they_went_in(scheme: str, tmp_path: Path) -> None:
    engine = sa.create_engine(f"{scheme}:///{tmp_path / 'rows.db'}", poolclass=sa.NullPool)
    offers = sql_table("offers", metadata := sa.MetaData())
    metadata.create_all(engine)
    row = {
        "marketplace": "small",
        "category": "towels",
        "week": date(2026, 11, 16),
        "seen_at": SHANGHAI_NIGHT,
        "page": 1,
        "position": 2,
        "page_digest": "00",
        "price_tiers": [{"min_quantity_text": "≥2", "price_text": "1.71"}],
        "badges": ["先采后付"],
        "is_ad": False,
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(offers), row)
        found = connection.execute(sa.select(offers).where(offers.c.seen_at <= SHANGHAI_NIGHT)).mappings().one()
    assert {name: found[name] for name in row} == row
    assert found["seen_at"].tzinfo is UTC
    assert found["title_text"] is None


def test_a_naive_instant_is_refused(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'rows.db'}")
    pages = sql_table("pages", sa.MetaData())
    naive = sa.select(sa.func.count()).where(pages.c.fetched_at == datetime(2026, 11, 16))
    with pytest.raises(sa.exc.StatementError, match="time zone"), engine.connect() as connection:
        connection.execute(naive)
