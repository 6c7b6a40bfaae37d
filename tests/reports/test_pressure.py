"""Measures come from the catalogue and the figures alone; what is not published is not there."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from reports import pressure_tables
from reports.facts import Facts, gather
from reports.numbers import MINUS
from reports.page import page
from reports.phrases import LANGUAGES, Say
from reports.readings import Number
from reports.values import bounds_text, difference_text, value_text
from transforms.metric import Metric

EN, ZH = Say("en"), Say("zh")


@pytest.fixture
def facts(plant: Callable[..., Any], rows: Any) -> Callable[..., Facts]:
    """Facts of the story with other figures."""

    def make(*figures: dict[str, Any], **tables: Any) -> Facts:
        return gather(plant(rows.story() | {"figures": list(figures)} | tables), rows.week)

    return make


def section_of(found: Facts, language: Any = "en") -> str:
    html = page(found, language).split('<section id="pressure">')[1].split("</section>")[0]
    return html.replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")


def test_levels_stand_beside_a_year_ago_with_interval_and_change(plant: Any, rows: Any) -> None:
    html = section_of(gather(plant(rows.story()), rows.week))
    matrix, exact = html.split("<details>")[:2]
    assert '<td class="number up"><data value="0.312">▲ 31 %</data><small>8.1 %</small></td>' in matrix
    assert '<data value="4.5">¥4.50</data></td>' in matrix
    cells = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", exact)]
    assert cells[:6] == ["Planted share", "31 %", "[28, 34]", "8.1 %", "+23 points", "[+19, +27]"]
    assert cells[6:] == ["Planted price", "¥4.50", "[4.20, 4.80]", "–", "–", "–"]


def test_a_new_metric_is_shown_without_further_change(facts: Any, rows: Any, catalogue: list[Metric]) -> None:
    catalogue.append(Metric("tomorrow", "ratio", "Made tomorrow", "明日指标", "New.", "新。", "planted"))
    found = facts(rows.figure("wuqing-carpets", "tomorrow", 1.234, unit="ratio"))
    for language, title, meaning in zip(LANGUAGES, ("Made tomorrow", "明日指标"), ("New.", "新。"), strict=True):
        html = section_of(found, language)
        assert title in html
        assert "1.23" in html
        assert "Planted" not in html
        assert meaning in page(found, language).split('<section id="reading">')[1]


def test_a_metric_of_no_catalogue_is_left_out(facts: Any, rows: Any) -> None:
    assert "No measure of prices" in section_of(facts(rows.figure("wuqing-carpets", "unheard_of", 0.5)))
    assert "没有发布" in section_of(facts(), "zh")


@pytest.mark.parametrize(
    "spoilt", [{"status": "suppressed"}, {"segment": "mode=self"}, {"belt": "region:130000"}, {"belt": "stranger"}]
)
def test_what_is_not_published_for_a_belt_is_left_out(facts: Any, rows: Any, spoilt: dict[str, Any]) -> None:
    found = facts(rows.figure("wuqing-carpets", "planted_share", 0.7777) | spoilt)
    assert "77.8" not in page(found, "en")
    assert pressure_tables.measures_of(found) == []


def test_the_replaced_value_is_not_shown(facts: Any, rows: Any) -> None:
    at = rows.story()["releases"][0]["released_at"]
    old = rows.figure("wuqing-carpets", "planted_share", 0.7777, superseded_at=at, release="r1")
    html = section_of(facts(old, rows.figure("wuqing-carpets", "planted_share", 0.5555)))
    assert "55.5" in html or "55.6" in html
    assert "77.8" not in html


def test_cost_floors_are_shown_with_their_sources(facts: Any, rows: Any) -> None:
    belts = rows.story()["belts"]
    belts[2] |= {"cost_floor_yuan": 3.4, "cost_floor_unit": "metre", "cost_floor_on": rows.week}
    belts[2] |= {"cost_floor_source": "A price <list>", "cost_floor_low_yuan": 3.1, "cost_floor_high_yuan": 3.9}
    html = section_of(facts(rows.figure("wuqing-carpets", "planted_share", 0.5), belts=belts))
    assert "¥3.40 per metre" in html
    assert "[3.10, 3.90]" in html
    assert "A price &lt;list&gt;" in html
    assert "16 November 2026" in html


def test_of_many_belts_a_line_per_measure_stands_open(plant: Any, rows: Any) -> None:
    names = [f"b{n:02}" for n in range(30)]
    figures = [rows.figure(name, "planted_share", (n + 1) / 100) for n, name in enumerate(names)]
    figures += [rows.yearly(name, "planted_share", n / 100, 0.105, unit="share") for n, name in enumerate(names)]
    tables = {"belts": [rows.named(name, name.title(), name) for name in names], "figures": figures}
    tables["belt_yoy"] = [rows.published(name, -0.1, 0.01) for name in names]
    html = section_of(gather(plant(tables), rows.week))
    cells = [re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html.split("<details>")[0])]
    assert [" ".join(cell.split()) for cell in cells] == ["Planted share", "30", "19", "0", "1.0 % B00", "30.0 % B29"]


def test_pillars_stand_side_by_side_and_further_measures_behind_a_line(
    facts: Any, rows: Any, catalogue: list[Metric]
) -> None:
    words = ("share", "Crowded", "拥挤", "As planted.", "预设。", "planted")
    catalogue.append(Metric("planted_crowd", *words, pillar="crowding"))
    names = ("planted_share", "planted_crowd")
    html = section_of(facts(*(rows.figure("wuqing-carpets", name, 0.31) for name in names)))
    before, after = html.split("<details>")[:2]
    assert "Crowding" in before
    assert "Crowded" in before
    assert "Planted share" not in before
    assert "Further measures" in after
    assert "Planted share" in after
    assert "not added up" in page(facts(rows.figure("wuqing-carpets", "planted_crowd", 0.31)), "en")


def test_who_came_and_went_is_told_of_the_year(facts: Any, rows: Any) -> None:
    html = section_of(facts(rows.yearly("wuqing-carpets", "exit_share", 0.31, 0.02, unit="share")))
    assert "Merchants who went" in html
    assert "31.0 %" in html


@pytest.mark.parametrize(
    ("number", "text", "interval"),
    [
        (Number(0.312, 0.28, 0.344, "share"), "31 %", "[28, 34]"),
        (Number(0.312, 0.302, 0.322, "share"), "31.2 %", "[30.2, 32.2]"),
        (Number(0.312, None, None, "share"), "31.2 %", ""),
        (Number(0.0, 0.0, 0.08, "share"), "0 %", "[0, 8]"),
        (Number(0.002, 0.0001, 0.08, "share"), "0.2 %", "[0.01, 8]"),
        (Number(4.5, 4.2, 4.8, "yuan"), "¥4.50", "[4.20, 4.80]"),
        (Number(123456.0, None, None, "yuan"), "¥123,456", ""),
        (Number(-0.25, -0.3, -0.2, "change"), "-25 %", "[-30, -20]"),
        (Number(1204.0, None, None, "count"), "1,204", ""),
        (Number(1.2, 1.15, 1.254, "ratio"), "1.20", "[1.15, 1.25]"),
    ],
)
def test_a_figure_is_written_by_its_unit(number: Number, text: str, interval: str) -> None:
    assert value_text(EN, number).replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ") == text
    assert bounds_text(EN, number).replace(MINUS, "-") == interval


def test_a_difference_of_shares_is_in_points() -> None:
    number = Number(0.05, 0.03, 0.07, "share")
    assert difference_text(ZH, number) == "+5.0个百分点"
    assert bounds_text(ZH, number, is_difference=True) == "[+3.0, +7.0]"


def test_both_languages_hold_the_same_numbers(plant: Any, rows: Any) -> None:
    facts = gather(plant(rows.story()), rows.week)
    english, chinese = (re.findall(r'<data value="([^"]*)">', section_of(facts, language)) for language in LANGUAGES)
    assert english == chinese
    assert len(english) > 5
