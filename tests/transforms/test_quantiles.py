import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.quantiles import Rows, Weighted, intervals_of, medians, quantile_rows
from transforms.uncertainty import Interval

DRAWS = 300


def weighted(prices: list[float], merchants: list[int] | None = None, weights: list[float] | None = None) -> Weighted:
    number = np.array(merchants if merchants is not None else range(len(prices)), dtype=np.int64)
    weight = np.array(weights) if weights else np.ones(len(prices))
    return Weighted(np.array(prices)[None], weight[None], number, int(number.max(initial=-1)) + 1)


def quantile(listings: Weighted, level: float) -> Rows:
    return quantile_rows(listings, np.array([level]))


def interval(rows: Rows) -> Interval:
    return intervals_of(rows)[0]


@pytest.mark.parametrize(
    ("prices", "weights", "level", "expected"),
    [
        ([3.0, 1.0, 2.0], None, 0.5, 2.0),
        ([4.0, 1.0, 2.0, 3.0], None, 0.5, 2.5),
        ([1.0, 2.0, 3.0], [1.0, 1.0, 5.0], 0.5, 3.0),
        ([1.0, 2.0, 3.0], [0.3, 0.3, 0.6], 0.5, 2.5),
        ([1.0, 9.0, 2.0, 3.0], [0.3, 0.0, 0.3, 0.6], 0.5, 2.5),
        ([float(n) for n in range(1, 21)], None, 0.05, 1.5),
        ([7.0], None, 0.5, 7.0),
    ],
    ids=["odd", "even", "weighted", "a tie of weights", "a tie across no weight", "a twentieth", "one"],
)
def test_quantiles_by_hand(prices: list[float], weights: list[float] | None, level: float, expected: float) -> None:
    assert interval(quantile(weighted(prices, weights=weights), level)).value == pytest.approx(expected)


@given(prices=st.lists(st.floats(0.01, 1e4), min_size=2, max_size=60), level=st.sampled_from([0.05, 0.5]))
@example(prices=[457.0418516829619, 457.0418516829619], level=0.05)
def test_an_interval_holds_its_quantile(prices: list[float], level: float) -> None:
    rows = quantile(weighted(prices), level)
    found = interval(rows)
    if found.low is not None:
        assert found.low <= found.value <= found.high  # type: ignore[operator]
        assert np.isfinite(rows.influence).all()
        assert abs(rows.influence.sum()) <= 1e-6 * (1 + np.abs(rows.influence).sum())


@given(prices=st.lists(st.floats(1, 100), min_size=3, max_size=40), change=st.floats(-0.9, 3))
def test_all_prices_changed_alike_is_that_change_for_sure(prices: list[float], change: float) -> None:
    then, now = quantile(weighted(prices), 0.5), quantile(weighted([price * (1 + change) for price in prices]), 0.5)
    ratio = interval(now.over(then))
    assert ratio.value == pytest.approx(1 + change)
    assert (ratio.low, ratio.high) == pytest.approx((1 + change, 1 + change), rel=1e-6)


def test_one_merchant_has_no_interval() -> None:
    assert interval(quantile(weighted([1.0, 2.0, 3.0], [0, 0, 0]), 0.5)) == Interval(2.0)
    assert interval(quantile(weighted([]), 0.5)).value is None


@given(
    prices=st.lists(st.floats(0.5, 50), min_size=3, max_size=30),
    masks=st.lists(st.integers(0, 2**30), min_size=1, max_size=6),
    level=st.sampled_from([0.05, 0.25, 0.5, 0.75]),
)
def test_a_row_among_many_is_what_it_is_alone(prices: list[float], masks: list[int], level: float) -> None:
    """Listings outside a row's segment have no weight in it, and leave it as it would be without them."""
    is_in: list[BoolArray] = [np.array([mask >> n & 1 == 1 for n in range(len(prices))]) for mask in masks]
    price, merchant = np.array(prices), np.arange(len(prices)) // 2
    together = Weighted(price[None], np.array(is_in, dtype=np.float64), merchant, int(merchant.max()) + 1)
    found = intervals_of(quantile_rows(together, np.full(len(masks), level)))
    for inside, told in zip(is_in, found, strict=True):
        alone = weighted(price[inside].tolist(), merchant[inside].tolist())
        own = interval(quantile(alone, level))
        assert told.value == (None if own.value is None else pytest.approx(own.value))
        assert (told.low, told.high) == (own.low, own.high) or (told.low, told.high) == pytest.approx(
            (own.low, own.high), rel=1e-9
        )


def test_medians_are_the_middle_quantiles() -> None:
    listings = weighted([5.0, 1.0, 3.0, 2.0])
    assert medians(listings).tolist() == [2.5]


