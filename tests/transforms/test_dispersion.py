import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transforms.dispersion import NORMAL, dispersion_rows
from transforms.quantiles import Rows, Weighted, intervals_of, quantile_rows

DRAWS = 250


def dispersion(listings: Weighted) -> Rows:
    return dispersion_rows(listings, quantile_rows(listings, np.full(len(listings.weight), 0.5)))


def prices_of(*prices: float) -> Weighted:
    return Weighted(np.array([prices]), np.ones((1, len(prices))), np.arange(len(prices)), len(prices))


def test_the_median_distance_over_the_median_by_hand() -> None:
    found = intervals_of(dispersion(prices_of(1.0, 2.0, 4.0, 7.0, 100.0)))[0]  # distances 3, 2, 0, 3, 96
    assert found.value == pytest.approx(NORMAL * 3 / 4)
    assert found.low < found.value < found.high  # type: ignore[operator]


def test_prices_that_are_mostly_one_have_no_dispersion_and_no_interval_of_it() -> None:
    found = intervals_of(dispersion(prices_of(2.0, 2.0, 2.0, 5.0)))[0]
    assert (found.value, found.low, found.high) == (0.0, None, None)


@given(prices=st.lists(st.floats(1, 100), min_size=5, max_size=40, unique=True), factor=st.floats(0.1, 10))
def test_another_unit_of_money_changes_nothing(prices: list[float], factor: float) -> None:
    one, other = (
        intervals_of(dispersion(prices_of(*(price * scale for price in prices))))[0] for scale in (1.0, factor)
    )
    assert one.value == pytest.approx(other.value)


@pytest.mark.parametrize("merchants", [15, 100])
def test_intervals_hold_what_was_planted(merchants: int) -> None:
    """Log prices are normal with sd 0.78: the truth is the median distance of that lognormal, found by bisection."""
    sigma = float(np.hypot(0.5, 0.6))
    apart = stats.norm(0, sigma)
    low, high = 0.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        share = apart.cdf(np.log1p(middle)) - (apart.cdf(np.log1p(-middle)) if middle < 1 else 0.0)
        low, high = (middle, high) if share < 0.5 else (low, middle)
    hits = 0
    for number in range(DRAWS):
        random = np.random.default_rng([3, merchants, number])
        count = np.maximum(1, np.round(random.lognormal(0.9, 0.9, merchants))).astype(int)
        merchant = np.repeat(np.arange(merchants), count)
        log_price = random.normal(0, 0.5, merchants)[merchant] + random.normal(0, 0.6, len(merchant))
        listings = Weighted(np.exp(log_price)[None], np.ones((1, len(merchant))), merchant, merchants)
        found = intervals_of(dispersion(listings))[0]
        hits += found.low <= NORMAL * low <= found.high  # type: ignore[operator]
    assert stats.binom.cdf(hits, DRAWS, 0.92) > 0.001, hits
