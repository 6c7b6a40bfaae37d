"""Scenarios: read strictly, named by their content."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from configs.belts import read_belt
from configs.errors import ConfigError
from configs.register import SHIPPED
from sandbox.scenario import SCENARIOS, Scenario, load


def test_the_story_plants_its_figures(story: Scenario) -> None:
    planted = {belt.id: (belt.place.code, belt.category, belt.change) for belt in story.belts}
    assert planted == {
        "gaoyang-towels": ("130628", "towels", -0.25),
        "baigou-luggage": ("130684", "luggage", -0.22),
        "zhengding-daily-chemicals": ("130123", "daily-chemicals", -0.28),
        "wuqing-carpets": ("120114", "carpets", -0.50),
        "dongyang-fishing-line": ("330783", "fishing-line", 0.0),
        "shanghai-mooncakes": ("310000", "mooncakes", -0.30),
        "zhuji-socks": ("330681", "socks", 0.0),
        "shantou-toys": ("440515", "toys", 0.0),
    }
    assert story.marketplaces["practice-html"] == ["towels", "fishing-line", "mooncakes", "socks"]
    assert len(story.past_weeks) == 104
    assert story.past_weeks[-1] == story.live_week - timedelta(weeks=1) == date(2026, 11, 9)


def test_the_tiny_world_has_the_week_of_a_year_ago(tiny: Scenario) -> None:
    assert tiny.live_week - timedelta(days=364) in tiny.past_weeks


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("balanced: true", "balance: true", "balance"),
        ("live_week: 2026-11-16", "live_week: 2026-11-17", "Mondays"),
        ("first_week: 2025-11-03", "first_week: 2026-11-02", "364 days"),
        ("id: zhuji-socks", "id: gaoyang-towels", "same id"),
        ("change: -0.25", "change: much", "change"),
    ],
)
def test_a_mistake_in_a_scenario_is_one_sentence(tmp_path: Path, written: str, instead: str, told: str) -> None:
    text = (SCENARIOS / "tiny.yaml").read_text(encoding="utf-8")
    assert written in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(written, instead), encoding="utf-8")
    with pytest.raises(ConfigError, match=told) as caught:
        load(path)
    assert "mine.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_scenario_is_told_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="anti-involution, tiny"):
        load("nowhere")


def test_belts_of_the_story_are_belts_of_the_register(story: Scenario) -> None:
    for plan in story.belts:
        belt = read_belt(SHIPPED / "belts" / f"{plan.id}.yaml")
        assert plan.place.code in [place.code for place in belt.places]
        assert plan.category in belt.categories
        if plan.cost_floor_yuan:
            assert belt.cost_floor is not None
            assert belt.cost_floor.yuan == plan.cost_floor_yuan


def test_returns_rise_as_planted(story: Scenario) -> None:
    returns = next(belt.returns for belt in story.belts if belt.returns)
    rates = [returns.rate(week) for week in (*story.past_weeks, story.live_week)]
    assert (rates[0], rates[-1]) == (0.05, 0.20)
    assert rates == sorted(rates)
    assert returns.rate(story.live_week - timedelta(days=364)) == 0.05


def test_the_digest_tells_content(tiny: Scenario) -> None:
    assert tiny.digest == load("tiny").digest
    assert tiny.model_copy(update={"page_size": 11}).digest != tiny.digest
