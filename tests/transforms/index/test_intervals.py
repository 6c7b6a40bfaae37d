"""Intervals: deleted groups are what an index of the other merchants would be, and planted changes are covered."""

from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from scipy import stats

from tests.transforms.index.frames import SEEDS, drawn
from transforms.index import bilateral, geary_khamis, geks, time_product_dummy
from transforms.index.links import without_groups
from transforms.index.matrices import group_of

FEW = settings(max_examples=6)
INDICES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    **{
        f"geks {name}": partial(geks, formula=name)
        for name in ("jevons", "merchant_jevons", "tornqvist", "fisher", "walsh")
    },
    "geks spliced": partial(geks, window=3),
    "wtpd": time_product_dummy,
    "wtpd spliced": partial(time_product_dummy, window=4, splice="half"),
    "tpd": partial(time_product_dummy, weighted=False),
    "gk": geary_khamis,
    "gk spliced": partial(geary_khamis, window=4, splice="mean"),
}
FORMULAS = ("jevons", "merchant_jevons", "dutot", "carli", "laspeyres", "paasche", "fisher", "tornqvist", "walsh")


def jackknife(index: Callable[[pl.DataFrame], pl.DataFrame], frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of the interval, from the index of the other merchants, made anew for every group."""
    group = frame.with_columns(group=pl.Series(group_of(frame["merchant"])))
    deleted = np.log(
        [index(group.filter(pl.col("group") != one))["value"].to_numpy() for one in group["group"].unique()]
    )
    groups = len(deleted)
    apart = deleted - deleted.mean(axis=0)
    error = np.sqrt((groups - 1) / groups * (apart**2).sum(axis=0))
    fourth = np.where(error > 0, (apart**4).sum(axis=0), 1.0)
    degrees = np.minimum(np.maximum(2, (apart**2).sum(axis=0) ** 2 / fourth), groups - 1)
    reach = stats.t.ppf(0.975, degrees) * error
    value = index(frame)["value"].to_numpy()
    return value * np.exp(-reach), value * np.exp(reach)


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
@FEW
@given(seed=SEEDS)
def test_intervals_are_the_jackknife_of_whole_indices(index: Callable[[pl.DataFrame], pl.DataFrame], seed: int) -> None:
    frame = drawn(seed, products=60, periods=5, kept=0.8, merchants=14)
    found, (low, high) = index(frame), jackknife(index, frame)
    assert found["low"].to_numpy() == pytest.approx(low, rel=1e-8)
    assert found["high"].to_numpy() == pytest.approx(high, rel=1e-8)
    assert found.row(0)[1:] == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("method", ["fixed_base", "chained", "period"])
@pytest.mark.parametrize("formula", FORMULAS)
@settings(max_examples=3)
@given(seed=SEEDS)
def test_bilateral_intervals_delete_one_merchant_at_a_time(formula: str, method: str, seed: int) -> None:
    """Degrees of freedom from influences, the derivative of ln I when a merchant counts a little more than once."""
    frame = drawn(seed, products=40, periods=3, merchants=5, kept=0.8)
    frame = frame.filter((pl.col("merchant") != "m0") | (pl.col("period") < 2))  # a chain still rests on its first link
    names = frame["merchant"].unique().to_list()
    found = bilateral(frame, formula, method)  # type: ignore[arg-type]
    influences = np.array([_derivative(frame, formula, method, name) for name in names])
    deleted = np.array([_logs(frame.filter(pl.col("merchant") != name), formula, method) for name in names])
    for step in range(2):
        there = np.abs(influences[:, step]) > 1e-9  # a merchant of no product of the links does not count
        u, apart = influences[there, step], deleted[there, step] - deleted[there, step].mean()
        degrees = max(2, (u**2).sum() ** 2 / (u**4).sum())
        error = np.sqrt((len(u) - 1) / len(u) * (apart**2).sum())
        low, high = (np.log(found[end][step + 1] / found["value"][step + 1]) for end in ("low", "high"))
        assert high == pytest.approx(stats.t.ppf(0.975, degrees) * error, rel=2e-3)
        assert low == pytest.approx(-high, rel=1e-9)


def _logs(frame: pl.DataFrame, formula: str, method: str) -> np.ndarray:
    """ln I from the second period on."""
    return np.log(bilateral(frame, formula, method)["value"].to_numpy()[1:])  # type: ignore[arg-type]


def _derivative(frame: pl.DataFrame, formula: str, method: str, name: str) -> np.ndarray:
    """d ln I / d weight of one merchant at weight 1, by central differences over 2 x 100 copies of everybody."""
    copies = 100
    owned = frame["merchant"] == name

    def at(count: int) -> np.ndarray:
        both = [_repeated(frame.filter(~owned), copies), _repeated(frame.filter(owned), count)]
        return _logs(pl.concat(both), formula, method)

    return (at(copies + 1) - at(copies - 1)) / 2 * copies


def _repeated(frame: pl.DataFrame, copies: int) -> pl.DataFrame:
    """Every merchant so many times, each copy a merchant of its own."""
    numbers = pl.DataFrame({"copy": range(copies)})
    return frame.join(numbers, how="cross").select(
        "period",
        pl.format("{}-{}", "product", "copy").alias("product"),
        "price",
        "quantity",
        pl.format("{}-{}", "merchant", "copy").alias("merchant"),
    )


def test_without_merchants_there_is_no_interval_and_the_same_value() -> None:
    frame = drawn(3, products=30, kept=0.8, merchants=8)
    for index in (geks, bilateral, time_product_dummy, geary_khamis):
        alone = index(frame.drop("merchant"))
        assert alone.columns == ["period", "value"]
        assert alone["value"].to_list() == pytest.approx(index(frame)["value"].to_list(), rel=1e-12)


def test_what_rests_on_one_merchant_has_no_interval() -> None:
    frame = drawn(3, merchants=1)
    for index in (geks, bilateral):
        found = index(frame)
        assert found["low"].to_list()[1:] == found["high"].to_list()[1:] == [None] * 5
        assert found["value"].null_count() == 0


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_a_period_that_one_merchant_alone_links_has_no_interval(index: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    frame = drawn(3, products=90, periods=4, merchants=9)
    found = index(frame.filter((pl.col("period") != 2) | (pl.col("merchant") == "m4")))
    assert found["value"].null_count() == 0
    assert (
        [low is None for low in found["low"]] == [high is None for high in found["high"]] == [False, False, True, False]
    )


def test_what_is_left_when_the_last_group_goes_is_nothing() -> None:
    whole = np.array([[0.1 + 0.2, 5.0]])  # 0.1 + 0.2 - 0.3 is 5.6e-17, and would be a link
    left = without_groups(whole, [np.array([[0.3, 1.0]])])
    assert left.tolist() == [[[0.1 + 0.2, 5.0]], [[0.0, 4.0]]]


def test_equal_changes_are_sure() -> None:
    halved = drawn(3, products=60, merchants=20).with_columns(pl.col("price").first().over("product"))
    halved = halved.with_columns(pl.col("price") * 0.5 ** pl.col("period"))
    for index in (geks, time_product_dummy, partial(geks, formula="merchant_jevons")):
        found = index(halved)
        assert found["low"].to_numpy() == pytest.approx(found["value"].to_numpy(), rel=1e-9)
        assert found["high"].to_numpy() == pytest.approx(found["value"].to_numpy(), rel=1e-9)


def test_merchants_weigh_equally_however_many_listings_they_have() -> None:
    """One merchant with 500 listings at -50 %, four with one listing each and no change."""
    rows = [
        {
            "period": period,
            "product": f"{name}-{number}",
            "merchant": name,
            "price": 10.0 * (0.5 if big and period else 1),
        }
        for period in (0, 1)
        for name, count, big in [("big", 500, True), *((f"small{n}", 1, False) for n in range(4))]
        for number in range(count)
    ]
    frame = pl.DataFrame(rows)
    assert geks(frame, "merchant_jevons")["value"][1] == pytest.approx(0.5**0.2, rel=1e-12)
    assert bilateral(frame, "merchant_jevons")["value"][1] == pytest.approx(0.5**0.2, rel=1e-12)
    assert geks(frame, "jevons")["value"][1] == pytest.approx(0.5 ** (500 / 504), rel=1e-12)


def world(rng: np.random.Generator, merchants: int, change: float, periods: int = 6) -> pl.DataFrame:
    """Merchants of lognormal size (sigma 1.8), each with a price path of its own around the planted change of ln p."""
    listings = 3
    owner = np.repeat(np.arange(merchants), listings)
    drift = rng.normal(change / (periods - 1), 0.07, (merchants, periods - 1))
    own = np.concatenate([np.zeros((merchants, 1)), np.cumsum(drift, axis=1)], axis=1)[owner]
    logs = rng.normal(0, 0.5, (len(owner), 1)) + own + rng.normal(0, 0.02, own.shape)
    spent = rng.lognormal(0, 1.8, merchants)[owner][:, None] * rng.lognormal(0, 0.3, own.shape)
    listing, period = np.nonzero(rng.random(own.shape) < 0.9)
    price = np.exp(logs[listing, period])
    return pl.DataFrame(
        {
            "period": period,
            "product": [f"p{number}" for number in listing],
            "merchant": [f"m{number}" for number in owner[listing]],
            "price": price,
            "quantity": spent[listing, period] / price,
        }
    )


@pytest.mark.parametrize("merchants", [15, 100])
@pytest.mark.parametrize("formula", ["tornqvist", "merchant_jevons"])
def test_intervals_hold_the_planted_change(formula: str, merchants: int) -> None:
    rng, trials, hits = np.random.default_rng(merchants), 150, 0
    for _ in range(trials):
        low, high = geks(world(rng, merchants, change=-0.1), formula).row(-1)[2:]
        hits += low <= np.exp(-0.1) <= high
    assert stats.binom.cdf(hits, trials, 0.93) > 0.001
