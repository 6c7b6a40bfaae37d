"""Group-time effects against hand cases, another implementation, plain loops, and worlds whose effects are planted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.adopters_textbook import two_way_slope
from transforms.group_time import LEADS, NEVER, Adoption, Effects, group_time_effects, normal_degrees

YUAN = st.floats(-5, 5)


def adoption(outcome: object, first: object, stratum: object = None, merchant: object = None) -> Adoption:
    """Units of one stratum, each a merchant of its own, unless said otherwise."""
    y = np.array(outcome, dtype=float)
    strata = np.zeros(len(y), dtype=int) if stratum is None else np.array(stratum)
    return Adoption(y, np.array(first), strata, np.arange(len(y)) if merchant is None else np.array(merchant))


def at(effects: Effects, lag: int) -> float:
    return float(effects.over(effects.lags == lag).value)


def drawn(seed: int, units: int = 24, readings: int = 9) -> Adoption:
    """Units with gaps, of 3 strata, some merchants with units in two of them, adopting at any time or never."""
    random = np.random.default_rng(seed)
    outcome = np.cumsum(random.normal(size=(units, readings)), axis=1)
    outcome[random.random(outcome.shape) < 0.15] = np.nan
    merchants = units * 3 // 4
    merchant = np.arange(units) % merchants
    first = np.where(random.random(merchants) < 0.5, random.integers(0, readings, merchants), NEVER)
    return Adoption(outcome, first[merchant], np.repeat([0, 1, 2], units // 3), merchant)


def by_loops(data: Adoption, lags: list[int]) -> float:
    """The mean effect at some lags, as the definition reads."""
    gains = []
    for unit, group in enumerate(data.first):
        for lag in lags:
            t = group + lag
            base = min(t, group) - 1
            if group in (0, NEVER) or not 0 <= base < t < data.outcome.shape[1]:
                continue
            changes = data.outcome[:, t] - data.outcome[:, base]
            others = (data.first > t) & (data.first != group) & (data.stratum == data.stratum[unit])
            controls = changes[others & ~np.isnan(changes)]
            if len(controls) >= 2 and not np.isnan(changes[unit]):
                gains.append(changes[unit] - controls.mean())
    return float(np.mean(gains)) if gains else float("nan")


def test_ten_to_thirteen_against_ten_to_eleven_is_two() -> None:
    effects = group_time_effects(adoption([[10, 13], [10, 11], [10, 11]], [1, NEVER, NEVER]))
    assert at(effects, 0) == 2.0


@given(before=st.lists(st.tuples(YUAN, YUAN), min_size=2, max_size=9), data=st.data())
def test_two_readings_and_one_group_are_the_difference_of_mean_differences(
    before: list[tuple[float, float]], data: st.DataObject
) -> None:
    treated = data.draw(st.lists(st.tuples(YUAN, YUAN), min_size=2, max_size=9))
    effects = group_time_effects(adoption([*treated, *before], [1] * len(treated) + [NEVER] * len(before)))
    mean = [np.mean([now - then for then, now in side]) for side in (treated, before)]
    assert at(effects, 0) == pytest.approx(mean[0] - mean[1], abs=1e-12)


def test_the_numbers_of_another_implementation() -> None:
    """csdid 0.4.3: control group notyettreated, est_method reg, base period varying, aggregated by lag and in all."""
    i, t = np.arange(40)[:, None], np.arange(8)[None, :]
    group = np.array([3, 5, 6, 0, 0] * 8)[:, None]
    lift = np.where((group > 0) & (t + 1 >= group), 0.3 + 0.05 * (t + 1 - group) + 0.02 * group, 0)
    outcome = np.sin(1.7 * i) + 0.1 * t * np.cos(0.3 * i) + 0.2 * np.sin(3.1 * i * t + t) + lift
    effects = group_time_effects(adoption(outcome, np.where(group > 0, group - 1, NEVER)[:, 0]))
    expected = {
        **{-4: 0.017762858757286573, -3: -0.022181261788535137, -2: 0.02734286376251586, -1: -0.00982484917791623},
        **{0: 0.39735153369164145, 1: 0.449022887152597, 2: 0.4922935961948906, 3: 0.5334611659199752},
        **{4: 0.541401838749876, 5: 0.6133512090336022},
    }
    assert {lag: found.value for lag, found in effects.by_lag().items()} == pytest.approx(expected, abs=1e-14)
    after = effects.over(effects.lags >= 0)
    assert after.value == pytest.approx(0.47982149467237034, abs=1e-14)
    # its standard error, by influence functions without a correction for few clusters, is 0.0760
    assert after.interval().standard_error == pytest.approx(0.07597099514183463, rel=0.06)


@pytest.mark.parametrize("seed", range(6))
def test_every_sum_of_lags_is_what_plain_loops_give(seed: int) -> None:
    data = drawn(seed)
    effects = group_time_effects(data)
    for lags in ([0], [1, 2, 3, 4, 5, 6, 7], [-3], [-2, -1]):
        assert effects.over(np.isin(effects.lags, lags)).value == pytest.approx(by_loops(data, lags), nan_ok=True)


@pytest.mark.parametrize("lags", [(0, 7), (1, 7), (-8, -1), (-2, -2)])
@pytest.mark.parametrize("seed", range(3))
def test_what_remains_without_a_merchant_is_the_estimate_made_without_it(seed: int, lags: tuple[int, int]) -> None:
    data = drawn(seed, units=60)
    effects = group_time_effects(data)
    is_in = (effects.lags >= lags[0]) & (effects.lags <= lags[1])
    mean = effects.over(is_in)
    merchants = np.flatnonzero(effects.takes_part(is_in))
    expected = [by_loops(without(data, merchant), effects.lags[is_in].tolist()) for merchant in merchants]
    assert mean.without == pytest.approx(np.array(expected))
    count = len(merchants)
    spread = np.sqrt((count - 1) * np.mean((mean.without - mean.without.mean()) ** 2))
    assert mean.interval().standard_error == pytest.approx(spread)


@pytest.mark.parametrize("lags", [(0, 7), (1, 7), (-8, -1)])
@pytest.mark.parametrize("units", [9, 12, 18])
def test_it_is_where_cells_have_two_controls_and_lose_one_too(units: int, lags: tuple[int, int]) -> None:
    """A comparison with one control is left out, so that without either of two the whole cell is gone."""
    pairs = 0
    for seed in range(12):
        data = drawn(seed, units=units)
        effects = group_time_effects(data)
        is_in = (effects.lags >= lags[0]) & (effects.lags <= lags[1])
        merchants = np.flatnonzero(effects.takes_part(is_in))
        expected = [by_loops(without(data, merchant), effects.lags[is_in].tolist()) for merchant in merchants]
        found = effects.over(is_in).without
        assert len(found) == (len(merchants) if np.isfinite(expected).all() else 0)
        assert found == pytest.approx(np.array(expected[: len(found)]))
        pairs += int((effects.loss[:, is_in] > 0).sum())
    assert pairs > 10


def without(data: Adoption, merchant: int) -> Adoption:
    stays = data.merchant != merchant
    return Adoption(data.outcome[stays], data.first[stays], data.stratum[stays], data.merchant[stays])


def test_effects_that_grow_are_found_where_two_way_fixed_effects_are_far_off() -> None:
    """Two groups, no noise: an effect that grows by 1 per reading. Early adopters then serve two-way fixed effects as
    controls of late ones with the wrong trend."""
    groups = np.repeat([2, 8, NEVER], [40, 40, 3])
    readings = np.arange(12)
    lift = np.where(readings >= groups[:, None], readings - groups[:, None] + 1.0, 0.0)
    data = adoption(np.arange(83)[:, None] + np.sin(readings) + lift, groups)
    effects = group_time_effects(data)
    planted = lift[lift > 0].mean()
    assert effects.over(effects.lags >= 0).value == pytest.approx(planted)
    assert [at(effects, lag) for lag in range(10)] == pytest.approx(np.arange(1.0, 11.0))
    assert [at(effects, lag) for lag in range(-7, 0)] == pytest.approx(np.zeros(7))
    assert abs(two_way_slope(data)[0] - planted) > 1


def test_controls_are_those_of_the_same_stratum_not_yet_treated() -> None:
    """Strata move apart, and whoever was treated before jumps about: neither tells."""
    outcome = [[0, 0, 5], [0, 0, 1], [0, 0, 1], [0, 0, 99], [0, 0, -50], [0, 0, -50]]
    first = [2, NEVER, NEVER, 1, NEVER, NEVER]
    effects = group_time_effects(adoption(outcome, first, stratum=[0, 0, 0, 0, 1, 1]))
    assert by_loops(adoption(outcome, first, stratum=[0, 0, 0, 0, 1, 1]), [0]) == pytest.approx((4 + 0) / 2)
    assert effects.gain[0].sum() == 4.0


def test_the_order_of_units_tells_nothing_and_a_merchant_always_treated_takes_no_part() -> None:
    data = drawn(7, units=60)
    shuffled = np.random.default_rng(1).permutation(60)
    order = shuffled[np.argsort(data.stratum[shuffled], kind="stable")]
    again = Adoption(*(getattr(data, name)[order] for name in ("outcome", "first", "stratum", "merchant")))
    effects, other = group_time_effects(data), group_time_effects(again)
    assert other.over(other.lags >= 0).value == pytest.approx(float(effects.over(effects.lags >= 0).value))
    always = np.isin(np.arange(len(effects.gain)), data.merchant[data.first == 0])
    assert always.any()
    assert not effects.takes_part(effects.lags >= -LEADS)[always].any()


def test_nothing_treated_is_no_effect_and_one_merchant_no_interval() -> None:
    nobody = group_time_effects(adoption([[1, 2], [1, 3]], [NEVER, NEVER]))
    assert nobody.over(nobody.lags >= 0).interval().value is None
    alone = group_time_effects(adoption([[1, 2], [1, 3], [1, 3]], [1, NEVER, NEVER]))
    interval = alone.over(alone.lags >= 0).interval()
    assert (interval.value, interval.low) == (-1.0, None)


def test_degrees_of_freedom_count_equal_merchants_and_see_one_that_carries_all() -> None:
    random = np.random.default_rng(3)
    equal = [normal_degrees(random.normal(size=200)) for _ in range(200)]
    assert np.mean(equal) == pytest.approx(200, rel=0.06)
    assert normal_degrees(np.array([1.0, *[1e-9] * 50])) == 2.0
    assert normal_degrees(np.zeros(7)) == 7.0
