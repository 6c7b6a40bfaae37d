"""The weekly flow: units share tasks, nothing is lost, and what is told of a week is in words."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from configs.register import load
from configs.tables import table
from flows.weekly import MOST_TASKS, in_batches, label_of

WEEK = date(2026, 11, 16)


pytestmark = pytest.mark.usefixtures("prefect_home")


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 110, 1000])
def test_batches_hold_every_unit_once_in_order_and_are_few_and_even(count: int) -> None:
    units = [(number,) for number in range(count)]
    batches = in_batches(units)
    assert [unit for batch in batches for unit in batch] == units
    assert len(batches) == min(count, MOST_TASKS)
    sizes = {len(batch) for batch in batches}
    assert not sizes or max(sizes) - min(sizes) <= 1


def test_a_batch_is_called_by_its_ends_and_its_size() -> None:
    home, belt = Path("home"), load(Path("no-overlay")).belts["gaoyang-towels"]
    assert label_of([(home, "practice", "towels", None)]) == "practice/towels"
    assert label_of([(home, name) for name in ("towels", "umbrellas", "zips")]) == "towels … zips (3)"
    assert label_of([(home, belt)]) == "gaoyang-towels"
    assert label_of([(3,)]) == "unit"


def test_the_ranking_is_by_change_with_suppressed_belts_last() -> None:
    from flows.artifacts import ranking_in_words

    rows = pl.DataFrame(
        [
            {"belt": "a", "name_en": "A", "name_zh": "甲", "yoy_change": None, "verdict": "suppressed"},
            {"belt": "b", "name_en": "B", "name_zh": "乙", "yoy_change": 0.08, "verdict": "up"},
            {"belt": "c", "name_en": "C", "name_zh": "丙|", "yoy_change": -0.25, "verdict": "down"},
        ],
        schema_overrides={"yoy_change": pl.Float64},
    ).with_columns(
        low=pl.col("yoy_change") - 0.01,
        high=pl.col("yoy_change") + 0.01,
        matched_merchants=pl.lit(40),
        reason=pl.lit("none"),
    )
    lines = ranking_in_words(rows, WEEK).splitlines()
    assert lines[4:] == [
        "| C 丙\\| | -25.0% | -26.0% | -24.0% | ↓ down | 40 |  |",
        "| B 乙 | +8.0% | +7.0% | +9.0% | ↑ up | 40 |  |",
        "| A 甲 |  |  |  | suppressed | 40 |  |",
    ]


def test_the_gates_are_counted_and_broken_rules_named() -> None:
    from flows.artifacts import gates_in_words

    shape = table("checks")
    sound = dict.fromkeys(shape.names, "x") | {
        "gate": "offers", "week": WEEK, "first_week": WEEK, "is_passed": True, "row_count": 1,
    }  # fmt: skip
    rows = [sound, sound | {"rule": "y", "is_passed": False, "observed": "61.2% null"}]
    words = gates_in_words(pl.DataFrame(rows, schema=shape.polars_schema(), orient="row"))
    assert words.splitlines()[0] == "- offers: 1 of 2 checks passed"
    assert "| offers | x | x | 2026-11-16 | y | x | 61.2% null | x |" in words
    assert "No checks yet." in gates_in_words(shape.empty())
