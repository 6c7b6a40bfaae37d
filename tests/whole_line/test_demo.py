"""The demonstration on the tiny world: twice in one home, as its users run it."""

import json
from pathlib import Path

import polars as pl
import pytest

import warehouse
from tests.flows.conftest import beltwatch


def test_the_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test, since each worker would run the demonstration anew."""
    monkeypatch.delenv("POLARS_MAX_THREADS")  # with all threads, as its users run it
    done = beltwatch("demo", "--scenario", "tiny", "--home", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "planted" in done.stdout
    assert "2 of 2 belts within 3 points of what was realised; planted inside 2 of 2 intervals." in done.stdout
    the_planted_truth_is_recovered(tmp_path)
    no_split_tells_of_one_or_two(tmp_path)
    assert "is told in full for no belt" in done.stdout
    what_was_missed_is_told_of_the_week_of_which_pages_were_read_again(tmp_path)
    pages_and_dimensions_are_there(tmp_path)
    another_seed_in_the_same_home_is_refused(tmp_path)
    a_second_time_changes_nothing_and_says_so(tmp_path)


def the_planted_truth_is_recovered(home: Path) -> None:
    truth = pl.read_parquet(home / "sandbox" / "truth.parquet").filter(
        pl.col("metric") == "displayed_sales", pl.col("panel") == "matched", pl.col("segment") == "all"
    )
    with warehouse.open(home) as reader:
        plain = "select belt, week, yoy_change, low, high, verdict from belt_yoy where alignment = 'plain'"
        measured = reader.sql(plain)
    both = truth.join(measured, on=["belt", "week"], how="inner")
    assert both.height >= truth["belt"].n_unique()
    assert both.filter((pl.col("yoy_change") - pl.col("realised")).abs() > 0.03).is_empty()
    last = both.filter(pl.col("week") == pl.col("week").max())
    assert last.filter((pl.col("low") > pl.col("planted")) | (pl.col("high") < pl.col("planted"))).is_empty()


def no_split_tells_of_one_or_two(home: Path) -> None:
    """So few come and go in the tiny world that each of its splits would; that a split adds up, others see to."""
    effects = "price_effect + volume_effect + mix_effect + entry_effect + exit_effect"
    with warehouse.open(home) as reader:
        told = reader.sql(f"select count(total_change) as totals, count({effects}) as splits from belt_yoy").row(0)
    assert told[0] > 0
    assert told[1] == 0


def what_was_missed_is_told_of_the_week_of_which_pages_were_read_again(home: Path) -> None:
    with warehouse.open(home) as reader:
        told = reader.sql("select week, value, low, high, listings from figures where metric = 'missed_share'")
        last = reader.sql("select max(week) from figures").item()
        again = reader.sql("select count(*) from pages where purpose = 'overlap' and outcome = 'listing'").item()
    assert again > 0
    assert told["week"].unique().to_list() == [last]
    assert told.filter((pl.col("value") != 0) | (pl.col("low") != 0) | (pl.col("high") <= 0)).is_empty(), (
        "it stands still"
    )
    (page,) = home.glob("reports/*/index.html")
    assert "most was missed for" in page.read_text(encoding="utf-8")


def a_second_time_changes_nothing_and_says_so(home: Path) -> None:
    count = "select (select count(*) from figures) as figures, (select count(*) from listing_weeks) as listing_weeks"
    with warehouse.open(home) as reader:
        before = reader.sql(count)
    done = beltwatch("demo", "--scenario", "tiny", "--home", str(home))
    assert done.returncode == 0, done.stderr
    assert "no new release, no row added" in done.stdout
    with warehouse.open(home) as reader:
        assert reader.sql(count).equals(before)
        assert reader.sql("select count(*) from releases").item() == 1


def another_seed_in_the_same_home_is_refused(home: Path) -> None:
    done = beltwatch("demo", "--scenario", "tiny", "--seed", "2", "--home", str(home))
    assert done.returncode == 64
    assert "seed 1" in done.stderr


def pages_and_dimensions_are_there(home: Path) -> None:
    with warehouse.open(home) as reader:
        pages = reader.sql("select outcome, count(*) as n from pages group by outcome").rows()
        merchants = reader.sql("select count(distinct (marketplace, merchant_id)) from merchants").item()
        seen = reader.sql("select count(distinct (marketplace, merchant_id)) from listing_weeks").item()
        overlaps = reader.sql(
            "select count(*) from listings a join listings b using (marketplace, merchant_id, listing_id) "
            "where a.valid_from < b.valid_from and (a.valid_to is null or a.valid_to > b.valid_from)"
        ).item()
    assert [outcome for outcome, _ in pages] == ["listing"]
    assert merchants == seen
    assert overlaps == 0
    assert json.loads((home / "sandbox" / "scenario.json").read_text())["seed"] == 1
