from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transforms.bounds import Bounds, hard_bounds, imbens_manski, lower_change
from transforms.returns import net_of_returns
from transforms.uncertainty import Interval, ratio_change


def bounds(**given_parts: list[float]) -> Bounds:
    size = len(next(iter(given_parts.values())))
    parts = {field.name: np.array(given_parts.get(field.name, [0.0] * size)) for field in fields(Bounds)}
    return Bounds(**parts)


def test_worst_cases_of_two_merchants() -> None:
    both = bounds(base_low=[100, 100], base_high=[200, 200], low=[100, 50], high=[200, 60])
    assert hard_bounds(both, -0.1) == Interval(-0.1, 150 / 400 - 1, 260 / 200 - 1)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"high": [np.inf, 60.0]}, (150 / 400 - 1, None)),
        ({"base_high": [np.inf, 200.0]}, (-1.0, 260 / 200 - 1)),
        ({"base_low": [0.0, 0.0]}, (150 / 400 - 1, None)),
    ],
    ids=["open now", "open then", "perhaps nothing then"],
)
def test_what_cannot_be_bounded_is_none(
    changed: dict[str, list[float]], expected: tuple[float | None, float | None]
) -> None:
    parts = {"base_low": [100.0, 100.0], "base_high": [200.0, 200.0], "low": [100.0, 50.0], "high": [200.0, 60.0]}
    found = hard_bounds(bounds(**(parts | changed)), -0.1)
    assert (found.low, found.high) == expected


def test_nothing_to_compare_with_has_no_bounds() -> None:
    assert hard_bounds(bounds(base_low=[0.0]), None) == Interval(None)


@given(st.lists(st.tuples(*[st.floats(1, 1e5)] * 2, *[st.floats(0, 1)] * 4), min_size=1, max_size=20))
def test_the_true_change_lies_within(listings: list[tuple[float, ...]]) -> None:
    """True sizes anywhere between the ends of their displays."""
    then, now, *hidden = np.array(listings).T
    parts = {
        "base_low": then * hidden[0],
        "base_high": then * (1 + hidden[1]),
        "low": now * hidden[2],
        "high": now * (1 + hidden[3]),
    }
    change = now.sum() / then.sum() - 1
    found = hard_bounds(Bounds(**parts, base_even=then, even=now, at_ceiling=then), change)
    assert found.low <= change + 1e-12
    assert found.high is None or change - 1e-9 * (1 + abs(found.high)) <= found.high


def test_lower_ends_have_the_jackknife_of_their_ratio() -> None:
    base, current = [10.0, 20.0, 30.0], [9.0, 10.0, 30.0]
    assert lower_change(bounds(base_even=base, even=current)) == ratio_change(np.array(base), np.array(current))


def test_the_share_at_the_ceiling_is_of_lower_ends() -> None:
    assert bounds(base_low=[100, 300], at_ceiling=[0, 100]).ceiling_share == 0.25
    assert bounds(base_low=[0, 0], at_ceiling=[0, 0]).ceiling_share == 0


@pytest.mark.parametrize(("low", "high", "constant"), [(1.0, 1.0, 1.959964), (0.0, 50.0, 1.644854)])
def test_imbens_manski_at_its_limits(low: float, high: float, constant: float) -> None:
    assert imbens_manski(low, high, 0.5, 1.0) == pytest.approx((low - 0.5 * constant, high + constant), abs=1e-5)


@given(width=st.floats(0, 6))
def test_imbens_manski_solves_its_equation(width: float) -> None:
    low, high = imbens_manski(0.0, width, 1.0, 1.0)
    constant = -low
    assert stats.norm.cdf(constant + width) - stats.norm.cdf(-constant) == pytest.approx(0.95, abs=1e-8)
    assert high == pytest.approx(width + constant)


def test_bounds_without_error_stay() -> None:
    assert imbens_manski(-0.2, 0.3, 0.0, 0.0) == (-0.2, 0.3)


def test_returns_of_fishing_line() -> None:
    """METHOD 3.3: 5 % sent back a year ago, 20 % now, and no change of what is displayed."""
    found = net_of_returns(Interval(0.0, -0.1, 0.1), base_return_share=0.05, return_share=0.20)
    assert found.value == pytest.approx(-0.15789, abs=5e-6)
    assert (found.low, found.high) == pytest.approx((0.9 * 0.8 / 0.95 - 1, 1.1 * 0.8 / 0.95 - 1))
    assert net_of_returns(Interval(0.0), 1.0, 0.2) == Interval(None)
