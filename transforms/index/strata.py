"""The index of one stratum of a belt (a category in one unit): months that are over, and a flash of the weeks since."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.index.formulas import TRANSITIVE, Operands, formula_of, merchants_of
from transforms.index.jackknife import groups_there
from transforms.index.links import log_links, without_groups
from transforms.index.matrices import Matrices, dense
from transforms.index.months import Columns
from transforms.index.parities import geks_levels
from transforms.index.windows import plan
from transforms.ordered import BoolArray, FloatArray, IntArray, floats, total

WEIGHTED, UNWEIGHTED = "tornqvist", "merchant_jevons"  # METHOD 4.3
UNUSABLE_SHARE = 0.2  # METHOD 4.3: from this share of the value at the ceiling on, quantities say nothing


@dataclass(frozen=True)
class Stratum:
    """Log levels and log changes on the year [sample, column], and what a stratum weighs [sample, month].

    Sample 0 is everything, 1 to 50 are without a group of merchants each; `there` says which groups have one. `values`
    are in the money of price times quantity (NaN without quantities), `merchants` those with a price.
    """

    logs: FloatArray
    changes: FloatArray
    values: FloatArray
    merchants: FloatArray
    there: BoolArray


@dataclass(frozen=True)
class Settings:
    """How the months of a belt are linked; `is_seasonal` has changes on the year only, never a level."""

    window: int
    splice: str
    is_seasonal: bool


def formula_for(rows: pl.DataFrame) -> str:
    """`tornqvist` where the quantities of a stratum are usable, else `merchant_jevons`.

    They are usable where less than a fifth of the rows lack one, any is above 0, less than a fifth of the value stands
    at the ceiling of what is displayed (`is_at_ceiling`), and all rest on one `sales_basis`; where the rows do not have
    these two columns they are taken to be in order.
    """
    if "quantity" not in rows.columns:
        return UNWEIGHTED
    sold = rows.filter(pl.col("quantity").is_not_null())
    is_usable = rows.height - sold.height < UNUSABLE_SHARE * rows.height and bool((sold["quantity"] > 0).any())
    if "sales_basis" in rows.columns:
        is_usable &= sold["sales_basis"].n_unique() == 1
    if "is_at_ceiling" in rows.columns:
        values = floats(sold["price"]) * floats(sold["quantity"])
        at_ceiling = values[floats(sold["is_at_ceiling"]) > 0]
        is_usable &= total(np.sort(at_ceiling)) < UNUSABLE_SHARE * total(np.sort(values))
    return WEIGHTED if is_usable else UNWEIGHTED


def stratum_index(rows: pl.DataFrame, formula: str, columns: Columns, settings: Settings) -> Stratum:
    """One stratum, from rows of period, product, merchant, price and, for a weighted formula, quantity."""
    matrices = dense(rows, columns.periods)
    operands = Operands(matrices)
    links = log_links(operands, formula_of(formula, TRANSITIVE))
    flash = "merchant_jevons" if formula == "merchant_jevons" else "jevons"
    links[:, :, columns.final :] = log_links(operands, formula_of(flash))[:, :, columns.final :]
    logs = np.full((len(links), len(columns.periods)), np.nan)
    if settings.is_seasonal:
        changes = _taken(links, columns)
    else:
        logs = _levels(links, columns.final, settings)
        changes = _changes(logs, links, columns, settings)
    there = groups_there(matrices)
    assert there is not None
    return Stratum(logs, changes, _values(operands, columns), _merchants(matrices, columns), there)


def _levels(links: FloatArray, final: int, settings: Settings) -> FloatArray:
    """Months (the first `final` columns) by GEKS, expanding until there is a whole window; each week is linked to the
    last month with a level."""
    growth = plan(final, settings.window, settings.splice, "expanding")
    months = geks_levels(links[:, :final, :final], growth)
    known = np.flatnonzero(np.isfinite(months[0]))
    if not len(known):
        return np.full(links.shape[:2], np.nan)
    weeks = months[:, [known[-1]]] + links[:, known[-1], final:]
    return np.concatenate([months, weeks], axis=1)


def _changes(logs: FloatArray, links: FloatArray, columns: Columns, settings: Settings) -> FloatArray:
    """The change of each column on the month a year before it. Where no link leads over a break, be it only without one
    group, the series begins anew behind it: there is no level any more, but a year later a change again."""
    before = columns.year_before
    changes: FloatArray = np.where(before >= 0, logs - logs[:, before], np.nan)
    present = np.isfinite(np.diagonal(links, axis1=1, axis2=2))
    asked = (before >= 0) & present & present[:, before] & np.isnan(changes)
    for sample in np.flatnonzero(asked.any(axis=1)):
        lost = present[sample] & np.isnan(logs[sample])
        while len(starts := np.flatnonzero(lost[: columns.final])):
            own = np.full(len(before), np.nan)
            start = int(starts[0])
            own[start:] = _levels(links[[sample], start:, start:], columns.final - start, settings)[0]
            is_told = asked[sample] & np.isnan(changes[sample]) & (before >= start)
            changes[sample] = np.where(is_told, own - own[before], changes[sample])
            lost &= np.isnan(own) & (np.arange(len(lost)) > start)
    return changes


def _taken(links: FloatArray, columns: Columns) -> FloatArray:
    """The direct link of each column with the month a year before it."""
    before = columns.year_before
    direct: FloatArray = np.where(before >= 0, links[:, before, np.arange(len(before))], np.nan)
    return direct


def _values(operands: Operands, columns: Columns) -> FloatArray:
    """The value of each month [sample, month], NaN without quantities."""
    if operands.matrices.quantity is None:
        return np.full((len(operands.matrices.group_slices) + 1, columns.final), np.nan)
    value = operands["value"][: columns.final]
    return without_groups(value.sum(axis=1), [value[:, some].sum(axis=1) for some in operands.matrices.group_slices])


def _merchants(matrices: Matrices, columns: Columns) -> FloatArray:
    """How many merchants have a price in each month [sample, month]."""
    present, merchant = matrices.present[: columns.final], merchants_of(matrices)
    parts = [_owners(present[:, some], merchant[some]) for some in matrices.group_slices]
    return without_groups(np.sum(parts, axis=0), parts)


def _owners(present: BoolArray, merchant: IntArray) -> FloatArray:
    """How many of the merchants (numbered, never falling) have a product in each period."""
    starts = np.flatnonzero(np.diff(merchant, prepend=-1))
    if not len(starts):
        return np.zeros(len(present))
    counts: FloatArray = np.logical_or.reduceat(present, starts, axis=1).sum(axis=1).astype(np.float64)
    return counts
