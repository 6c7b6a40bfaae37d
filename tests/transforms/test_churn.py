import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.churn import churn
from transforms.panels import Panel
from transforms.uncertainty import Interval

STANDS = st.lists(st.sampled_from([(1, 1), (1, 0), (0, 1)]), min_size=2, max_size=60)


def churn_of(*merchants: tuple[int, int]) -> dict[str, Interval]:
    base, current = (np.array(end, dtype=float) for end in zip(*merchants, strict=True))
    return dict(churn(Panel(np.arange(len(base)), base, current, np.ones(len(base), dtype=np.int64))))


def test_six_stay_two_go_and_four_come() -> None:
    found = churn_of(*[(1, 1)] * 6, *[(1, 0)] * 2, *[(0, 1)] * 4)
    assert [interval.value for interval in found.values()] == pytest.approx([4 / 8, 2 / 8, 6 / 18])
    assert all(interval.low < interval.value < interval.high for interval in found.values())  # type: ignore[operator]


def test_more_may_come_than_stood() -> None:
    entry = churn_of(*[(1, 1)] * 4, *[(0, 1)] * 12)["entry_share"]
    assert entry.value == pytest.approx(3)
    assert entry.low < 3 < entry.high  # type: ignore[operator]


def test_nobody_of_thirty_came_or_went_is_not_never() -> None:
    found = churn_of(*[(1, 1)] * 30)
    reach = 1 - 0.05 ** (1 / 30)
    assert (found["exit_share"].value, found["exit_share"].high) == pytest.approx((0, reach))
    assert (found["entry_share"].value, found["entry_share"].high) == pytest.approx((0, reach / (1 - reach)))


@given(merchants=STANDS)
def test_an_interval_holds_its_value(merchants: list[tuple[int, int]]) -> None:
    for interval in churn_of(*merchants).values():
        if interval.low is not None:
            assert interval.low <= interval.value + 1e-9  # type: ignore[operator]
            assert interval.value <= interval.high + 1e-9  # type: ignore[operator]


def test_without_merchants_a_year_ago_nothing_is_told() -> None:
    assert {interval.value for interval in churn_of(*[(0, 1)] * 5).values()} == {None}
