"""The line of 52 weeks stands at its planted places, with gaps for weeks that are not there."""

import re
from datetime import date

import pytest

from configs.calendar import WEEK
from reports.sparks import HEIGHT, MARGIN, WIDTH, scale_of, sparkline

LAST = date(2026, 11, 16)


def drawn(history: dict[int, float], scale: tuple[float, float] = (-0.5, 0.5)) -> str:
    """The line of changes by weeks before the last."""
    return str(sparkline({LAST - WEEK * back: change for back, change in history.items()}, LAST, scale, "down", "x"))


def runs(svg: str) -> list[list[tuple[float, float]]]:
    """The points of each unbroken part of the line."""
    found = re.search(r'class="line" d="([^"]*)"', svg)
    assert found
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", run)] for run in found[1].split("M") if run
    ]


def test_points_stand_at_their_weeks_and_changes() -> None:
    (line,) = runs(drawn({51: 0.5, **{back: 0.0 for back in range(1, 51)}, 0: -0.5}))
    assert len(line) == 52
    assert line[0] == (MARGIN, MARGIN)
    assert line[-1] == (WIDTH - MARGIN, HEIGHT - MARGIN)
    assert {y for _, y in line[1:-1]} == {HEIGHT / 2}


def test_a_missing_week_is_a_gap_and_a_lone_week_a_point() -> None:
    svg = drawn({10: 0.1, 9: 0.1, 7: 0.1, 4: 0.1, 3: 0.1, 2: 0.1})
    assert [len(run) for run in runs(svg)] == [2, 1, 3]
    assert svg.count("h0") == 1
    assert "<circle" not in svg


def test_weeks_before_the_window_or_after_the_last_are_not_drawn() -> None:
    assert [len(run) for run in runs(drawn({52: 0.1, 51: 0.1, 0: 0.1, -1: 0.1}))] == [1, 1]


def test_nothing_is_drawn_of_no_weeks() -> None:
    assert runs(drawn({})) == []


@pytest.mark.parametrize(
    ("changes", "scale"),
    [
        ([-0.5, 0.2], (-0.5, 0.2)),
        ([-0.5], (-0.5, 0.0)),
        ([9.0], (0.0, 1.0)),
        ([0.01], (-0.05, 0.05)),
        ([], (-0.05, 0.05)),
    ],
)
def test_one_scale_holds_all_changes_and_zero(changes: list[float], scale: tuple[float, float]) -> None:
    assert scale_of([{LAST: change} for change in changes]) == scale


def test_what_leaves_the_scale_stays_in_the_drawing() -> None:
    assert runs(drawn({0: 9.0})) == [[(WIDTH - MARGIN, MARGIN)]]
