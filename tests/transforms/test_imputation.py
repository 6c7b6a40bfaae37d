import numpy as np
import pytest
from scipy import stats

from transforms.imputation import Draws, imputed_change
from transforms.uncertainty import Interval, ratio_change


def draws(base: list[list[float]], current: list[list[float]]) -> Draws:
    then, now = np.array(base), np.array(current)
    return Draws(then, now, np.ones(then.shape[1], dtype=bool))


def test_it_is_rubins_rule_over_the_jackknives_of_the_draws() -> None:
    random = np.random.default_rng(2)
    base = random.lognormal(3, 1, 30)
    current = base * random.lognormal(-0.3, 0.5, 30)
    then, now = (sums * random.lognormal(0, 0.2, (20, 30)) for sums in (base, current))
    found = imputed_change(base, current, draws(then.tolist(), now.tolist()))
    each = [ratio_change(one, other) for one, other in zip(then, now, strict=True)]
    within = np.mean([part.standard_error**2 for part in each])
    between = 1.05 * np.var([np.log1p(part.value) for part in each], ddof=1)
    nu_within, variance = np.mean([part.degrees for part in each]), within + between
    nu = variance**2 / (within**2 / nu_within + between**2 / 19)
    reach = stats.t.ppf(0.975, nu) * np.sqrt(variance)
    ratio = current.sum() / base.sum()
    assert found.value == ratio_change(base, current).value
    assert (found.low, found.high) == pytest.approx((ratio * np.exp(-reach) - 1, ratio * np.exp(reach) - 1))
    assert found.degrees == pytest.approx(nu)


def test_equal_draws_add_nothing() -> None:
    base, current = np.array([5.0, 6.0, 7.0]), np.array([4.0, 6.0, 5.0])
    known = ratio_change(base, current)
    found = imputed_change(base, current, draws([base.tolist()] * 20, [current.tolist()] * 20))
    assert (found.value, found.low, found.high) == pytest.approx((known.value, known.low, known.high), rel=1e-12)


def test_all_merchants_halved_for_sure_is_minus_half_for_sure() -> None:
    base = np.array([5.0, 6.0, 7.0])
    found = imputed_change(base, base / 2, draws([base.tolist()] * 20, [(base / 2).tolist()] * 20))
    assert (found.value, found.low, found.high) == (-0.5, -0.5, -0.5)


@pytest.mark.parametrize(
    ("base", "current", "expected"),
    [
        ([4.0], [3.0], Interval(-0.25)),
        ([0.0, 0.0], [1.0, 2.0], Interval(None)),
        ([4.0, 4.0], [4.0, 0.0], Interval(-0.5)),
    ],
    ids=["one merchant", "no base", "one holds all now"],
)
def test_what_cannot_be_known_is_none(base: list[float], current: list[float], expected: Interval) -> None:
    assert imputed_change(np.array(base), np.array(current), draws([base] * 20, [current] * 20)) == expected


def test_no_interval_where_one_merchant_holds_all_of_a_draw() -> None:
    found = imputed_change(np.array([4.0, 4.0]), np.array([2.0, 3.0]), draws([[4.0, 0.0]] * 20, [[2.0, 3.0]] * 20))
    assert found == Interval(-0.375)
