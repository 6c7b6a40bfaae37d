"""Listing rows of one belt and week, written by hand, and the scanner data of milk."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

from transforms.panels import READ_BY_METRICS
from transforms.past import Past, past_of, with_numbers

settings.register_profile("steady", deadline=None)  # the first Polars call of a process takes longer than 200 ms
settings.load_profile("steady")

COLUMNS = {
    "marketplace": pl.String(),
    "category": pl.String(),
    "week": pl.Date(),
    "merchant_id": pl.String(),
    "listing_id": pl.String(),
    "price_yuan": pl.Float64(),
    "unit": pl.String(),
    "sales_basis": pl.String(),
    "value_yuan": pl.Float64(),
    "weight": pl.Float64(),
    "rule": pl.String(),
}
BeltRows = Callable[..., pl.DataFrame]


@pytest.fixture(scope="session")
def belt_rows() -> BeltRows:
    """Makes rows from (merchant, listing, value) or from dicts of columns; what is not given is ordinary."""

    def make(week: date, *listings: tuple[str, str, float | None] | dict[str, object]) -> pl.DataFrame:
        named = [
            row if isinstance(row, dict) else dict(zip(("merchant_id", "listing_id", "value_yuan"), row, strict=True))
            for row in listings
        ]
        ordinary = {
            "marketplace": "practice",
            "category": "towels",
            "week": week,
            "price_yuan": 1.0,
            "unit": "piece",
            "sales_basis": "trailing_30d",
            "weight": 1.0,
            "rule": "county",
        }
        return pl.DataFrame([ordinary | row for row in named], schema=COLUMNS)

    return make


@pytest.fixture(scope="session")
def rows(belt_rows: BeltRows) -> Callable[..., pl.DataFrame]:
    """Makes listings of one week, one merchant each unless named, with whatever columns a metric reads."""

    def make(week: date, *listings: dict[str, object]) -> pl.DataFrame:
        named = [
            {"merchant_id": f"m{n}", "listing_id": "1", "value_yuan": 100.0} | row for n, row in enumerate(listings)
        ]
        made = belt_rows(week, *({k: v for k, v in row.items() if k not in READ_BY_METRICS} for row in named))
        read = {
            name: pl.Series(name, [row.get(name) for row in named], kind)
            for name, kind in READ_BY_METRICS.items()
            if any(name in row for row in named)
        }
        return made.with_columns(read.values())

    return make


HISTORY = {"title_text": pl.String(), "pack_count": pl.Float64(), "unit_price_yuan": pl.Float64()}


@pytest.fixture(scope="session")
def with_past() -> Callable[..., tuple[Past, pl.DataFrame]]:
    """Makes the past of some weeks of rows, and the rows of the last of them with their numbers; what no row has of
    title, pack and unit price is null."""

    def make(*weeks: pl.DataFrame) -> tuple[Past, pl.DataFrame]:
        rows = with_numbers(pl.concat(weeks, how="diagonal"))
        absent = [pl.lit(None, kind).alias(name) for name, kind in HISTORY.items() if name not in rows.columns]
        whole = rows.with_columns(absent)
        return past_of(whole), whole.filter(pl.col("week") == pl.col("week").max())

    return make


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data, which is no part of the repository."""
    beside = Path(__file__).parents[3] / "shared"
    return Path(os.environ.get("BELTWATCH_SHARED", beside))


@pytest.fixture(scope="session")
def milk(shared: Path) -> pl.DataFrame:
    """Scanner data: one row per month, outlet, product and kind, with price and quantity (repeated products occur)."""
    path = shared / "data" / "milk.parquet"
    if not path.exists():
        pytest.skip(f"{path} is not there; BELTWATCH_SHARED may name its folder")
    return pl.read_parquet(path)
