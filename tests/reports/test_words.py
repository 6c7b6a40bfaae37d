"""The headline and what to look at follow rules; each boundary of a rule is planted."""

from collections.abc import Callable
from string import Formatter
from typing import Any

import pytest

from reports import words
from reports.facts import Facts, gather
from reports.numbers import MINUS
from reports.phrases import Say, catalogue

EN, ZH = Say("en"), Say("zh")
HALF = 0.015


@pytest.fixture
def facts(plant: Callable[..., Any], rows: Any) -> Callable[..., Facts]:
    """Facts of a week with these rows of belt_yoy (and other tables)."""

    def make(*belt_yoy: dict[str, Any], **tables: list[dict[str, Any]]) -> Facts:
        belts = [rows.named(row["belt"], row["belt"].title(), f"{row['belt']}带") for row in belt_yoy]
        return gather(plant({"belt_yoy": list(belt_yoy), "belts": belts, **tables}), rows.week)

    return make


def english(found: Facts) -> str:
    return words.headline(EN, found).replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")


def changes(rows: Any, *planted: float) -> list[dict[str, Any]]:
    return [rows.published(f"belt{n}", change, HALF) for n, change in enumerate(planted)]


@pytest.mark.parametrize(
    ("planted", "sentence"),
    [
        ([], "There are no figures for this week."),
        ([-0.5], "The only belt is down on the year; the deepest: Belt0 -50.0 % [-51.5, -48.5]."),
        ([-0.1, -0.2], "Both belts are down on the year; the deepest: Belt1 -20.0 % [-21.5, -18.5]."),
        ([-0.1, -0.2, -0.3], "All 3 belts are down on the year; the deepest: Belt2 -30.0 % [-31.5, -28.5]."),
        ([0.1, 0.2], "Both belts are up on the year; the strongest: Belt1 +20.0 % [+18.5, +21.5]."),
        ([0.001], "No change on the year is sure: 1 of 1 belts is unclear."),
        ([0.001, 0.014], "No change on the year is sure: 2 of 2 belts are unclear."),
        (
            [-0.3, -0.2, -0.1, 0.0],
            "3 of 4 belts are down on the year, 1 is unclear; the deepest: Belt0 -30.0 % [-31.5, -28.5].",
        ),
        (
            [-0.2, 0.1],
            "1 of 2 belts is down on the year, 1 is up; the deepest: Belt0 -20.0 % [-21.5, -18.5].",
        ),
        (
            [-0.2, 0.1, 0.3],
            "2 of 3 belts are up on the year, 1 is down; the deepest: Belt0 -20.0 % [-21.5, -18.5].",
        ),
    ],
)
def test_headline_by_rule(facts: Any, rows: Any, planted: list[float], sentence: str) -> None:
    assert english(facts(*changes(rows, *planted))) == sentence


def test_withheld_belts_are_counted_beside_the_others(facts: Any, rows: Any) -> None:
    found = facts(*changes(rows, -0.2, 0.0), rows.withheld("hidden", "dominance"))
    assert english(found).startswith("1 of 3 belts is down on the year, 1 is unclear, 1 is not published; the deepest")
    assert "3个产业带中1个同比下降，1个不明确，1个未发布；降幅最大" in words.headline(ZH, found)


def test_all_withheld_says_why_and_from_when(facts: Any, rows: Any) -> None:
    level = [{"belt": "young", "week": rows.week, "displayed_sales": 5e6}]
    found = facts(rows.withheld("young", "no_base"), belt_weeks=level)
    assert "the only belt is withheld (No base: nothing was read a year ago)" in english(found)
    assert (
        words.headline_hint(EN, found)
        == "The first change on the year can be published for the week of 15 November 2027."
    )
    mixed = facts(rows.withheld("a", "no_base"), rows.withheld("b", "dominance"))
    assert english(mixed) == "No change on the year is published this week: both belts are withheld."


