from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from scipy import stats

from benchmarks.coverage import HEADLINE, coverage_of, judged, trials
from benchmarks.demand import LOWEST, OK, TOO_OFTEN, TOO_SELDOM
from sandbox.draws import GROWTH_SIGMA, DrawnBelt, draw_belts, mean_lognormal

BELTS = 150


@pytest.fixture(scope="module")
def tried() -> Iterator[pl.DataFrame]:
    """A short campaign: 150 belts of 30 merchants."""
    return trials(30, BELTS, seed=1)


def is_credible(hits: int, of: int) -> bool:
    """Whether so few hits happen in more than 1 of 1,000 campaigns if the intervals cover as wanted."""
    return bool(stats.binom.cdf(hits, of, LOWEST) > 0.001)


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


def test_the_headline_is_judged_on_both_sides_and_other_figures_below() -> None:
    results = pl.DataFrame(
        {
            "metric": [HEADLINE[0]] * 3 + ["volume_effect"] * 3,
            "panel": [HEADLINE[1]] * 6,
            "covered_share": [0.90, 0.95, 1.0] * 2,
            "published": [1000] * 6,
        }
    )
    assert judged(results)["verdict"].to_list() == [TOO_SELDOM, OK, TOO_OFTEN, TOO_SELDOM, OK, OK]


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
