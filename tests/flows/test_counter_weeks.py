"""Counters in the line: a week's flow rests on the readings of all four weeks before it, and on nothing else."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from configs.tables import table
from flows.categories import clean_categories, place_category
from flows.handing_over import ingest_files
from flows.line import Line
from flows.mapping import in_turn
from flows.progress import Reporter
from flows.workplace import workplace
from warehouse import lake

WEEK = date(2026, 11, 16)
WEEKS = [WEEK - timedelta(weeks=back) for back in range(5, -1, -1)]
READ = (100, 200, 50, 250, 350, 450)
NANFENG = Path(__file__).parents[1] / "marketplaces" / "nanfeng" / "nanfeng.yaml"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one marketplace whose displayed sales are counters."""
    target = tmp_path / "configs" / "marketplaces" / "nanfeng.yaml"
    target.parent.mkdir(parents=True)
    shutil.copy(NANFENG, target)
    return tmp_path


def hand_over(home: Path, readings: dict[date, int], name: str = "all") -> None:
    path = home / f"{name}.parquet"
    named = {"category": "towels", "merchant_id": "m", "listing_id": "1", "price_text": "10"}
    named["seller_place_text"] = "河北 保定市高阳县"
    rows = [named | {"week": week, "sales_total_text": f"已售{counter}件"} for week, counter in readings.items()]
    pl.DataFrame(rows).write_parquet(path)
    ingest_files(workplace(home), [path], "nanfeng", Reporter())


def made(home: Path, weeks: list[date] | None = None) -> list[date]:
    """Clean and place what is stale; the weeks that were made anew."""
    configs = workplace(home).configs
    (report,) = clean_categories(home, configs, ["towels"], weeks)
    if report.weeks:
        place_category(home, configs, "towels", report.weeks)
    return report.weeks


def flow(home: Path, week: date = WEEK) -> tuple[float | None, ...]:
    stood = lake.read(table("listing_weeks"), [lake.partition(home, "listing_weeks", "nanfeng", week, "towels")])
    return stood.select("pieces_low", "pieces_mid", "pieces_high").row(0)


def stop(home: Path, week: date) -> None:
    """Have a gate stop the category in one week."""
    row = {"gate": "offers", "marketplace": "nanfeng", "category": "towels", "week": week, "first_week": week}
    told = {"rule": "planted", "is_passed": False, "severity": "stop", "observed": "1", "expected": "0", "row_count": 1}
    checks = table("checks").conform(pl.DataFrame([row | told]))
    lake.write(home / "checks" / "offers" / "marketplace=nanfeng" / f"week={week}" / "towels.parquet", checks)


def test_a_history_and_week_after_week_tell_the_same(home: Path) -> None:
    for number, (week, counter) in enumerate(zip(WEEKS, READ, strict=True)):
        hand_over(home, {week: counter}, f"week{number}")
        assert made(home, [week]) == [week]
    weekly = [flow(home, week) for week in WEEKS]
    assert weekly == [(None, None, None)] * 4 + [(400, None, None)] * 2
    shutil.rmtree(home / "listing_weeks")
    shutil.rmtree(home / "listing_belts")
    assert made(home) == WEEKS
    assert [flow(home, week) for week in WEEKS] == weekly


def test_a_reading_that_comes_late_in_between_makes_the_weeks_after_it_anew(home: Path) -> None:
    late = WEEK - timedelta(weeks=3)
    hand_over(home, {week: counter for week, counter in zip(WEEKS, READ, strict=True) if week != late})
    made(home)
    assert flow(home) == (250, 250, 250), "without the reading of the fall the counter only grew"
    hand_over(home, {late: 50}, "late")
    assert made(home) == WEEKS[2:]
    assert flow(home) == (400, None, None)
    assert made(home) == []


def test_what_was_read_in_between_and_stands_in_quarantine_tells_nothing(home: Path) -> None:
    hand_over(home, dict(zip(WEEKS, READ, strict=True)))
    made(home)
    stop(home, WEEK - timedelta(weeks=3))
    assert made(home) == WEEKS[3:], "those that have the week behind them, but for itself"
    assert flow(home) == (250, 250, 250)


def test_a_build_of_one_week_makes_the_readings_it_needs(home: Path) -> None:
    hand_over(home, dict(zip(WEEKS, READ, strict=True)))
    Line(workplace(home), [], Reporter(), each=in_turn).build([WEEK])
    assert flow(home) == (400, None, None)
