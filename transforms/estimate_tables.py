"""The metrics that are made for all segments of a belt at once: shares and balances, quantiles and dispersions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from transforms.forms import Balance, Dispersion, Median, Quantile, Share
from transforms.metric import LevelMetric
from transforms.metrics import metrics
from transforms.ordered import IntArray
from transforms.quantile_tables import quantile_changes_of, quantile_levels_of
from transforms.reads import names_of
from transforms.samples import Sample
from transforms.segments import Masks
from transforms.share_tables import Found, Wanted, share_changes_of, share_levels_of
from transforms.unsure import at_ends, left_out_with_ends, with_ends

IN_TABLES = (Share, Balance, Quantile, Median, Dispersion)
LARGE = 5_000  # listings: of so many a pass over a segment's own merchants costs less than one over all


def levels_of(sample: Sample, masks: Masks) -> Found:
    """The levels by metric and segment, from the listings of a week and which of these are in which segment."""
    return with_ends(_levels_of(sample, masks, _told_of(sample)))


def changes_of(base: Sample, current: Sample, masks: Masks) -> Found:
    """The changes by metric and segment, from two ends whose merchants are numbered alike, and which of these are in
    which segment."""
    return with_ends(_changes_of(base, current, masks, _told_of(current)))


def _levels_of(sample: Sample, masks: Masks, told: Sequence[LevelMetric]) -> Found:
    if len(masks) > 1 and len(sample.weight) > LARGE:
        found: Found = {}
        for name, is_in in masks.items():
            cut = sample.cut(is_in)
            own = _renumbered(cut, np.unique(cut.merchant))
            found |= _levels_of(own, {name: np.ones(len(own.weight), dtype=bool)}, told)
        return found
    shares, quantiles = _wanted(masks, told)
    return {**share_levels_of(sample, masks, shares), **quantile_levels_of(sample, masks, quantiles)}


def _changes_of(base: Sample, current: Sample, masks: Masks, told: Sequence[LevelMetric]) -> Found:
    if len(masks) > 1 and len(base.weight) + len(current.weight) > LARGE:
        found: Found = {}
        for name, belongs in masks.items():
            then, now = (
                _renumbered(end.cut(belongs[end.merchant]), np.flatnonzero(belongs)) for end in (base, current)
            )
            found |= _changes_of(then, now, {name: np.ones(then.size, dtype=bool)}, told)
        return found
    shares, quantiles = _wanted(masks, told)
    return {
        **share_changes_of(base, current, masks, shares),
        **quantile_changes_of(base, current, masks, quantiles),
    }


def _renumbered(sample: Sample, merchants: IntArray) -> Sample:
    """The sample with `merchants`, rising, numbered from 0."""
    return replace(sample, merchant=np.searchsorted(merchants, sample.merchant), size=len(merchants), _kept={})


def _told_of(sample: Sample) -> list[LevelMetric]:
    """The metrics that read anything there: of most belts no cost floor is known, of few listings a return rate."""
    read = {name for name in sample.values if not np.isnan(sample.read(name)).all()}
    ends = (end for pair in at_ends().values() for end in pair)
    in_tables = (metric for metric in (*metrics(), *ends) if isinstance(metric.form, IN_TABLES))
    return [metric for metric in in_tables if read.issuperset(names_of(metric))]


def _wanted(masks: Masks, told: Sequence[LevelMetric]) -> tuple[Wanted, Wanted]:
    """Shares with balances behind them, and quantiles with dispersions; each with the segments it is published in."""
    there = [name for name, is_in in masks.items() if is_in.any()]
    named = [(metric, [name for name in there if metric.id not in left_out_with_ends(name)]) for metric in told]
    shares, quantiles = (
        [pair for form in forms for pair in named if isinstance(pair[0].form, form)]
        for forms in ((Share, Balance), (Quantile, Median, Dispersion))
    )
    return shares, quantiles
