"""The truth of a practice world: what was planted in each belt, and what its economy then really had."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from configs.calendar import weeks_between, year_ago
from configs.tables import table
from sandbox.cuts import Cut, Sellers, cuts
from sandbox.economy import BeltEconomy, build
from sandbox.scenario import PRACTICE, Scenario
from sandbox.span import FLOW, WINDOW

PARTS_OF_YUAN = 100 * WINDOW  # merchant values are in thirtieths of a fen

Row = dict[str, Any]


def truth(scenario: Scenario, seed: int) -> pl.DataFrame:
    """One row per belt, week, metric, segment and kind of figure, columns of table `truth`, sorted by its key.

    Only merchants who really are in the belt's county count, whatever the sites say of their place; a merchant on two
    marketplaces is two. Levels of displayed_sales are the true value in yuan per 28 days, summed over marketplaces.
    yoy of panel matched is the change of those present at both ends, with the planted change beside it; yoy of panel
    total follows from it, entries and exits. A marketplace whose counters only grow has values once 28 days of its
    archive have passed.
    """
    economy = build(scenario, seed)
    weeks = weeks_between(scenario.first_week, scenario.live_week)
    rows = [row for belt in economy.belts for row in _rows(belt, scenario, weeks)]
    frame = table("truth").conform(pl.DataFrame(rows, infer_schema_length=None))
    return frame.sort(table("truth").key)


def _rows(belt: BeltEconomy, scenario: Scenario, weeks: list[date]) -> Iterator[Row]:
    """The truth of one belt."""
    sellers = Sellers.of(belt, [name for name in scenario.marketplaces if name == PRACTICE or belt.plan.second_site])
    first_flow = scenario.first_week + timedelta(days=FLOW)
    values = {week: sellers.values(belt, week, week >= first_flow) for week in weeks}
    for cut in cuts(belt.plan, sellers):
        yield from _sales(belt.plan.id, cut, values)
    for week in weeks:
        yield from _others(belt, sellers.marketplaces, week)


def _sales(belt: str, cut: Cut, values: dict[date, np.ndarray]) -> Iterator[Row]:
    """displayed_sales of one cut in all weeks; the total panel of the whole belt only."""
    for week, all_now in values.items():
        now = all_now[cut.members]
        level = float(now[now >= 0].sum()) / PARTS_OF_YUAN
        yield _row(belt, week, ("displayed_sales", cut.segment, "level", "none"), (None, level))
        if year_ago(week) not in values:
            continue
        base = values[year_ago(week)][cut.members]
        both = (now >= 0) & (base >= 0)
        key = ("displayed_sales", cut.segment, "yoy")
        yield _row(belt, week, (*key, "matched"), (cut.planted, change(base[both], now[both])))
        if cut.segment == "all":
            yield _row(belt, week, (*key, "total"), (None, change(base[base >= 0], now[now >= 0])))


def _others(belt: BeltEconomy, marketplaces: list[str], week: date) -> Iterator[Row]:
    """What else is known of a belt in a week."""
    plan = belt.plan
    if plan.returns:
        yield _row(plan.id, week, ("return_rate", "all", "level", "none"), (plan.returns.rate(week), None))
    if plan.assistant and week >= plan.assistant.first:
        yield _row(plan.id, week, ("assistant_effect", "all", "level", "none"), (plan.assistant.effect, None))
    if plan.cost_floor_yuan:
        shelves = [belt.shelf(week, name) for name in marketplaces]
        prices = [shelf.price_fen[belt.merchants.is_belt[belt.listings.merchant[shelf.row]]] for shelf in shelves]
        share = float((np.concatenate(prices) < 100 * plan.cost_floor_yuan).mean())
        yield _row(plan.id, week, ("below_cost_share", "all", "level", "none"), (None, share))


def change(base: np.ndarray, now: np.ndarray) -> float | None:
    """Relative change of the sums of two arrays of whole values; null where the base sold nothing."""
    before = int(base.sum())
    return int(now.sum()) / before - 1 if before else None


def _row(belt: str, week: date, kind: tuple[str, str, str, str], numbers: tuple[float | None, float | None]) -> Row:
    metric, segment, comparison, panel = kind
    return {
        "belt": belt,
        "week": week,
        "metric": metric,
        "segment": segment,
        "comparison": comparison,
        "alignment": "plain" if comparison == "yoy" else "none",
        "panel": panel,
        "planted": numbers[0],
        "realised": numbers[1],
    }
