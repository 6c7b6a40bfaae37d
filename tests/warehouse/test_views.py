"""The views people read, asked as they are asked: false discoveries over belts, and particulars over weeks."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from configs.calendar import starts_at
from configs.tables import table
from reports.calendar_notes import week_calendar
from tests.warehouse.test_release import START, WEEK, built, draft, released
from transforms.false_discovery import RATE, adjusted
from warehouse import lake
from warehouse.database import database_file
from warehouse.read import open as open_warehouse

P_VALUES = [0.001, 0.04, 0.012, 0.012, 0.3, 0.9, None]


def test_the_adjusted_values_are_those_of_the_definition(tmp_path: Path) -> None:
    rows = [draft(f"b{number}", -0.1 + number / 20, p_value=value) for number, value in enumerate(P_VALUES)]
    suppressed = [draft("hidden", None), draft("lone", 0.1, week=WEEK - timedelta(7), p_value=0.04)]
    built(tmp_path, [*rows, *suppressed])
    released(tmp_path, START)
    with open_warehouse(tmp_path) as reader:
        query = f"select belt, fdr_q, fdr_verdict from belt_yoy where week = '{WEEK}' order by belt"
        found = reader.sql(query)
        alone = reader.sql(f"select fdr_q, fdr_verdict from belt_yoy where week < '{WEEK}'").row(0)
    expected = adjusted(np.array([np.nan if value is None else value for value in P_VALUES]))
    own = found.filter(pl.col("belt") != "hidden")
    assert own["fdr_q"].fill_null(np.nan).to_list() == pytest.approx(expected.tolist(), nan_ok=True)
    moved = [
        "unclear" if not q <= RATE or value == 0 else "down" if value < 0 else "up"
        for q, value in zip(expected.tolist(), (-0.1 + number / 20 for number in range(len(P_VALUES))), strict=True)
    ]
    assert own["fdr_verdict"].to_list() == moved
    assert set(moved) == {"up", "down", "unclear"}
    assert found.row(by_predicate=pl.col("belt") == "hidden")[1:] == (None, "suppressed")
    assert alone == (0.04, "up")


def test_another_belt_that_did_not_move_may_change_what_counts_as_moved(tmp_path: Path) -> None:
    """Which is why it is a column of its own: the verdict by interval is the belt's alone."""
    alone, many = tmp_path / "alone", tmp_path / "many"
    first = draft("a", -0.1, p_value=0.03)
    built(alone, [first])
    built(many, [first, *(draft(f"b{number}", 0.001, p_value=0.8) for number in range(9))])
    verdicts = []
    for home in (alone, many):
        released(home, START)
        with open_warehouse(home) as reader:
            verdicts.append(reader.sql("select verdict, fdr_verdict from belt_yoy where belt = 'a'").row(0))
    assert verdicts == [("down", "down"), ("down", "unclear")]


def test_a_warehouse_from_before_there_were_calendar_columns_can_be_read_as_of_a_date(tmp_path: Path) -> None:
    built(tmp_path, [draft("a", -0.1)])
    released(tmp_path, START)
    with duckdb.connect(str(database_file(tmp_path))) as writer:
        for name in ("promotions", "plain_flags", "spring_festival_flags", "mid_autumn_flags"):
            writer.execute(f"alter table weeks drop column {name}")
    with open_warehouse(tmp_path) as reader:
        row = reader.sql("select belt, yoy_change, calendar_flags from belt_yoy", as_of="2027-01-01").row(0)
    assert row == ("a", -0.1, None)


def test_figures_released_before_there_were_p_values_can_be_read(tmp_path: Path) -> None:
    built(tmp_path, [draft("a", -0.1)])
    release = released(tmp_path, START)
    path = tmp_path / "releases" / str(release) / "figures.parquet"
    pl.read_parquet(path).drop("p_value").write_parquet(path)
    built(tmp_path, [draft("a", -0.2, p_value=0.01)])
    released(tmp_path, START + timedelta(days=1))
    with open_warehouse(tmp_path) as reader:
        rows = reader.sql("select value, p_value from figures order by released_at").rows()
    assert rows == [(-0.1, None), (-0.2, 0.01)]


def put(home: Path, *rows: dict[str, object]) -> None:
    """listing_weeks, a file per week and category."""
    ordinary = {
        **{"marketplace": "practice", "category": "towels", "merchant_id": "m", "listing_id": "1", "seen_at": None},
        **{
            "price_yuan": 1.0,
            "price_low_yuan": 1.0,
            "price_high_yuan": 1.0,
            "unit": "piece",
            "is_ad": False,
            "is_advertised": False,
        },
        **{"offer_count": 1, "page": 1, "position": 1, "page_digest": "-"},
    }
    whole = [ordinary | row | {"seen_at": starts_at(row["week"])} for row in rows]  # type: ignore[arg-type]
    frame = table("listing_weeks").conform(pl.DataFrame(whole, infer_schema_length=None))
    for (week, category), part in frame.partition_by("week", "category", as_dict=True).items():
        lake.write(lake.partition(home, "listing_weeks", "practice", week, category), part)  # type: ignore[arg-type]
    built(home, [draft("a", -0.1)])
    released(home, START)


