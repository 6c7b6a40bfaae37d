"""Who of a belt's merchants is still there after a year: what visits tell, and what a lost page does not."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from benchmarks.survival_coverage import trials
from configs.calendar import WEEK, year_ago
from configs.publication import shipped_rules
from flows.rests import rests_on
from transforms.coverage import Coverage
from transforms.figures import Figure
from transforms.footing import PagesRead, share_read
from transforms.past import Past
from transforms.survivors import sold_titles, survival_figure, visit, visit_weeks

NOW = date(2026, 11, 16)
WEEKS = visit_weeks(NOW)
TOWELS, RUGS = ("practice", "towels"), ("practice", "rugs")
WORDS = ("毛巾", "玩具")
BeltRows = Callable[..., pl.DataFrame]
WithPast = Callable[..., tuple[Past, pl.DataFrame]]


@pytest.fixture
def told(belt_rows: BeltRows, with_past: WithPast) -> Callable[..., Figure]:
    """Makes the figure of thirty merchants with a listing each, of whom some leave before a visit (by its place in
    WEEKS), are away at some, or have other columns; `read` and `rugs` are the part of the pages stored at a visit."""

    def make(
        leaves: dict[int, int] | None = None,
        away: set[tuple[int, int]] = frozenset(),  # type: ignore[assignment]
        read: dict[int, float] | None = None,
        columns: dict[int, dict[str, object]] | None = None,
        rugs: dict[int, float] | None = None,
        depth: int | None = None,
    ) -> Figure:
        weeks = []
        for at, week in enumerate(WEEKS):
            stands = [m for m in range(30) if at < (leaves or {}).get(m, 99) and (m, at) not in away]
            rows = [
                {"merchant_id": f"m{m:02}", "listing_id": "1", "value_yuan": 100.0} | (columns or {}).get(m, {})
                for m in stands
            ]
            pages = [row.pop("page", 1) for row in rows]
            weeks.append(belt_rows(week, *rows).with_columns(pl.Series("page", pages, pl.Int64)))
        past, _ = with_past(*weeks)
        parts = [{TOWELS: (read or {}).get(at, 1.0), RUGS: (rugs or {}).get(at, 1.0)} for at in range(len(WEEKS))]
        visits = [visit(week, part, {TOWELS: depth}, past) for week, part in zip(WEEKS, parts, strict=True)]
        return survival_figure(past, visits, None, Coverage(1.0, 1.0), shipped_rules())

    return make


def test_visits_are_among_the_weeks_that_the_figures_rest_on() -> None:
    assert (WEEKS[0], WEEKS[-1], len(WEEKS)) == (year_ago(NOW), NOW, 23)
    assert sorted(WEEKS) == WEEKS
    for week in (NOW, date(2026, 1, 5), date(2024, 12, 30)):
        assert set(visit_weeks(week)) <= rests_on(week)


def test_of_thirty_six_go_in_the_course_of_the_year(told: Callable[..., Figure]) -> None:
    found = told({m: 2 + 3 * m for m in range(6)})
    assert found.interval.value == pytest.approx(24 / 30)
    assert (found.merchants, found.listings, found.decision.status) == (30, 30, "published")
    assert found.interval.low < 0.8 < found.interval.high  # type: ignore[operator]


def test_who_comes_back_was_there(told: Callable[..., Figure]) -> None:
    away = {(m, at) for m in range(6) for at in range(3, 15)}
    assert told({7: 10}, away).interval.value == pytest.approx(29 / 30)


def test_a_category_that_failed_in_the_last_week_is_no_exit_of_its_merchants(told: Callable[..., Figure]) -> None:
    """Ten of the rugs are not seen at last: known to have gone where their pages were stored, else not."""
    last = len(WEEKS) - 1
    rugs = {m: {"category": "rugs"} for m in range(20, 30)}
    away = {(m, last) for m in range(20, 30)}
    assert told({0: 5}, away, columns=rugs).interval.value == pytest.approx(19 / 30)
    found = told({0: 5}, away, columns=rugs, rugs={last: 0.0}).interval
    assert found.value == pytest.approx(29 / 30)
    assert found.low < told({0: 5}, columns=rugs).interval.low + 1e-9  # type: ignore[operator]
    assert told({0: 5}, {(m, last) for m in range(30)}).decision.reason == "no_data"


def test_who_is_not_seen_while_pages_are_lost_is_counted_up_by_who_is(told: Callable[..., Figure]) -> None:
    """A fifth of the last week's pages is lost, and five of the twenty-five who were there the week before with it."""
    last = len(WEEKS) - 1
    away = {(m, last) for m in range(10, 15)}
    gone = {m: 4 for m in range(5)}
    assert told(gone, away).interval.value == pytest.approx(20 / 30)
    found = told(gone, away, read={last: 0.8}).interval
    assert found.value == pytest.approx(25 / 30, abs=0.001)
    whole = told(gone).interval
    assert found.low < whole.low  # type: ignore[operator]


