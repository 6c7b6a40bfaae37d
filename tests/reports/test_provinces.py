"""Belts stand under their provinces, with the shares that were published for them and no others."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from configs.places import all_places
from reports.facts import Facts, gather
from reports.page import page
from reports.phrases import Say, catalogue
from reports.provinces import CHINA, down_text, provinces_of
from reports.sections import DEEPEST, MANY

EN, ZH = Say("en"), Say("zh")


@pytest.fixture
def facts(plant: Callable[..., Any], rows: Any) -> Facts:
    """The story's facts."""
    return gather(plant(rows.story()), rows.week)


def ranking_of(html: str) -> str:
    return html.split('<section id="ranking">')[1].split("</section>", maxsplit=1)[0]


def test_the_province_of_the_deepest_fall_stands_first(facts: Facts) -> None:
    found = [(group.name, [belt.belt for belt in group.belts]) for group in provinces_of(EN, facts.changes)]
    assert found == [
        ("Tianjin", ["wuqing-carpets"]),
        ("Hebei", ["gaoyang-towels", "baigou-luggage"]),
        ("Zhejiang", ["datang-socks"]),
    ]


def test_a_heading_says_the_published_share_and_only_that(facts: Facts) -> None:
    assert down_text(EN, facts, "130000") == "2 of 2 published belts are down by their own intervals"
    assert down_text(ZH, facts, CHINA) == "已发布的4个产业带中3个按自身区间为下降"
    assert down_text(EN, facts, "330000") == ""
    html = page(facts, "en")
    assert "In all of China 3 of 4 published belts are down by their own intervals." in html
    headings = re.findall(r'<tr class="group"><th[^>]*><span>(.*?)</span>', ranking_of(html))
    assert headings == [
        "Tianjin",
        'Hebei <small><data value="1">2 of 2 published belts are down by their own intervals</data></small>',
        "Zhejiang",
    ]


@pytest.mark.parametrize(
    "spoilt", [{"status": "suppressed"}, {"value": None}, {"alignment": "festival"}, {"segment": "mode=self"}]
)
def test_a_share_that_is_not_published_is_not_said(plant: Any, rows: Any, spoilt: dict[str, Any]) -> None:
    tables = rows.story() | {"figures": [rows.figure("china", "belts_down_share", 0.5) | spoilt]}
    assert gather(plant(tables), rows.week).down_shares == {}


def test_a_share_that_was_replaced_is_not_said(plant: Any, rows: Any) -> None:
    replaced = rows.figure("china", "belts_down_share", 0.5, superseded_at=rows.story()["releases"][0]["released_at"])
    tables = rows.story() | {"figures": [replaced]}
    assert gather(plant(tables), rows.week).down_shares == {}


def test_a_belt_without_a_province_comes_last(plant: Any, rows: Any) -> None:
    tables = {"belts": [rows.named("known", "Known", "知")]}
    tables["belt_yoy"] = [rows.published("lost", -0.5, 0.01), rows.published("known", -0.1, 0.01)]
    groups = provinces_of(EN, gather(plant(tables), rows.week).changes)
    assert [group.name for group in groups] == ["Hebei", "Province not known"]


def test_every_province_has_a_name_in_both_languages() -> None:
    names = {area.code: area.name for area in all_places() if area.level == "province"}
    assert all(names[code].startswith(catalogue()[f"province_{code}"]["zh"]) for code in names)


def test_of_many_belts_the_deepest_stand_open_and_provinces_behind_lines(plant: Any, rows: Any) -> None:
    count = MANY + 1
    tables = {"belts": [rows.named(f"b{n:02}", f"Belt {n}", f"带{n}") for n in range(count)]}
    tables["belt_yoy"] = [rows.published(f"b{n:02}", n / 100 - 0.3, 0.01) for n in range(count)]
    ranking = ranking_of(page(gather(plant(tables), rows.week), "en"))
    is_open, behind = ranking.split("<details>")
    assert len(re.findall('<td class="name">', is_open)) == DEEPEST
    assert len(re.findall('<td class="name">', behind)) == count
    assert "<span>Hebei</span> <small>25 belts</small>" in behind
