"""All log links between periods at once, and again without each jackknife group."""

import numpy as np

from transforms.index.formulas import NEGLIGIBLE, Formula, Operands, both_ways, merchants_of, one_way
from transforms.ordered import FloatArray, cross_sums

Sums = tuple[FloatArray, FloatArray]  # above and below, each periods x periods


def log_links(operands: Operands, formula: Formula) -> FloatArray:
    """Log links [sample, s, t] from s to t: sample 0 is everything, 1 to 50 are without a group each.

    Only sample 0 where the frame names no merchants. NaN where nothing is matched.
    """
    parts = [_sums(operands, formula, columns) for columns in operands.matrices.group_slices]
    whole = _added(parts) if formula.by_merchant and parts else _sums(operands, formula, slice(None))
    above, below = (without_groups(whole[part], [sums[part] for sums in parts]) for part in (0, 1))
    forward = one_way(formula, above, below)
    return both_ways(formula, forward, forward.transpose(0, 2, 1))


def without_groups(whole: FloatArray, parts: list[FloatArray]) -> FloatArray:
    """A sum and what is left of it without each part, stacked; a remainder of rounding is 0."""
    rest = np.array([whole, *(whole - part for part in parts)])
    return np.where(np.abs(rest) <= NEGLIGIBLE * np.abs(whole), 0.0, rest) if parts else rest


def _sums(operands: Operands, formula: Formula, columns: slice) -> Sums:
    """`above` and `below` of every pair of periods over some columns."""
    if formula.by_merchant:
        return _merchant_sums(operands, columns)
    added, *subtracted = (_product(operands, left, right, columns) for left, right in formula.above)
    above = added - subtracted[0] if subtracted else added
    return above, _product(operands, *formula.below, columns)


def _added(parts: list[Sums]) -> Sums:
    return np.sum([above for above, _ in parts], axis=0), np.sum([below for _, below in parts], axis=0)


def _product(operands: Operands, left: str, right: str, columns: slice) -> FloatArray:
    return cross_sums(operands[left][:, columns], operands[right][:, columns])


def _merchant_sums(operands: Operands, columns: slice) -> Sums:
    """The sum over merchants of their mean log price ratio, and how many merchants have one.

    A merchant's mean is over the products that it shows in both periods, so it depends on the pair of periods.
    """
    present, logs = operands["present"][:, columns], operands["log"][:, columns]
    starts = np.flatnonzero(np.diff(merchants_of(operands.matrices)[columns], prepend=-1))
    size = len(present)
    above, below = np.zeros((size, size)), np.zeros((size, size))
    if not len(starts):
        return above, below
    for s in range(size):  # over periods: all later ones at once, the earlier ones follow by symmetry
        both = present[s:] * present[s]
        counts = np.add.reduceat(both, starts, axis=1)
        sums = np.add.reduceat((logs[s:] - logs[s]) * both, starts, axis=1)
        means = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
        above[s, s:] = means.sum(axis=1)
        below[s, s:] = np.count_nonzero(counts, axis=1)
        above[s:, s], below[s:, s] = -above[s, s:], below[s, s:]
    return above, below
