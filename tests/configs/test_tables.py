"""The one definition of columns and its projections."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from configs.dictionary import dictionary
from configs.tables import TableError, figures_draft, table, tables

MONDAY = date(2025, 11, 17)
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", list(tables()))
def test_projections_agree_on_names_and_order(name: str) -> None:
    shape = table(name)
    assert shape.polars_schema().names() == shape.names
    assert shape.arrow_schema().names == shape.names
    assert shape.empty().columns == shape.names
    assert not [part for part in shape.key if part not in shape.required_names], "a key is never null"


def test_arrow_fields_carry_meaning_and_unit() -> None:
    field = table("listing_weeks").arrow_schema().field("price_yuan")
    assert field.metadata[b"unit"] == b"yuan"
    assert field.metadata[b"zh"]
    assert not field.nullable


def test_conform_orders_fills_and_refuses() -> None:
    shape = table("weeks")
    rows = pl.DataFrame({"iso_week": [47], "week": [date(2026, 11, 16)], "iso_year": [2026], "year_ago": [MONDAY]})
    rows = rows.with_columns(plain_flags=pl.lit([], pl.List(pl.String)))
    assert shape.conform(rows).columns == shape.names
    with pytest.raises(TableError, match="iso_week"):
        shape.conform(rows.drop("iso_week"))
    with pytest.raises(TableError, match="surplus"):
        shape.conform(rows.with_columns(surplus=1))
    with pytest.raises(TableError, match="year_ago"):
        shape.conform(rows.with_columns(year_ago=pl.lit(None, dtype=pl.Date)))


def test_a_draft_of_a_figure_lacks_what_a_release_adds() -> None:
    assert set(table("figures").names) - set(figures_draft().names) == {"release", "released_at", "superseded_at"}


def test_the_data_dictionary_is_fresh() -> None:
    page = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == dictionary(), "run `make dictionary`"
