"""The warehouse says of itself what its tables, views and columns mean, in the words of their one definition."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from configs.register import load
from configs.tables import table
from transforms.catalogue import level_metrics
from warehouse import database
from warehouse.read import open as open_warehouse
from warehouse.release import publish, sole_publisher

OURS = "database_name = 'warehouse' and not internal"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose warehouse was built from nothing."""
    folder = tmp_path_factory.mktemp("home")
    configs = load(folder)
    with sole_publisher(folder):
        publish(folder, datetime(2026, 11, 16, tzinfo=UTC), configs.digests)
        database.rebuild(folder, configs, table("pages").empty())
    return folder


def asked(home: Path, query: str) -> pl.DataFrame:
    """What the warehouse answers."""
    with open_warehouse(home) as reader:
        return reader.sql(query)


def test_every_table_and_view_says_what_one_row_is(home: Path) -> None:
    query = f"select table_name, comment from duckdb_tables() where {OURS}"
    views = f"select view_name, comment from duckdb_views() where {OURS}"
    said = dict(asked(home, f"{query} union all {views}").rows())
    assert said == {name: table(name).grain["en"] for name in (*database.STORED, *database.VIEWS)}


@pytest.mark.parametrize("name", [*database.STORED, *database.VIEWS])
def test_every_column_is_there_in_its_order_and_says_what_it_means(home: Path, name: str) -> None:
    query = f"select column_name, comment from duckdb_columns() where {OURS} and table_name = '{name}'"
    said = asked(home, f"{query} order by column_index").rows()
    expected = [(column.name, column.comment) for column in table(name).columns]
    if name == "belt_weeks":
        measured = [(metric.id, f"{metric.en}: {metric.definition} [{metric.unit}]") for metric in level_metrics()]
        expected[2:2] = measured
    assert said == expected