def test_weeks_without_coverage_widen_the_exit_and_leave_the_end_alone(told: Callable[..., Figure]) -> None:
    """All is known of the last week: what failed before it moves nothing."""
    gone = {m: 6 + m for m in range(8)}
    lost = {at: 0.0 for at in range(5, 18)}
    away = {(m, at) for m in range(30) for at in lost}
    assert told(gone, away, read=lost).interval == told(gone).interval


def test_who_left_the_belt_but_sells_on_is_there_and_who_sells_something_else_is_not(
    belt_rows: BeltRows, with_past: WithPast
) -> None:
    rows = [{"merchant_id": f"m{m:02}", "listing_id": "1", "value_yuan": 1.0} for m in range(20)]
    titled = [belt_rows(WEEKS[0], *rows), belt_rows(NOW, *[row | {"weight": 0.0} for row in rows])]
    then, now = (
        part.with_columns(title_text=pl.lit(text)) for part, text in zip(titled, ("毛巾", "玩具"), strict=True)
    )
    past, _ = with_past(then, now)
    visits = [visit(week, {TOWELS: 1.0}, {}, past) for week in (WEEKS[0], NOW)]
    ends = Coverage(1.0, 1.0), shipped_rules()
    assert survival_figure(past, visits, None, *ends).interval.value == 1
    is_towel = sold_titles(past.titles, WORDS[:1])
    assert survival_figure(past, visits, is_towel, *ends).interval.value == 0


def test_whoever_stands_below_the_common_depth_is_not_known_of(told: Callable[..., Figure]) -> None:
    deep = {m: {"page": 9} for m in range(12)}
    assert told(columns=deep, depth=5).merchants == 18
    assert told(columns=deep, depth=9).merchants == 30


def test_few_merchants_and_no_base_are_withheld(belt_rows: BeltRows, with_past: WithPast) -> None:
    rows = [{"merchant_id": f"m{m}", "listing_id": "1", "value_yuan": 1.0} for m in range(9)]
    past, _ = with_past(belt_rows(WEEKS[0], *rows), belt_rows(NOW, *rows))
    ends = Coverage(1.0, 1.0), shipped_rules()
    seen = [visit(week, {TOWELS: 1.0}, {}, past) for week in (WEEKS[0], NOW)]
    assert survival_figure(past, seen, None, *ends).decision.reason == "few_merchants"
    without = [visit(week, {TOWELS: 1.0}, {}, past) for week in (WEEKS[0] - WEEK, NOW)]
    assert survival_figure(past, without, None, *ends).decision.reason == "no_base"
    later = [visit(week, {TOWELS: 1.0}, {}, past) for week in (WEEKS[0], NOW + WEEK)]
    assert survival_figure(past, later, None, *ends).decision.reason == "no_data"


def pages(to_page: int, *lost: int, is_whole: bool | None = False, order: str | None = "sold") -> PagesRead:
    return PagesRead(1, to_page, is_whole, lost, order, "pieces")


def test_the_part_of_the_pages_that_a_visit_read() -> None:
    ends = pages(10), pages(12)
    assert share_read(pages(10), *ends) == 1
    assert share_read(pages(10, 3, 4), *ends) == pytest.approx(0.8)
    assert share_read(pages(20, 15), *ends) == 1, "what was lost below the common depth is no loss"
    assert share_read(pages(5), *ends) == pytest.approx(0.5), "not read so deep"
    assert share_read(pages(5, is_whole=True), *ends) == 1, "there was no more"
    assert share_read(pages(10, order="price"), *ends) == 0, "others stand on the pages of another order"


@pytest.mark.parametrize(("merchants", "staying", "lost"), [(30, 0.9, 0.0), (30, 0.7, 0.1), (100, 0.9, 0.2)])
def test_a_planted_hazard_is_recovered_and_held_by_the_interval(merchants: int, staying: float, lost: float) -> None:
    found = trials(merchants, staying, lost, 150, 3)
    assert found["told"] == 1
    assert abs(found["bias"]) < 0.02
    assert 0.9 <= found["covered"] <= 0.995
    assert (found["bias_of_seen"] < -0.01) == (lost > 0), "whoever is missed would pass for gone"
