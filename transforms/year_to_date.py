"""The year to date against the same part of last year, by date.

A weekly reading W describes the 28 days that end at W. The year to date is the sum of the readings W, W - 28 days,
W - 56 days ... whose 28 days all lie in the year of W (W itself always counts): windows that do not overlap, so that no
day is counted twice. Days before the earliest window, up to 27, are left out at both ends alike. Last year's part is
the same windows 364 days earlier, each weighed and matched as in the weekly comparison (transforms/panels.py).

Matched merchants are those with sales at both ends of the sums, on the same sales basis: a merchant that was away in
one month of either year stays matched. A window without readings a year earlier leaves no base at all (`no_base`): a
base that covers less of the year would be a growth that never was. What displays hide is drawn as in the weekly
comparison; a listing stands at one rank in all windows of both years. Source: METHOD 2.1, 3.4, DESIGN 9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from configs.publication import PublicationRules
from transforms.coverage import Coverage
from transforms.figures import Figure, figures_frame
from transforms.imputation import Draws
from transforms.ordered import FloatArray, floats, group_starts, sums_at, total
from transforms.paired import Paired, folded
from transforms.panels import LISTING, Panel, matched, matched_panel, merchant_number, total_panel
from transforms.ranks import DRAWS
from transforms.sales_changes import matched_share, ratio_figure, sales_decision, unless_secret_now

WINDOW = timedelta(days=28)
KEPT = [*LISTING, "basis", "is_usable", "base_value_yuan", "value_yuan", "base_yuan", "yuan", "base_listing", "listing"]
NO_GROUPS: FloatArray = np.zeros((DRAWS, 0))
SUMMED = ("base_yuan", "yuan", "base_low_yuan", "at_ceiling_yuan")


def windows(week: date) -> list[date]:
    """The weeks whose readings make up the year to date of `week`, latest first."""
    first_day = date(week.year, 1, 1)
    found = [week]
    while found[-1] - WINDOW - timedelta(days=27) >= first_day:
        found.append(found[-1] - WINDOW)
    return found


@dataclass(frozen=True)
class Reading:
    """What the years to date take from a week: one row per listing of its `listing_pairs` with the week 364 days
    earlier, how much of the base stands at the ceiling of what is displayed, and which `group` it is of, if it hides
    something; and how far the draws of each group (columns) lie from the values at the base and now."""

    rows: pl.DataFrame
    excess: tuple[FloatArray, FloatArray] = (NO_GROUPS, NO_GROUPS)


def reading(pairs: pl.DataFrame, sales: Paired | None = None) -> Reading:
    """The reading of a week from its `listing_pairs`; `sales` is what displays hide."""
    if sales is None:
        return Reading(pairs.select(*KEPT, base_low_yuan="base_yuan", at_ceiling_yuan=0.0, group=pl.lit(-1, pl.Int64)))
    told = {
        "base_low_yuan": sales.bounds.base_low,
        "at_ceiling_yuan": sales.bounds.at_ceiling,
        "group": sales.groups.of_pair,
    }
    return Reading(pairs.select(*KEPT, *(pl.Series(name, array) for name, array in told.items())), sales.excess)


def year_to_date(
    readings: Mapping[date, Reading],
    belt: str,
    week: date,
    coverage: Coverage,
    rules: PublicationRules,
    quarantined: bool = False,
    reordered: bool = False,
) -> pl.DataFrame:
    """Two rows of `figures_draft`, comparison `ytd`: displayed sales of the matched merchants and in all.

    `readings` maps each of `windows(week)` that was read to its `reading`, and `week` itself always; `coverage` is the
    lowest of the windows at either end. A window that was not read this year suppresses both rows (`no_data`), and so
    does one without a base a year ago (`no_base`).
    """
    wanted = windows(week)
    read = [readings[day] for day in wanted if day in readings]
    figures = summed_changes(read, coverage, rules)
    if reason := objection(read, len(wanted), quarantined, reordered):
        figures = [figure.barred(reason) for figure in figures]
    return figures_frame(figures, belt, week, coverage)


def summed_changes(read: Sequence[Reading], coverage: Coverage, rules: PublicationRules) -> list[Figure]:
    """The changes of the sums over some readings, latest first: of the matched merchants, and in all."""
    parts = [each.rows for each in read]
    whole = _stacked(parts)
    is_complete = all(bool(part["base_value_yuan"].is_not_null().any()) for part in parts)
    sums = [_summed(whole.filter("is_matched")), _summed(whole)]
    excess = _Excess(read, whole)
    staying, everyone = excess.into(matched_panel(sums[0]), True), excess.into(total_panel(sums[1]), False)
    share = matched_share(staying, everyone)
    figures = []
    for name, panel, summed in (("matched", staying, sums[0]), ("total", everyone, sums[1])):
        decision = sales_decision(panel, staying, share, is_complete, coverage, rules, _ceiling_share(summed))
        if name == "total":
            decision = unless_secret_now(decision, panel, rules)
        figures.append(ratio_figure("displayed_sales", "ytd", name, panel, decision))
    return figures


def objection(read: Sequence[Reading], windows_count: int, quarantined: bool, reordered: bool) -> str | None:
    """Why nothing of the sums may be published, whatever they are; None where there is no such reason."""
    if quarantined:
        return "quarantined"
    is_read = len(read) == windows_count and all(_stands_now(each.rows) for each in read)
    if not is_read:
        return "no_data"
    return "sort_changed" if reordered else None


def _stands_now(part: pl.DataFrame) -> bool:
    return bool((part["listing"] > 0).any() or (part["yuan"] > 0).any())


def _stacked(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """One row per listing and window, sorted by listing, with the number of the merchant and whether it is matched."""
    window = pl.Series("window", np.repeat(np.arange(len(parts)), [part.height for part in parts]))
    stacked = pl.concat(parts).with_columns(window).sort(*LISTING, "window")
    return stacked.with_columns(merchant_number()).with_columns(matched())


class _Excess:
    """How far the draws of all windows lie from the values, by group; the groups of a window after those of the one
    before it."""

    def __init__(self, read: Sequence[Reading], stacked: pl.DataFrame) -> None:
        counts = [each.excess[0].shape[1] for each in read]
        self.ends = [np.concatenate([each.excess[end] for each in read], axis=1) for end in (0, 1)]
        own = stacked.filter(pl.col("group") >= 0)
        place = (np.cumsum([0, *counts])[own["window"].to_numpy()] + own["group"].to_numpy()).astype(np.int64)
        self.merchant, self.is_matched = np.zeros(sum(counts), dtype=np.int64), np.zeros(sum(counts), dtype=bool)
        self.merchant[place] = own["merchant"].to_numpy()
        self.is_matched[place] = own["is_matched"].to_numpy()
        self.size = int(stacked["merchant"].max() or 0) + 1  # type: ignore[arg-type]

    def into(self, panel: Panel, is_matched: bool) -> Panel:
        """The panel with its draws: those of matched groups, or of all."""
        kept = self.is_matched | (not is_matched)
        number = self.merchant[kept]
        is_drawn = np.zeros(self.size, dtype=bool)
        is_drawn[number] = True
        if not is_drawn[panel.merchant].any():
            return panel
        sums = (folded(end[:, kept], number, self.size)[:, panel.merchant] for end in self.ends)
        then, now = (
            np.maximum(0.0, known + more) for known, more in zip((panel.base, panel.current), sums, strict=True)
        )
        return replace(panel, draws=Draws(then, now, is_drawn[panel.merchant]))


def _summed(stacked: pl.DataFrame) -> pl.DataFrame:
    """One row per listing: its sums over the windows, and whether it was ever counted."""
    starts = group_starts(stacked, LISTING)
    sums = {name: sums_at(starts, floats(stacked[name])) for name in SUMMED}
    ever = {
        name: np.maximum.reduceat(floats(stacked[name]), starts) if len(starts) else np.zeros(0)
        for name in ("base_listing", "listing")
    }
    columns = [pl.Series(name, array) for name, array in (sums | ever).items()]
    return stacked[starts].select(*LISTING, "merchant").with_columns(columns, is_matched=pl.lit(True))


def _ceiling_share(summed: pl.DataFrame) -> float:
    base, ceiling = (total(floats(summed[name])) for name in ("base_low_yuan", "at_ceiling_yuan"))
    return ceiling / base if base > 0 else 0.0
