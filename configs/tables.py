"""The one definition of every column (tables.yaml), and its projections to Polars and Arrow."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from configs.errors import BeltwatchError
from configs.yaml_lines import data_of, node_of

if TYPE_CHECKING:
    import pyarrow as pa

TIER = {"min_quantity_text": pl.String(), "price_text": pl.String()}

POLARS: dict[str, pl.DataType] = {
    "string": pl.String(),
    "int": pl.Int64(),
    "float": pl.Float64(),
    "bool": pl.Boolean(),
    "date": pl.Date(),
    "instant": pl.Datetime("us", "UTC"),
    "strings": pl.List(pl.String()),
    "tiers": pl.List(pl.Struct(TIER)),
}

Kind = Literal["string", "int", "float", "bool", "date", "instant", "strings", "tiers"]


class TableError(BeltwatchError):
    """A frame that does not fit its table."""


class Column(BaseModel):
    """One column: type, unit and meaning; `volatile` columns are left out of byte equality."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: Kind
    en: str
    zh: str
    unit: str | None = None
    nullable: bool = False
    volatile: bool = False

    @property
    def comment(self) -> str:
        """Its meaning and unit, as databases keep them."""
        return f"{self.en} [{self.unit}]" if self.unit else self.en


class Table(BaseModel):
    """One table: what one row is, its key, and its columns in the order in which they are published."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    grain: dict[str, str]
    key: list[str]
    columns: list[Column]

    @property
    def names(self) -> list[str]:
        """Column names in published order."""
        return [column.name for column in self.columns]

    @property
    def stable_names(self) -> list[str]:
        """The columns that two equal runs must have equal, byte for byte."""
        return [column.name for column in self.columns if not column.volatile]

    @property
    def required_names(self) -> list[str]:
        """The columns that never hold a null."""
        return [column.name for column in self.columns if not column.nullable]

    def without(self, *names: str) -> "Table":
        """The table less some columns that are no part of its key."""
        key = [part for part in self.key if part not in names]
        kept = [column for column in self.columns if column.name not in names]
        return self.model_copy(update={"key": key, "columns": kept})

    def polars_schema(self) -> pl.Schema:
        """The Polars schema."""
        return pl.Schema(self._kinds())

    def _kinds(self) -> dict[str, pl.DataType]:
        return {column.name: POLARS[column.type] for column in self.columns}

    def arrow_schema(self) -> "pa.Schema":
        """The Arrow schema; meaning and unit ride along as field metadata."""
        import pyarrow as pa  # with it comes numpy, and most commands need neither

        arrow = pl.DataFrame(schema=self.polars_schema()).to_arrow().schema
        return pa.schema(
            arrow.field(column.name).with_nullable(column.nullable).with_metadata(_field_metadata(column))
            for column in self.columns
        )

    def empty(self) -> pl.DataFrame:
        """The table without rows."""
        return pl.DataFrame(schema=self.polars_schema())

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns, order and types; a missing, foreign or null-holding
        column is an error that names it. Nullable columns may be left out and are filled with null."""
        names = set(frame.columns)
        missing = [name for name in self.required_names if name not in names]
        foreign = sorted(names - set(self.names))
        if missing or foreign:
            raise TableError(
                f"a frame for table {self.name} lacks {missing or 'nothing'} and has {foreign or 'nothing'} "
                f"too many; configs/tables.yaml lists its columns"
            )
        whole = frame if dict(frame.schema) == self._kinds() else _typed(frame, self.polars_schema())
        self._refuse_nulls(whole)
        return whole if whole.columns == self.names else whole.select(self.names)

    def _refuse_nulls(self, frame: pl.DataFrame) -> None:
        holed = {name: count for name in self.required_names if (count := frame[name].null_count())}
        if holed:
            raise TableError(f"table {self.name} allows no null in {holed} (column: rows)")


@cache
def tables() -> dict[str, Table]:
    """All tables by name, in the order of tables.yaml."""
    text = files("configs").joinpath("tables.yaml").read_text(encoding="utf-8")
    return {name: _table(name, body) for name, body in data_of(node_of(text)).items()}


def table(name: str) -> Table:
    """One table by name."""
    return tables()[name]


@cache
def figures_draft() -> Table:
    """A figure that is built but not yet released: table figures less what a release adds."""
    return table("figures").without("release", "released_at", "superseded_at")


def _typed(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return frame.with_columns(absent).select(pl.col(name).cast(kind) for name, kind in schema.items())


def _table(name: str, body: dict[str, object]) -> Table:
    columns = body["columns"]
    assert isinstance(columns, dict)
    listed = [Column(name=column, **entry) for column, entry in columns.items()]
    parsed = Table.model_validate({"name": name, "grain": body["grain"], "key": body["key"], "columns": listed})
    unknown = [part for part in parsed.key if part not in parsed.names]
    if unknown:
        raise TableError(f"configs/tables.yaml: key of {name} names {unknown}, which are no columns of it")
    return parsed


def _field_metadata(column: Column) -> dict[str, str]:
    entries = {"en": column.en, "zh": column.zh, "unit": column.unit}
    return {key: value for key, value in entries.items() if value}
