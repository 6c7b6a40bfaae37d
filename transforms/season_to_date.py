"""The season to date of a belt with a festival of its own, on the festival's phase: comparison `ytd`, alignment
`festival`.

Aligned weekly figures do not add up: some base days are used twice and some never. The season to date does: the sum of
the readings W, W - 28 days ... whose 28 days all lie in the season, which begins 60 days before the festival, against
the readings of last year's season that end as far from its festival (transforms/base_mix.py). Windows do not overlap;
up to 27 days after the season's first are left out at both ends alike. It is told from the first reading that lies in
the season as a whole, to the first that holds the end of the festival's window: a later one holds nothing of it that
this one does not. Merchants are matched over the sums, and intervals made, as in the year to date
(transforms/year_to_date.py); as on this alignment altogether, what displays hide is not in them. Source: METHOD 2.2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from configs.publication import PublicationRules
from transforms.coverage import Coverage
from transforms.festival_figures import ALIGNMENT
from transforms.figures import figures_frame
from transforms.mixed_base import UNSTEADY
from transforms.panels import NO_FOOTINGS, listing_pairs
from transforms.year_to_date import Reading, objection, reading, summed_changes


def season_reading(now: pl.DataFrame, base: pl.DataFrame) -> Reading:
    """What the season to date takes of one window: from the `placed_listings` of its week and its `mixed_base`.

    A merchant that does not show its sales in every part of the base has none to be matched with in this window: its
    sales now would else count in the sums, where it is matched by another window, and those of the base would not.
    """
    pairs = listing_pairs(now, base, NO_FOOTINGS)
    is_unsteady = pl.col("base_value_yuan").is_not_null() & (pl.col("base_sales_basis") == UNSTEADY)
    is_steady = pl.col("base_value_yuan").is_not_null() & (pl.col("base_sales_basis") != UNSTEADY)
    is_left = is_unsteady.any().over("merchant") & ~is_steady.any().over("merchant")
    return reading(pairs.with_columns(is_usable=pl.col("is_usable") & ~is_left))


def season_to_date(
    readings: Mapping[date, Reading],
    windows: Sequence[date],
    belt: str,
    week: date,
    coverage: Coverage,
    rules: PublicationRules,
    quarantined: bool = False,
    reordered: bool = False,
) -> pl.DataFrame:
    """Two rows of `figures_draft`: displayed sales of the matched merchants and in all; none without windows.

    `readings` maps each of the windows (latest first) that was read to its `season_reading`, and `week` itself always;
    `coverage` is the lowest of the weeks at either end. A window that was not read this year suppresses both rows
    (`no_data`), and so does one without a base (`no_base`).
    """
    read = [readings[day] for day in windows if day in readings]
    figures = summed_changes(read, coverage, rules) if windows else []
    if reason := objection(read, len(windows), quarantined, reordered):
        figures = [figure.barred(reason) for figure in figures]
    return figures_frame([replace(figure, alignment=ALIGNMENT) for figure in figures], belt, week, coverage)
