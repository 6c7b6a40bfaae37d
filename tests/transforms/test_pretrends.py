"""The label: what passes for an effect, and how often a planted drift is found out."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from transforms.group_time import NEVER, Adoption, Mean, group_time_effects, normal_degrees
from transforms.pretrends import DRIFT_TO_SEE, PreTrend, after, joint_p_value, pre_trend
from transforms.uncertainty import Interval

WORLDS = 60


def world(seed: int, drift: float = 0.0, step: float = 0.07, effect: float = 0.2, bend: float = 0.0) -> Adoption:
    """100 merchants over 24 readings, 30 of whom adopt between the 9th and the 19th; `drift` per reading is theirs all
    along, `bend` theirs at the reading before adoption only."""
    random = np.random.default_rng(seed)
    first = np.where(np.arange(100) < 30, random.integers(9, 19, 100), NEVER)
    at = np.arange(24)[None, :]
    outcome = np.cumsum(random.normal(0, step, (100, 24)), axis=1) + random.normal(0, 0.05, (100, 24))
    outcome += drift * at * (first < NEVER)[:, None] + effect * (at >= first[:, None])
    outcome += bend * (at == first[:, None] - 3)
    return Adoption(outcome, first, np.zeros(100, dtype=int), np.arange(100))


def share_called_effect(**planted: float) -> float:
    labels = [pre_trend(group_time_effects(world(seed, **planted))).is_effect for seed in range(WORLDS)]
    return float(np.mean(labels))


def test_parallel_trends_pass_and_a_drift_is_found_out() -> None:
    """A drift of 0.03 per reading makes about 0.2 of the estimate, as much as the planted effect."""
    assert share_called_effect() > 0.8
    assert share_called_effect(drift=0.03) < 0.05
    assert share_called_effect(drift=-0.03) < 0.05


def test_a_dip_before_adoption_is_found_out_by_the_joint_test_though_it_is_no_drift() -> None:
    """Merchants who adopt because their sales fell: the rise after it would have come by itself."""
    assert share_called_effect(bend=-0.15) < 0.1


def test_a_test_that_could_not_have_seen_a_drift_is_none() -> None:
    trends = [pre_trend(group_time_effects(world(seed, step=0.3))) for seed in range(20)]
    assert all(trend.smallest_seen > DRIFT_TO_SEE for trend in trends)
    assert not any(trend.is_effect for trend in trends)


def test_the_drift_said_to_be_seen_is_seen_four_times_in_five() -> None:
    trends = [pre_trend(group_time_effects(world(seed))) for seed in range(300)]
    drifts = [trend.smallest_seen / trend.reach for trend in trends]
    moved = [
        replace(trend.drift, low=trend.drift.low + d, high=trend.drift.high + d)
        for trend, d in zip(trends, drifts, strict=True)
    ]
    found = np.mean([drift.low > 0 for drift in moved])
    assert stats.binom.cdf(found * 300, 300, 0.8) > 0.001
    assert stats.binom.sf(found * 300 - 1, 300, 0.86) > 0.001


def test_the_label_does_not_look_at_the_estimate() -> None:
    for seed in range(5):
        none, large = (pre_trend(group_time_effects(world(seed, effect=effect))) for effect in (0.0, 2.0))
        assert none.is_effect == large.is_effect
        assert none.drift.value == pytest.approx(large.drift.value)
        assert none.p_value == pytest.approx(large.p_value)


def test_the_joint_test_rejects_no_more_often_than_it_says() -> None:
    """Hotelling's statistic is on the safe side with few merchants."""
    values = [pre_trend(group_time_effects(world(seed))).p_value for seed in range(300)]
    assert stats.binom.sf(sum(value < 0.05 for value in values) - 1, 300, 0.05) > 0.001


def test_one_lag_alone_is_a_students_test() -> None:
    without = np.random.default_rng(2).normal(0.1, 0.01, (30, 1))
    lag = Mean(np.array([0.1]), without)
    error = np.sqrt(29 / 30 * ((without - without.mean()) ** 2).sum())
    degrees = normal_degrees((without - 0.1)[:, 0])
    assert joint_p_value(lag) == pytest.approx(2 * stats.t.sf(0.1 / error, degrees))


def test_too_few_lags_or_merchants_are_an_association() -> None:
    young = world(1)
    short = replace(young, outcome=young.outcome[:, :6], first=np.where(young.first < NEVER, 3, NEVER))
    assert len(pre_trend(group_time_effects(short)).lags) == 2
    assert not pre_trend(group_time_effects(short)).is_effect
    nobody = replace(young, first=np.full(100, NEVER))
    trend = pre_trend(group_time_effects(nobody))
    assert (trend.is_effect, trend.p_value, trend.drift.value, trend.smallest_seen) == (False, None, None, None)


def test_reach_counts_readings_from_the_last_one_before_adoption() -> None:
    outcome = np.random.default_rng(1).normal(size=(30, 6))
    effects = group_time_effects(Adoption(outcome, np.repeat([2, NEVER], 15), np.zeros(30, int), np.arange(30)))
    assert effects.lags[after(effects)].min() == 1
    assert pre_trend(effects).reach == np.mean([2, 3, 4])


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.4, 0.9, 2.0), (-0.9, -0.4, 2.0), (-0.1, 0.9, 0.0), (None, None, None)]
)
def test_breakdown_is_how_many_times_the_largest_step_undoes_the_effect(
    low: float | None, high: float | None, expected: float | None
) -> None:
    """Steps of 0.1 at two readings add up to 0.2: twice as large ones bring 0.4 to nought."""
    trend = PreTrend(Interval(0.0), np.array([0.05, -0.1]), 0.5, 2.0)
    assert trend.breakdown(Interval(0.6, low, high)) == (None if expected is None else pytest.approx(expected))
