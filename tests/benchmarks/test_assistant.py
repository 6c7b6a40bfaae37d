import numpy as np
import polars as pl
import pytest
from scipy import stats

from benchmarks.adopters_textbook import weighted_effects
from benchmarks.assistant import trials
from benchmarks.coverage import coverage_of
from benchmarks.demand import HIGHEST, LOWEST
from sandbox.adopters import WEEK, draw_adoptions
from transforms.adoption import adoption_panel, adoption_reading
from transforms.group_time import group_time_effects
from transforms.pretrends import after

BELTS = 60


@pytest.fixture(scope="module")
def tried() -> pl.DataFrame:
    """A short campaign: 60 belts of 100 merchants."""
    return trials(100, BELTS, seed=2)


def test_intervals_hold_what_was_planted(tried: pl.DataFrame) -> None:
    published = tried.filter("is_published")
    hits = int(published["is_covered"].sum())
    assert published.height > 0.9 * BELTS
    assert stats.binom.cdf(hits, published.height, LOWEST) > 0.001
    assert stats.binom.sf(hits - 1, published.height, HIGHEST) > 0.001


def test_the_campaign_counts_as_that_of_the_other_figures(tried: pl.DataFrame) -> None:
    results = coverage_of(tried)
    assert results.select("merchants", "metric", "panel", "belts").rows() == [(100, "assistant_effect", "none", BELTS)]
    assert 0 < results["covered_share_bootstrap"].item() <= 1
    assert results["covered_share_without_rules"].item() == pytest.approx(tried["is_covered"].mean())


def test_the_bootstrap_is_of_the_estimator_that_is_published() -> None:
    belt = next(draw_adoptions(80, 1, seed=6))
    adoption = adoption_panel({week: adoption_reading(rows) for week, rows in belt.readings.items()}, WEEK).adoption
    effects = group_time_effects(adoption)
    once = weighted_effects(adoption, np.ones((1, int(adoption.merchant.max()) + 1)))
    assert once[0] == pytest.approx(float(effects.over(after(effects)).value), abs=1e-12)


def test_a_seed_draws_the_same_belts_again() -> None:
    first, again, other = (next(draw_adoptions(20, 1, seed)) for seed in (1, 1, 2))
    week = max(first.readings)
    assert first.readings[week].equals(again.readings[week])
    assert not first.readings[week].equals(other.readings[week])


def test_adopters_sell_the_planted_effect_more_in_a_huge_belt() -> None:
    """Mean log sales of adopters over the others, from before the first adoption to after the last."""
    belt = next(draw_adoptions(6_000, 1, seed=4))
    then, now = (belt.readings[sorted(belt.readings)[at]] for at in (7, 19))
    sold = [
        rows.group_by("merchant_id").agg(sold=pl.col("value_yuan").sum().log()).filter(pl.col("sold").is_finite())
        for rows in (then, now)
    ]
    adopters = now.group_by("merchant_id").agg(has_assistant=(pl.col("flags").list.len() > 0).any())
    both = sold[0].join(sold[1], on="merchant_id", suffix="_now").join(adopters, on="merchant_id")
    gains = dict(both.group_by("has_assistant").agg((pl.col("sold_now") - pl.col("sold")).mean()).rows())
    assert gains[True] - gains[False] == pytest.approx(np.log1p(belt.effect), abs=0.05)
