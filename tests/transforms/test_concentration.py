import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transforms.concentration import concentration, concentration_level, concentration_ratio
from transforms.ordered import FloatArray

DRAWS = 400
YUAN = st.lists(st.floats(1, 1e6), min_size=5, max_size=40)


def test_three_merchants_of_50_30_and_20_percent_make_3800() -> None:
    """METHOD 9, check 12."""
    found = concentration(np.array([50.0, 30.0, 20.0]), np.array([40.0, 35.0, 25.0]))
    assert found["hhi"] is not None
    assert found["hhi"].value == pytest.approx(3800)
    assert found["effective"] is not None
    assert found["effective"].value == pytest.approx(1 / 0.38)
    assert found["top4"] is None  # there are no others


def test_the_share_of_the_four_largest() -> None:
    found = concentration(np.array([1.0, 40.0, 2.0, 30.0, 20.0, 7.0]), np.zeros(6))["top4"]
    assert found is not None
    assert found.value == pytest.approx(0.97)
    assert found.error is None  # no window before: nothing is known of how sure it is


@given(yuan=YUAN, factor=st.floats(0.01, 100))
def test_growth_of_all_alike_is_no_concentration(yuan: list[float], factor: float) -> None:
    now = np.array(yuan)
    one, other = concentration(now, now), concentration(factor * now, now)
    for statistic in ("hhi", "effective", "top4"):
        then, later = one[statistic], other[statistic]
        assert then is not None
        assert later is not None
        ratio = concentration_ratio(then, later)
        assert (ratio.value, ratio.low, ratio.high) == pytest.approx((1, 1, 1), rel=1e-6)


def noisy(random: np.random.Generator, size: FloatArray, noise: float) -> FloatArray:
    return size * np.exp(random.normal(0, noise, len(size)))


@pytest.mark.parametrize("merchants", [15, 100])
@pytest.mark.parametrize("noise", [0.1, 0.3])
def test_intervals_hold_the_concentration_behind_noisy_windows(merchants: int, noise: float) -> None:
    """Merchants of lognormal size (sigma 1.8) sell what they are good for, give or take, in two windows."""
    hits = dict.fromkeys(("hhi", "effective", "top4", "ratio"), 0)
    for number in range(DRAWS):
        random = np.random.default_rng([4, merchants, number])
        size = random.lognormal(0, 1.8, merchants)
        share = size / size.sum()
        truth = {"hhi": 1e4 * (share**2).sum(), "effective": 1 / (share**2).sum(), "top4": np.sort(share)[-4:].sum()}
        now, then = (concentration(noisy(random, size, noise), noisy(random, size, noise)) for _ in range(2))
        for statistic, planted in truth.items():
            found = now[statistic]  # type: ignore[index]
            assert found is not None
            told = concentration_level(found, statistic)  # type: ignore[arg-type]
            hits[statistic] += told.low <= planted <= told.high  # type: ignore[operator]
        assert now["hhi"] is not None
        assert then["hhi"] is not None
        ratio = concentration_ratio(then["hhi"], now["hhi"])
        hits["ratio"] += ratio.low <= 1 <= ratio.high  # type: ignore[operator]
    assert {name: bool(stats.binom.cdf(count, DRAWS, 0.925) > 0.001) for name, count in hits.items()} == dict.fromkeys(
        hits, True
    ), hits


@pytest.mark.parametrize("merchants", [5, 15])
@pytest.mark.parametrize("sigma", [1.0, 3.0])
def test_intervals_of_restless_merchants_stay_in_range_and_hold_the_truth(merchants: int, sigma: float) -> None:
    """Sales swing by a factor e from window to window; on the logarithm nine intervals in ten left the range."""
    hits = 0
    for number in range(DRAWS):
        random = np.random.default_rng([9, merchants, number])
        size = random.lognormal(0, sigma, merchants)
        found = concentration(noisy(random, size, 1.0), noisy(random, size, 1.0))
        for statistic, least, most in (("hhi", 1e4 / merchants, 1e4), ("effective", 1, merchants), ("top4", 0, 1)):
            told = concentration_level(found[statistic], statistic)  # type: ignore[arg-type, index]
            assert least * (1 - 1e-12) <= told.low <= told.value <= told.high <= most * (1 + 1e-12)  # type: ignore[operator]
            if statistic == "hhi":
                hits += told.low <= 1e4 * ((size / size.sum()) ** 2).sum() <= told.high  # type: ignore[operator]
    assert hits > stats.binom.ppf(0.001, DRAWS, 0.95)


def test_an_index_near_ten_thousand_has_an_interval_below_it() -> None:
    yuan = np.array([960.0, 10.0, 10.0, 10.0, 10.0])
    told = concentration_level(concentration(yuan, np.array([900.0, 1.0, 90.0, 3.0, 40.0]))["hhi"], "hhi")  # type: ignore[arg-type]
    assert told.value == pytest.approx(9220)
    assert 2000 <= told.low < 9220 < told.high < 10_000  # type: ignore[operator]


def test_a_merchant_who_has_all_but_a_rounding_error_is_sure() -> None:
    told = concentration_level(concentration(np.array([1.0, 1e-20]), np.array([1.0, 1e-18]))["hhi"], "hhi")  # type: ignore[arg-type]
    assert (told.low, told.high) == (10_000, 10_000)


@pytest.mark.parametrize("restless", [6, 10])
def test_intervals_hold_it_where_the_largest_merchants_are_the_restless_ones(restless: int) -> None:
    """Of forty merchants the largest six or ten swing by 30 %, the others by 2 %: one noise for all would be too
    little."""
    hits = dict.fromkeys(("hhi", "effective", "top4"), 0)
    for number in range(DRAWS):
        random = np.random.default_rng([5, restless, number])
        size = np.sort(random.lognormal(0, 1, 40))[::-1]
        share, noise = size / size.sum(), np.where(np.arange(40) < restless, 0.3, 0.02)
        truth = {"hhi": 1e4 * (share**2).sum(), "effective": 1 / (share**2).sum(), "top4": share[:4].sum()}
        now, before = (size * np.exp(random.normal(0, noise)) for _ in range(2))
        for statistic, planted in truth.items():
            found = concentration(now, before)[statistic]  # type: ignore[index]
            assert found is not None
            told = concentration_level(found, statistic)  # type: ignore[arg-type]
            hits[statistic] += told.low <= planted <= told.high  # type: ignore[operator]
    assert min(hits.values()) > stats.binom.ppf(0.001, DRAWS, 0.925), hits
