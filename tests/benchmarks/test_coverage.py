from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from scipy import stats

from benchmarks.coverage import WANTED, coverage_of, reaches, trials
from sandbox.draws import GROWTH_SIGMA, DrawnBelt, draw_belts, mean_lognormal

BELTS = 150


@pytest.fixture(scope="module")
def tried() -> Iterator[pl.DataFrame]:
    """A short campaign: 150 belts of 30 merchants."""
    return trials(30, BELTS, seed=1)


def is_credible(hits: int, of: int) -> bool:
    """Whether so few hits happen in more than 1 of 1,000 campaigns if the intervals cover as wanted."""
    return bool(stats.binom.cdf(hits, of, WANTED) > 0.001)


def test_published_intervals_hold_what_was_planted(tried: pl.DataFrame) -> None:
    published = tried.filter("is_published")
    for (metric, panel), figures in published.group_by("metric", "panel"):
        assert figures.height > BELTS / 2
        assert is_credible(figures["is_covered"].sum(), figures.height), f"{metric} {panel}"


@pytest.mark.parametrize("interval", ["is_covered_plain_z", "is_covered_bootstrap"])
def test_the_campaign_would_notice_a_textbook_interval(tried: pl.DataFrame, interval: str) -> None:
    headline = tried.filter("is_published", pl.col(interval).is_not_null())
    assert not is_credible(headline[interval].sum(), headline.height)


def test_the_table_counts_published_intervals_only(tried: pl.DataFrame) -> None:
    results = coverage_of(tried).filter(pl.col("metric") == "displayed_sales", pl.col("panel") == "matched")
    headline = tried.filter(pl.col("metric") == "displayed_sales", pl.col("panel") == "matched")
    published = headline.filter("is_published")
    assert results["belts"].item() == BELTS
    assert results["published_share"].item() == published.height / BELTS
    assert results["covered_share"].item() == pytest.approx(published["is_covered"].mean())


def test_intervals_that_miss_fail_the_campaign() -> None:
    results = pl.DataFrame({"covered_share": [0.96, 0.93]})
    assert reaches(results, WANTED)
    assert not reaches(results.with_columns(pl.lit(0.929).alias("covered_share")), WANTED)
    assert not reaches(results.with_columns(pl.lit(None, pl.Float64).alias("covered_share")), WANTED)


def test_a_seed_draws_the_same_belts_again() -> None:
    first, again, other = (next(draw_belts(20, 1, seed)) for seed in (1, 1, 2))
    assert first.base.equals(again.base)
    assert first.current.equals(again.current)
    assert not first.current.equals(other.current)


def test_growth_has_the_mean_that_was_asked_for() -> None:
    growth = mean_lognormal(np.random.default_rng(1), 0.75, GROWTH_SIGMA, 400_000)
    assert growth.mean() == pytest.approx(0.75, rel=0.005)


def test_planted_figures_are_those_of_a_huge_belt() -> None:
    belt: DrawnBelt = next(draw_belts(40_000, 1, seed=5))
    base, current = (frame["value_yuan"].sum() for frame in (belt.base, belt.current))
    assert current / base - 1 == pytest.approx(belt.planted["displayed_sales", "total"], abs=0.05)
    total = sum(part for (metric, _), part in belt.planted.items() if metric.endswith("_effect"))
    assert total == pytest.approx(belt.planted["displayed_sales", "total"])
    staying = belt.base.join(belt.current, on=["merchant_id", "listing_id"], validate="1:1")
    left = 1 - staying["value_yuan"].sum() / base
    assert -left == pytest.approx(belt.planted["exit_effect", "total"], abs=0.03)
