"""A short version of `python -m benchmarks.planted_world`: a few troubled worlds, one of them over HTTP."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks.planted_world import PLANTED, is_as_wanted, matched_change, summary, worlds
from benchmarks.troubled_crawl import through_http
from sandbox.troubled import MARKETPLACES, draw
from sandbox.troubled_site import QUOTED, TroubledSite

SEEDS = 3
FEW_MERCHANTS = 60


def test_the_planted_changes_are_within_the_intervals() -> None:
    found = list(worlds(range(1, SEEDS + 1)))
    assert len(found) == SEEDS * len(PLANTED)
    assert sum(one.is_covered for one in found) >= len(found) - 2
    assert sum(one.is_called for one in found if one.planted == 0) <= 1
    assert all(one.is_called for one in found if one.belt == "carpets")


def test_a_world_crawled_over_http_gives_the_same_change(tmp_path: Path) -> None:
    belts = (draw(-0.25, FEW_MERCHANTS, seed) for seed in range(1, 50))
    belt = next(belt for belt in belts if TroubledSite(belt).has_first_pages())
    crawled = through_http(belt, tmp_path)
    columns = ["marketplace", "week", "page", "position", *QUOTED]
    straight, home = (frame.select(columns).sort(columns) for frame in (belt.offers, crawled.offers))
    assert home.equals(straight)
    for name in MARKETPLACES:
        assert crawled.shares[name] == pytest.approx(belt.shares[name])
        assert min(crawled.shares[name]) < 1
    assert matched_change(crawled) == matched_change(belt)


def test_a_world_that_is_off_fails_the_campaign() -> None:
    table = summary(list(worlds(range(1, 2)))).with_columns(off=pl.lit(0.0), covered=pl.lit(1.0), called=pl.lit(0.0))
    assert is_as_wanted(table)
    assert not is_as_wanted(table.with_columns(off=pl.lit(0.021)))
    assert not is_as_wanted(table.with_columns(covered=pl.lit(0.92)))
    assert not is_as_wanted(table.with_columns(called=pl.lit(0.06)))
