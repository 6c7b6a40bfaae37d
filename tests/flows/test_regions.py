"""Belts and regions of a lake written by hand: what rests on what, what is made anew, and what is dropped."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from configs.calendar import starts_at, year_ago
from configs.register import Configs, load
from configs.tables import figures_draft, table
from flows.belts import REGIONS_FILE, build_belt, drop_unknown_belts
from flows.footings import pages_read
from flows.price_index import build_index, index_file
from flows.regions import build_regions
from flows.rests import rests_on
from transforms.year_to_date import windows
from warehouse import lake

BELT, CATEGORY, PLACE = "gaoyang-towels", "towels", "130628"
WEEK, MONTH = date(2026, 3, 30), timedelta(days=28)
COVERAGE = pages_read(table("pages").empty(), load(Path("no-such-home")))


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Configs:
    """The shipped configuration."""
    return load(tmp_path_factory.mktemp("no-overlay"))


def put_week(home: Path, week: date, yuan: float, price: float) -> None:
    """A week of 20 merchants with one listing each."""
    rows = [listing(week, number, yuan, price) for number in range(20)]
    listings = table("listing_weeks").conform(pl.DataFrame(rows, infer_schema_length=None))
    key = [name for name in table("listing_belts").key if name != "belt"]
    belts = listings.select(*key, belt=pl.lit(BELT), weight=pl.lit(1.0), rule=pl.lit("county"))
    made_of = f"{yuan} {price}"
    lake.write(lake.partition(home, "listing_weeks", "practice", week, CATEGORY), listings, made_of)
    lake.write(lake.partition(home, "listing_belts", "practice", week, CATEGORY), belts, made_of)


def listing(week: date, number: int, yuan: float, price: float) -> dict[str, object]:
    return {
        **{"marketplace": "practice", "category": CATEGORY, "week": week, "seen_at": starts_at(week)},
        **{"merchant_id": f"m{number:02}", "listing_id": "1", "place_code": PLACE, "place_level": "county"},
        **{"price_yuan": price, "price_low_yuan": price, "price_high_yuan": price, "unit_price_yuan": price},
        **{"unit": "piece", "pack_count": 1.0, "value_yuan": yuan + number, "sales_basis": "trailing_30d"},
        **{
            "is_ad": False,
            "is_advertised": False,
            "offer_count": 1,
            "page": 1,
            "position": number + 1,
            "page_digest": "-",
        },
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The windows of both years to date, and the weeks four weeks before them; prices and sales fall this year."""
    for week in windows(WEEK):
        put_week(tmp_path, week, 80.0, 9.0)
        put_week(tmp_path, year_ago(week), 100.0, 10.0)
    return tmp_path


def figures(home: Path, week: date, name: str = BELT) -> pl.DataFrame:
    return lake.read(figures_draft(), [lake.figures_file(home, week, name)])


def value(home: Path, metric: str, comparison: str, week: date = WEEK) -> float:
    wanted = {"metric": metric, "comparison": comparison, "segment": "all"}
    found = figures(home, week).filter(*(pl.col(name) == part for name, part in wanted.items()))
    return float(found["value"][0])


def test_what_a_week_rests_on() -> None:
    found = rests_on(WEEK)
    assert found == {
        *windows(WEEK),
        *(year_ago(window) for window in windows(WEEK)),
        *(WEEK - back * MONTH for back in range(24)),
        *(end - back * MONTH for end in (WEEK, year_ago(WEEK)) for back in range(13)),
        *(end - back * timedelta(days=7) for end in (WEEK, year_ago(WEEK)) for back in range(13)),
    }
    year = (WEEK + number * timedelta(days=7) for number in range(53))
    assert max(len(rests_on(week)) for week in year) <= 44, "as many weeks does a belt hold in memory at once"


def test_a_week_is_compared_with_itself_a_year_ago_and_four_weeks_ago(home: Path, configs: Configs) -> None:
    assert build_belt(home, configs, configs.belts[BELT], None, COVERAGE) == 6
    base = sum(100 + number for number in range(20))
    assert value(home, "displayed_sales", "ytd") == pytest.approx(-400 / base)
    assert value(home, "median_price", "level") == 9.0
    assert value(home, "cut_share", "level") == 0.0
    assert value(home, "median_price", "yoy") == pytest.approx(-0.1)


def test_a_late_page_makes_anew_whatever_rests_on_its_week(home: Path, configs: Configs, tmp_path: Path) -> None:
    belt = configs.belts[BELT]
    build_belt(home, configs, belt, None, COVERAGE)
    assert build_belt(home, configs, belt, None, COVERAGE) == 0
    put_week(home, WEEK - MONTH, 60.0, 9.5)
    assert build_belt(home, configs, belt, [WEEK - MONTH], COVERAGE) == 2  # itself, and the week that looks back on it
    assert value(home, "cut_share", "level") == 1.0
    in_parts = figures(home, WEEK)
    lake.figures_file(home, WEEK, BELT).unlink()
    build_belt(home, configs, belt, None, COVERAGE)
    assert figures(home, WEEK).equals(in_parts)


def test_a_price_index_is_made_once_and_again_where_it_is_missing_or_its_listings_changed(
    home: Path, configs: Configs
) -> None:
    belt = configs.belts[BELT]
    made = build_index(home, configs, belt, COVERAGE)
    assert made > 0
    assert build_index(home, configs, belt, COVERAGE) == 0
    path = index_file(home, WEEK, BELT)
    before = lake.read(figures_draft(), [path])
    assert set(before["metric"]) == {"price_index", "price_index_unlinked"}
    path.unlink()
    assert build_index(home, configs, belt, COVERAGE) == 1
    assert lake.read(figures_draft(), [path]).equals(before)
    put_week(home, WEEK, 80.0, 7.0)
    assert build_index(home, configs, belt, COVERAGE) >= 1
    drop_unknown_belts(home, configs)
    assert path.exists()
    level = lake.read(figures_draft(), [path]).filter(pl.col("comparison") == "level")["value"].item()
    assert level == pytest.approx(0.7)  # 7 yuan for what cost 10 in the first month


def test_regions_follow_their_belts_and_stay(home: Path, configs: Configs) -> None:
    belt = configs.belts[BELT]
    build_belt(home, configs, belt, None, COVERAGE)
    assert build_regions(home, configs, None) == 6
    assert build_regions(home, configs, None) == 0
    rows = figures(home, WEEK, REGIONS_FILE).select("belt", "value", "merchants", "status").rows()
    assert rows == [("china", 1.0, 1, "published"), ("region:130000", 1.0, 1, "published")]
    put_week(home, WEEK, 200.0, 9.0)
    build_belt(home, configs, belt, [WEEK], COVERAGE)
    assert build_regions(home, configs, [WEEK]) == 1
    assert figures(home, WEEK, REGIONS_FILE)["value"].to_list() == [0.0, 0.0]
    stray = lake.figures_file(home, WEEK, "no-such-belt")
    lake.write(stray, figures_draft().empty())
    drop_unknown_belts(home, configs)
    assert not stray.exists()
    assert lake.figures_file(home, WEEK, REGIONS_FILE).exists()
    assert lake.figures_file(home, WEEK, BELT).exists()
