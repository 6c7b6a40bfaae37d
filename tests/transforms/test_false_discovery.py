import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.false_discovery import RATE, adjusted
from transforms.imputation import Draws, imputed_change
from transforms.page_spread import Spread, with_spread
from transforms.returns import net_of_returns
from transforms.shares import Shares, share_contrasts
from transforms.uncertainty import Interval, p_value, ratio_change, signed_fraction, without_each

P_VALUES = st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.01, 1.0])), max_size=25)


def discovered(p_values: list[float], rate: float) -> set[int]:
    """The definition: with k the largest number such that the k-th smallest is at most k / m of the rate, those k."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    holds = [k for k in range(1, len(order) + 1) if p_values[order[k - 1]] <= k / len(order) * rate]
    largest = max(holds, default=0)
    limit = p_values[order[largest - 1]] if largest else -1.0
    return {place for place, value in enumerate(p_values) if value <= limit}


@given(P_VALUES, st.sampled_from([0.01, RATE, 0.1, 0.5]))
def test_what_is_discovered_is_what_the_definition_says(p_values: list[float], rate: float) -> None:
    found = adjusted(np.array(p_values))
    near = {place for place, value in enumerate(found) if abs(value - rate) < 1e-12}
    assert {place for place, value in enumerate(found) if value <= rate} - near == discovered(p_values, rate) - near


@given(P_VALUES)
def test_adjusted_values_keep_the_order_and_are_no_smaller(p_values: list[float]) -> None:
    given_values, found = np.array(p_values), adjusted(np.array(p_values))
    assert (found >= given_values - 1e-15).all()
    assert (found <= 1).all()
    order = np.argsort(given_values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    ties = {value: set(found[given_values == value].tolist()) for value in given_values.tolist()}
    assert all(len(values) == 1 for values in ties.values())


def test_what_is_not_tested_counts_for_nothing() -> None:
    found = adjusted(np.array([np.nan, 0.02, np.nan, 0.04]))
    assert found[[1, 3]].tolist() == adjusted(np.array([0.02, 0.04])).tolist() == [0.04, 0.04]
    assert np.isnan(found[[0, 2]]).all()


def test_the_rate_of_false_discoveries_is_held() -> None:
    """Of 100 belts 60 have not moved: of those called moved at most one in twenty, on average, are among them."""
    random = np.random.default_rng(8)
    shares = []
    for _ in range(400):
        moved = np.concatenate([np.zeros(60), random.normal(0, 4, 40)])
        p_values = np.array([p_value(t, 1.0, 1e9) for t in moved + random.normal(0, 1, 100)])
        found = adjusted(p_values) <= RATE
        shares.append(found[:60].sum() / max(1, found.sum()))
    assert np.mean(shares) == pytest.approx(0.6 * RATE, abs=0.01)
    by_interval = [(p_value(t, 1.0, 1e9) < 0.05) for t in random.normal(0, 1, 2000)]
    assert np.mean(by_interval) == pytest.approx(0.05, abs=0.02)


SIZES = st.lists(st.tuples(st.floats(1, 100), st.floats(1, 100)), min_size=3, max_size=20)


@given(SIZES)
def test_below_one_in_twenty_the_interval_leaves_zero_out_and_above_it_does_not(
    sizes: list[tuple[float, float]],
) -> None:
    base, current = (np.array(end) for end in zip(*sizes, strict=True))
    effect = current - base
    for found in (
        ratio_change(base, current),
        signed_fraction(float(effect.sum()), without_each(effect), base),
        share_contrasts(
            [Shares(np.minimum(current, base)[None] / 1.5, base[None])], [Shares(base[None] / 2, base[None])]
        ).at(0),
    ):
        agrees(found)


@given(SIZES, st.integers(0, 1000))
def test_so_it_is_where_the_interval_is_made_wider_or_is_of_something_else(
    sizes: list[tuple[float, float]], seed: int
) -> None:
    """Floored displays, lost pages and returns make an interval of their own: a p-value that was left behind, or went
    on telling of another one, would call belts moved that have not."""
    base, current = (np.array(end) for end in zip(*sizes, strict=True))
    known = ratio_change(base, current)
    random = np.random.default_rng(seed)
    spread = [end * random.lognormal(0, 0.2, (8, len(sizes))) for end in (base, current)]
    agrees(imputed_change(base, current, Draws(*spread, np.ones(len(sizes), dtype=bool))))
    agrees(with_spread(known, Spread(0.01, 5.0)))
    agrees(net_of_returns(known, base_return_share=0.05, return_share=0.2))


def agrees(found: Interval) -> None:
    assert found.p_value is not None
    assert found.low is not None
    assert found.high is not None
    if abs(found.p_value - 0.05) > 1e-9:
        assert (found.p_value < 0.05) == (found.low > 0 or found.high < 0)


def test_a_change_that_is_certain() -> None:
    base = np.array([1.0, 2.0, 3.0])
    assert ratio_change(base, base / 2).p_value == 0.0
    assert ratio_change(base, base).p_value == 1.0
    assert ratio_change(base, np.array([0.0, 0.0, 0.0])).p_value is None
    assert ratio_change(base[:1], base[:1]).p_value is None