def is_credible(hits: int, of: int) -> bool:
    """Whether so few hits happen in more than 1 of 1,000 campaigns if the intervals cover in 92 %."""
    return bool(stats.binom.cdf(hits, of, 0.92) > 0.001)


def drawn(random: np.random.Generator, merchants: int) -> tuple[IntArray, FloatArray]:
    """Merchants of several listings differ in price level, and so do their listings: who, and the logarithm."""
    count = np.maximum(1, np.round(random.lognormal(0.9, 0.9, merchants))).astype(int)
    merchant = np.repeat(np.arange(merchants), count)
    return merchant, random.normal(0, 0.5, merchants)[merchant] + random.normal(0, 0.6, len(merchant))


@pytest.mark.parametrize("merchants", [12, 80])
def test_intervals_hold_what_was_planted(merchants: int) -> None:
    """A tenth of the merchants leave, the others change their prices by -10 % give or take."""
    floor = float(np.exp(stats.norm.ppf(0.05) * np.hypot(0.5, 0.6)))
    hits = dict.fromkeys(("median", "floor", "floor ratio", "change"), 0)
    for number in range(DRAWS):
        random = np.random.default_rng([2, merchants, number])
        merchant, log_price = drawn(random, merchants)
        growth = random.normal(np.log(0.9), 0.15, merchants)[merchant] + random.normal(0, 0.1, len(merchant))
        stays = (random.random(merchants) >= 0.1)[merchant]
        then = Weighted(np.exp(log_price)[None], np.ones((1, len(merchant))), merchant, merchants)
        now = Weighted(np.exp(log_price + growth)[None], stays[None].astype(float), merchant, merchants)
        median, low = quantile(then, 0.5), quantile(then, 0.05)
        found = {
            "median": (median, 1.0),
            "floor": (low, floor),
            "floor ratio": (low.over(median), floor),
            "change": (quantile(now, 0.5).over(median), 0.9),
        }
        for name, (rows, planted) in found.items():
            told = interval(rows)
            hits[name] += told.low <= planted <= told.high  # type: ignore[operator]
    assert {name: is_credible(count, DRAWS) for name, count in hits.items()} == dict.fromkeys(hits, True), hits


def shares(of: FloatArray) -> Weighted:
    """One share of each merchant."""
    return Weighted(of[None], np.ones((1, len(of))), np.arange(len(of)), len(of), are_shares=True)


def test_medians_of_shares_that_are_0_differ_by_points() -> None:
    none, some = (quantile(shares(np.array(of)), 0.5) for of in ([0.0, 0.0, 0.0, 0.1, 1.0], [0.0, 0.2, 0.3, 0.4, 1.0]))
    assert (interval(none).value, interval(some).value) == (0.0, 0.3)
    assert 0.0 == interval(none).low < interval(none).high <= 1.0  # type: ignore[operator]
    apart = interval(some.less(none))
    assert np.log(apart.value) == pytest.approx(0.3)  # type: ignore[arg-type]
    assert apart.low < apart.value < apart.high  # type: ignore[operator]


@pytest.mark.parametrize("merchants", [12, 80])
def test_intervals_hold_the_planted_median_of_rates(merchants: int) -> None:
    """Rates of a beta law, a tenth of them 0; they rise by two points, give or take ten from merchant to merchant."""
    law = stats.beta(2, 5)
    planted = {"level": float(law.ppf((0.5 - 0.1) / 0.9)), "change": 0.0}
    random = np.random.default_rng(11)
    many = np.where(random.random(400_000) < 0.1, 0.0, law.rvs(400_000, random_state=random))
    planted["change"] = float(np.median(moved(random, many)) - np.median(many))
    hits = dict.fromkeys(planted, 0)
    for number in range(DRAWS):
        random = np.random.default_rng([3, merchants, number])
        rate = np.where(random.random(merchants) < 0.1, 0.0, law.rvs(merchants, random_state=random))
        then, now = (quantile(shares(of), 0.5) for of in (rate, moved(random, rate)))
        level, change = interval(then), interval(now.less(then))
        hits["level"] += level.low <= planted["level"] <= level.high  # type: ignore[operator]
        hits["change"] += change.low <= np.exp(planted["change"]) <= change.high  # type: ignore[operator]
    assert {name: is_credible(count, DRAWS) for name, count in hits.items()} == dict.fromkeys(hits, True), hits


def moved(random: np.random.Generator, rate: FloatArray) -> FloatArray:
    """The rates a year later."""
    return np.clip(rate + random.normal(0.02, 0.1, len(rate)), 0.0, 1.0)
