import numpy as np
import polars as pl
import pytest
from scipy import stats

from benchmarks.demand import LOWEST
from benchmarks.index_coverage import coverage, trials
from benchmarks.textbook import bootstrap, linearised
from sandbox.priced import MERCHANT_SIGMA, draw_priced

BELTS = 60


@pytest.fixture(scope="module")
def tried() -> pl.DataFrame:
    """A short campaign: 60 belts of 100 merchants."""
    return trials(100, BELTS, seed=1)


def test_published_intervals_of_the_index_hold_the_planted_prices(tried: pl.DataFrame) -> None:
    found = coverage(tried)
    assert found.select("formula", "comparison").n_unique() == 4
    for row in found.iter_rows(named=True):
        published = row["published"]
        assert published > BELTS / 2
        assert stats.binom.cdf(round(row["covered"] * published), published, LOWEST) > 0.001, row


def test_the_index_of_a_huge_belt_is_the_planted_path() -> None:
    belt = next(draw_priced(4_000, 1, seed=3))
    first, last = (
        belt.rows.filter(pl.col("week") == week) for week in (belt.rows["week"].min(), belt.rows["week"].max())
    )
    both = first.join(last, on=["merchant", "product"], validate="1:1")
    change = (both["price_right"] / both["price"]).log().mean()
    assert change == pytest.approx(belt.path[-1], abs=4 * MERCHANT_SIGMA * 1.2 / np.sqrt(4_000))


def test_textbook_intervals_of_equal_merchants_are_those_of_a_mean() -> None:
    random = np.random.default_rng(5)
    above, below = random.normal(10.0, 1.0, 400), np.ones(400)
    error = above.std(ddof=1) / 20
    for low, high in (linearised(above, below), bootstrap(above, below, random)):
        assert (low, high) == pytest.approx((above.mean() - 1.96 * error, above.mean() + 1.96 * error), abs=0.02)
