"""The figures of the assistant: planted effects recovered, drifts called associations, and what is suppressed."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from configs.publication import shipped_rules
from sandbox.adopters import BELT, WEEK, DrawnAdoption, draw_adoptions
from sandbox.economy import BeltEconomy, build
from sandbox.scenario import load
from transforms.adoption import adoption_reading, reading_weeks
from transforms.assistant import ASSOCIATION, EFFECT, assistant_figures
from transforms.assistant_metrics import assistant_metrics
from transforms.coverage import Coverage

Readings = dict[date, pl.DataFrame]
STORY = load("anti-involution")


def figures(
    readings: Readings, week: date = WEEK, covered: float | None = 1.0, quarantined: bool = False
) -> pl.DataFrame:
    return assistant_figures(readings, BELT, week, Coverage(covered, None), shipped_rules(), quarantined)


def effect(found: pl.DataFrame) -> dict[str, object]:
    return found.row(by_predicate=pl.col("metric") == "assistant_effect", named=True)


def read(belt: DrawnAdoption) -> Readings:
    return {week: adoption_reading(rows) for week, rows in belt.readings.items()}


@pytest.fixture(scope="module")
def belt() -> Readings:
    """A belt of 200 merchants."""
    return read(next(draw_adoptions(200, 1, seed=3)))


def story_readings(belt: BeltEconomy) -> Readings:
    """What the pages of the practice marketplace say of the belt's merchants, without printing and reading them."""
    adopts, is_belt = belt.traits.adopts, belt.merchants.is_belt
    found = {}
    for week in reading_weeks(STORY.live_week):
        shelf = belt.shelf(week)
        merchant = belt.listings.merchant[shelf.row]
        value = shelf.price_fen / 100 * shelf.pieces_30d * 28 / 30
        has_assistant = adopts[merchant] <= belt.span.number(week)
        rows = pl.DataFrame(
            {
                "merchant_id": merchant.astype(str),
                "listing_id": shelf.row.astype(str),
                "price_yuan": shelf.price_fen / 100,
                **dict.fromkeys(("value_yuan", "value_low_yuan", "value_high_yuan"), value),
                "flags": [["assistant"] if has else [] for has in has_assistant],
                "weight": is_belt[merchant].astype(float),
            }
        )
        ordinary = {"marketplace": "practice", "category": belt.plan.category, "sales_basis": "trailing_30d"}
        found[week] = adoption_reading(rows.with_columns(pl.lit(text).alias(name) for name, text in ordinary.items()))
    return found


def planted_belts(seeds: int) -> Iterator[tuple[float, dict[str, object]]]:
    """Planted effect and figure of each belt of the story that is on one site only, in unbalanced worlds."""
    story = STORY.model_copy(update={"balanced": False})
    for seed in range(seeds):
        for belt in build(story, seed).belts:
            if belt.plan.second_site is None:
                yield belt.plan.assistant.effect, effect(figures(story_readings(belt), STORY.live_week))


def test_the_effect_planted_in_the_story_is_recovered() -> None:
    """What merchants win is 25 % over those without, whatever their belt does: -50 % in carpets, -22 % in luggage."""
    found = list(planted_belts(3))
    assert len(found) == 12
    covered = [figure["low"] <= planted <= figure["high"] for planted, figure in found]
    assert sum(covered) >= 10
    assert np.mean([figure["value"] for _, figure in found]) == pytest.approx(0.25, abs=0.05)
    assert sum(figure["method"] == EFFECT for _, figure in found) >= 9
    assert all(figure["low"] > 0 for _, figure in found)


def test_adopters_who_grew_faster_all_along_are_an_association() -> None:
    drifting = [effect(figures(read(drawn))) for drawn in draw_adoptions(300, 8, seed=1, drift=0.05)]
    assert {figure["method"] for figure in drifting} == {ASSOCIATION}
    assert {figure["status"] for figure in drifting} == {"published"}


def test_the_rows_are_those_of_the_catalogue(belt: Readings) -> None:
    found = figures(belt)
    assert set(found["metric"]) == {metric.id for metric in assistant_metrics()}
    assert found.select("segment", "comparison", "alignment", "panel", "status", "reason", "grade").unique().rows() == [
        ("all", "level", "none", "none", "published", "none", None)
    ]
    assert dict(found.select("metric", "unit").rows()) == {metric.id: metric.unit for metric in assistant_metrics()}
    figure = effect(found)
    assert 150 < figure["merchants"] <= 260
    assert figure["listings"] > figure["merchants"]


def test_sales_of_ten_times_the_yuan_give_the_same_effect(belt: Readings) -> None:
    tenfold = {
        week: part.with_columns(pl.col("value_yuan", "value_low_yuan", "value_high_yuan", "price_yuan") * 10)
        for week, part in belt.items()
    }
    assert effect(figures(tenfold))["value"] == pytest.approx(effect(figures(belt))["value"])


def no_assistant(readings: Readings) -> Readings:
    return {week: part.with_columns(has_assistant=pl.lit(False)) for week, part in readings.items()}


def test_where_nobody_has_the_assistant_there_is_no_row(belt: Readings) -> None:
    assert figures(no_assistant(belt)).is_empty()
    assert figures({}).is_empty()


def late(readings: Readings) -> Readings:
    """Only the last 12 readings."""
    return {week: part for week, part in readings.items() if week > WEEK - timedelta(days=28 * 12)}


def few(readings: Readings) -> Readings:
    """Nine merchants with the assistant."""
    adopters = readings[WEEK].filter("has_assistant")["merchant_id"].unique().sort()
    return {week: part.filter(~pl.col("merchant_id").is_in(adopters[9:].implode())) for week, part in readings.items()}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (late, "no_base"),
        (few, "few_merchants"),
        (lambda readings: {week: part for week, part in readings.items() if week != WEEK}, "no_data"),
    ],
)
def test_what_is_suppressed_says_why(belt: Readings, change: Callable[[Readings], Readings], reason: str) -> None:
    found = figures(change(belt))
    assert set(found["status"]) == {"suppressed"}
    assert set(found["reason"]) == {reason}
    assert found["value"].null_count() == found.height == 3
    assert set(found["method"]) == {ASSOCIATION}


def test_pages_lost_and_quarantine_suppress(belt: Readings) -> None:
    assert set(figures(belt, covered=0.79)["reason"]) == {"low_coverage"}
    assert set(figures(belt, covered=None)["status"]) == {"published"}
    assert set(figures(belt, quarantined=True)["reason"]) == {"quarantined"}