@pytest.mark.parametrize(("high", "verdict"), [(-1e-9, "down"), (0.0, "unclear"), (0.02, "unclear")])
def test_an_interval_that_touches_zero_is_unclear(facts: Any, rows: Any, high: float, verdict: str) -> None:
    row = rows.published("belt", -0.1, 0.1) | {"high": high, "verdict": verdict, "fdr_verdict": verdict}
    assert len(facts(row).moved(verdict)) == 1


def test_which_belts_moved_is_counted_over_all_belts_at_once(facts: Any, rows: Any) -> None:
    """Three are down by their own intervals, one of them not against all belts; its own verdict stays."""
    unsure = rows.published("unsure", -0.04, 0.039) | {"fdr_verdict": "unclear"}
    found = facts(*changes(rows, -0.3, -0.2, 0.0), unsure)
    assert english(found).startswith("2 of 4 belts are down on the year, 2 are unclear; the deepest: Belt0")
    assert [count for _, _, count in words.tally(EN, found)] == [2, 2, 0, 0]
    assert not [text for _, text in words.attention(EN, found) if "Unsure" in text]
    assert {belt.belt: belt.verdict for belt in found.changes}["unsure"] == "down"
    told = words.moved_text(EN, found).replace("\N{NO-BREAK SPACE}", " ")
    assert "on average at most 5 % have not moved" in told
    assert told.endswith(" 1 more belt is so by its own interval alone.")
    assert "平均至多5%" in words.moved_text(ZH, found)
    assert words.moved_text(ZH, found).endswith("另有1个仅按自身区间判定为升降。")


def test_the_cause_is_the_largest_part_with_the_sign_of_the_total(facts: Any, rows: Any) -> None:
    even = {"price_effect": -0.08, "volume_effect": -0.07, "mix_effect": 0.0, "entry_effect": 0.3, "exit_effect": -0.35}
    belt = facts(rows.published("belt", -0.2, HALF, total_change=-0.2, **even)).changes[0]
    assert "Mostly listings no longer seen" in words.cause_text(EN, belt)
    small = even | {"entry_effect": 0.03, "exit_effect": -0.08, "price_effect": -0.081}
    belt = facts(rows.published("belt", -0.2, HALF, total_change=-0.201, **small)).changes[0]
    assert "The largest part is lower prices" in words.cause_text(EN, belt)


@pytest.mark.parametrize("hole", [{"total_change": None}, {"mix_effect": None}, {"total_change": 0.0}])
def test_without_a_split_no_cause_is_named(facts: Any, rows: Any, hole: dict[str, Any]) -> None:
    assert words.cause_text(EN, facts(rows.published("belt", -0.2, HALF) | hole).changes[0]) == ""


def test_turns_and_trouble_are_named(facts: Any, rows: Any) -> None:
    before = rows.published("turned", 0.0, HALF, week=rows.week_before)
    now = [rows.published("turned", 0.3, HALF), *(rows.withheld(f"q{n}", "quarantined") for n in range(5))]
    texts = [text for _, text in words.attention(EN, facts(*now, before))]
    assert "Turned: unclear last week, up this week." in texts
    assert "Not published because of the data, not the belt: Q0, Q1, Q2 and 2 more." in texts


def test_a_quiet_week_says_so(facts: Any, rows: Any) -> None:
    assert words.attention(EN, facts(*changes(rows, 0.0))) == [("", EN("attention_nothing"))]


def test_a_reason_of_tomorrow_is_named_by_its_code() -> None:
    assert words.reason_text(EN, "solar_storm") == "Reason: solar_storm"
    assert words.reason_text(ZH, "solar_storm") == "原因：solar_storm"


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", catalogue())
def test_both_languages_say_the_same_words(key: str) -> None:
    forms = catalogue()[key]
    assert set(forms) - {"two"} in ({"en", "zh"}, {"one", "many", "zh"})
    assert all(text.strip() for text in forms.values())
    assert _slots(forms["zh"]) == _slots(forms.get("en", forms.get("many", "")))
