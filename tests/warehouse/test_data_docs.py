"""The page of the gates: every broken rule on it and on top, nothing loaded from anywhere, nothing sideways."""

import re
import shutil
import subprocess
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from configs.tables import table
from warehouse import lake
from warehouse.data_docs import gate_page, write_gate_page

WEEK = date(2026, 11, 16)
CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def checks(*rows: dict[str, object]) -> pl.DataFrame:
    """Table checks: rules that passed, but for what each row says."""
    sound: dict[str, object] = {
        "gate": "offers",
        "marketplace": "practice",
        "category": "towels",
        "week": WEEK,
        "first_week": WEEK,
        "rule": "listing_shown",
        "column_name": "listing_id",
        "is_passed": True,
        "severity": "stop",
        "observed": "0.0% null",
        "expected": "at most 20.0%",
        "row_count": 1234,
    }
    return pl.DataFrame([sound | row for row in rows], schema=table("checks").polars_schema(), orient="row")


EARLIER = WEEK - timedelta(weeks=1)
STORY = checks(
    {"first_week": date(2024, 11, 11)},
    {"category": "socks", "week": EARLIER, "first_week": EARLIER, "observed": "older than the newest"},
    {"category": "socks"},
    {"category": "luggage", "is_passed": False, "observed": "61.2% null <b>", "week": EARLIER, "first_week": EARLIER},
    {"category": "carpets", "is_passed": False, "observed": "0 rows", "rule": "has_rows", "column_name": None},
    {"gate": "listing_weeks", "is_passed": False, "severity": "warn", "rule": "list_price_above_price"},
)


class _Rows(HTMLParser):
    """The category and result of each table row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def test_broken_rules_come_first_newest_first_then_the_newest_that_passed() -> None:
    page = gate_page(STORY)
    rows = [row for row in _Rows(page).rows if row[0] != "Gate关口"]
    assert [(row[2], row[-1].split()[1]) for row in rows] == [
        ("carpets", "stopped"),
        ("luggage", "stopped"),
        ("towels", "warned"),
        ("socks", "passed"),
        ("towels", "passed"),
    ]
    assert rows[-1][3] == f"2024-11-11 – {WEEK}"
    assert "1 older checks that passed" in page
    assert "2 batches are stopped" in page


def test_the_page_has_both_languages_loads_nothing_and_escapes_what_it_shows() -> None:
    page = gate_page(STORY)
    for title in ("关口", "平台", "类目", "规则", "期望值", "实际值"):
        assert title in page
    assert not re.search(r"https?://|<script|<link|src=|@import|url\(", page)
    assert "61.2% null &lt;b&gt;" in page


def test_equal_checks_give_equal_bytes_and_no_check_gives_a_page(tmp_path: Path) -> None:
    assert "No checks yet" in write_gate_page(tmp_path).read_text(encoding="utf-8")
    lake.write(tmp_path / "checks" / "offers" / "all.parquet", STORY)
    first = write_gate_page(tmp_path).read_bytes()
    lake.write(tmp_path / "checks" / "offers" / "all.parquet", STORY.reverse())
    assert write_gate_page(tmp_path).read_bytes() == first
    assert write_gate_page(tmp_path) == tmp_path / "docs" / "gates" / "index.html"


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH: the page was not looked at in a browser")
@pytest.mark.parametrize("width", [1280, 500])
def test_the_page_does_not_scroll_sideways(tmp_path: Path, width: int) -> None:
    measure = "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth</script></body>"
    page = re.sub("<meta http-equiv[^>]*>", "", gate_page(STORY)).replace("</body>", measure)
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},1500"]
    command += ["--dump-dom", (tmp_path / "page.html").as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    wide, inner = re.findall(r"<title>(\d+) of (\d+)</title>", ran.stdout)[0]
    assert int(wide) <= int(inner)
