"""The metrics that are made for all segments of a belt at once: shares and balances, quantiles and dispersions."""

from dataclasses import replace

import numpy as np

from transforms.forms import Balance, Dispersion, Quantile, Share
from transforms.metrics import left_out, metrics
from transforms.ordered import IntArray
from transforms.quantile_tables import quantile_changes_of, quantile_levels_of
from transforms.samples import Sample
from transforms.segments import Masks
from transforms.share_tables import Found, Wanted, share_changes_of, share_levels_of

IN_TABLES = (Share, Balance, Quantile, Dispersion)
LARGE = 5_000  # listings: of so many a pass over a segment's own merchants costs less than one over all


def levels_of(sample: Sample, masks: Masks) -> Found:
    """The levels by metric and segment, from the listings of a week and which of these are in which segment."""
    if len(masks) > 1 and len(sample.weight) > LARGE:
        found: Found = {}
        for name, is_in in masks.items():
            cut = sample.cut(is_in)
            own = _renumbered(cut, np.unique(cut.merchant))
            found |= levels_of(own, {name: np.ones(len(own.weight), dtype=bool)})
        return found
    shares, quantiles = _wanted(masks)
    return {**share_levels_of(sample, masks, shares), **quantile_levels_of(sample, masks, quantiles)}


def changes_of(base: Sample, current: Sample, masks: Masks) -> Found:
    """The changes by metric and segment, from two ends whose merchants are numbered alike, and which of these are in
    which segment."""
    if len(masks) > 1 and len(base.weight) + len(current.weight) > LARGE:
        found: Found = {}
        for name, belongs in masks.items():
            then, now = (
                _renumbered(end.cut(belongs[end.merchant]), np.flatnonzero(belongs)) for end in (base, current)
            )
            found |= changes_of(then, now, {name: np.ones(then.size, dtype=bool)})
        return found
    shares, quantiles = _wanted(masks)
    return {
        **share_changes_of(base, current, masks, shares),
        **quantile_changes_of(base, current, masks, quantiles),
    }


def _renumbered(sample: Sample, merchants: IntArray) -> Sample:
    """The sample with `merchants`, rising, numbered from 0."""
    return replace(sample, merchant=np.searchsorted(merchants, sample.merchant), size=len(merchants), _kept={})


def _wanted(masks: Masks) -> tuple[Wanted, Wanted]:
    """Shares with balances behind them, and quantiles with dispersions; each with the segments it is published in."""
    there = [name for name, is_in in masks.items() if is_in.any()]
    named = [(metric, [name for name in there if metric.id not in left_out(name)]) for metric in metrics()]
    shares, quantiles = (
        [pair for form in forms for pair in named if isinstance(pair[0].form, form)]
        for forms in ((Share, Balance), (Quantile, Dispersion))
    )
    return shares, quantiles
