"""Coverage: pages stored over pages that should have been, and unknown where nobody knows."""

from datetime import date

import polars as pl

from configs.tables import table
from transforms.coverage import page_coverage, shares

WEEK = date(2026, 11, 16)
UNITS = pl.DataFrame({"marketplace": ["m"], "category": ["towels"]})


def pages(*rows: dict[str, object]) -> pl.DataFrame:
    """Ledger rows of one category and week."""
    common = {"marketplace": "m", "week": WEEK, "category": "towels", "purpose": "listing", "read": 1, "url": "u"}
    whole = [
        common | {"page": number, "state": "done", "outcome": "listing", "attempts": 1} | row
        for number, row in enumerate(rows, 1)
    ]
    return table("pages").conform(pl.DataFrame(whole, infer_schema_length=None))


def found(*rows: dict[str, object]) -> float | None:
    return shares(page_coverage(pages(*rows), {"m": 50}), UNITS.with_columns(week=pl.lit(WEEK)))[WEEK]


def test_open_pages_and_errors_are_missing() -> None:
    assert found({"pages_said": 4}, {}, {"outcome": "error"}, {"state": "planned", "outcome": None}) == 0.5


def test_what_the_site_says_counts_where_an_archive_holds_less() -> None:
    assert found({"pages_said": 4, "worker": "backfill"}, {"worker": "backfill"}) == 0.5


def test_an_archive_of_a_site_that_says_nothing_has_an_unknown_denominator() -> None:
    assert found({"worker": "backfill"}, {"worker": "backfill"}) is None


def test_our_own_crawl_of_a_site_that_says_nothing_is_measured_by_its_plan() -> None:
    assert found({}, {}, {"outcome": "error"}, {}) == 0.75


def test_no_more_pages_are_expected_than_are_read_at_most() -> None:
    assert found(*[{"pages_said": 400}] * 50) == 1


def test_a_plan_of_our_own_stays_what_it_was_when_the_depth_changes() -> None:
    read = page_coverage(pages({"pages_said": 40}, {}, {}), {"m": 3})
    later = page_coverage(pages({"pages_said": 40}, {}, {}), {"m": 50})
    assert read.equals(later)
    assert later["expected_count"].to_list() == [3]


def test_a_unit_without_pages_makes_it_unknown() -> None:
    other = date(2026, 11, 9)
    assert shares(page_coverage(pages({}), {"m": 50}), UNITS.with_columns(week=pl.lit(other))) == {other: None}


def test_each_week_has_its_own_share() -> None:
    other, unknown = date(2026, 11, 9), date(2026, 11, 2)
    rows = pl.concat([pages({}, {"outcome": "error"}), pages({}, {}).with_columns(week=pl.lit(other))])
    coverage = page_coverage(rows, {"m": 50})
    weeks = [WEEK, other, unknown]
    units = pl.DataFrame({"marketplace": ["m"] * 3, "week": weeks, "category": ["towels"] * 3})
    assert shares(coverage, units) == {WEEK: 0.5, other: 1.0, unknown: None}
