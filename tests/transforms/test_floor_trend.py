import numpy as np
import pytest
from scipy import stats

from tests.transforms.views import view_of
from transforms.floor_trend import LEAST_LISTINGS, WEEKS, floor_velocity
from transforms.ordered import FloatArray

DRAWS = 150


def walk(random: np.random.Generator, merchants: int, slope: float) -> tuple[FloatArray, list[int]]:
    """Log prices of merchants' listings that follow a common slope, each with its own small steps, in 13 weeks."""
    merchant = np.repeat(np.arange(merchants), 1 + random.poisson(1.5, merchants))
    level = random.normal(0, 0.5, merchants)[merchant] + random.normal(0, 0.6, len(merchant))
    own = random.normal(slope, 0.01, merchants)[merchant]
    steps = np.cumsum(random.normal(0, 0.012, (WEEKS, len(merchant))), axis=0)
    return np.exp(level + own * np.arange(WEEKS)[:, None] + steps), merchant.tolist()


def test_all_prices_falling_alike_is_that_fall_for_sure() -> None:
    prices = np.linspace(1, 5, 80) * 0.97 ** np.arange(WEEKS)[:, None]
    found = floor_velocity(view_of(prices, range(80)))
    assert found is not None
    interval = found.interval
    assert (interval.value, interval.low, interval.high) == pytest.approx((-0.03, -0.03, -0.03))


def test_it_is_the_lowest_prices_that_count() -> None:
    """The cheapest tenth of a hundred falls by 3 % a week and nobody else does; then all but the cheapest tenth do."""
    factor = 0.97 ** np.arange(WEEKS)[:, None]
    prices = np.tile(np.linspace(1, 5, 100), (WEEKS, 1))
    prices[:, :10] *= factor
    found = floor_velocity(view_of(prices, range(100)))
    assert found is not None
    assert found.interval.value == pytest.approx(-0.03)
    others = np.tile(np.linspace(1, 5, 100), (WEEKS, 1))
    others[:, 10:] = 9 * factor
    steady = floor_velocity(view_of(others, range(100)))
    assert steady is not None
    assert steady.interval.value == 0.0


def test_one_wild_week_in_three_moves_no_slope() -> None:
    """Theil and Sen's slope stands as long as less than 29 % of the weeks are wild."""
    factor = 0.98 ** np.arange(WEEKS)
    factor[[2, 6, 9]] *= (0.2, 5.0, 0.1)
    found = floor_velocity(view_of(np.linspace(1, 5, 80) * factor[:, None], range(80)))
    assert found is not None
    assert found.interval.value == pytest.approx(-0.02)


def test_newcomers_and_leavers_are_no_fall() -> None:
    prices = np.tile(np.linspace(2, 5, 80), (WEEKS, 1))
    prices[:6, :8] = np.nan  # eight come, at a tenth of the price
    prices[6:, :8] = 0.2
    found = floor_velocity(view_of(prices, range(80)))
    assert found is not None
    assert found.interval.value == 0.0
    assert found.listings == 72


def test_of_few_listings_or_weeks_nothing_is_told() -> None:
    prices = np.tile(np.linspace(2, 5, 80), (WEEKS, 1))
    assert floor_velocity(view_of(prices[:, : LEAST_LISTINGS - 1], range(LEAST_LISTINGS - 1))) is None
    prices[2:8] = np.nan
    assert floor_velocity(view_of(prices, range(80))) is None


@pytest.mark.parametrize("merchants", [40, 150])
@pytest.mark.parametrize("slope", [0.0, -0.03])
def test_intervals_hold_the_planted_slope(merchants: int, slope: float) -> None:
    """The truth is the slope of a belt of 40,000 merchants of the kind."""
    random = np.random.default_rng([7, 0])
    prices, _ = walk(random, 40_000, slope)
    floor = np.log(np.quantile(prices, 0.05, axis=1))
    earlier, later = np.triu_indices(WEEKS, 1)
    truth = np.expm1(np.median((floor[later] - floor[earlier]) / (later - earlier)))
    hits = 0
    for number in range(DRAWS):
        found = floor_velocity(view_of(*walk(np.random.default_rng([7, merchants, number]), merchants, slope)))
        assert found is not None
        hits += found.interval.low <= truth <= found.interval.high  # type: ignore[operator]
    assert stats.binom.cdf(hits, DRAWS, 0.92) > 0.001, hits
