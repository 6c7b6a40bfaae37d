from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from tests.transforms.grids import GRIDS, MU, SIGMA, FloatArray, floored_by
from transforms.censored import Bins, expected, fit, quantile
from transforms.tick_grid import upper_ends

ROWS = 200_000  # the sampling error of mu is then a tenth of the tolerance
CHANGE = -0.25


def bins_of(shown: FloatArray, first: float) -> Bins:
    """One group from what a site shows, its ends by the grid found from the displays; below `first` it shows 0."""
    low, count = np.unique(shown, return_counts=True)
    high = np.full(len(low), first)
    high[low > 0] = upper_ends(low[low > 0])
    return Bins(np.zeros(len(low), dtype=np.int64), low, high, count.astype(float))


def estimated(shown: FloatArray) -> tuple[Bins, FloatArray, float, float]:
    bins = bins_of(shown, 1.0)
    found = fit(bins)
    mu, sigma = float(found.mu[0]), float(found.sigma[0])
    points = expected(bins.low, bins.high, np.full(len(bins.low), mu), np.full(len(bins.low), sigma))
    return bins, points, mu, sigma


@pytest.fixture(scope="module", params=GRIDS)
def year(request: pytest.FixtureRequest) -> tuple[list[FloatArray], list[FloatArray]]:
    """Sizes of two dates, a quarter less at the second, and what a site shows of them."""
    sizes = np.exp(np.random.default_rng(7).normal(MU, SIGMA, ROWS))
    both = [sizes, sizes * (1 + CHANGE)]
    return both, [floored_by(GRIDS[request.param])(part) for part in both]


def test_the_law_and_the_totals_are_recovered(year: tuple[list[FloatArray], list[FloatArray]]) -> None:
    """METHOD 9, check 10: mu and sigma within .03, totals within 1 %, the change within half a point."""
    totals = []
    for sizes, shown, mean in zip(*year, (MU, MU + np.log1p(CHANGE)), strict=True):
        bins, points, mu, sigma = estimated(shown)
        assert mu == pytest.approx(mean, abs=0.03)
        assert sigma == pytest.approx(SIGMA, abs=0.03)
        totals.append(float((points * bins.count).sum()))
        assert totals[-1] == pytest.approx(sizes.sum(), rel=0.01)
        assert (points >= bins.low).all()
        assert (points <= bins.high).all()
    assert totals[1] / totals[0] - 1 == pytest.approx(CHANGE, abs=0.005)


def test_lower_ends_alone_miss_the_totals(year: tuple[list[FloatArray], list[FloatArray]]) -> None:
    """What the model is for: the first digit shows 86 % of what is sold, the coarse grid 60 % (METHOD 3.2)."""
    (sizes, _), (shown, _) = year
    assert shown.sum() < 0.9 * sizes.sum()


