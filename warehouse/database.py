"""warehouse.duckdb: the current release for readers. A new file is built beside the old one and takes its place by
one rename, so that whoever has the old one open keeps it. It can always be rebuilt from the Parquet files."""

import os
from contextlib import suppress
from pathlib import Path

import duckdb
import polars as pl
import sqlalchemy as sa

from configs.festivals import Calendar
from configs.places import place
from configs.register import Configs
from configs.sql import sql_table
from configs.tables import table
from spiders.lake_files import sync_folder
from transforms.calendar_flags import week_row
from warehouse import lake, views
from warehouse.comments import comments
from warehouse.vintages import Manifest, figures, manifests, releases

VIEWS = (*lake.PARTITIONED, "merchants", "listings", "belt_weeks", "belt_yoy")
STORED = ("belts", "belt_places", "weeks", "figures", "releases", "checks", "pages")


def database_file(home: Path) -> Path:
    """Where readers find the warehouse."""
    return home / "warehouse.duckdb"


def released_in(home: Path) -> str | None:
    """The release that the warehouse file holds; None where there is no readable file or it holds none."""
    path = database_file(home)
    if not path.exists():
        return None
    with suppress(duckdb.Error), duckdb.connect(str(path), read_only=True) as reader:
        row = reader.execute("select release from releases order by sequence desc limit 1").fetchone()
        return str(row[0]) if row else None
    return None


def rebuild(home: Path, configs: Configs, pages: pl.DataFrame) -> Path:
    """Build the warehouse of the last release and put it in place; `pages` is the ledger (table pages)."""
    chain = manifests(home)
    staging = home / ".warehouse.duckdb.tmp"
    staging.unlink(missing_ok=True)
    _create(staging)
    frames = _frames(home, configs, chain, pages)
    with duckdb.connect(str(staging)) as writer:
        writer.execute(f"set file_search_path = '{_quoted(home.absolute())}'")
        for name in STORED:
            _load(writer, name, frames[name])
        for statement in _views(home):
            writer.execute(statement)
    with staging.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(staging, database_file(home))
    sync_folder(home)
    return database_file(home)


def _create(path: Path) -> None:
    """The stored tables, with their comments, through SQLAlchemy from the one definition of their columns."""
    engine = sa.create_engine(f"duckdb:///{path}", poolclass=sa.NullPool)
    metadata = sa.MetaData()
    for name in STORED:
        sql_table(name, metadata)
    metadata.create_all(engine)
    engine.dispose()


def _load(writer: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    rows = table(name).conform(frame).sort(table(name).key)
    writer.register("rows", rows.to_arrow())
    columns = ", ".join(f'"{column}"' for column in table(name).names)
    writer.execute(f"insert into {name} select {columns} from rows")
    writer.unregister("rows")


def _frames(home: Path, configs: Configs, chain: list[Manifest], pages: pl.DataFrame) -> dict[str, pl.DataFrame]:
    vintages = figures(home, chain)
    return {
        "belts": belts(configs),
        "belt_places": belt_places(configs),
        "weeks": weeks(vintages, configs.calendar),
        "figures": vintages,
        "releases": releases(chain),
        "checks": lake.read(table("checks"), sorted((home / "checks").glob("**/*.parquet"))),
        "pages": pages,
    }


def _views(home: Path) -> list[str]:
    lakes = [views.lake_view(name, any((home / name).glob("*/*/*.parquet"))) for name in lake.PARTITIONED]
    made = [*lakes, views.merchants(), views.listings(), views.belt_weeks(), views.belt_yoy()]
    return [*made, *(statement for name in VIEWS for statement in comments(name))]


def belts(configs: Configs) -> pl.DataFrame:
    """Table belts."""
    rows = []
    for belt in configs.belts.values():
        province, floor = place(belt.province_code), belt.cost_floor
        rows.append(
            {
                "belt": belt.id,
                "name_en": belt.name.en,
                "name_zh": belt.name.zh,
                "province_code": belt.province_code,
                "province_zh": province.name if province else "",
                "categories": belt.categories,
                "festival": belt.festival,
                "cost_floor_yuan": floor.yuan if floor else None,
                "cost_floor_low_yuan": floor.ends[0] if floor and floor.ends else None,
                "cost_floor_high_yuan": floor.ends[1] if floor and floor.ends else None,
                "cost_floor_unit": floor.unit if floor else None,
                "cost_floor_on": floor.on if floor else None,
                "cost_floor_source": floor.source if floor else None,
                "evidence": belt.evidence,
                "evidence_grade": belt.evidence_grade,
                "valid_from": belt.valid_from,
                "valid_to": belt.valid_to,
            }
        )
    return pl.DataFrame(rows, schema=table("belts").polars_schema())


def belt_places(configs: Configs) -> pl.DataFrame:
    """Table belt_places."""
    rows = [
        {"belt": belt.id, "place_code": part.code, "place_zh": known.name, "aliases": part.aliases}
        for belt in configs.belts.values()
        for part in belt.places
        if (known := place(part.code)) is not None
    ]
    return pl.DataFrame(rows, schema=table("belt_places").polars_schema())


def weeks(vintages: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """Table weeks: the weeks of which there is any figure."""
    found = sorted(vintages["week"].unique().to_list())
    named = [(week, week.isocalendar()) for week in found]
    rows = [week_row(week, calendar) | {"iso_year": iso.year, "iso_week": iso.week} for week, iso in named]
    return pl.DataFrame(rows, schema=table("weeks").polars_schema())


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
