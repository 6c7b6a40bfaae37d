"""Real scanner data through ingest, build and release, against the same figure computed apart from the line."""

import os
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

import warehouse
from tests.flows.conftest import beltwatch

KNOWN = 0.05219485336731955
SHARED = Path(os.environ.get("BELTWATCH_SHARED", Path(__file__).parents[2].parent / "shared"))
MILK = SHARED / "data" / "milk.parquet"
WEEK, BASE = date(2019, 12, 2), date(2018, 12, 3)

BELT = """id: test-milk
name: {en: Test milk, zh: 测试牛奶}
places:
  - {code: "150100"}
categories: [milk]
evidence: scanner data
evidence_grade: strong
"""


def first_monday(month: date) -> date:
    """The first Monday of a month."""
    return month + timedelta(days=(7 - month.weekday()) % 7)


def independent(milk: pl.DataFrame) -> float:
    """The matched change, written without the line: outlets with sales in both months."""
    sums = {}
    for month in (date(2018, 12, 1), date(2019, 12, 1)):
        sums[month] = {}
        for row in milk.filter(pl.col("time") == month).iter_rows(named=True):
            outlet = row["retID"]
            sums[month][outlet] = sums[month].get(outlet, 0.0) + row["prices"] * row["quantities"]
    base, current = sums.values()
    both = sorted(base.keys() & current.keys())
    return sum(current[outlet] for outlet in both) / sum(base[outlet] for outlet in both) - 1


@pytest.mark.skipif(not MILK.exists(), reason=f"no scanner data at {MILK}; set BELTWATCH_SHARED")
def test_milk_through_the_line(tmp_path: Path) -> None:
    milk = pl.read_parquet(MILK)
    rows = milk.select(
        pl.lit("milk").alias("category"),
        pl.col("time").map_elements(first_monday, pl.Date).alias("week"),
        pl.col("retID").cast(pl.String).alias("merchant_id"),
        pl.col("prodID").cast(pl.String).alias("listing_id"),
        pl.lit("内蒙古 呼和浩特市").alias("seller_place_text"),
        pl.col("prices").alias("price_text"),
        pl.col("quantities").alias("sales_30d_text"),
    )
    overlay = tmp_path / "configs"
    (overlay / "belts").mkdir(parents=True)
    (overlay / "belts" / "test-milk.yaml").write_text(BELT, encoding="utf-8")
    (overlay / "categories.yaml").write_text("milk: {en: milk, zh: 牛奶}\n", encoding="utf-8")
    (overlay / "publication.yaml").write_text("merchants_minimum: 3\n", encoding="utf-8")
    rows.write_parquet(tmp_path / "milk.parquet")
    for command in (
        ["ingest", str(tmp_path / "milk.parquet"), "--marketplace", "scanner"],
        ["build"],
        ["release"],
    ):
        done = beltwatch(*command, "--home", str(tmp_path))
        assert done.returncode == 0, done.stderr
    with warehouse.open(tmp_path) as reader:
        found = reader.figures(
            belt="test-milk",
            week=WEEK,
            metric="displayed_sales",
            panel="matched",
            segment="all",
            comparison="yoy",
        )
        weeks = reader.sql("select count(distinct week) from listing_weeks").item()
    assert found["status"].to_list() == ["published"]
    assert found["grade"].to_list() == ["B"], "the denominator of handed-over rows is unknown"
    assert found["coverage_share"].to_list() == [None]
    assert found["value"].item() == pytest.approx(KNOWN, abs=1e-9)
    assert found["value"].item() == pytest.approx(independent(milk), abs=1e-9)
    assert found["low"].item() < KNOWN < found["high"].item()
    assert weeks == milk["time"].n_unique()
