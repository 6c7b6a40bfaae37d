import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transforms.uncertainty import (
    Interval,
    effective_degrees,
    effective_number,
    one_sided_fraction,
    ratio_change,
    signed_fraction,
    top_share,
    without_each,
)

YUAN = st.floats(10, 1e5)
PAIRS = st.lists(st.tuples(YUAN, YUAN), min_size=3, max_size=40)


def spread(deleted: np.ndarray) -> float:
    """The jackknife standard error as the textbooks write it."""
    return float(np.sqrt((len(deleted) - 1) * np.mean((deleted - deleted.mean()) ** 2)))


@given(pairs=PAIRS)
def test_interval_is_the_jackknife_with_effective_degrees(pairs: list[tuple[float, float]]) -> None:
    base, current = (np.array(end) for end in zip(*pairs, strict=True))
    found = ratio_change(base, current)
    ratio = current.sum() / base.sum()
    deleted = np.array([np.log(np.delete(current, m).sum() / np.delete(base, m).sum()) for m in range(len(base))])
    influence = (current - ratio * base) / current.sum()
    degrees = max(2, (influence**2).sum() ** 2 / max((influence**4).sum(), 1e-300))
    assert found.value == pytest.approx(ratio - 1)
    if found.standard_error and 1e-6 < found.standard_error < 3:
        reach = stats.t.ppf(0.975, degrees) * spread(deleted)
        assert found.standard_error == pytest.approx(spread(deleted), rel=1e-5)
        assert found.degrees == pytest.approx(degrees, rel=1e-5)
        assert np.log1p(found.low) == pytest.approx(np.log(ratio) - reach, rel=1e-4)
        assert np.log1p(found.high) == pytest.approx(np.log(ratio) + reach, rel=1e-4)


@given(sizes=st.lists(YUAN, min_size=2, max_size=60))
def test_all_merchants_halved_is_minus_half_for_sure(sizes: list[float]) -> None:
    base = np.array(sizes)
    found = ratio_change(base, base / 2)
    if found.low is None:  # one merchant holds all but rounding error
        assert top_share(base, 1) > 1 - 1e-9
    else:
        assert (found.value, found.low, found.high, found.standard_error) == (-0.5, -0.5, -0.5, 0.0)


@given(pairs=PAIRS)
def test_swapping_the_ends_turns_the_sign_of_the_logarithm(pairs: list[tuple[float, float]]) -> None:
    base, current = (np.array(end) for end in zip(*pairs, strict=True))
    forth, back = ratio_change(base, current), ratio_change(current, base)
    assert (1 + forth.value) * (1 + back.value) == pytest.approx(1)
    assert forth.standard_error == pytest.approx(back.standard_error)
    if forth.standard_error and 1e-6 < forth.standard_error < 3:
        assert (1 + forth.low) * (1 + back.high) == pytest.approx(1)


def test_merchants_absent_from_an_end_count_as_nothing_there() -> None:
    found = ratio_change(np.array([10.0, 10.0, 10.0, 0.0]), np.array([10.0, 10.0, 0.0, 10.0]))
    assert found.value == 0
    deleted = np.log([20 / 20, 20 / 20, 30 / 20, 20 / 30])
    assert found.standard_error == pytest.approx(spread(deleted))


@pytest.mark.parametrize(
    ("base", "current", "expected"),
    [
        ([], [], Interval(None)),
        ([0.0, 0.0], [1.0, 2.0], Interval(None)),
        ([4.0], [3.0], Interval(-0.25)),
        ([4.0, 4.0], [0.0, 0.0], Interval(-1.0)),
        ([4.0, 4.0], [4.0, 0.0], Interval(-0.5)),
        ([8.0, 0.0], [4.0, 4.0], Interval(0.0)),
    ],
    ids=["nobody", "no base", "one merchant", "nothing sold now", "one holds all now", "one held all"],
)
def test_what_cannot_be_known_is_none(base: list[float], current: list[float], expected: Interval) -> None:
    assert ratio_change(np.array(base), np.array(current)) == expected


@given(parts=st.lists(st.tuples(YUAN, st.floats(-1e6, 1e6)), min_size=3, max_size=30))
def test_signed_fraction_is_the_jackknife_of_the_fraction(parts: list[tuple[float, float]]) -> None:
    base, effects = (np.array(part) for part in zip(*parts, strict=True))
    found = signed_fraction(float(effects.sum()), without_each(effects), base)
    assert found.value == pytest.approx(effects.sum() / base.sum())
    if found.low is not None and top_share(base, 1) < 0.99 and np.abs(effects).max() > 1:
        deleted = np.array([np.delete(effects, m).sum() / np.delete(base, m).sum() for m in range(len(base))])
        scale = np.abs(effects).sum() / base.sum()
        assert found.standard_error == pytest.approx(spread(deleted), rel=1e-6, abs=1e-9 * scale)
        assert found.high - found.value == pytest.approx(found.value - found.low)


def test_exit_is_negative_and_never_more_than_all() -> None:
    base, left = np.array([5.0, 6.0, 7.0, 40.0]), np.array([0.0, 6.0, 0.0, 40.0])
    found = one_sided_fraction(-float(left.sum()), -without_each(left), base)
    assert found.value == pytest.approx(-46 / 58)
    assert found.low == -1.0
    assert -46 / 58 < found.high < 0


def test_entry_is_a_ratio_like_any_other() -> None:
    base, come = np.array([5.0, 6.0, 7.0, 0.0]), np.array([0.0, 1.0, 1.0, 4.0])
    found, ratio = one_sided_fraction(6.0, without_each(come), base), ratio_change(base, come)
    assert (found.value, found.low, found.high) == pytest.approx((ratio.value + 1, ratio.low + 1, ratio.high + 1))


def test_nobody_come_or_gone_has_a_value_and_no_interval() -> None:
    assert one_sided_fraction(0.0, np.zeros(3), np.array([1.0, 2.0, 3.0])) == Interval(0.0)


def test_effective_degrees_count_the_merchants_that_carry_the_variance() -> None:
    assert effective_degrees(np.array([1.0, -1.0, 1.0, -1.0, 1.0])) == pytest.approx(5)
    assert effective_degrees(np.array([1e-90, 0.0, 0.0])) == 2
    assert effective_degrees(np.array([5.0, 5.0, 5.0, 5.0]) * 1e-100) == pytest.approx(4)


def test_concentration() -> None:
    shares = np.array([50.0, 30.0, 20.0])
    assert effective_number(shares) == pytest.approx(1 / 0.38)  # HHI(50, 30, 20) = 3800
    assert (top_share(shares, 1), top_share(shares, 2)) == (0.5, 0.8)
    assert effective_number(np.zeros(3)) == top_share(np.zeros(3), 1) == 0
