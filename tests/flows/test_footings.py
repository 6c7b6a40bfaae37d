"""What the ledger tells reaches the figures: brackets, orders, pages that were lost, and what is made anew for it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from configs.calendar import starts_at, year_ago
from configs.marketplaces import Listing, Marketplace, Order
from configs.register import Configs, load
from configs.tables import figures_draft, table
from flows.belts import build_belt
from flows.footings import pages_read
from warehouse import lake

BELT, CATEGORY, WEEK = "gaoyang-towels", "towels", date(2026, 1, 26)
URL = "http://practice.example/{category}?page={page}"


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Configs:
    """The shipped configuration with a marketplace whose listing goes by pieces."""
    listing = Listing(url=URL, page_size=10, depth=3)
    order = Order(key="booked", by="pieces", parameter="sortType")
    practice = Marketplace.model_construct(name="practice", listing=listing, sort=order)
    return replace(load(tmp_path_factory.mktemp("no-overlay")), marketplaces={"practice": practice})


def put_week(home: Path, week: date, merchants: range, pieces: float, listing: str = "1", title: str = "") -> None:
    """A week of merchants with one listing each, ten to a page, best sellers first."""
    rows = [
        {
            **{"marketplace": "practice", "category": CATEGORY, "week": week, "seen_at": starts_at(week)},
            **{"merchant_id": f"m{number:02}", "listing_id": listing, "place_code": "130628", "place_level": "county"},
            **{"price_yuan": 2.0, "price_low_yuan": 2.0, "price_high_yuan": 2.0, "unit": "piece", "pack_count": 1.0},
            **{"pieces_high": pieces - place, "value_yuan": 2 * (pieces - place), "sales_basis": "trailing_30d"},
            **{
                "is_ad": False,
                "is_advertised": False,
                "offer_count": 1,
                "page": 1 + place // 10,
                "position": 1 + place % 10,
            },
            "page_digest": "-",
            "title_text": title or None,
        }
        for place, number in enumerate(merchants)
    ]
    listings = table("listing_weeks").conform(pl.DataFrame(rows, infer_schema_length=None))
    key = [name for name in table("listing_belts").key if name != "belt"]
    belts = listings.select(*key, belt=pl.lit(BELT), weight=pl.lit(1.0), rule=pl.lit("county"))
    lake.write(lake.partition(home, "listing_weeks", "practice", week, CATEGORY), listings, f"{pieces}")
    lake.write(lake.partition(home, "listing_belts", "practice", week, CATEGORY), belts, f"{pieces}")


def ledger(said: int, week: date, url: str = "http://practice.example/x", lost: int = 0) -> pl.DataFrame:
    """Three pages read of as many as the site says it has; the last `lost` of them failed."""
    rows = [
        {
            **{"marketplace": "practice", "week": week, "category": CATEGORY, "page": page, "purpose": "listing"},
            **{"read": 1, "state": "done", "attempts": 1, "url": url, "pages_said": said if page == 1 else None},
            "outcome": "error" if page > 3 - lost else "listing",
        }
        for page in (1, 2, 3)
    ]
    return table("pages").conform(pl.DataFrame(rows, infer_schema_length=None))


def built(home: Path, configs: Configs, *pages: pl.DataFrame) -> dict[str, dict[str, object]]:
    """The belt's comparisons of the week with the year before, by metric; matched before total."""
    build_belt(home, configs, configs.belts[BELT], [WEEK], pages_read(pl.concat(pages), configs))
    figures = lake.read(figures_draft(), [lake.figures_file(home, WEEK, BELT)])
    yoy = figures.filter((pl.col("comparison") == "yoy") & (pl.col("segment") == "all")).sort("panel", descending=True)
    return {row["metric"]: row for row in yoy.iter_rows(named=True)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Thirty merchants a year ago, of whom the last five are seen no more; three pages of ten at either end."""
    put_week(tmp_path, year_ago(WEEK), range(30), 100.0)
    put_week(tmp_path, WEEK, range(25), 80.0)
    return tmp_path


BASE_YUAN = {number: 2 * (100.0 - number) for number in range(30)}
YUAN = sum(2 * (80.0 - number) for number in range(25))
STAYED, LOST = sum(BASE_YUAN[n] for n in range(25)), sum(BASE_YUAN[n] for n in range(25, 30))


def test_a_category_read_to_its_end_tells_who_is_dead(home: Path, configs: Configs) -> None:
    found = built(home, configs, ledger(3, WEEK), ledger(3, year_ago(WEEK)))["displayed_sales_bracket"]
    assert (found["low"], found["high"]) == pytest.approx((YUAN / (STAYED + LOST) - 1, YUAN / STAYED - 1))


def test_a_category_that_goes_on_leaves_them_below_the_last_listing(home: Path, configs: Configs) -> None:
    found = built(home, configs, ledger(9, WEEK), ledger(9, year_ago(WEEK)))["displayed_sales_bracket"]
    most = 5 * 2.0 * (80.0 - 24)  # five listings, at their price of 2 yuan, as many pieces as the last one seen
    assert found["low"] == pytest.approx(YUAN / (STAYED + LOST) - 1)
    assert found["high"] == pytest.approx((YUAN + most) / (STAYED + LOST) - 1)


def test_without_a_ledger_there_is_no_bracket(home: Path, configs: Configs) -> None:
    found = built(home, configs, table("pages").empty())
    assert "displayed_sales_bracket" not in found
    assert found["displayed_sales"]["status"] == "published"


def test_another_order_in_the_addresses_suppresses_the_comparison(home: Path, configs: Configs) -> None:
    pages = ledger(3, WEEK, url="http://practice.example/x?sortType=price"), ledger(3, year_ago(WEEK))
    assert {row["reason"] for row in built(home, configs, *pages).values()} == {"sort_changed"}
    figures = lake.read(figures_draft(), [lake.figures_file(home, WEEK, BELT)])
    assert set(figures.filter(pl.col("comparison") == "level")["status"]) == {"published"}
    assert set(figures.filter(pl.col("comparison") == "ytd")["reason"]) == {"sort_changed"}


def test_what_the_ledger_tells_later_is_worked_in(home: Path, configs: Configs) -> None:
    before = built(home, configs, ledger(3, WEEK), ledger(3, year_ago(WEEK)))
    read = pages_read(pl.concat([ledger(3, WEEK), ledger(3, year_ago(WEEK))]), configs)
    assert build_belt(home, configs, configs.belts[BELT], [WEEK], read) == 0
    after = built(home, configs, ledger(9, WEEK), ledger(9, year_ago(WEEK)))
    assert before["displayed_sales_bracket"]["high"] != after["displayed_sales_bracket"]["high"]


def test_a_deeper_base_is_cut_to_the_common_depth(home: Path, configs: Configs) -> None:
    """The week was read to page 2 of many; of the base only its twenty best sellers are compared."""
    put_week(home, WEEK, range(20), 80.0)
    shallow = ledger(9, WEEK).filter(pl.col("page") <= 2)
    found = built(home, configs, shallow, ledger(9, year_ago(WEEK)))
    base = sum(BASE_YUAN[number] for number in range(20))
    assert found["displayed_sales"]["value"] == pytest.approx(sum(2 * (80.0 - n) for n in range(20)) / base - 1)
    assert found["displayed_sales_bracket"]["low"] == pytest.approx(found["displayed_sales"]["value"])
    assert found["exit_effect"]["value"] == 0


def test_listings_of_a_page_that_failed_are_counted_by_those_of_its_cell(home: Path, configs: Configs) -> None:
    """Fifty listings on five pages of which the sixth failed, as the ledger says: sixty."""
    put_week(home, WEEK, range(50), 100.0)
    more = ledger(6, WEEK, lost=1).with_columns(pl.col("page") + 3)
    pages = pl.concat([ledger(6, WEEK), more])
    found = built(home, configs, pages, ledger(3, year_ago(WEEK)))
    assert found["displayed_sales"]["status"] == "published"
    figures = lake.read(figures_draft(), [lake.figures_file(home, WEEK, BELT)])
    levels = figures.filter(pl.col("comparison") == "level", pl.col("segment") == "all")
    counted = {row["metric"]: row for row in levels.iter_rows(named=True)}
    assert [counted[name]["value"] for name in ("listings", "merchants")] == pytest.approx([60, 60], rel=0.05)
    assert counted["listings"]["value"] == pytest.approx(60)
    assert (counted["listings"]["listings"], counted["listings"]["coverage_share"]) == (50, pytest.approx(5 / 6))


def test_what_was_relaunched_is_told_beside_entry_and_exit(home: Path, configs: Configs) -> None:
    """All thirty put their one towel up anew: all of the base went, and all of it only changed its id."""
    put_week(home, year_ago(WEEK), range(30), 100.0, title="加厚吸水纯棉毛巾批发")
    put_week(home, WEEK, range(30), 100.0, listing="2", title="加厚吸水纯棉毛巾批发")
    found = built(home, configs, ledger(3, WEEK), ledger(3, year_ago(WEEK)))
    assert found["exit_effect"]["value"] == pytest.approx(-1.0)
    assert (found["relaunched_share"]["value"], found["relaunched_share"]["listings"]) == (1.0, 30)
    assert found["exit_effect_linked"]["value"] == found["entry_effect_linked"]["value"] == 0
    assert found["displayed_sales"]["value"] == 0
