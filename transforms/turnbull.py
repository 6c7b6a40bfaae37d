"""The share of a cohort that is still there when it is known of none just when it left: Turnbull's estimate.

Time is cut into cells. `chance` has one row per member and one column per cell: how likely what was seen of the member
is if it left in that cell. Of an exit that is known to lie between two visits this is 1 in the cells between them and 0
elsewhere, of a member that was still there at the last visit 1 behind it; where a visit may have missed it, less than
1. The masses of the cells are the fixed point of

    p_j = 1/n sum_i chance_ij p_j / sum_k chance_ik p_k

With every exit known to the cell, and members lost from sight otherwise, this is the estimate of Kaplan and Meier. The
variance is the inverse of the observed information, which is then Greenwood's formula; the interval is symmetric in
ln(-ln S), with Student's quantile for one degree less than members. A jackknife would need the fixed point without each
member, at many times the cost. Source: METHOD 5.7; Turnbull 1976; Kalbfleisch and Prentice 1980 for the scale.
"""

from dataclasses import replace

import numpy as np

from transforms.ordered import BoolArray, FloatArray, cross_sums, total
from transforms.shares import rule_of_three
from transforms.uncertainty import Interval, student_quantile

STEPS, NEAR = 20_000, 1e-10
NOTHING = 1e-4  # of a member: what is left in a cell that has no mass when the steps become as short as NEAR
HALF = 0.5
WIDEST = 100.0  # of ln(-ln S): no number is larger than its exponential times ln S
DEPENDENT = 1e-9  # of the largest eigenvalue: masses that could be shifted between cells


def still_there(chance: FloatArray, is_beyond: BoolArray) -> Interval:
    """The share of the cohort that leaves in the cells `is_beyond`, with its interval.

    No value where the members do not tell the cells beyond from the others. Where all or none are still there the other
    end is the rule of three over the members of whom that is known; None where it is known of none. Where less
    than half a member has left the lower end is no lower than by that rule: of so small a mass there is no variance.
    """
    known, numbers = np.unique(chance, axis=0, return_counts=True)
    counts = numbers.astype(np.float64)
    known, is_beyond = _innermost(known, is_beyond)
    if not known.shape[1]:
        return Interval(None)
    masses = self_consistent(known, counts)
    is_held = masses * counts.sum() > NOTHING
    held, beyond = known[:, is_held], is_beyond[is_held]
    share = float(masses[is_held & is_beyond].sum() / masses[is_held].sum())
    variance = _variance(held, counts, masses[is_held], beyond)
    if variance is None:
        return Interval(None)
    if beyond.all() or not beyond.any():
        return _at_edge(share, known, counts, is_beyond)
    interval = log_log_interval(share, float(np.sqrt(variance)), student_quantile(max(1.0, counts.sum() - 1)))
    if (1 - share) * counts.sum() < HALF:
        return _not_below(interval, _at_edge(1.0, known, counts, is_beyond).low)
    return interval


def self_consistent(chance: FloatArray, counts: FloatArray) -> FloatArray:
    """The masses of the cells; `counts` is how many members each row stands for."""
    cells = chance.shape[1]
    masses, part = np.full(cells, 1 / cells), counts / counts.sum()
    for _ in range(STEPS):
        moved = masses * np.einsum("i,ij->j", part / _likelihood(chance, masses), chance)
        is_near = float(np.abs(moved - masses).max()) < NEAR
        masses = moved
        if is_near:
            break
    return masses


def log_log_interval(share: float, error: float, quantile: float) -> Interval:
    """The interval of a share inside (0, 1) whose standard error is `error`, symmetric in ln(-ln S): so many standard
    errors of that as `quantile` says to either side."""
    log = float(np.log(share))
    scaled = error / (share * -log)
    low, high = (float(np.exp(log * np.exp(side * min(quantile * scaled, WIDEST)))) for side in (1, -1))
    return Interval(share, low, high, scaled)


def _innermost(chance: FloatArray, is_beyond: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Without the cells that are nowhere likelier than another: they have no mass. Of cells that are alike everywhere
    one is kept; none at all where they lie on both sides, which nothing tells apart."""
    kept: list[int] = []
    for cell in range(chance.shape[1]):
        own = chance[:, [cell]]
        if (own <= chance[:, kept]).all(axis=0).any():
            twin = (own == chance[:, kept]).all(axis=0)
            if (is_beyond[kept][twin] != is_beyond[cell]).any():
                return chance[:, :0], is_beyond[:0]
            continue
        kept = [other for other in kept if not (chance[:, other] <= own[:, 0]).all()] + [cell]
    return chance[:, kept], is_beyond[kept]


def _variance(chance: FloatArray, counts: FloatArray, masses: FloatArray, is_beyond: BoolArray) -> float | None:
    """Of the share beyond, from the observed information; None where the masses are not determined."""
    scores = chance / _likelihood(chance, masses)[:, None]
    apart = scores[:, 1:] - scores[:, :1]  # the first mass is what the others leave of 1
    information = cross_sums((apart * counts[:, None]).T, apart.T)
    if not information.size:
        return 0.0
    sizes = np.linalg.eigvalsh(information)
    if sizes[0] <= DEPENDENT * sizes[-1]:
        return None
    gradient = is_beyond[1:].astype(np.float64) - float(is_beyond[0])
    return total(gradient * np.linalg.solve(information, gradient))


def _likelihood(chance: FloatArray, masses: FloatArray) -> FloatArray:
    likelihood: FloatArray = np.einsum("ij,j->i", chance, masses)
    return likelihood


def _not_below(interval: Interval, low: float | None) -> Interval:
    assert interval.value is not None
    assert interval.low is not None
    return interval if low is None else replace(interval, low=max(interval.low, min(low, interval.value)))


def _at_edge(share: float, chance: FloatArray, counts: FloatArray, is_beyond: BoolArray) -> Interval:
    """All (1) or none (0) still there."""
    others = chance[:, is_beyond != bool(share)]
    number = float(counts[~others.any(axis=1)].sum())
    if not number:
        return Interval(share)
    rule = float(rule_of_three(number))
    return Interval(share, 1 - rule, 1.0) if share else Interval(share, 0.0, rule)
