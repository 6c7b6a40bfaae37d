"""A price war planted in a lake written by hand, over the weeks that its metrics look back on."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from configs.calendar import starts_at
from configs.register import Configs, load
from configs.tables import figures_draft, table
from flows.belts import build_belt
from flows.footings import pages_read
from flows.rests import looked_back_on
from warehouse import lake

BELT, CATEGORY, PLACE = "gaoyang-towels", "towels", "130628"
WEEK, MONTH = date(2026, 3, 30), 28
MERCHANTS, COPIES = 80, 40
FALL, APART = 0.97, (-0.15, -0.05, 0.05, 0.15)  # all prices by week; the four of a group around their middle
COVERAGE = pages_read(table("pages").empty(), load(Path("no-such-home")))


def price(number: int, weeks_ago: int) -> float:
    """Forty merchants sell one of ten things in fours, the others their own; all fall by 3 % a week."""
    if number >= COPIES:
        return float(np.linspace(2, 9, MERCHANTS)[number] * FALL**-weeks_ago)
    return float((3 + number // 4) * np.exp(APART[number % 4]) * FALL**-weeks_ago)


def title(number: int) -> str:
    text = "高阳纯棉毛巾加厚吸水酒店" if number < COPIES else "玩具积木儿童早教"
    return "".join(chr(ord(letter) + 300 * (number // 4 if number < COPIES else number)) for letter in text)


def put_week(home: Path, week: date) -> None:
    back = (WEEK - week).days
    growth = np.exp(0.1 if back // MONTH % 2 else 0.0)  # readings four weeks apart go up and down by 0.1
    rows = [
        {
            **{"marketplace": "practice", "category": CATEGORY, "week": week, "seen_at": starts_at(week)},
            **{"merchant_id": f"m{number:02}", "listing_id": "1", "place_code": PLACE, "place_level": "county"},
            **{name: price(number, back // 7) for name in ("price_yuan", "unit_price_yuan")},
            **{name: price(number, back // 7) for name in ("price_low_yuan", "price_high_yuan")},
            **{"unit": "piece", "pack_count": 1.0, "title_text": title(number), "value_yuan": 500.0 * growth},
            **{"sales_basis": "trailing_30d", "is_ad": False, "is_advertised": False, "offer_count": 1},
            **{"page": 1, "position": number + 1, "page_digest": "-"},
        }
        for number in range(MERCHANTS)
    ]
    listings = table("listing_weeks").conform(pl.DataFrame(rows, infer_schema_length=None))
    key = [name for name in table("listing_belts").key if name != "belt"]
    belts = listings.select(*key, belt=pl.lit(BELT), weight=pl.lit(1.0), rule=pl.lit("county"))
    lake.write(lake.partition(home, "listing_weeks", "practice", week, CATEGORY), listings, "-")
    lake.write(lake.partition(home, "listing_belts", "practice", week, CATEGORY), belts, "-")


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Configs:
    """The shipped configuration."""
    return load(tmp_path_factory.mktemp("no-overlay"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, configs: Configs) -> dict[tuple[str, str], dict[str, object]]:
    """What is told of the belt in the week, by metric and comparison."""
    home = tmp_path_factory.mktemp("home")
    for week in looked_back_on(WEEK) | {WEEK - timedelta(days=7 * back) for back in range(13)}:
        put_week(home, week)
    build_belt(home, configs, configs.belts[BELT], [WEEK], COVERAGE)
    found = lake.read(figures_draft(), [lake.figures_file(home, WEEK, BELT)]).filter(pl.col("segment") == "all")
    return {(row["metric"], row["comparison"]): row for row in found.iter_rows(named=True)}


def test_what_was_planted_is_told(told: dict[tuple[str, str], dict[str, object]]) -> None:
    expected = {
        "floor_velocity": FALL - 1,
        "cut_share": 1.0,
        "net_cut_share": 1.0,
        "cut_among_changes_share": 1.0,
        "regular_cut_share": 1.0,
        "cut_size": 1 - FALL**4,
        "title_homogeneity": 1 - (COPIES / 4 + MERCHANTS - COPIES) / MERCHANTS,
        "duplicate_dispersion": np.sqrt(sum(apart**2 for apart in APART) / 3),
        "undercut_share": 0.0,  # each group's cheapest stays the cheapest
        "hhi": 10_000 / MERCHANTS,
        "cr4": 4 / MERCHANTS,
        "effective_merchants": float(MERCHANTS),
        "volatility": np.std([0.1, -0.1] * 6, ddof=1),
    }
    assert {metric: told[metric, "level"]["value"] for metric in expected} == pytest.approx(expected)


def test_all_that_was_measured_has_an_interval_and_no_change_without_a_year_ago(
    told: dict[tuple[str, str], dict[str, object]],
) -> None:
    counts = ("displayed_sales", "merchants", "listings")
    levels = [row for (metric, kind), row in told.items() if kind == "level" and metric not in counts]
    assert len(levels) > 15
    assert [row["metric"] for row in levels if not row["low"] <= row["value"] <= row["high"]] == []  # type: ignore[operator]
    assert {row["reason"] for (_, kind), row in told.items() if kind == "yoy"} == {"no_base"}
