import numpy as np
import pytest

from benchmarks.planted_world import matched_change
from sandbox.troubled import draw
from transforms.page_spread import Spread, with_spread
from transforms.uncertainty import Interval, ratio_change


def test_two_variances_add_up_and_a_sure_one_changes_nothing() -> None:
    random = np.random.default_rng(7)
    known = ratio_change(random.lognormal(9, 1, 40), random.lognormal(9, 1, 40))
    assert with_spread(known, None) == known
    assert with_spread(known, Spread(0.0, 4.0)) == known
    assert known.standard_error is not None
    assert known.low is not None
    assert known.high is not None
    wider = with_spread(known, Spread(3 * known.standard_error**2, 1000.0))
    assert wider.standard_error == pytest.approx(2 * known.standard_error)
    assert wider.low is not None
    assert wider.high is not None
    assert wider.low < known.low < known.high < wider.high
    assert wider.value == known.value


def test_no_interval_stays_none() -> None:
    assert with_spread(Interval(0.1), Spread(1.0, 3.0)) == Interval(0.1)


def test_lost_pages_widen_the_interval_of_a_troubled_belt_and_it_holds_the_planted_change() -> None:
    found = [matched_change(draw(-0.25, 120, seed)) for seed in range(1, 9)]
    whole = [matched_change(draw(-0.25, 120, seed, lost=0.0)) for seed in range(1, 9)]
    widths = [np.mean([one.high - one.low for one in some]) for some in (found, whole)]  # type: ignore[operator]
    assert widths[0] > widths[1]
    assert sum(one.low <= -0.25 <= one.high for one in found) >= 7  # type: ignore[operator]