def spans(home: Path, view: str, column: str) -> list[tuple[object, ...]]:
    with open_warehouse(home) as reader:
        return reader.sql(f"select {column}, valid_from, valid_to from {view} order by valid_from").rows()


def weeks(*numbers: int) -> list[date]:
    return [WEEK + timedelta(weeks=number) for number in numbers]


def named(week: int, name: str | None, **more: object) -> dict[str, object]:
    return {"week": WEEK + timedelta(weeks=week), "merchant_name_text": name, "place_code": "130628", **more}


def test_a_name_that_is_not_shown_is_no_other_name(tmp_path: Path) -> None:
    put(tmp_path, named(0, None), named(1, "某厂"), named(2, None), named(3, " "), named(4, "某厂"), named(5, "新厂"))
    first, renamed = weeks(0, 5)
    assert spans(tmp_path, "merchants", "merchant_name_text") == [("某厂", first, renamed), ("新厂", renamed, None)]


def test_a_merchant_never_named_has_one_span(tmp_path: Path) -> None:
    put(tmp_path, named(0, None), named(1, ""))
    assert spans(tmp_path, "merchants", "merchant_name_text") == [(None, WEEK, None)]


def test_of_two_categories_that_disagree_the_commonest_name_counts_in_every_week(tmp_path: Path) -> None:
    """`bedding` comes first by name and stands in two weeks only; the merchant did not change its name twice."""
    towels = [named(week, "某毛巾厂") for week in range(4)]
    bedding = [named(week, "某床品厂", category="bedding", listing_id="2") for week in (1, 2)]
    put(tmp_path, *towels, *bedding)
    assert spans(tmp_path, "merchants", "merchant_name_text") == [("某毛巾厂", WEEK, None)]


def test_of_equally_common_ones_it_is_the_first_by_name_in_every_week(tmp_path: Path) -> None:
    put(tmp_path, *(named(week, name, listing_id=name) for week in range(2) for name in ("乙厂", "丙厂")))
    assert spans(tmp_path, "merchants", "merchant_name_text") == [("丙厂", WEEK, None)]


def test_a_move_for_good_is_a_new_span_and_back_another(tmp_path: Path) -> None:
    put(tmp_path, *(named(week, "某厂", place_code=code) for week, code in enumerate(("130628", "130684", "130628"))))
    first, second, third = weeks(0, 1, 2)
    assert spans(tmp_path, "merchants", "place_code") == [
        ("130628", first, second),
        ("130684", second, third),
        ("130628", third, None),
    ]


def test_a_listing_in_two_categories_keeps_one(tmp_path: Path) -> None:
    both = [named(week, "某厂", category=category) for week in range(3) for category in ("bedding", "towels")]
    put(tmp_path, *(row for row in both if (row["week"], row["category"]) != (WEEK, "bedding")))
    assert spans(tmp_path, "listings", "category") == [("towels", WEEK, None)]


def test_whoever_reads_a_change_is_told_in_what_the_calendar_makes_both_ends_unlike(tmp_path: Path) -> None:
    uneven, even, moved = date(2025, 6, 16), date(2025, 8, 4), date(2025, 9, 29)
    rows = [draft(belt, -0.1, week=week) for week in (uneven, even, moved) for belt in ("a", "shanghai-mooncakes")]
    built(tmp_path, [*rows, draft("shanghai-mooncakes", -0.1, week=moved, alignment="festival")])
    released(tmp_path, START)
    query = "select week, belt, alignment, calendar_flags from belt_yoy where belt <> 'x' order by all"
    with open_warehouse(tmp_path) as reader:
        found, then = reader.sql(query), reader.sql(query, str(START.date()))
        told = week_calendar(reader, uneven)
        held = reader.sql(f"select promotion_days, promotion_days_year_ago from weeks where week = '{uneven}'").row(0)
    assert (told.promotions, told.promotion_days, told.plain) == (["618"], held, ["presale"]), "what the report reads"
    assert held == (28, 28), "all days within 618, which a year earlier began seven days later"
    flags = {(week, belt, alignment): told for week, belt, alignment, told in found.rows()}
    assert flags == {
        (uneven, "a", "plain"): ["presale"],
        (uneven, "shanghai-mooncakes", "plain"): ["presale"],
        (even, "a", "plain"): [],
        (even, "shanghai-mooncakes", "plain"): ["festival"],
        (moved, "a", "plain"): [],
        (moved, "shanghai-mooncakes", "plain"): ["festival"],
        (moved, "shanghai-mooncakes", "festival"): [],
    }
    assert then.equals(found)
