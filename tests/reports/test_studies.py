"""The price index, the festival's phase and the assistant have sections of their own, of published figures only."""

import re
from datetime import date
from typing import Any

from reports.facts import gather
from reports.numbers import MINUS
from reports.page import page

WUQING, GAOYANG = "wuqing-carpets", "gaoyang-towels"


def cells(html: str, section: str) -> list[list[str]]:
    """The texts of a section's rows, belt first."""
    plain = html.replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ").replace("\N{EN DASH}", "-")
    part = plain.split(f'<section id="{section}">')[1].split("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in row] for row in cells if len(row) > 1]


def index_row(rows: Any, belt: str, week: date, value: float, comparison: str, method: str) -> dict[str, Any]:
    ends = {"panel": "matched", "alignment": "plain"} if comparison == "yoy" else {}
    unit = "change" if comparison == "yoy" else "ratio"
    more = {"week": week, "comparison": comparison, "method": method, "unit": unit, **ends}
    row: dict[str, Any] = rows.figure(belt, "price_index", value, low=value - 0.01, high=value + 0.01, **more)
    return row


def test_the_newest_index_stands_in_the_report(plant: Any, rows: Any) -> None:
    flash, month, old = rows.week, date(2026, 10, 26), date(2026, 10, 5)
    figures = [
        index_row(rows, WUQING, flash, -0.152, "yoy", "GEKS-Törnqvist, weekly flash, provisional v2"),
        index_row(rows, WUQING, flash, 0.72, "level", "GEKS-Törnqvist, weekly flash, provisional v2"),
        index_row(rows, WUQING, month, -0.1, "yoy", "GEKS-Törnqvist, monthly v2"),
        index_row(rows, GAOYANG, month, 0.004, "yoy", "GEKS-Törnqvist, monthly v2"),
        index_row(rows, "baigou-luggage", old, -0.5, "yoy", "GEKS-Törnqvist, monthly v2"),
        index_row(rows, "datang-socks", flash, -0.5, "yoy", "GEKS-Törnqvist, monthly v2") | {"status": "suppressed"},
    ]
    head, *found = cells(page(gather(plant(rows.story() | {"figures": figures}), rows.week), "en"), "prices")
    assert head == ["Belt", "On the year", "Verdict", "First month = 1", "Stands at"]
    assert [row[1:] for row in found] == [
        ["-15.2 % [-16.2, -14.2]", "down", "0.72 [0.71, 0.73]", "16 November 2026 weekly flash"],
        ["+0.4 % [-0.6, +1.4]", "unclear", "-", "26 October 2026 month, final"],
    ]


def test_an_association_is_not_called_an_effect(plant: Any, rows: Any) -> None:
    def gain(belt: str, value: float, label: str) -> dict[str, Any]:
        more = {"unit": "change", "low": value - 0.1, "high": value + 0.1, "merchants": 111}
        row: dict[str, Any] = rows.figure(
            belt, "assistant_effect", value, method=f"staggered differences, {label} v1", **more
        )
        return row

    trend = rows.figure(WUQING, "assistant_pretrend", -0.004, unit="change", low=-0.015, high=0.007)
    figures = [gain(WUQING, 0.27, "effect"), trend, gain(GAOYANG, 0.31, "association")]
    _, *found = cells(page(gather(plant(rows.story() | {"figures": figures}), rows.week), "en"), "assistant")
    assert [row[1:] for row in found] == [
        ["+27 % [+17, +37]", "effect", "-0.4 % [-1.5, +0.7]", "111"],
        ["+31 % [+21, +41]", "association", "-", "111"],
    ]


def test_both_alignments_stand_side_by_side(plant: Any, rows: Any) -> None:
    html = page(gather(plant(rows.story()), rows.week), "en")
    _, *found = cells(html, "festival")
    assert [row[1:] for row in found] == [["-50.1 % [-51.6, -48.6]", "+77.0 % [+76.9, +77.1]", "up"]]


def test_without_such_figures_there_are_no_such_sections(plant: Any, rows: Any) -> None:
    story = rows.story()
    story["belt_yoy"] = [row for row in story["belt_yoy"] if row["alignment"] == "plain"]
    html = page(gather(plant(story), rows.week), "zh")
    assert not any(f'id="{name}"' in html for name in ("festival", "prices", "assistant"))
