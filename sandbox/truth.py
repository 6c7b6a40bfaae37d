"""The truth of a practice world: what was planted in each belt, and what its economy then really had."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from configs.calendar import weeks_between, year_ago
from configs.tables import table
from sandbox.economy import BeltEconomy, build
from sandbox.scenario import Scenario

METRIC = "displayed_sales"
PER_28_DAYS = 28 / 30


def truth(scenario: Scenario, seed: int) -> pl.DataFrame:
    """One row per belt, week and kind of figure, columns of table `truth`, sorted by its key.

    Only merchants who really are in the belt's county count, whatever the site says of their place. The
    level is the true 30-day value put on 28 days, in yuan. yoy of panel matched is the change of those present at both
    ends, with the planted change beside it; yoy of panel total follows from it, entries and exits.
    """
    economy = build(scenario, seed)
    weeks = weeks_between(scenario.first_week, scenario.live_week)
    rows = [row for belt in economy.belts for row in _rows(belt, weeks)]
    frame = table("truth").conform(pl.DataFrame(rows, infer_schema_length=None))
    return frame.sort(table("truth").key)


def _rows(belt: BeltEconomy, weeks: list[date]) -> Iterator[dict[str, Any]]:
    """The truth of one belt."""
    values = {week: belt.merchant_values(week)[belt.merchants.is_belt] for week in weeks}
    for week in weeks:
        now, shown = values[week], values[week] >= 0
        level = float(now[shown].sum()) / 100 * PER_28_DAYS
        yield _row(belt, week, ("level", "none", "none"), (None, level))
        if year_ago(week) not in values:
            continue
        base = values[year_ago(week)]
        both = shown & (base >= 0)
        yield _row(belt, week, ("yoy", "plain", "matched"), (belt.plan.change, change(base[both], now[both])))
        yield _row(belt, week, ("yoy", "plain", "total"), (None, change(base[base >= 0], now[shown])))


def change(base: np.ndarray, now: np.ndarray) -> float | None:
    """Relative change of the sums of two arrays of fen; null where the base sold nothing."""
    before = int(base.sum())
    return int(now.sum()) / before - 1 if before else None


def _row(
    belt: BeltEconomy, week: date, kind: tuple[str, str, str], numbers: tuple[float | None, float | None]
) -> dict[str, Any]:
    comparison, alignment, panel = kind
    return {
        "belt": belt.plan.id,
        "week": week,
        "metric": METRIC,
        "segment": "all",
        "comparison": comparison,
        "alignment": alignment,
        "panel": panel,
        "planted": numbers[0],
        "realised": numbers[1],
    }
