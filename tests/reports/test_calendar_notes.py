"""One sentence where the calendar makes both ends of a week's comparisons unlike, and none where they are alike."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from configs.festivals import shipped_calendar
from reports.facts import Facts, gather
from reports.page import page
from reports.phrases import Language
from transforms.calendar_flags import week_row

ALIKE, UNLIKE = date(2026, 11, 2), date(2026, 11, 16)
PRESALE, CLOSED = date(2025, 6, 16), date(2026, 2, 16)
SENTENCE: dict[Language, str] = {"en": "The calendar is not the same at both ends", "zh": "两端日历不一致"}
PHASE: dict[Language, str] = {
    "en": "On that phase the calendar is not the same",
    "zh": "按节庆同期比较，两端日历仍有差异",
}


@pytest.fixture
def facts(plant: Callable[..., Any], rows: Any) -> Callable[[date], Facts]:
    """Facts of a week with two published belts, one of them mooncakes with a figure on the festival's phase."""

    def make(week: date) -> Facts:
        plain = [rows.published(belt, -0.2, 0.01, week=week) for belt in ("towels", "mooncakes")]
        phase = rows.published("mooncakes", -0.1, 0.01, week=week, alignment="festival")
        belts = [rows.named("towels", "Towels", "毛巾"), rows.named("mooncakes", "Mooncakes", "月饼")]
        belts[1]["festival"] = "mid_autumn"
        own = week_row(week, shipped_calendar()) | {"iso_year": week.year, "iso_week": week.isocalendar().week}
        return gather(plant({"belt_yoy": [*plain, phase], "belts": belts, "weeks": [own]}), week)

    return make


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_says_so_in_the_uneven_week_and_not_in_the_even_one(
    facts: Callable[[date], Facts], language: Language
) -> None:
    uneven, even = page(facts(UNLIKE), language), page(facts(ALIKE), language)
    assert uneven.count(SENTENCE[language]) == 1
    assert SENTENCE[language] not in even
    assert ("23 days of promotions (Double-11, presale included), those a year ago 22" in uneven) == (language == "en")
    assert ("23天处于大促（双11，含预售），去年同期22天" in uneven) == (language == "zh")


def test_what_is_unlike_is_what_is_said(facts: Callable[[date], Facts]) -> None:
    presale, closed = page(facts(PRESALE), "en"), page(facts(CLOSED), "en")
    assert "the presale (618) began on another date than last year" in presale
    assert "days of promotions" not in presale
    assert "the day on which most is sold (618) lies at one end only" in page(facts(date(2024, 7, 15)), "en")
    assert "20 official working days, those a year ago 16" in closed
    assert "presale" not in closed


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_unlike_on_the_festivals_phase_stands_with_it(
    facts: Callable[[date], Facts], language: Language
) -> None:
    assert page(facts(date(2025, 10, 6)), language).count(PHASE[language]) == 1
    assert PHASE[language] not in page(facts(date(2026, 8, 31)), language)


def test_a_warehouse_that_does_not_tell_says_nothing(plant: Callable[..., Any], rows: Any) -> None:
    found = gather(plant({"belt_yoy": [rows.published("towels", -0.2, 0.01)]}), rows.week)
    assert SENTENCE["en"] not in page(found, "en")
