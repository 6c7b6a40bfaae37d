"""Windows and splices, against series put together from indices of single windows."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from configs.errors import InputError
from tests.transforms.index.frames import SEEDS, drawn
from transforms.index import bilateral, geary_khamis, geks, time_product_dummy

PERIODS, WINDOW = 11, 5
FEW = settings(max_examples=10)
METHODS: dict[str, Callable[..., pl.DataFrame]] = {
    "geks": geks,
    "wtpd": time_product_dummy,
    "gk": geary_khamis,
}
with_every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
POSITION = {"movement": WINDOW - 2, "window": 0, "wisp": 0, "half": (WINDOW - 1) // 2, "hasp": (WINDOW - 1) // 2}


def window_of(method: Callable[..., pl.DataFrame], frame: pl.DataFrame, first: int, last: int) -> np.ndarray:
    """The index of one window alone, 1 in its first period."""
    return method(frame.filter(pl.col("period").is_between(first, last)))["value"].to_numpy()


def published(method: Callable[..., pl.DataFrame], frame: pl.DataFrame, splice: str) -> np.ndarray:
    """A series put together step by step, as the definitions read."""
    series = list(window_of(method, frame, 0, WINDOW - 1))
    old = np.array(series)
    for period in range(WINDOW, PERIODS):
        start = period - WINDOW + 1
        new = window_of(method, frame, start, period)
        carried = old if splice in ("movement", "window", "half", "mean") else np.array(series[start - 1 :])
        factors = [(new[-1] / new[k]) / (carried[-1] / carried[k + 1]) for k in range(WINDOW - 1)]
        mean = float(np.exp(np.mean(np.log(factors))))
        series.append(series[-1] * (factors[POSITION[splice]] if splice in POSITION else mean))
        old = new
    return np.array(series)


@with_every_method
@pytest.mark.parametrize("splice", ["movement", "window", "half", "mean", "wisp", "hasp", "mean_pub"])
@FEW
@given(seed=SEEDS)
def test_every_splice_over_several_steps(method: Callable[..., pl.DataFrame], splice: str, seed: int) -> None:
    frame = drawn(seed, periods=PERIODS, products=12, kept=0.9)
    found = method(frame, window=WINDOW, splice=splice)["value"].to_numpy()
    assert found == pytest.approx(published(method, frame, splice), rel=1e-11)


def test_published_and_recalculated_splices_part_after_the_second_step() -> None:
    series = {
        name: geks(drawn(8, periods=PERIODS), window=WINDOW, splice=name)["value"].to_numpy()
        for name in ("half", "hasp")
    }
    apart = np.abs(series["half"] - series["hasp"])
    assert apart[: WINDOW + 1].max() < 1e-12
    assert apart[WINDOW + 1 :].max() > 1e-4


@pytest.mark.parametrize("splice", ["half", "hasp"])
def test_half_of_an_even_window_is_the_position_before_its_middle(splice: str) -> None:
    frame = drawn(4, periods=7)
    found = geks(frame, window=6, splice=splice)["value"].to_numpy()
    new = window_of(geks, frame, 1, 6)
    assert found[6] == pytest.approx(found[3] * new[5] / new[2], rel=1e-12)


@with_every_method
@FEW
@given(seed=SEEDS)
def test_expanding_from_the_first_period(method: Callable[..., pl.DataFrame], seed: int) -> None:
    frame = drawn(seed, periods=6)
    expected = [1.0, *(window_of(method, frame, 0, last)[-1] for last in range(1, 6))]
    assert method(frame, splice="fbew")["value"].to_list() == pytest.approx(expected, rel=1e-11)
    assert method(frame, window=9, start="expanding")["value"].to_list() == pytest.approx(expected, rel=1e-11)


@FEW
@given(seed=SEEDS)
def test_expanding_from_a_base_that_moves(seed: int) -> None:
    frame = drawn(seed, periods=PERIODS)
    found = geks(frame, window=WINDOW, splice="fbew")["value"].to_numpy()
    assert found[:WINDOW] == pytest.approx(window_of(geks, frame, 0, WINDOW - 1), rel=1e-12)
    for period in range(WINDOW, PERIODS):
        base = 4 if period <= 8 else 8
        assert found[period] == pytest.approx(found[base] * window_of(geks, frame, base, period)[-1], rel=1e-11)


@pytest.mark.parametrize("splice", ["movement", "window", "half", "mean", "wisp", "hasp", "mean_pub", "fbew"])
@pytest.mark.parametrize("start", ["window", "expanding"])
@FEW
@given(seed=SEEDS)
def test_what_was_published_is_never_revised(splice: str, start: str, seed: int) -> None:
    frame = drawn(seed, periods=PERIODS, products=9, kept=0.6)
    arguments = {"window": 4, "splice": splice, "start": start}
    whole = geks(frame, **arguments)
    for last in range(4, whole.height):
        until = geks(frame.filter(pl.col("period") <= whole["period"][last - 1]), **arguments)
        assert until["value"].to_numpy() == pytest.approx(whole["value"][:last].to_numpy(), rel=1e-12, nan_ok=True)


def test_a_window_longer_than_the_series_is_the_series() -> None:
    frame = drawn(2)
    assert geks(frame, window=25).equals(geks(frame))


@pytest.mark.parametrize("splice", ["movement", "window", "half", "mean", "wisp", "hasp", "mean_pub", "fbew"])
def test_a_period_without_any_link_is_null_and_breaks_nothing(splice: str) -> None:
    frame = drawn(6, periods=PERIODS).with_columns(pl.col("price").first().over("product"))
    risen = frame.with_columns(pl.col("price") * (1 + pl.col("period") / 10))
    stranger = pl.col("period") == 7
    torn = risen.with_columns(
        pl.when(stranger).then(pl.format("new-{}", "product")).otherwise("product").alias("product")
    )
    found = geks(torn, window=4, splice=splice)["value"]
    assert found[7] is None
    expected = [1 + period / 10 for period in range(PERIODS) if period != 7]
    assert found.drop_nulls().to_list() == pytest.approx(expected, rel=1e-12)


def test_the_base_is_the_first_period_that_is_linked() -> None:
    frame = drawn(6).with_columns(
        pl.when(pl.col("period") == 0).then(pl.format("old-{}", "product")).otherwise("product").alias("product")
    )
    for index in (geks, time_product_dummy, geary_khamis):
        assert index(frame)["value"].to_list()[:2] == [None, 1.0]
        assert index(frame)["value"].null_count() == 1
        assert index(frame, window=3, start="expanding")["value"].to_list()[:2] == [None, 1.0]
        assert index(frame, window=3, start="expanding")["value"].null_count() == 1


@pytest.mark.parametrize("formula", ["laspeyres", "fisher", "tornqvist", "walsh"])
def test_a_period_in_which_nothing_was_sold_is_no_base_of_weights(formula: str) -> None:
    frame = drawn(6)
    unsold = frame.with_columns(quantity=pl.when(pl.col("period") > 0).then("quantity").otherwise(0.0))
    for method in ("fixed_base", "chained"):
        found = bilateral(unsold, formula, method)["value"].to_list()
        sold = bilateral(frame.filter(pl.col("period") > 0), formula, method)["value"].to_list()
        assert found[0] is None
        assert found[1:] == pytest.approx(sold, rel=1e-12)
        assert bilateral(unsold, "jevons", method).equals(bilateral(frame, "jevons", method))


def test_parts_that_share_nothing_are_never_compared() -> None:
    frame = drawn(6).with_columns(product=pl.format("{}-{}", "product", pl.col("period") >= 3))
    for index in (geks, time_product_dummy, geary_khamis):
        values = index(frame)["value"]
        assert values.to_list()[3:] == [None, None, None]
        assert values[:3].null_count() == 0


def test_what_there_is_not_is_refused() -> None:
    frame = drawn(1)
    for arguments, said in (
        ({"window": 3, "splice": "middle"}, "'middle' is no splice; choose one of movement"),
        ({"window": 1}, "a window of 1 holds no comparison"),
        ({"splice": "mean"}, "the splice mean needs a window"),
        ({"window": 3, "start": "later"}, "'later' is no start"),
    ):
        with pytest.raises(InputError, match=said):
            geks(frame, **arguments)
