"""Weeks are made in portions: small ones together, large ones alone, each once while its portion is kept."""

from collections.abc import Mapping
from datetime import date, timedelta

from flows.portions import KEPT, ROWS, Portions

MONDAYS = [date(2026, 1, 5) + timedelta(weeks=number) for number in range(8)]


class Maker:
    """Makes the ordinal of each week, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[date]] = []

    def __call__(self, weeks: list[date]) -> Mapping[date, int]:
        self.asked.append(weeks)
        return {week: week.toordinal() for week in weeks}


def test_small_weeks_are_made_at_once() -> None:
    maker = Maker()
    found = Portions(dict.fromkeys(MONDAYS, 10), maker)
    assert [found[week] for week in reversed(MONDAYS)] == [week.toordinal() for week in reversed(MONDAYS)]
    assert maker.asked == [MONDAYS]


def test_no_portion_of_several_weeks_is_too_large() -> None:
    maker, sizes = Maker(), [ROWS // 2, ROWS // 2, 1, ROWS + 1, 0, ROWS, 5, 5]
    found = Portions(dict(zip(MONDAYS, sizes, strict=True)), maker)
    assert [found[week] for week in MONDAYS] == [week.toordinal() for week in MONDAYS]
    rows = dict(zip(MONDAYS, sizes, strict=True))
    assert [week for weeks in maker.asked for week in weeks] == MONDAYS
    assert all(len(weeks) == 1 or sum(rows[week] for week in weeks) <= ROWS for weeks in maker.asked)


def test_a_portion_is_made_again_once_it_was_let_go() -> None:
    maker = Maker()
    found = Portions(dict.fromkeys(MONDAYS, ROWS), maker)
    for week in MONDAYS[: KEPT + 1]:
        assert found[week] == week.toordinal()
    made = len(maker.asked)
    assert found[MONDAYS[KEPT]] == MONDAYS[KEPT].toordinal()
    assert len(maker.asked) == made
    assert found[MONDAYS[0]] == MONDAYS[0].toordinal()
    assert len(maker.asked) == made + 1


def test_a_week_that_there_is_nothing_of_is_not_there() -> None:
    found = Portions({MONDAYS[0]: 1}, Maker())
    assert MONDAYS[0] in found
    assert MONDAYS[1] not in found
