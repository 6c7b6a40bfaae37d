import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from transforms.prices import Priced, quantile, quantile_ratio

DRAWS = 300


def priced(prices: list[float], merchants: list[int] | None = None, weights: list[float] | None = None) -> Priced:
    number = np.array(merchants if merchants is not None else range(len(prices)), dtype=np.int64)
    weight = np.array(weights) if weights else np.ones(len(prices))
    return Priced(np.array(prices), weight, number, int(number.max(initial=-1)) + 1)


@pytest.mark.parametrize(
    ("prices", "weights", "level", "expected"),
    [
        ([3.0, 1.0, 2.0], None, 0.5, 2.0),
        ([4.0, 1.0, 2.0, 3.0], None, 0.5, 2.5),
        ([1.0, 2.0, 3.0], [1.0, 1.0, 5.0], 0.5, 3.0),
        ([1.0, 2.0, 3.0], [0.3, 0.3, 0.6], 0.5, 2.5),
        ([float(n) for n in range(1, 21)], None, 0.05, 1.5),
        ([7.0], None, 0.5, 7.0),
    ],
    ids=["odd", "even", "weighted", "a tie of weights", "a twentieth", "one"],
)
def test_quantiles_by_hand(prices: list[float], weights: list[float] | None, level: float, expected: float) -> None:
    assert quantile(priced(prices, weights=weights), level).interval.value == pytest.approx(expected)


@given(prices=st.lists(st.floats(0.01, 1e4), min_size=2, max_size=60), level=st.sampled_from([0.05, 0.5]))
@example(prices=[457.0418516829619, 457.0418516829619], level=0.05)
def test_an_interval_holds_its_quantile(prices: list[float], level: float) -> None:
    found = quantile(priced(prices), level)
    if found.interval.low is not None:
        assert found.interval.low <= found.interval.value <= found.interval.high  # type: ignore[operator]
        assert found.influence is not None
        assert np.isfinite(found.influence).all()
        assert abs(found.influence.sum()) <= 1e-6 * (1 + np.abs(found.influence).sum())


@given(prices=st.lists(st.floats(1, 100), min_size=3, max_size=40), change=st.floats(-0.9, 3))
def test_all_prices_changed_alike_is_that_change_for_sure(prices: list[float], change: float) -> None:
    then, now = quantile(priced(prices), 0.5), quantile(priced([price * (1 + change) for price in prices]), 0.5)
    ratio = quantile_ratio(now, then)
    assert ratio.value == pytest.approx(1 + change)
    assert (ratio.low, ratio.high) == pytest.approx((1 + change, 1 + change), rel=1e-6)


def test_one_merchant_has_no_interval() -> None:
    assert quantile(priced([1.0, 2.0, 3.0], [0, 0, 0]), 0.5).interval == quantile(priced([2.0]), 0.5).interval
    assert quantile(priced([]), 0.5).interval.value is None


def is_credible(hits: int, of: int) -> bool:
    """Whether so few hits happen in more than 1 of 1,000 campaigns if the intervals cover in 92 %."""
    return bool(stats.binom.cdf(hits, of, 0.92) > 0.001)


@pytest.mark.parametrize("merchants", [12, 80])
def test_intervals_hold_what_was_planted(merchants: int) -> None:
    """Merchants differ in price level; a tenth leave, the others change theirs by -10 % give or take."""
    spread = np.hypot(0.5, 0.6)
    floor = float(np.exp(stats.norm.ppf(0.05) * spread))
    hits = dict.fromkeys(("median", "floor", "floor ratio", "change"), 0)
    for number in range(DRAWS):
        random = np.random.default_rng([2, merchants, number])
        count = np.maximum(1, np.round(random.lognormal(0.9, 0.9, merchants))).astype(int)
        merchant = np.repeat(np.arange(merchants), count)
        log_price = random.normal(0, 0.5, merchants)[merchant] + random.normal(0, 0.6, len(merchant))
        growth = random.normal(np.log(0.9), 0.15, merchants)[merchant] + random.normal(0, 0.1, len(merchant))
        stays = (random.random(merchants) >= 0.1)[merchant]
        then = Priced(np.exp(log_price), np.ones(len(merchant)), merchant, merchants)
        now = Priced(np.exp(log_price + growth)[stays], np.ones(stays.sum()), merchant[stays], merchants)
        median, low = quantile(then, 0.5), quantile(then, 0.05)
        found = {
            "median": (median.interval, 1.0),
            "floor": (low.interval, floor),
            "floor ratio": (quantile_ratio(low, median), floor),
            "change": (quantile_ratio(quantile(now, 0.5), median), 0.9),
        }
        for name, (interval, planted) in found.items():
            hits[name] += interval.low <= planted <= interval.high  # type: ignore[operator]
    assert {name: is_credible(count, DRAWS) for name, count in hits.items()} == dict.fromkeys(hits, True), hits
