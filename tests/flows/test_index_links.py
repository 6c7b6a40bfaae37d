"""The price index that is built follows relaunched listings; beside it stands the one that does not."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from configs.calendar import starts_at
from configs.register import load
from configs.tables import figures_draft, table
from flows.footings import pages_read
from flows.price_index import build_index
from tests.transforms.planted_prices import Planted, fortnights, tables, title
from warehouse import lake

BELT, CATEGORY = "gaoyang-towels", "towels"
FIRST, RELAUNCHED, LAST = date(2025, 10, 6), date(2026, 6, 15), date(2026, 11, 30)
CUT = 0.8
REST = {
    **{"place_code": "130628", "place_level": "county", "pack_count": 1.0, "is_ad": False, "is_advertised": False},
    **{"offer_count": 1, "page": 1, "position": 1, "page_digest": "-"},
}


def put(home: Path, listings: list[Planted]) -> None:
    """Every second week of the listings, as a build leaves them."""
    weeks = fortnights(LAST, FIRST)
    frames = zip(weeks, (tables(listings, [week]) for week in weeks), strict=True)
    for week, (rows, placed) in frames:
        told = rows.with_columns(
            pl.lit(starts_at(week)).alias("seen_at"), *(pl.lit(value).alias(name) for name, value in REST.items()),
            price_low_yuan="price_yuan", price_high_yuan="price_yuan",
        )  # fmt: skip
        belts = placed.with_columns(rule=pl.lit("county"))
        for name, frame in (("listing_weeks", told), ("listing_belts", belts)):
            lake.write(lake.partition(home, name, "practice", week, CATEGORY), table(name).conform(frame), str(week))


def shop(merchant: int) -> list[Planted]:
    """A listing that stands, and one that comes back a fifth cheaper."""
    name, other = title(2 * merchant), title(2 * merchant + 1)
    return [
        Planted(f"m{merchant}", "1", name, lambda _: 10.0),
        Planted(f"m{merchant}", "2", other, lambda _: 20.0, until=RELAUNCHED),
        Planted(f"m{merchant}", "3", f"新{other}", lambda _: 20.0 * CUT, since=RELAUNCHED),
    ]


def test_both_changes_on_the_year_are_built(tmp_path: Path) -> None:
    put(tmp_path, [listing for merchant in range(15) for listing in shop(merchant)])
    configs = load(tmp_path)
    assert build_index(tmp_path, configs, configs.belts[BELT], pages_read(table("pages").empty(), configs)) > 0
    figures = lake.read(figures_draft(), sorted((tmp_path / "figures").glob("week=*/*.parquet"))).sort("week")
    changes = {
        metric: figures.filter((pl.col("metric") == metric) & (pl.col("comparison") == "yoy")).row(-1, named=True)
        for metric in ("price_index", "price_index_unlinked")
    }
    assert {metric: (row["status"], row["merchants"], row["listings"]) for metric, row in changes.items()} == {
        "price_index": ("published", 15, 30),
        "price_index_unlinked": ("published", 15, 15),
    }
    assert changes["price_index"]["value"] == pytest.approx(CUT**0.5 - 1, abs=1e-6)
    assert changes["price_index_unlinked"]["value"] == pytest.approx(0, abs=1e-9)
    assert figures.filter(pl.col("metric") == "price_index_unlinked")["comparison"].unique().to_list() == ["yoy"]
