"""The page says what was planted, in both languages, and nothing that was withheld."""

import re
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from reports import sections
from reports.blocks import Block, Paragraph
from reports.facts import Facts, gather
from reports.numbers import MINUS
from reports.page import page, write_report
from reports.phrases import LANGUAGES, Say, catalogue

HOSTILE = '<script>alert("x")</script>&\' onload=1 {{ 7*7 }}'


@pytest.fixture
def pages(plant: Any, rows: Any, tmp_path: Path) -> tuple[str, str]:
    """The story's page in English and in Chinese."""
    english, chinese = write_report(tmp_path, plant(rows.story()), rows.week)
    return english.read_text(encoding="utf-8"), chinese.read_text(encoding="utf-8")


def values(html: str) -> list[float]:
    """Every number that a cell or count carries, in order."""
    return [float(value) for value in re.findall(r'<data value="([^"]*)">', html)]


def section_of(html: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">(.*?)</section>', html, re.DOTALL)
    assert found, name
    return found[1]


def test_the_files_stand_alone_and_link_to_each_other(plant: Any, rows: Any, tmp_path: Path) -> None:
    paths = write_report(tmp_path / "new", plant(rows.story()), rows.week)
    assert [path.name for path in paths] == ["index.html", "index.zh.html"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["index.html", "index.zh.html"]
    for path, other in zip(paths, reversed(paths), strict=True):
        html = path.read_text(encoding="utf-8")
        assert f'<a href="{other.name}"' in html
        assert set(re.findall(r"https?://[^\"' )]+", html)) <= {
            "http://www.w3.org/2000/svg",
            "http://www.w3.org/1999/xlink",
        }
        assert not re.search(r"<script|<link rel=\"stylesheet|\bsrc=|url\(|@import", html)


def test_the_page_says_what_was_planted(pages: tuple[str, str]) -> None:
    english = pages[0].replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "3 of 6 belts are down on the year, 1 is unclear, 2 are not published; the deepest: Wuqing carpets -50.1 %"
        in english
    )
    ranking = section_of(english, "ranking")
    names = re.findall(r'<td class="name">([^<]+)<', ranking)
    assert names == ["Wuqing carpets", "Gaoyang towels", "Baigou luggage", "Datang socks"]
    assert {-0.5012, -0.2473, -0.2214, 0.0042, 0.873, 0.985, 31.0, 12345678.0} <= set(values(ranking))
    assert "[-51.6, -48.6]" in ranking
    assert "60 of 62 planned pages were read this week (96.8 %)" in english
    assert "3 offers were refused" in english
    assert "null_share_price_text" in section_of(english, "quality")
    assert all(
        text in section_of(english, "release") for text in ("r2", "2026-11-23 02:00", "120 new, 4 revised, 1 withdrawn")
    )


def test_it_is_titled_by_what_it_measures(pages: tuple[str, str]) -> None:
    for html, words in zip(pages, ("Displayed sales of observed listings", "展示销售额（观测到的商品）"), strict=True):
        assert all(words in found for found in re.findall(r"<(?:title|h1)>(.*?)</", html))
        for name in ("ranking", "intervals", "split", "withheld"):
            assert words in re.findall(r"<figcaption>(.*?)</figcaption>", section_of(html, name))[0]


def test_both_languages_hold_the_same_numbers(pages: tuple[str, str]) -> None:
    english, chinese = pages
    assert values(english) == values(chinese)
    assert len(values(english)) > 30
    signed = rf"[+{MINUS}]\d[\d,.]*"
    assert re.findall(signed, english) == re.findall(signed, chinese)


def test_regions_are_left_out_and_the_festival_has_a_section_of_its_own(pages: tuple[str, str]) -> None:
    assert not any("region:" in html or f"{MINUS}99" in html for html in pages)
    for html in pages:
        before, _, rest = html.partition('<section id="festival">')
        assert "+77" not in before + rest.partition("</section>")[2]


def test_what_is_withheld_shows_a_reason_and_no_value(plant: Any, rows: Any) -> None:
    leaks = {"yoy_change": -0.7777, "low": -0.8111, "high": -0.7333, "total_change": -0.7555, "matched_merchants": 7}
    leaks |= {"price_effect": -0.6222, "coverage_share": 0.99}
    tables = rows.story()
    tables["belt_yoy"] = [
        rows.withheld("baigou-luggage", "dominance", **leaks),
        rows.withheld("datang-socks", "few_merchants", **leaks),
    ]
    reasons = ("One or two merchants held most", "上年销售额大部分属于一两个商家")
    for language, reason in zip(LANGUAGES, reasons, strict=True):
        html = page(gather(plant(tables), rows.week), language)
        assert reason in section_of(html, "withheld")
        assert not re.search(r"77\.8|81\.1|73\.3|75\.6|62\.2|0\.7777|12\.3m|1,235", html)
        assert 'id="ranking"' not in html
    assert "7 matched merchants" in section_of(page(gather(plant(tables), rows.week), "en"), "withheld")


def test_a_published_row_without_interval_is_withheld(plant: Any, rows: Any) -> None:
    row = rows.published("datang-socks", -0.3, 0.01) | {"low": None}
    facts = gather(plant({"belt_yoy": [row]}), rows.week)
    assert [(belt.reason, belt.yoy_change) for belt in facts.withheld] == [("no_data", None)]


def test_hostile_texts_are_shown_not_obeyed(plant: Any, rows: Any) -> None:
    tables = rows.story()
    tables["belts"] = [
        row | {"name_en": HOSTILE, "name_zh": HOSTILE, "province_zh": HOSTILE} for row in tables["belts"]
    ]
    tables["rejects"] = [row | {"reason": HOSTILE, "marketplace": HOSTILE} for row in tables["rejects"]]
    tables["checks"] = [row | {"rule": HOSTILE, "observed": HOSTILE} for row in tables["checks"]]
    tables["releases"] = [row | {"reason": HOSTILE} for row in tables["releases"]]
    for language in LANGUAGES:
        html = page(gather(plant(tables), rows.week), language)
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "{{ 7*7 }}" in html
        assert not re.search(r'="[^"]*"\s*onload', html)


def test_a_belt_unknown_to_the_register_goes_by_its_id(plant: Any, rows: Any) -> None:
    html = page(gather(plant({"belt_yoy": [rows.published("new-belt", -0.3, 0.01)]}), rows.week), "zh")
    assert "new-belt" in section_of(html, "ranking")


def test_an_empty_week_says_so(plant: Any, rows: Any) -> None:
    facts = gather(plant({}), rows.week)
    english, chinese = page(facts, "en"), page(facts, "zh")
    assert "There are no figures for this week." in english
    assert "本周没有数据。" in chinese
    assert "Nothing has been released yet." in english
    assert all('id="ranking"' not in html and "<svg" not in html for html in (english, chinese))


def test_a_first_year_says_from_which_week_there_will_be_figures(plant: Any, rows: Any) -> None:
    tables = rows.story()
    tables["belt_yoy"] = [rows.withheld("datang-socks", "no_base")]
    tables["belt_weeks"] = [{"belt": "datang-socks", "week": date(2026, 9, 7), "displayed_sales": 3e6}]
    html = page(gather(plant(tables), rows.week), "en")
    assert "first possible week: 6 September 2027" in section_of(html, "withheld")


def test_equal_facts_give_equal_bytes(plant: Any, rows: Any, tmp_path: Path) -> None:
    tables = rows.story()
    turned = {name: list(reversed(planted)) for name, planted in tables.items()}
    first = write_report(tmp_path / "a", plant(tables), rows.week)
    second = write_report(tmp_path / "b", plant(turned), rows.week)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_section_is_one_function(plant: Any, rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def release(_: Say, facts: Facts) -> list[Block] | None:
        return [Paragraph(f"seen on {facts.week}")]

    monkeypatch.setattr(sections, "SECTIONS", [*sections.SECTIONS, release])
    assert "seen on 2026-11-16" in page(gather(plant({}), rows.week), "en")


def test_a_first_year_shows_levels_and_both_ends_of_what_is_to_come(plant: Any, rows: Any) -> None:
    tables = rows.story()
    tables["belt_yoy"] = [rows.withheld("datang-socks", "no_base"), rows.withheld("gaoyang-towels", "no_base")]
    level = {"week": rows.week, "displayed_sales": 3e6, "merchants": 1234.0, "listings": 5678.0}
    tables["belt_weeks"] = [level | {"belt": belt} for belt in ("datang-socks", "gaoyang-towels")]
    tables["belt_weeks"].append({"belt": "datang-socks", "week": date(2026, 9, 7), "displayed_sales": 1.0})
    html = page(gather(plant(tables), rows.week), "en")
    headline = section_of(html, "headline")
    assert "The first change on the year can be published for the week of 6 September 2027." in headline
    assert "All belts will have a base from the week of 15 November 2027." in headline
    levels = section_of(html, "levels")
    assert re.findall(r'<td class="name">([^<]+)<', levels) == ["Datang socks", "Gaoyang towels"]
    assert {3e6, 1234.0, 5678.0} <= set(values(levels))
    assert "6 September 2027" in levels
    assert "levels of this week" in levels
    assert 'id="ranking"' not in html


def test_with_one_change_published_it_is_no_first_year(plant: Any, rows: Any) -> None:
    assert 'id="levels"' not in page(gather(plant(rows.story()), rows.week), "en")


def test_the_line_of_past_weeks_is_the_published_changes(plant: Any, rows: Any) -> None:
    facts = gather(plant(rows.story()), rows.week)
    assert facts.history["baigou-luggage"] == {rows.week_before: -0.01, rows.week: -0.2214}
    assert "dongyang-fishing-line" not in facts.history
    assert facts.history["wuqing-carpets"] == {rows.week: -0.5012}  # its festival alignment is another line
    assert 'aria-label="2 weeks, from −1.0 % to' in page(facts, "en")


def test_gates_are_counted_in_the_order_that_data_pass_them(plant: Any, rows: Any) -> None:
    gates = ("figures", "offers", "tomorrow", "listing_weeks")
    checks = [rows.check_row("rule", True) | {"gate": gate} for gate in gates]
    checks += [rows.check_row("late", False, severity) | {"gate": "offers"} for severity in ("stop", "warn", "warn")]
    facts = gather(plant({"checks": checks}), rows.week)
    assert [gate.name for gate in facts.gates] == ["offers", "listing_weeks", "figures", "tomorrow"]
    assert (facts.gates[0].passed, facts.gates[0].warned, facts.gates[0].stopped) == (1, 2, 1)
    assert "Cleaned listings" in section_of(page(facts, "en"), "quality")


def crowd(rows: Any) -> dict[str, list[dict[str, Any]]]:
    """110 belts in 20 provinces with a year of history, two measures at both ends, and a segment."""
    ids = [f"belt{n:03}" for n in range(110)]
    provinces = [code for code in sorted(catalogue()) if re.fullmatch(r"province_\d+", code)][:20]
    belts = [
        rows.named(belt, f"Belt {n}", f"第{n}产业带") | {"province_code": provinces[n % 20].removeprefix("province_")}
        for n, belt in enumerate(ids)
    ]
    changes = [rows.published(belt, n / 200 - 0.3, 0.02) for n, belt in enumerate(ids)]
    weeks = [rows.week - timedelta(weeks=back) for back in range(1, 52)]
    changes += [rows.published(belt, -0.1, 0.02, week=week) for belt in ids for week in weeks]
    figures = [
        figure
        for belt in ids
        for figure in (
            rows.figure(belt, "planted_share", 0.3, low=0.28, high=0.32),
            rows.figure(belt, "planted_share", 0.1, week=rows.year_ago),
            rows.yearly(belt, "planted_share", 0.2, 0.03, unit="share"),
            rows.figure(belt, "planted_price", 4.5, unit="yuan"),
            rows.yearly(belt, "displayed_sales", -0.2, 0.01, segment="mode=self"),
        )
    ]
    return {"belts": belts, "belt_yoy": changes, "figures": figures}


def test_a_hundred_belts_take_less_than_two_and_a_half_seconds(plant: Any, rows: Any) -> None:
    reader = plant(crowd(rows))
    page(gather(reader, rows.week), "zh")  # imports and the drawing engine's start
    begun = time.process_time()
    html = page(gather(reader, rows.week), "zh")
    took = time.process_time() - begun
    print(f"a page of 110 belts: {took:.2f} CPU-s, {len(html) // 1024} KiB")
    assert took < 2.5
    assert len(re.findall("<details>", section_of(html, "ranking"))) == 20


def test_the_page_module_loads_without_the_charts_library() -> None:
    code = (
        "import sys, reports.page; print({'altair', 'vl_convert', 'prefect', 'great_expectations'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
