"""`beltwatch discover` on a lake written by hand."""

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from configs.calendar import starts_at
from configs.tables import table
from tests.flows.conftest import beltwatch, beltwatch_here
from warehouse import lake

WEEK = date(2026, 11, 16)
ANGUO, ZHUJI = "130683", "330681"  # neither is configured for towels


def put(home: Path, week: date, category: str, **merchants: int) -> None:
    """A week of a category: so many merchants of each place code, one listing each."""
    rows = [
        {
            **{"marketplace": "practice", "category": category, "week": week, "seen_at": starts_at(week)},
            **{"merchant_id": f"{category}{code}{number}", "listing_id": "1", "place_code": code.removeprefix("p")},
            **{"price_yuan": 1.0, "price_low_yuan": 1.0, "price_high_yuan": 1.0, "value_yuan": 50.0},
            **{
                "is_ad": False,
                "is_advertised": False,
                "offer_count": 1,
                "page": 1,
                "position": number,
                "page_digest": "-",
            },
        }
        for code, count in merchants.items()
        for number in range(1, count + 1)
    ]
    frame = table("listing_weeks").conform(pl.DataFrame(rows, infer_schema_length=None))
    lake.write(lake.partition(home, "listing_weeks", "practice", week, category), frame)


def found(home: Path, *options: str) -> list[tuple[str, str, int]]:
    done = beltwatch_here("discover", "--format", "json", "--home", str(home), *options)
    assert done.returncode == 0, done.stderr
    return [(row["place_code"], row["category"], row["merchants"]) for row in json.loads(done.stdout)]


def test_the_last_week_of_each_category_is_looked_at(tmp_path: Path) -> None:
    put(tmp_path, WEEK - timedelta(7), "towels", p130683=80, p330681=20)
    put(tmp_path, WEEK - timedelta(7), "socks", p330681=400)
    put(tmp_path, WEEK, "towels", p130683=60, p330681=20)
    assert found(tmp_path) == [(ANGUO, "towels", 60)]
    assert found(tmp_path, "--week", str(WEEK - timedelta(7))) == [(ANGUO, "towels", 80)]
    belt = tmp_path / "configs" / "belts" / "test-anguo.yaml"
    belt.parent.mkdir(parents=True)
    belt.write_text(
        "id: test-anguo\nname: {en: Anguo, zh: 安国}\nplaces:\n  - {code: '130683'}\ncategories: [towels]\n"
        "evidence: a test\nevidence_grade: none\n",
        encoding="utf-8",
    )
    assert found(tmp_path) == []


def test_without_listings_it_says_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, WEEK, "towels", p130683=60)
    done = beltwatch("discover", "--home", str(tmp_path), "--week", "2020-01-06")
    assert done.returncode == 64
    assert "no listings up to 2020-01-06" in done.stderr
    assert "beltwatch build" in done.stderr
