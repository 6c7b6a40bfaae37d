"""A price index keeps the formula by which its first month was released, whatever becomes of the quantities."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from configs.belts import Belt
from configs.calendar import starts_at
from configs.register import Configs, load
from configs.tables import figures_draft, table
from flows.footings import pages_read
from flows.price_index import RULE, build_index
from transforms.index_figures import UNUSABLE
from warehouse import lake
from warehouse.formulas import KEY, released_formulas
from warehouse.release import publish, sole_publisher
from warehouse.vintages import current, figures, manifests

BELT, CATEGORY, STRATUM = "gaoyang-towels", "towels", "towels by piece"
FIRST, WEEK = date(2026, 1, 5), timedelta(days=7)
WELL, ILL = 13, 22  # weeks of usable quantities, to March 30, and all weeks, to June 1
COVERAGE = pages_read(table("pages").empty(), load(Path("no-such-home")))


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Configs:
    """The shipped configuration."""
    return load(tmp_path_factory.mktemp("no-overlay"))


def put_weeks(home: Path, first: int, last: int, is_open: bool, merchants: int = 20) -> None:
    """Weeks of some merchants whose prices move apart; `is_open`: all stand at the ceiling of what is displayed."""
    for number in range(first, last):
        week = FIRST + number * WEEK
        rows = [listing(week, merchant, number, is_open) for merchant in range(merchants)]
        listings = table("listing_weeks").conform(pl.DataFrame(rows, infer_schema_length=None))
        key = [name for name in table("listing_belts").key if name != "belt"]
        belts = listings.select(*key, belt=pl.lit(BELT), weight=pl.lit(1.0), rule=pl.lit("county"))
        for name, frame in (("listing_weeks", listings), ("listing_belts", belts)):
            lake.write(lake.partition(home, name, "practice", week, CATEGORY), frame, f"{number} {is_open} {merchants}")


def listing(week: date, merchant: int, number: int, is_open: bool) -> dict[str, object]:
    price, yuan = (10 + merchant) * (1 + merchant / 2000) ** number, 100.0 * (1 + merchant)
    return {
        **{"marketplace": "practice", "category": CATEGORY, "week": week, "seen_at": starts_at(week)},
        **{"merchant_id": f"m{merchant:02}", "listing_id": "1", "place_code": "130628", "place_level": "county"},
        **{"price_yuan": price, "price_low_yuan": price, "price_high_yuan": price, "unit_price_yuan": price},
        **{"unit": "piece", "pack_count": 1.0, "value_yuan": yuan, "sales_basis": "trailing_30d"},
        **{"value_low_yuan": yuan, "value_high_yuan": None if is_open else yuan},
        **{"is_ad": False, "is_advertised": False, "offer_count": 1, "page": 1, "position": merchant + 1},
        "page_digest": "-",
    }


def build(home: Path, configs: Configs, belt: Belt) -> int:
    released = released_formulas(manifests(home)).get(BELT)
    return build_index(home, configs, belt, COVERAGE, released)


def release(home: Path, configs: Configs) -> pl.DataFrame:
    """Publishes what is built; the figures in force then, by week."""
    with sole_publisher(home):
        publish(home, datetime(2026, 11, 16, tzinfo=UTC), configs.digests)
    return current(figures(home)).filter(pl.col("comparison") == "level").sort("week")


def built(home: Path) -> pl.DataFrame:
    found = lake.read(figures_draft(), sorted((home / "figures").glob("week=*/*.parquet")))
    return found.filter(pl.col("comparison") == "level").sort("week")


@pytest.fixture
def home(tmp_path: Path, configs: Configs) -> Path:
    """A home whose belt has had usable quantities for three months, and has been released."""
    put_weeks(tmp_path, 0, WELL, is_open=False)
    build(tmp_path, configs, configs.belts[BELT])
    release(tmp_path, configs)
    return tmp_path


def months(levels: pl.DataFrame) -> pl.DataFrame:
    return levels.filter(pl.col("method").str.contains("monthly"))


def test_the_first_release_of_a_month_settles_the_formula(home: Path, configs: Configs) -> None:
    settled = manifests(home)[-1].body[KEY]
    strata = {STRATUM: {"formula": "tornqvist", "month": "2026-03-01"}}
    assert settled == {BELT: {"rule": RULE, "is_set": False, "strata": strata}}
    assert build(home, configs, configs.belts[BELT]) == 0, "what is settled is what was built"


def test_a_month_that_is_withheld_settles_nothing(tmp_path: Path, configs: Configs) -> None:
    """Nine merchants are too few to publish, and their quantities could not be used."""
    put_weeks(tmp_path, 0, 5, is_open=True, merchants=9)
    build(tmp_path, configs, configs.belts[BELT])
    found = months(release(tmp_path, configs))
    assert set(found.select("method", "reason").rows()) == {
        ("GEKS-Jevons, merchant-equal, monthly v2", "few_merchants")
    }
    assert manifests(tmp_path)[-1].body[KEY] == {}
    put_weeks(tmp_path, 0, WELL, is_open=False)
    build(tmp_path, configs, configs.belts[BELT])
    assert months(release(tmp_path, configs))["method"].unique().to_list() == ["GEKS-Törnqvist, monthly v2"]


def test_quantities_that_become_unusable_withhold_later_months_and_change_no_formula(
    home: Path, configs: Configs
) -> None:
    before = months(built(home))
    put_weeks(home, WELL, ILL, is_open=True)
    build(home, configs, configs.belts[BELT])
    after = months(release(home, configs))
    assert after.head(before.height).select(before.columns).equals(before), "no released month has moved"
    assert after["method"].unique().to_list() == ["GEKS-Törnqvist, monthly v2"]
    later = after.tail(after.height - before.height)
    assert later["week"].to_list() == [date(2026, 4, 27), date(2026, 5, 25)]
    assert set(later.select("status", "reason", "value").rows()) == {("suppressed", UNUSABLE, None)}


def test_without_what_the_releases_tell_the_formula_would_have_changed(home: Path, configs: Configs) -> None:
    put_weeks(home, WELL, ILL, is_open=True)
    before = months(built(home))
    build_index(home, configs, configs.belts[BELT], COVERAGE)
    after = months(built(home))
    assert after["method"].unique().to_list() == ["GEKS-Jevons, merchant-equal, monthly v2"]
    assert after["value"][before.height - 1] != before["value"][-1]


def test_a_month_whose_quantities_are_whole_again_is_published_by_the_same_formula(
    home: Path, configs: Configs
) -> None:
    put_weeks(home, WELL, 17, is_open=True)
    put_weeks(home, 17, ILL, is_open=False)
    build(home, configs, configs.belts[BELT])
    found = months(release(home, configs)).tail(2)
    assert found["reason"].to_list() == [UNUSABLE, "none"]
    assert found["method"].unique().to_list() == ["GEKS-Törnqvist, monthly v2"]


def test_the_file_of_a_belt_sets_another_and_the_series_says_so(home: Path, configs: Configs) -> None:
    put_weeks(home, WELL, ILL, is_open=True)
    own = configs.belts[BELT].model_copy(update={"index_formula": "merchant_jevons"})
    changed = Configs(**{**configs.__dict__, "digests": {**configs.digests, f"belts/{BELT}.yaml": "another"}})
    build(home, changed, own)
    found = months(release(home, changed))
    assert found["method"].unique().to_list() == ["GEKS-Jevons, merchant-equal, as set, monthly v2"]
    assert found["status"].unique().to_list() == ["published"]
    settled = released_formulas(manifests(home))[BELT]
    assert (settled["is_set"], settled["strata"][STRATUM]["formula"]) == (True, "merchant_jevons")


def test_another_version_of_the_rule_of_choice_chooses_anew(home: Path, configs: Configs) -> None:
    put_weeks(home, WELL, ILL, is_open=True)
    old = released_formulas(manifests(home))[BELT]
    build_index(home, configs, configs.belts[BELT], COVERAGE, {**old, "rule": "formula-0"})
    assert months(built(home))["method"].unique().to_list() == ["GEKS-Jevons, merchant-equal, monthly v2"]


def test_a_formula_that_is_settled_is_taken_up_by_what_was_built_before(home: Path, configs: Configs) -> None:
    """A build that does not know the releases is made anew by one that does."""
    put_weeks(home, WELL, ILL, is_open=True)
    build_index(home, configs, configs.belts[BELT], COVERAGE)
    assert build(home, configs, configs.belts[BELT]) > 0
    assert months(built(home))["method"].unique().to_list() == ["GEKS-Törnqvist, monthly v2"]
