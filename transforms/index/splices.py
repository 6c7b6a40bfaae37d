"""One series from the windows: log levels relative to the base period, for the sample and without each group.

With G(k, t) the comparison of t with k within a window, a splice links the new period t at position k by
basis(k) + G(k, t). On the published series basis(k) is what was published for k; otherwise it is the last published
level taken back to k within the window before. Conventions of position follow IndexNumR: movement links at the last
but one period of the new window, window at its first, half at position (W - 1) // 2 counted from 0, mean at all.
Where a position has no link the nearest one that has takes its place, the earlier of two.
"""

from collections.abc import Callable

import numpy as np

from transforms.index.windows import Plan, Step
from transforms.ordered import BoolArray, FloatArray

Parities = Callable[[int, int], FloatArray]  # log comparisons [sample, s, t] within the window start to stop


def first_linked(is_linked: BoolArray) -> int | None:
    """The base period: the first that is linked with another one; without any link the first that has data.

    `is_linked` says which periods share products, on its diagonal which have any.
    """
    others = is_linked & ~np.eye(len(is_linked), dtype=np.bool_)
    for found in (np.flatnonzero(others.any(axis=1)), np.flatnonzero(np.diag(is_linked))):
        if len(found):
            return int(found[0])
    return None


def log_levels(parities: Parities, plan: Plan, base: int | None) -> FloatArray:
    """Log levels [sample, period], 0 at the base period, NaN where a period has no link."""
    opening = parities(0, plan.block)
    levels = np.full((len(opening), plan.size), np.nan)
    if base is None:
        return levels
    if base < plan.block:
        levels[:, : plan.block] = opening[:, base]
    levels[:, base] = 0.0
    for step in plan.steps:
        if step.stop - 1 > base:
            levels[:, step.stop - 1] = _linked(parities, levels, step)
    return levels


def _linked(parities: Parities, levels: FloatArray, step: Step) -> FloatArray:
    """The level of the last period of the step's window, in each sample."""
    overlap = levels[:, step.start : step.stop - 1]
    basis = overlap if step.is_published else _recalculated(parities(step.start - 1, step.stop - 1), overlap)
    candidates = basis + parities(step.start, step.stop)[:, :-1, -1]
    return _mean(candidates) if step.wanted is None else _nearest(candidates, step.wanted)


def _recalculated(earlier: FloatArray, overlap: FloatArray) -> FloatArray:
    """The last published level of the overlap, taken back to each of its periods within the window before."""
    within = earlier[:, 1:, 1:]
    positions = np.arange(overlap.shape[1])
    last = np.where(np.isfinite(overlap), positions, -1).max(axis=1)
    samples = np.arange(len(overlap))
    basis: FloatArray = overlap[samples, last][:, None] - within[samples, :, last]
    return basis


def _mean(candidates: FloatArray) -> FloatArray:
    """The mean over the positions that have a link; NaN where none has."""
    is_linked = np.isfinite(candidates)
    count = is_linked.sum(axis=1)
    sums = np.where(is_linked, candidates, 0.0).sum(axis=1)
    mean: FloatArray = np.divide(sums, count, out=np.full(len(sums), np.nan), where=count > 0)
    return mean


def _nearest(candidates: FloatArray, wanted: int) -> FloatArray:
    """The candidate at the wanted position, or at the nearest one that has a link."""
    away = np.abs(np.arange(candidates.shape[1]) - wanted).astype(np.float64)
    chosen = np.where(np.isfinite(candidates), away, np.inf).argmin(axis=1)
    found: FloatArray = np.take_along_axis(candidates, chosen[:, None], axis=1)[:, 0]
    return found