def test_it_is_the_most_likely_law() -> None:
    shown = floored_by(GRIDS["coarse"])(np.exp(np.random.default_rng(3).normal(MU, SIGMA, 300)))
    bins = bins_of(shown[shown > 0], 1.0)

    def less_likely(law: FloatArray) -> float:
        edges = [stats.norm.cdf((np.log(end) - law[0]) / law[1]) for end in (bins.low, bins.high)]
        return -float((bins.count * np.log(edges[1] - edges[0])).sum())

    best = optimize.minimize(less_likely, [4.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    found = fit(bins)
    assert [found.mu[0], found.sigma[0]] == pytest.approx(best.x, abs=1e-5)


def test_exact_sizes_have_their_own_mean_and_spread() -> None:
    sizes = np.sort(np.random.default_rng(1).lognormal(6, 1, 500))
    found = fit(Bins(np.zeros(500, dtype=np.int64), sizes, sizes, np.ones(500)))
    assert (found.mu[0], found.sigma[0]) == pytest.approx((np.log(sizes).mean(), np.log(sizes).std()))


@pytest.mark.parametrize(
    ("low", "high", "count"),
    [
        ([1000.0], [2000.0], [500.0]),
        ([1000.0], [np.inf], [500.0]),
        ([1000.0, 2000.0], [2000.0, np.inf], [300.0, 200.0]),
        ([100.0, 200.0, 300.0], [200.0, 300.0, 400.0], [3.0, 3.0, 3.0]),
        ([0.0, 0.0], [0.0, 1.0], [9.0, 90.0]),
    ],
    ids=["one bin", "all open", "two bins", "nine rows", "nothing sold"],
)
def test_what_the_displays_do_not_tell_is_not_told(low: list[float], high: list[float], count: list[float]) -> None:
    found = fit(Bins(np.zeros(len(low), dtype=np.int64), np.array(low), np.array(high), np.array(count)))
    assert np.isnan([found.mu[0], found.sigma[0]]).all()


def test_no_displays_have_no_law() -> None:
    none = np.zeros(0)
    assert fit(Bins(none.astype(np.int64), none, none, none)).mu.tolist() == []


@given(st.lists(st.lists(st.integers(1, 60), min_size=5, max_size=5), min_size=2, max_size=5))
def test_a_group_has_the_same_bits_alone_and_beside_others(counts: list[list[int]]) -> None:
    low, high = np.array([1.0, 10, 50, 100, 200]), np.array([10.0, 50, 100, 200, np.inf])
    size = len(counts)
    together = fit(
        Bins(np.repeat(np.arange(size), 5), np.tile(low, size), np.tile(high, size), np.array(counts, float).ravel())
    )
    alone = [fit(Bins(np.zeros(5, dtype=np.int64), low, high, np.array(count, float))) for count in counts]
    assert np.array_equal([found.mu[0] for found in alone], together.mu, equal_nan=True)
    assert np.array_equal([found.sigma[0] for found in alone], together.sigma, equal_nan=True)


@given(low=st.floats(1, 1e6), width=st.floats(1.05, 20), mu=st.floats(-2, 12), sigma=st.floats(0.1, 3))
def test_expected_size_is_the_integral_over_the_bin(low: float, width: float, mu: float, sigma: float) -> None:
    high = low * width
    a, b = (np.log(low) - mu) / sigma, (np.log(high) - mu) / sigma
    peak = min(max(0.0, a), b)

    def moment(power: int, z: float) -> float:
        return float(np.exp((peak**2 - z**2) / 2) * (np.exp(mu + sigma * z) / low) ** power)

    mass, value = (integrate.quad(partial(moment, power), a, b, limit=200)[0] for power in (0, 1))
    found = expected(*(np.array([part]) for part in (low, high, mu, sigma)))
    assert found[0] == pytest.approx(low * value / mass, rel=1e-6)


@given(low=st.floats(1, 1e6), width=st.floats(1.05, 20), mu=st.floats(-2, 12), sigma=st.floats(0.1, 3))
def test_quantiles_have_the_expected_size_as_their_mean(low: float, width: float, mu: float, sigma: float) -> None:
    assume((np.log(low * width) - mu) / sigma > -30)  # beyond, a law says nothing in doubles
    assume((np.log(low) - mu) / sigma < 30)
    bounds = [np.array([part]) for part in (low, low * width, mu, sigma)]
    ranks = (np.arange(4000) + 0.5) / 4000
    sizes = quantile(*bounds, ranks)
    assert (np.diff(sizes) >= 0).all()
    assert sizes.mean() == pytest.approx(expected(*bounds)[0], rel=2e-3)


def test_without_a_law_sizes_lie_evenly_on_the_logarithm() -> None:
    low, high, none = np.array([100.0, 100.0, 41.0]), np.array([400.0, np.inf, 41.0]), np.full(3, np.nan)
    assert expected(low, high, none, none) == pytest.approx([300 / np.log(4), 100, 41])
    assert quantile(low, high, none, none, np.array([0.5])) == pytest.approx([200, 100, 41])
