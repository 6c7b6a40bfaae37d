from datetime import date, timedelta

import polars as pl
import pytest

from configs.belts import Belt
from configs.publication import shipped_rules
from configs.register import load
from configs.tables import figures_draft
from transforms.index_figures import index_figures, index_rows

FIRST = date(2024, 11, 4)
WEEKS = [FIRST + timedelta(weeks=number) for number in range(107)]  # to 2026-11-16
FALL = -0.06  # a year


@pytest.fixture(scope="module")
def belt(tmp_path_factory: pytest.TempPathFactory) -> Belt:
    return load(tmp_path_factory.mktemp("home")).belts["gaoyang-towels"]


def listings(merchants: int, fall: float = FALL) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two listings of each merchant whose prices all fall alike, a third of them replaced by dearer ones on the way."""
    rows = []
    for number, week in enumerate(WEEKS):
        factor = (1 + fall) ** (number / 52)
        for merchant in range(merchants):
            for place in range(2):
                is_new = place == 1 and merchant % 3 == 0 and number > 60
                dear = 40.0 if is_new else 2.0 + merchant + place
                key = ("practice", "towels", week, f"m{merchant}", f"{place}{'new' if is_new else ''}")
                rows.append((*key, "piece", dear * factor, 1000.0, 1000.0, 1000.0, "trailing_30d"))
    names = ["marketplace", "category", "week", "merchant_id", "listing_id", "unit", "unit_price_yuan", "value_yuan"]
    frame = pl.DataFrame(rows, schema=[*names, "value_low_yuan", "value_high_yuan", "sales_basis"], orient="row")
    placed = frame.select(names[:5]).with_columns(belt=pl.lit("gaoyang-towels"), weight=pl.lit(1.0))
    return frame, placed


def made(belt: Belt, merchants: int = 12, fall: float = FALL) -> pl.DataFrame:
    covered = {week: (1.0, 1.0) for week in WEEKS}
    return index_figures(index_rows(*listings(merchants, fall)), belt, covered, shipped_rules())


def test_a_planted_fall_of_all_prices_is_the_change_on_the_year_whatever_is_replaced(belt: Belt) -> None:
    found = made(belt).filter(pl.col("comparison") == "yoy", pl.col("status") == "published").sort("week")
    assert found["value"].to_list() == pytest.approx([FALL] * found.height, abs=0.002)
    assert found["week"].max() == WEEKS[-1]
    assert (found["low"] <= found["value"]).all()


def test_months_stand_at_their_last_week_and_the_month_under_way_has_a_flash_a_week(belt: Belt) -> None:
    levels = made(belt).filter(pl.col("comparison") == "level").sort("week")
    monthly = levels.filter(pl.col("method").str.contains("monthly"))
    assert monthly["week"].head(3).to_list() == [date(2024, 11, 25), date(2024, 12, 23), date(2025, 1, 27)]
    assert monthly["value"][0] == 1
    flash = levels.filter(pl.col("method").str.contains("provisional"))
    assert flash["week"].to_list() == [date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)]


def test_without_a_month_a_year_before_there_is_no_change_and_few_merchants_publish_nothing(belt: Belt) -> None:
    changes = made(belt).filter(pl.col("comparison") == "yoy").sort("week")
    assert changes.filter(pl.col("week") < date(2025, 11, 1))["reason"].unique().to_list() == ["no_base"]
    few = made(belt, merchants=9)
    assert few.filter(pl.col("comparison") == "level")["reason"].unique().to_list() == ["few_merchants"]
    assert few["value"].null_count() == few.height


def test_the_rows_are_those_of_the_table_and_only_what_is_counted_in_the_belt_enters(belt: Belt) -> None:
    frame, placed = listings(12)
    half = placed.with_columns(pl.lit(0.5).alias("weight"))
    assert index_rows(frame, half).is_empty()
    assert index_figures(index_rows(frame, half), belt, {}, shipped_rules()).is_empty()
    assert made(belt).columns == list(figures_draft().names)
