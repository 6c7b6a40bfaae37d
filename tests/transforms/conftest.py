"""Listing rows of one belt and week, written by hand, and the scanner data of milk."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

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
