"""Segments are shown where they are published, folded, with change, interval and verdict."""

import re
from typing import Any

from reports.facts import gather
from reports.numbers import MINUS
from reports.page import page
from reports.segment_tables import segment_details

WUQING = "wuqing-carpets"


def section_of(html: str) -> str:
    plain = html.replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ").replace("\N{EN DASH}", "-")
    return plain.split('<section id="segments">')[1].split("</section>")[0]


def texts(html: str, tag: str) -> list[str]:
    found = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", html)
    return [" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in found]


def test_published_segments_have_change_interval_and_verdict(plant: Any, rows: Any) -> None:
    html = section_of(page(gather(plant(rows.story()), rows.week), "en"))
    by_mode, by_years = html.split("<details>")[1:]
    assert texts(by_mode, "th") == ["Belt", "Whole belt", "Self-operated", "Supply (trusteeship)", "Tianjin"]
    assert texts(by_mode, "td")[1:] == [
        "-50.1 % [-51.6, -48.6] down",
        "-61 % [-64, -58] down",
        "-38.0 % [-39.0, -37.0] down",
    ]
    assert texts(by_years, "th")[2:4] == ["2-4 years", "10+ years"]
    assert texts(by_years, "td")[2:] == ["-21.0 % [-22.0, -20.0] down", "+7 % [-2, +16] unclear"]


def test_a_segment_that_is_the_whole_belt_is_left_out(plant: Any, rows: Any) -> None:
    only = [
        rows.yearly(WUQING, "displayed_sales", -0.5, 0.01),
        rows.yearly(WUQING, "displayed_sales", -0.5, 0.01, segment="marketplace=practice"),
    ]
    facts = gather(plant(rows.story() | {"figures": only}), rows.week)
    assert facts.segments == {}
    assert 'id="segments"' not in page(facts, "en")


def test_what_is_suppressed_of_another_panel_or_kind_is_left_out(plant: Any, rows: Any) -> None:
    spoilt: list[dict[str, Any]] = [
        {"status": "suppressed"},
        {"panel": "total"},
        {"alignment": "festival"},
        {"comparison": "ytd"},
        {"metric": "merchants"},
        {"segment": "colour=red"},
    ]
    whole = rows.yearly(WUQING, "displayed_sales", -0.7777, 0.01, segment="mode=self")
    facts = gather(plant(rows.story() | {"figures": [whole | more for more in spoilt]}), rows.week)
    assert segment_details(None, facts) == []  # type: ignore[arg-type]
    assert "77.8" not in page(facts, "en").replace(MINUS, "-")


def test_a_withheld_belt_shows_its_segments_but_no_whole(plant: Any, rows: Any) -> None:
    part = rows.yearly("dongyang-fishing-line", "displayed_sales", -0.3, 0.01, segment="mode=supply")
    html = section_of(page(gather(plant(rows.story() | {"figures": [part]}), rows.week), "en"))
    assert texts(html, "td") == ["Dongyang fishing line 东阳鱼线", "-", "-30.0 % [-31.0, -29.0] down"]
