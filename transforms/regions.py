"""Figures of a province, or of china: over its belts, never over its merchants."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from scipy.stats import binomtest

from configs.tables import figures_draft
from transforms.coverage import Coverage, lowest
from transforms.figures import Figure, figures_frame
from transforms.metrics import region_metrics
from transforms.publication import PUBLISHED, suppressed
from transforms.uncertainty import CONFIDENCE, Interval

CHINA, REGION = "china", "region:"
METHOD = "share of belts, Wilson v2"
HEADLINE = {
    "metric": "displayed_sales",
    "segment": "all",
    "comparison": "yoy",
    "alignment": "plain",
    "panel": "matched",
}


def region_figures(belt_rows: pl.DataFrame, province_of_belt: Mapping[str, str], week: date) -> pl.DataFrame:
    """Rows of `figures_draft` of one week for each province that has belts, and for china, sorted by key.

    `belt_rows` are the figures of that week of the belts in `province_of_belt` (belt to province code). The share of
    belts that are down counts the belts whose matched change on the year is published: `merchants` is their number and
    `listings` that of the listings behind them; its interval is that of a proportion of so many. Where none is, the row
    is suppressed for the belts' commonest reason.
    """
    is_headline = pl.all_horizontal(pl.col(name) == part for name, part in HEADLINE.items())
    regions: dict[str, list[dict[str, Any]]] = {}
    for row in belt_rows.filter(is_headline).sort("belt").iter_rows(named=True):
        if row["belt"] in province_of_belt:
            for region in (f"{REGION}{province_of_belt[row['belt']]}", CHINA):
                regions.setdefault(region, []).append(row)
    draft = figures_draft()
    return pl.concat([draft.empty(), *(_down_share(rows, region, week) for region, rows in regions.items())]).sort(
        draft.key
    )


def _down_share(headlines: list[dict[str, Any]], region: str, week: date) -> pl.DataFrame:
    """The row of one region from its belts' headlines."""
    published = [row for row in headlines if row["status"] == "published"]
    down = sum(row["high"] is not None and row["high"] < 0 for row in published)  # no interval, nothing is surely down
    share = wilson(down, len(published))
    decision = PUBLISHED if published else suppressed(_commonest([row["reason"] for row in headlines]))
    counts = len(published), sum(row["listings"] for row in published)
    covered = lowest(row["coverage_share"] for row in published or headlines)
    metric = region_metrics()[0]
    figure = Figure(metric.id, "level", "none", share, metric.unit, *counts, METHOD, decision)
    return figures_frame([figure], region, week, Coverage(covered, None))


def wilson(count: int, of: int) -> Interval:
    """A proportion with Wilson's score interval (1927), which keeps a width at 0 and 1; no value of none.

    The belts are read as draws from all belts that could be watched; how sure each belt's own verdict is, is not in it.
    """
    if not of:
        return Interval(None)
    found = binomtest(count, of).proportion_ci(CONFIDENCE, method="wilson")
    return Interval(count / of, min(float(found.low), count / of), max(float(found.high), count / of))


def _commonest(reasons: list[str]) -> str:
    """The reason most belts are suppressed for; the first by name of equals."""
    counted = Counter(reasons)
    return min(counted, key=lambda reason: (-counted[reason], reason))
