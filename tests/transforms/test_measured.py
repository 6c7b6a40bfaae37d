from datetime import date

import numpy as np
import pytest

from configs.publication import shipped_rules
from tests.transforms.views import view_of
from transforms.coverage import Coverage
from transforms.forms import Measured
from transforms.measured import change_of, measure, measured_figures
from transforms.samples import Estimate
from transforms.uncertainty import Interval
from transforms.view import View

FULL = Coverage(1.0, 1.0)


def nothing(view: View) -> Estimate | None:
    return None


def test_a_difference_reaches_as_far_as_both_levels_together() -> None:
    """Sides of 0.03 and 0.04 make 0.05; a ratio is made so on its logarithm."""
    now, then = Interval(0.5, 0.47, 0.56), Interval(0.3, 0.2, 0.34)
    change = change_of(now, then, Measured(nothing))
    assert (change.value, change.low, change.high) == pytest.approx((0.2, 0.15, 0.2 + np.hypot(0.06, 0.1)))
    ratio = change_of(now, then, Measured(nothing, changes_by="ratio"))
    below = np.exp(-np.hypot(np.log(0.5 / 0.47), np.log(0.34 / 0.3)))
    assert (ratio.value, ratio.low) == pytest.approx((0.5 / 0.3 - 1, 0.5 / 0.3 * below - 1))


def test_a_level_without_a_year_ago_stands_beside_a_suppressed_change() -> None:
    now = measure(view_of(np.full((1, 40), 2.0), range(40)))
    assert set(now) == {"title_homogeneity", "title_hhi"}
    rows = list(measured_figures(now, {}, FULL, shipped_rules()))
    assert [(row.comparison, row.segment, row.decision.reason) for row in rows] == [
        ("level", "all", "none"),
        ("yoy", "all", "no_base"),
    ] * 2
    both = list(measured_figures(now, now, FULL, shipped_rules()))
    assert [row.interval.value for row in both] == pytest.approx([0.0, 0.0, 10_000 / 40, 0.0])
    assert [row.unit for row in both] == ["share", "share", "ratio", "change"]


def test_few_merchants_are_not_told_of() -> None:
    now = measure(view_of(np.full((1, 9), 2.0), range(9)))
    rows = list(measured_figures(now, now, FULL, shipped_rules()))
    assert {row.decision.reason for row in rows} == {"few_merchants"}


def test_a_week_that_was_not_read_has_nothing() -> None:
    view = view_of(np.full((1, 40), 2.0), range(40))
    assert measure(View(view.past, date(2025, 1, 6))) == {}
