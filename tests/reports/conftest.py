"""A warehouse of planted tables: DuckDB in memory answers the same SQL as the real one."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl
import pytest

from configs.tables import table
from reports import pressure_tables
from transforms.metric import Metric

WEEK = date(2026, 11, 16)
YEAR_AGO = date(2025, 11, 17)
Row = dict[str, Any]
PROVINCES = {"河北省": "130000", "天津市": "120000", "浙江省": "330000"}

YOY = {
    "belt": pl.String(),
    "week": pl.Date(),
    "alignment": pl.String(),
    **dict.fromkeys(("yoy_change", "low", "high"), pl.Float64()),
    "verdict": pl.String(),
    "fdr_verdict": pl.String(),
    **dict.fromkeys(
        ("total_change", "price_effect", "volume_effect", "mix_effect", "entry_effect", "exit_effect"), pl.Float64()
    ),
    "matched_merchants": pl.Int64(),
    **dict.fromkeys(("matched_share", "coverage_share"), pl.Float64()),
    **dict.fromkeys(("status", "reason", "grade", "release"), pl.String()),
}
WEEKS = {
    "belt": pl.String(),
    "week": pl.Date(),
    "displayed_sales": pl.Float64(),
    "merchants": pl.Float64(),
    "listings": pl.Float64(),
    "release": pl.String(),
}


class PlantedWarehouse:
    """Tables given as rows; those not named are empty, columns not named are null."""

    def __init__(self, tables: dict[str, list[Row]]):
        self._database = duckdb.connect()
        names = ("belts", "weeks", "pages", "rejects", "checks", "releases", "figures")
        shapes = {name: table(name).polars_schema() for name in names}
        for name, shape in {"belt_yoy": YOY, "belt_weeks": WEEKS, **shapes}.items():
            self._plant(name, pl.DataFrame(tables.get(name, []), schema=shape))

    def _plant(self, name: str, frame: pl.DataFrame) -> None:
        self._database.register("planted", frame.to_arrow())
        self._database.execute(f"create table {name} as select * from planted")

    def sql(self, query: str, /) -> pl.DataFrame:
        return self._database.execute(query).pl()


def published(belt: str, change: float, half_width: float, **more: Any) -> Row:
    """A published row: interval of that half-width, verdict by the rule, a split of total = change - 1 point."""
    low, high = change - half_width, change + half_width
    total = change - 0.01
    split = {"price_effect": 0.1, "volume_effect": total - 0.06, "mix_effect": -0.01}
    row: Row = {"belt": belt, "week": WEEK, "alignment": "plain", "yoy_change": change, "low": low, "high": high}
    row |= {"verdict": "down" if high < 0 else "up" if low > 0 else "unclear", "total_change": total, **split}
    row |= {"entry_effect": 0.05, "exit_effect": -0.08, "matched_merchants": 42, "matched_share": 0.873}
    row |= {"coverage_share": 0.985, "status": "published", "reason": "none", "grade": "A", "release": "r2"}
    row |= more
    return {"fdr_verdict": row["verdict"]} | row


def withheld(belt: str, reason: str, **more: Any) -> Row:
    """A suppressed row: a reason and no value."""
    row: Row = {"belt": belt, "week": WEEK, "alignment": "plain", "verdict": "suppressed", "status": "suppressed"}
    row["fdr_verdict"] = "suppressed"
    return row | {"reason": reason, "release": "r2"} | more


def named(belt: str, name_en: str, name_zh: str, province_zh: str = "河北省") -> Row:
    """A row of belts."""
    row: Row = {"belt": belt, "name_en": name_en, "name_zh": name_zh, "province_code": PROVINCES[province_zh]}
    return row | {"province_zh": province_zh, "categories": [], "evidence": "planted", "evidence_grade": "none"}


def figure(belt: str, metric: str, value: float, **more: Any) -> Row:
    """A published row of figures: a level of the week without interval, unless told otherwise."""
    row: Row = {"belt": belt, "week": WEEK, "metric": metric, "segment": "all", "comparison": "level"}
    row |= {"alignment": "none", "panel": "none", "value": value, "unit": "share", "merchants": 40, "listings": 90}
    return row | {"status": "published", "reason": "none", "method": "planted", "release": "r2"} | more


def yearly(belt: str, metric: str, value: float, half_width: float, **more: Any) -> Row:
    """A published matched change on the year with its interval."""
    ends = {"comparison": "yoy", "alignment": "plain", "panel": "matched", "unit": "change"}
    return figure(belt, metric, value, low=value - half_width, high=value + half_width, **(ends | more))


def story_figures() -> list[Row]:
    """Regions, two measures (one with a year ago and a change, one without), and segments of two belts."""
    wuqing, gaoyang = "wuqing-carpets", "gaoyang-towels"
    return [
        figure("china", "belts_down_share", 0.75, merchants=4),
        figure("region:130000", "belts_down_share", 1.0, merchants=2),
        figure(wuqing, "planted_share", 0.312, low=0.28, high=0.344),
        figure(wuqing, "planted_share", 0.081, week=YEAR_AGO),
        yearly(wuqing, "planted_share", 0.231, 0.04, unit="share"),
        figure(gaoyang, "planted_price", 4.5, unit="yuan", low=4.2, high=4.8),
        yearly(wuqing, "displayed_sales", -0.61, 0.03, segment="mode=self"),
        yearly(wuqing, "displayed_sales", -0.38, 0.01, segment="mode=supply"),
        yearly(gaoyang, "displayed_sales", 0.07, 0.09, segment="merchant_years=10+"),
        yearly(gaoyang, "displayed_sales", -0.21, 0.01, segment="merchant_years=2-4"),
    ]


def page_row(page: int, outcome: str | None, week: date = WEEK) -> Row:
    """A row of pages, listing purpose, first read."""
    row: Row = {"marketplace": "practice", "week": week, "category": "towels", "page": page, "purpose": "listing"}
    return row | {"read": 1, "state": "done" if outcome else "planned", "outcome": outcome, "url": "x"}


def check_row(rule: str, is_passed: bool, severity: str = "stop") -> Row:
    """A row of checks on a batch that holds the week."""
    row: Row = {"gate": "offers", "marketplace": "practice", "category": "towels", "week": WEEK, "rule": rule}
    row |= {"first_week": WEEK, "is_passed": is_passed, "severity": severity, "row_count": 600}
    return row | {"observed": "0.31", "expected": "at most 0.05"}


def story() -> dict[str, list[Row]]:
    """Four belts published (three down, one unclear), two withheld; pages, refused offers, rules and a release."""
    belts = [
        named("gaoyang-towels", "Gaoyang towels", "高阳毛巾"),
        named("baigou-luggage", "Baigou luggage", "白沟箱包"),
        named("wuqing-carpets", "Wuqing carpets", "武清地毯", "天津市"),
        named("datang-socks", "Datang socks", "大唐袜子", "浙江省"),
        named("dongyang-fishing-line", "Dongyang fishing line", "东阳鱼线", "浙江省"),
        named("zhengding-daily-chemicals", "Zhengding daily chemicals", "正定日化"),
    ]
    rows = [
        published("gaoyang-towels", -0.2473, 0.031),
        published("baigou-luggage", -0.2214, 0.018),
        published("wuqing-carpets", -0.5012, 0.0151, matched_merchants=31, coverage_share=None, grade="B"),
        published("datang-socks", 0.0042, 0.026),
        withheld("dongyang-fishing-line", "few_merchants", matched_merchants=7),
        withheld("zhengding-daily-chemicals", "no_base"),
        published("region:130000", -0.99, 0.001),
        published("wuqing-carpets", 0.77, 0.001, alignment="festival"),
        published("baigou-luggage", -0.01, 0.05, week=date(2026, 11, 9)),
    ]
    levels = [
        {"belt": row["belt"], "week": WEEK, "displayed_sales": 12_345_678.0, "merchants": 42.0} for row in rows[:6]
    ]
    levels += [{"belt": "zhengding-daily-chemicals", "week": date(2026, 8, 3), "displayed_sales": 1.0}]
    pages = [page_row(n, "listing") for n in range(1, 61)] + [page_row(61, "blocked"), page_row(62, None)]
    pages += [page_row(n, "listing", YEAR_AGO) for n in range(1, 61)]
    reject: Row = {"marketplace": "practice", "category": "towels", "week": WEEK, "page": 1, "page_digest": "d"}
    rejects = [reject | {"position": n, "column_name": "price_text", "reason": "unreadable_price"} for n in range(1, 4)]
    release: Row = {"release": "r2", "sequence": 2, "parent": "r1"}
    release |= {"released_at": datetime(2026, 11, 22, 18, tzinfo=UTC)}
    release |= {"new_count": 120, "changed_count": 4, "withdrawn_count": 1, "method": "matched-jackknife/1"}
    return {
        "belts": belts,
        "belt_yoy": rows,
        "belt_weeks": levels,
        "pages": pages,
        "rejects": rejects,
        "figures": story_figures(),
        "checks": [check_row("row_count", True), check_row("null_share_price_text", False, "warn")],
        "releases": [release | {"reason": "new listings: practice/2026-11-16/towels"}],
    }


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> list[Metric]:
    """Two planted metrics are all there are."""
    planted = [
        Metric("planted_share", "share", "Planted share", "预设占比", "As it was planted.", "预设。", "planted"),
        Metric("planted_price", "yuan", "Planted price", "预设价格", "A price.", "价格。", "planted"),
    ]
    monkeypatch.setattr(pressure_tables, "metrics", lambda: planted)
    return planted


@pytest.fixture
def plant() -> Callable[[dict[str, list[Row]]], PlantedWarehouse]:
    """Makes a warehouse of planted rows."""
    return PlantedWarehouse


@pytest.fixture
def rows() -> SimpleNamespace:
    """The makers of planted rows."""
    return SimpleNamespace(
        week=WEEK,
        year_ago=YEAR_AGO,
        week_before=date(2026, 11, 9),
        published=published,
        withheld=withheld,
        named=named,
        figure=figure,
        yearly=yearly,
        page_row=page_row,
        check_row=check_row,
        story=story,
    )
