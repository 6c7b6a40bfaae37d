"""The season to date on its way from listing weeks to figures, for the belt that has a festival of its own."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from configs.calendar import WEEK, starts_at
from configs.register import Configs, load
from configs.tables import figures_draft, table
from flows.belts import build_belt
from flows.festival_base import season_ends
from flows.footings import pages_read
from tests.transforms.seasons import festival, mooncakes, reading
from transforms.base_mix import season_mixes
from warehouse import lake

BELT, FALL, LAST = "shanghai-mooncakes", -0.2, date(2024, 9, 16)
OWN = festival("mid_autumn")


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Configs:
    """The shipped configuration."""
    return load(tmp_path_factory.mktemp("no-overlay"))


def put_week(home: Path, configs: Configs, week: date, factor: float = 1.0, merchants: int = 12) -> None:
    """Some merchants of one listing each, whose sales follow METHOD's mooncakes."""
    belt, yuan = configs.belts[BELT], factor * reading(week, "mid_autumn", mooncakes, 2024, FALL)
    rows = [
        {
            **{"marketplace": "practice", "category": belt.categories[0], "week": week, "seen_at": starts_at(week)},
            **{"merchant_id": f"m{number:02}", "listing_id": "1", "place_code": "310000", "place_level": "city"},
            **{"price_yuan": 4.0, "price_low_yuan": 4.0, "price_high_yuan": 4.0, "unit_price_yuan": 4.0},
            **{"unit": "piece", "pack_count": 1.0, "value_yuan": yuan * (3 + number), "sales_basis": "trailing_30d"},
            **{"is_ad": False, "is_advertised": False, "offer_count": 1, "page": 1, "position": number + 1},
            "page_digest": "-",
        }
        for number in range(max(1, merchants))
    ]
    listings = table("listing_weeks").conform(pl.DataFrame(rows, infer_schema_length=None)).head(merchants)
    key = [name for name in table("listing_belts").key if name != "belt"]
    belts = listings.select(*key, belt=pl.lit(BELT), weight=pl.lit(1.0), rule=pl.lit("city"))
    for name, frame in (("listing_weeks", listings), ("listing_belts", belts)):
        lake.write(lake.partition(home, name, "practice", week, belt.categories[0]), frame, f"{week} {factor}")


def season(home: Path, week: date = LAST) -> list[tuple[float, str]]:
    """(value, reason) of the season to date, matched first."""
    found = lake.read(figures_draft(), [lake.figures_file(home, week, BELT)])
    own = found.filter(pl.col("comparison") == "ytd", pl.col("alignment") == "festival").sort("panel")
    return own.select("value", "reason").rows()


def test_a_season_to_date_is_published_and_made_anew_when_a_late_page_moves_its_base(
    tmp_path: Path, configs: Configs
) -> None:
    coverage = pages_read(table("pages").empty(), configs)
    ends = season_ends(LAST, OWN)
    for week in ends:
        put_week(tmp_path, configs, week)
    build_belt(tmp_path, configs, configs.belts[BELT], [LAST], coverage)
    assert [value for value, _ in season(tmp_path)] == pytest.approx([FALL, FALL], abs=0.01)
    base = season_mixes(LAST, OWN)[0][1].parts[0][0]
    put_week(tmp_path, configs, base, 3.0)
    assert build_belt(tmp_path, configs, configs.belts[BELT], [base], coverage) >= 1
    assert all(value < FALL - 0.02 for value, _ in season(tmp_path))
    (lake.partition(tmp_path, "listing_belts", "practice", base, configs.belts[BELT].categories[0])).unlink()
    build_belt(tmp_path, configs, configs.belts[BELT], None, coverage)
    assert season(tmp_path) == [(None, "no_base")] * 2


def test_a_week_that_shows_no_listings_is_a_state_in_the_first_window_of_a_season_too(
    tmp_path: Path, configs: Configs
) -> None:
    first = LAST - 4 * WEEK
    assert [window for window, _ in season_mixes(first, OWN)] == [first]
    for week in season_ends(first, OWN):
        put_week(tmp_path, configs, week, merchants=12 if week != first else 0)
    build_belt(tmp_path, configs, configs.belts[BELT], [first], pages_read(table("pages").empty(), configs))
    assert season(tmp_path, first) == [(None, "no_data")] * 2
