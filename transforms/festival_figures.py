"""The change of displayed sales on the festival's phase, beside the plain one: one row a figure, alignment `festival`.

Outside the windows of the festivals that a belt follows both are the same and the plain rows are copied. Inside, the
base is mixed from up to three weeks (transforms/mixed_base.py), and only displayed sales, their split and the matched
share are told: the parts together hold more listings than any week, so counts have no meaning there, and what displays
hide is not in the interval. Source: METHOD 2.2, DESIGN 9.
"""

from dataclasses import replace
from datetime import date

import polars as pl

from configs.publication import PublicationRules
from transforms.coverage import Coverage
from transforms.figures import figures_frame
from transforms.panels import NO_FOOTINGS, listing_pairs
from transforms.read_ends import pair_ends
from transforms.sales_changes import sales_changes
from transforms.segments import ALL
from transforms.split import EFFECTS

ALIGNMENT = "festival"
TOLD = ("displayed_sales", *EFFECTS, "matched_share")


def as_festival(weekly: pl.DataFrame) -> pl.DataFrame:
    """The plain changes of a week (rows of `figures_draft`), which outside windows are the festival's too."""
    told = (pl.col("comparison") == "yoy") & (pl.col("segment") == ALL) & pl.col("metric").is_in(TOLD)
    return weekly.filter(told & (pl.col("alignment") == "plain")).with_columns(alignment=pl.lit(ALIGNMENT))


def festival_figures(
    now: pl.DataFrame,
    base: pl.DataFrame,
    belt: str,
    week: date,
    coverage: Coverage,
    rules: PublicationRules,
    barred: str | None = None,
) -> pl.DataFrame:
    """Rows of `figures_draft` from the `placed_listings` of a week and a `mixed_base`, or an empty one (`no_base`).

    `coverage` is the lowest over the weeks of the base; `barred` is a reason why nothing of them may be published."""
    ends = pair_ends(listing_pairs(now, base, NO_FOOTINGS))
    told = [figure for figure in sales_changes(ends, coverage, rules) if figure.metric in TOLD]
    if now.is_empty():
        told = [figure.barred("no_data") for figure in told]
    if barred:
        told = [figure.barred(barred) for figure in told]
    return figures_frame([replace(figure, alignment=ALIGNMENT) for figure in told], belt, week, coverage)
