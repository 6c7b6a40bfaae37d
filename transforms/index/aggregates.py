"""From strata to the belt: an annually chained Laspeyres index with the value shares of the year before.

    I_t = sum_h w_h I_(a) I_h,t / I_h,a        a the last month of earlier years that stratum h has, w_h its share of
                                               the year before
In the first year a is the stratum's first month and w_h its share there, so that nothing is ever revised. A stratum
that is not there in a month leaves its weight to the others. Where one of them has no quantities, merchants take the
place of values. Source: METHOD 4.3.
"""

from dataclasses import dataclass

import numpy as np

from transforms.index.months import Columns
from transforms.index.strata import Stratum
from transforms.ordered import FloatArray, IntArray


@dataclass(frozen=True)
class Strata:
    """All strata stacked: log levels [stratum, sample, column], values and merchants [stratum, sample, month]."""

    logs: FloatArray
    values: FloatArray
    merchants: FloatArray
    years: IntArray  # of the columns
    months: int  # of the columns that are months


def together(strata: list[Stratum], columns: Columns, is_seasonal: bool) -> Stratum:
    """The belt as a whole; a single stratum is the belt."""
    if len(strata) == 1:
        return strata[0]
    logs, changes, values, merchants = (
        np.array([getattr(stratum, name) for stratum in strata]) for name in ("logs", "changes", "values", "merchants")
    )
    all_strata = Strata(logs, values, merchants, columns.years, columns.final)
    before = columns.year_before
    if is_seasonal:
        levels = logs[0]
        weights = _weights(values[:, :, before], merchants[:, :, before])
        change = _log_mean(np.where(before >= 0, weights, 0.0), changes)
    else:
        levels = chained(all_strata)
        change = np.where(before >= 0, levels - levels[:, before], np.nan)
    there = np.logical_or.reduce([stratum.there for stratum in strata])
    return Stratum(levels, change, values.sum(axis=0), merchants.sum(axis=0), there)


def chained(strata: Strata) -> FloatArray:
    """Log levels of the belt [sample, column], 0 in the first column in which a stratum has one."""
    levels = np.full(strata.logs[0].shape, np.nan)
    known = np.flatnonzero(np.isfinite(strata.logs[:, 0]).any(axis=0))
    if not len(known):
        return levels
    levels[:, known[0]] = 0.0
    for column in range(known[0] + 1, levels.shape[1]):
        levels[:, column] = _continued(strata, levels, column, strata.years[known[0]])
    return levels


def _continued(strata: Strata, levels: FloatArray, column: int, first_year: int) -> FloatArray:
    """The level of one column in each sample: the strata's movements since their anchors, weighted."""
    parts, values, merchants = [], [], []
    for h, logs in enumerate(strata.logs):
        anchor = _anchor(strata, levels, h, column, first_year)
        if anchor is None or np.isnan(logs[0, column]):
            continue
        is_first = strata.years[column] == first_year
        months = np.array([anchor]) if is_first else _months_that_weigh(strata, strata.years[column])
        if strata.merchants[h, 0, months].any():
            parts.append(levels[:, anchor] + logs[:, column] - logs[:, anchor])
            values.append(strata.values[h][:, months].sum(axis=1))
            merchants.append(strata.merchants[h][:, months].sum(axis=1))
    if not parts:
        return np.full(len(levels), np.nan)
    return _log_mean(_weights(np.array(values), np.array(merchants)), np.array(parts))


def _anchor(strata: Strata, levels: FloatArray, h: int, column: int, first_year: int) -> int | None:
    """The month from which stratum h moves the belt: the last one of earlier years, in the first year its first."""
    end = min(column, strata.months)
    known = np.isfinite(levels[0, :end]) & np.isfinite(strata.logs[h, 0, :end])
    if strata.years[column] == first_year:
        months = np.flatnonzero(known)[:1]
    else:
        months = np.flatnonzero(known & (strata.years[:end] < strata.years[column]))[-1:]
    return int(months[0]) if len(months) else None


def _months_that_weigh(strata: Strata, year: int) -> IntArray:
    """The months of the latest earlier year in which there was anything."""
    years = strata.years[: strata.months]
    is_there = (years < year) & strata.merchants[:, 0].any(axis=0)
    return np.flatnonzero(years == years[is_there].max(initial=0))


def _weights(values: FloatArray, merchants: FloatArray) -> FloatArray:
    """Values, or merchants where a stratum (first axis) has none; both have the shape of what they weigh."""
    weights: FloatArray = np.where(np.isnan(values).any(axis=0), merchants, values)
    return weights


def _log_mean(weights: FloatArray, logs: FloatArray) -> FloatArray:
    """The logarithm of the weighted mean over strata (first axis) of exp(logs); what is NaN has no weight."""
    is_there = np.isfinite(logs) & (weights > 0)
    used = np.where(is_there, weights, 0.0)
    sums, whole = (used * np.exp(np.where(is_there, logs, 0.0))).sum(axis=0), used.sum(axis=0)
    mean = np.divide(sums, whole, out=np.full_like(sums, np.nan), where=whole > 0)
    logged: FloatArray = np.log(mean, out=mean, where=whole > 0)
    return logged
