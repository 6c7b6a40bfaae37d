"""Whether a batch of pages is still what it was: each trait of a category's week against its own past weeks.

A layout drifts between one week and the next, a market goes on from where it was. The band of a trait is a prediction
interval for one more step: the last sound week, and Student's t times what the trait moved in past weeks (1.4826 x
median of the moves) and what one merchant more or less would do to it; what was seen in two weeks before is never
outside (one may have been a drift that nobody could tell of). Sources: Hampel 1974, JASA 69, for the scale; Geisser
1993, Predictive Inference, for the factor sqrt(1 + 1/n).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import hypot, sqrt
from typing import Any

import numpy as np
from scipy.special import stdtrit  # scipy.stats takes half a second to import

from transforms.ordered import FloatArray

NORMAL_MAD = 1.4826  # the standard deviation of a normal distribution over its median absolute deviation
MATCHED = ("returning_share", "kept_share", "same_")
MOST_WEEKS = 104  # two years hold each festival twice
DECILES = 2.563  # standard deviations between the first and the ninth decile of a normal distribution
MEDIAN_ERROR = 1.2533  # the standard error of a median over that of a mean

Traits = Mapping[str, Any]
"""A row of table batch_traits."""


@dataclass(frozen=True)
class Band:
    """Where a trait of the next week is expected, from so many weeks; `low` and `high` are null with too few."""

    weeks: int
    low: float | None
    high: float | None

    def is_outside(self, value: float | None, sides: str = "both") -> bool:
        """Whether a value is not where it is expected, on the sides that count; a trait that is gone is nowhere, and
        with too little history everything is expected."""
        if self.low is None or self.high is None:
            return False
        if value is None:
            return True
        return (value > self.high and sides != "below") or (value < self.low and sides != "above")

    def distance(self, value: float | None) -> float:
        """How far a value is from the middle, in half widths."""
        if value is None or self.low is None or self.high is None:
            return 0.0
        half = (self.high - self.low) / 2
        return abs(value - (self.low + self.high) / 2) / half if half > 0 else 0.0


@dataclass(frozen=True)
class Past:
    """What the sound weeks before a week say of each trait: weeks that have it, the last value, the usual move from one
    week to the next, the lowest but one and the highest but one."""

    weeks: dict[str, int]
    last: dict[str, float]
    move: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]


def past_of(traits: Sequence[str], values: FloatArray) -> Past:
    """`values` has a row per sound week, oldest first, and a column per trait, nan where a week does not have it."""
    recent = values[-MOST_WEEKS:]
    known = np.isfinite(recent)
    found = np.full((5, len(traits)), np.nan)
    found[0] = known.sum(axis=0)
    # The first week of all has nothing to be compared with: most columns are whole without it, if not with it
    for first in (at for at in (0, 1) if len(recent) - at > 1):
        whole = known[first:].all(axis=0) & np.isnan(found[1]) & (found[0] > 1)
        found[:, whole] = _said(recent[first:, whole])
    for column in np.flatnonzero(np.isnan(found[1]) & (found[0] > 1)):
        found[:, column] = _said(recent[known[:, column], column][:, None])[:, 0]
    weeks, *others = (dict(zip(traits, row.tolist(), strict=True)) for row in found)
    return Past({trait: int(count) for trait, count in weeks.items()}, *others)


def band(trait: str, now: Traits, before: Traits, past: Past, risk: float, least_weeks: int) -> Band:
    """The band of a trait of the week `now`; `before` is the last sound week. `risk` is the share of sound weeks that
    would be outside if weeks were alike; fewer weeks than `least_weeks` that have the trait give none."""
    weeks, last = past.weeks[trait], past.last[trait]
    if weeks < least_weeks or before[trait] is None:  # what the last sound week did not have may come and go
        return Band(weeks, None, None)
    half = _factor(risk, weeks) * hypot(past.move[trait], _sampling_error(trait, last, now, before))
    return Band(weeks, min(last - half, past.low[trait]), max(last + half, past.high[trait]))


def _said(values: FloatArray) -> FloatArray:
    moves = np.sort(np.abs(values[1:] - values[:-1]), axis=0)
    move = NORMAL_MAD * (moves[len(moves) // 2] + moves[(len(moves) - 1) // 2]) / 2
    count = np.full(values.shape[1], len(values))
    ordered = np.sort(values, axis=0)
    return np.array([count, values[-1], move, ordered[1], ordered[-2]])


@cache
def _factor(risk: float, weeks: int) -> float:
    return float(stdtrit(weeks - 1, 1 - risk / 2)) * sqrt(1 + 1 / weeks)


def _sampling_error(trait: str, value: float, now: Traits, before: Traits) -> float:
    """The standard error of a trait, with merchants for what is drawn by lot: listings of one are much alike."""
    counts = "returning_merchant_count" if trait.startswith(MATCHED) else "merchant_count"
    merchants = max(1, int(now[counts] or 0))
    if trait == "cards_per_page":
        return 1.0
    if trait == "same_step_share":
        return 0.5 / sqrt(merchants)  # that prices did not move together so far says nothing of a war's first week
    if trait.endswith("_share"):
        return _share_error(value, merchants)
    name = trait.partition("_")[0]
    if trait.endswith("_log"):
        deciles = (before[f"{name}_high_log"] or 0.0) - (before[f"{name}_low_log"] or 0.0)
        return MEDIAN_ERROR * float(deciles) / DECILES / sqrt(merchants)
    if trait.endswith("_digit_count"):
        # Where all prices have three digits so far, one merchant's may well have four
        return max(float(before[f"{name}_digit_spread"] or 0.0) / sqrt(merchants), _share_error(0.0, merchants))
    return 0.0


def _share_error(share: float, merchants: int) -> float:
    """The standard error of a share of merchants, which is not known to be 0 or 1 from those seen (Laplace)."""
    middle = (share * merchants + 1) / (merchants + 2)
    return sqrt(middle * (1 - middle) / merchants)
