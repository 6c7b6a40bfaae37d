"""Turnbull's estimate against published answers and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.turnbull import log_log_interval, self_consistent, still_there

# Weeks in remission of 21 children on 6-mercaptopurine, and of those who had no relapse when last seen (Freireich and
# others 1963); the estimates and their standard errors stand in most textbooks of survival
RELAPSED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
LAST_SEEN = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
PUBLISHED = {  # S(t), Greenwood's standard error, and the 95 % interval on the log-log scale
    6: (0.8571, 0.0764, 0.620, 0.952),
    7: (0.8067, 0.0869, 0.563, 0.923),
    10: (0.7529, 0.0963, 0.503, 0.889),
    13: (0.6902, 0.1068, 0.432, 0.849),
    16: (0.6275, 0.1141, 0.368, 0.805),
    22: (0.5378, 0.1282, 0.268, 0.747),
    23: (0.4482, 0.1346, 0.188, 0.680),
}
NORMAL = 1.959964


def remissions() -> tuple[np.ndarray, np.ndarray]:
    """The cells are the times of relapse and what comes after."""
    times = np.array([*sorted(set(RELAPSED)), np.inf])
    rows = [times == time for time in RELAPSED] + [times > time for time in LAST_SEEN]
    return np.array(rows, dtype=float), times


@pytest.mark.parametrize("week", PUBLISHED)
def test_the_remissions_of_freireich_have_their_published_estimates(week: int) -> None:
    chance, times = remissions()
    found = still_there(chance, times > week)
    assert found.value is not None
    assert found.standard_error is not None
    error = found.standard_error * found.value * -np.log(found.value)
    interval = log_log_interval(found.value, error, NORMAL)
    told = (found.value, error, interval.low, interval.high)
    assert told == pytest.approx(PUBLISHED[week], abs=6e-4)
    assert found.low < interval.low  # type: ignore[operator]  # Student's quantile is the larger


def test_overlapping_intervals_have_the_closed_form() -> None:
    """Two left in cell 0, one in 1, one in either; of 0.5 and 0.25 the unsure one takes 2/3 and 1/3."""
    chance = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]], dtype=float)
    masses = self_consistent(chance, np.ones(6))
    assert masses == pytest.approx([(2 + 2 / 3) / 6, (1 + 1 / 3) / 6, 1 / 3], abs=1e-8)
    assert still_there(chance, np.array([False, False, True])).value == pytest.approx(1 / 3)


def test_members_of_whom_nothing_is_known_add_nothing() -> None:
    known = np.array([[1, 0]] * 3 + [[0, 1]] * 7, dtype=float)
    more = np.concatenate([known, np.ones((5, 2))])
    is_beyond = np.array([False, True])
    assert still_there(more, is_beyond).value == pytest.approx(0.7)
    errors = [still_there(chance, is_beyond).standard_error for chance in (known, more)]
    assert errors[0] == pytest.approx(errors[1])


def test_a_visit_that_misses_a_known_part_is_counted_up() -> None:
    """Of 90 who stay and 10 who leave a visit misses a fifth: 72 are seen."""
    chance = np.array([[0.0, 1.0]] * 72 + [[1.0, 0.2]] * 28)
    assert still_there(chance, np.array([False, True])).value == pytest.approx(0.9, abs=1e-6)


def test_all_and_none_have_the_rule_of_three() -> None:
    is_beyond, reach = np.array([False, True]), 1 - 0.05 ** (1 / 30)
    stay, leave = (np.tile(row, (30, 1)) for row in ([0.0, 1.0], [1.0, 0.0]))
    found = [still_there(chance, is_beyond) for chance in (stay, leave)]
    assert [(one.value, one.low, one.high) for one in found] == [
        (1, pytest.approx(1 - reach), 1),
        (0, 0, pytest.approx(reach)),
    ]


@pytest.mark.parametrize("chance", [np.ones((12, 2)), np.array([[1.0, 0, 0], [0, 1, 1], [0, 1, 1]])])
def test_what_nothing_tells_apart_has_no_value(chance: np.ndarray) -> None:
    assert still_there(chance, np.arange(chance.shape[1]) == chance.shape[1] - 1).value is None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), min_size=3, max_size=25), st.integers(1, 5))
def test_with_all_exits_known_it_is_the_product_of_kaplan_and_meier(
    members: list[tuple[int, int]], horizon: int
) -> None:
    """(cell, kind): kind 0 leaves sight after the cell, any other leaves for good in it; 5 is beyond all."""
    cells = np.arange(6)
    rows = [(cells > cell) if kind == 0 and cell < 5 else (cells == cell) for cell, kind in members]
    product = 1.0
    for cell in range(horizon):
        at_risk = sum(other >= cell for other, _ in members)
        gone = sum(other == cell and kind != 0 for other, kind in members)
        product *= 1 - gone / at_risk if at_risk else np.nan
    found = still_there(np.array(rows, dtype=float), cells >= horizon)
    if found.value is not None and not np.isnan(product):
        assert found.value == pytest.approx(product, abs=2e-4)


def test_one_of_thirty_gone_for_certain_has_its_own_interval() -> None:
    """Clopper and Pearson's exact interval for 29 of 30 is 0.828 to 0.999; that of none gone begins at 0.905."""
    chance = np.array([[1.0, 0.0]] + [[0.0, 1.0]] * 29)
    found = still_there(chance, np.array([False, True]))
    assert (found.low, found.high) == (pytest.approx(0.78, abs=0.03), pytest.approx(0.995, abs=0.005))
