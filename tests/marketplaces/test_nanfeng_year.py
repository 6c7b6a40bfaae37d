"""A marketplace that nobody here has seen, by the commands its owner types: one YAML, `backfill`, `release`, and the
change of a belt on the year is what was planted."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

import warehouse
from configs.marketplaces import read_marketplace
from flows.cli import app
from tests.marketplaces.test_nanfeng import record

FILE = Path(__file__).parent / "nanfeng" / "nanfeng.yaml"
LAST = 56  # weeks after the first
ARCHIVED = [*range(7), *range(LAST - 7, LAST + 1)]  # between them no week has one a year ago that was read
WEEKS = {number: date(2025, 10, 6) + timedelta(weeks=number) for number in ARCHIVED}
SOLD_A_WEEK = (40, 30)  # in the first half of the weeks and in the second
PLANTED = SOLD_A_WEEK[1] / SOLD_A_WEEK[0] - 1
MERCHANTS, FULL_PAGE = 48, 40


def sold(listing: int, week: int) -> int:
    """The counter of a listing, each of which sells its number times what the half sells."""
    half = LAST // 2
    return 100 + listing * (SOLD_A_WEEK[0] * min(week, half) + SOLD_A_WEEK[1] * max(week - half, 0))


def page(listings: range, week: int) -> bytes:
    rows = [
        {
            "item": {
                "goodsId": str(listing),
                "name": f"纯棉<em>毛巾</em>{listing}号",
                "price": {"text": f"￥{2 + listing / 10:.2f}起"},
                "sold": f"已售{sold(listing, week)}件",
                "shop": {"id": 500 + listing, "name": f"示例{listing}", "area": "河北 保定市 高阳县"},
            }
        }
        for listing in listings
    ]
    pager = {"type": "pager", "body": {"text": f"共2页 {MERCHANTS}件商品"}}
    text = json.dumps({"modules": [pager, {"type": "goods", "body": {"rows": rows}}]}, ensure_ascii=False)
    return f"<html><title>毛巾</title><script>window.__APP__.state = {text};</script></html>".encode()


def archive(path: Path) -> Path:
    """A WARC file with both pages of every week."""
    marketplace, records = read_marketplace(FILE), []
    pages = (range(1, FULL_PAGE + 1), range(FULL_PAGE + 1, MERCHANTS + 1))
    for number, week in WEEKS.items():
        at = datetime.combine(week, datetime.min.time(), UTC) + timedelta(hours=2)
        for place, listings in enumerate(pages, start=1):
            records.append(record(marketplace.page_url("towels", place), page(listings, number), at))
    path.write_bytes(b"".join(records))
    return path


def beltwatch(home: Path, *arguments: str) -> None:
    """A command, in this process; an error is raised as it is."""
    assert not app([*arguments, "--home", str(home)], standalone_mode=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nanfeng")
    home = folder / "home"
    (home / "configs" / "marketplaces").mkdir(parents=True)
    shutil.copy(FILE, home / "configs" / "marketplaces")
    source = archive(folder / "other.warc.gz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BELTWATCH_NOW", f"{WEEKS[LAST] + timedelta(days=3)}T00:00:00Z")
        beltwatch(home, "backfill", str(source), "--marketplace", "nanfeng")
        beltwatch(home, "release")
    return home


def yoy(home: Path, alignment: str = "plain") -> pl.DataFrame:
    with warehouse.open(home) as reader:
        asked = f"select * from belt_yoy where belt = 'gaoyang-towels' and alignment = '{alignment}' order by week"
        return reader.sql(asked)


def test_the_change_on_the_year_is_what_was_planted(home: Path) -> None:
    last = yoy(home).filter(pl.col("week") == WEEKS[LAST]).row(0, named=True)
    assert (last["status"], last["matched_merchants"], last["verdict"]) == ("published", MERCHANTS, "down")
    assert last["yoy_change"] == pytest.approx(PLANTED)
    assert last["low"] <= PLANTED <= last["high"] < 0


def test_weeks_without_a_base_of_four_weeks_have_no_change(home: Path) -> None:
    found = yoy(home).filter(pl.col("yoy_change").is_not_null())["week"].to_list()
    assert found == [WEEKS[LAST]]  # counters give sales from the fifth week on


def test_levels_are_the_pieces_of_four_weeks_at_their_prices(home: Path) -> None:
    with warehouse.open(home) as reader:
        asked = "select week, displayed_sales from belt_weeks where belt = 'gaoyang-towels'"
        levels = dict(reader.sql(asked).select("week", "displayed_sales").iter_rows())
    for number in (4, LAST):
        value = sum(
            (sold(one, number) - sold(one, number - 4)) * round(2 + one / 10, 2) for one in range(1, MERCHANTS + 1)
        )
        assert levels[WEEKS[number]] == pytest.approx(value)
