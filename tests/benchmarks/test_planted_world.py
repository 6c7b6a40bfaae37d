"""A short version of `python -m benchmarks.planted_world`: a few troubled worlds, one of them over HTTP."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks.planted_world import MERCHANTS, PLANTED, is_as_wanted, matched_change, summary, whole_seeds, worlds
from benchmarks.troubled_crawl import through_http
from sandbox.troubled import LOST, MARKETPLACES, draw
from sandbox.troubled_site import QUOTED

SEEDS = 3


def test_the_planted_changes_are_within_the_intervals() -> None:
    found = list(worlds(range(1, SEEDS + 1)))
    assert len(found) == SEEDS * len(PLANTED)
    assert sum(one.is_covered for one in found) >= len(found) - 2
    assert sum(one.is_called for one in found if one.planted == 0) <= 1
    assert all(one.is_called for one in found if one.belt == "carpets")


def test_a_world_crawled_over_http_gives_the_same_change(tmp_path: Path) -> None:
    belt = draw(-0.25, MERCHANTS, whole_seeds(1)[0])
    crawled = through_http(belt, tmp_path)
    columns = ["marketplace", "week", "page", "position", *QUOTED]
    straight, home = (frame.select(columns).sort(columns) for frame in (belt.offers, crawled.offers))
    assert home.equals(straight)
    for name in MARKETPLACES:
        assert crawled.shares[name] == pytest.approx(belt.shares[name])
        assert min(crawled.shares[name]) == pytest.approx(1 - LOST, abs=0.05)
    assert matched_change(crawled) == matched_change(belt)


def test_a_world_that_is_off_fails_the_campaign() -> None:
    table = summary(list(worlds(range(1, 2)))).with_columns(off=pl.lit(0.0), covered=pl.lit(1.0), called=pl.lit(0.0))
    assert is_as_wanted(table)
    assert not is_as_wanted(table.with_columns(off=pl.lit(0.021)))
    assert not is_as_wanted(table.with_columns(covered=pl.lit(0.92)))
    assert not is_as_wanted(table.with_columns(called=pl.lit(0.06)))
