"""The shares of a belt for all their segments at once: levels, and changes between two ends.

One row is one share of one segment, one column one merchant. A belt has a hundred such rows, and a pass over all of
them costs less than ten of them one by one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from transforms.forms import Balance, Share
from transforms.metric import LevelMetric
from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.publication import BaseFacts, facts_of_rows
from transforms.reads import names_of
from transforms.samples import Estimate, Sample
from transforms.segments import Masks
from transforms.shares import Intervals, Shares, share_contrasts, share_levels, unknown

SHARE, SHARE_CHANGE = "cluster share, jackknife v1", "difference of shares, jackknife v1"
BALANCE, BALANCE_CHANGE = "difference of shares, jackknife v1", "change of a difference of shares, jackknife v1"
CELLS = 250_000  # rows times merchants of one pass: more would not stay in the processor's cache

Found = dict[tuple[str, str], Estimate]  # by metric and segment
Wanted = Sequence[tuple[LevelMetric, Sequence[str]]]  # metrics of one form, and the segments each is published in


@dataclass(frozen=True)
class Rows:
    """Some shares at one end: by merchant what has the property (for a balance also what has the other) and what could
    have it, and how many listings, and how many of weight 0.8 or more, it is known of."""

    part: FloatArray
    against: FloatArray
    of: FloatArray
    known: FloatArray
    counted: FloatArray

    @property
    def shares(self) -> list[Shares]:
        """The shares, and those of the other property."""
        return [Shares(self.part, self.of), Shares(self.against, self.of)]

    def cut(self, belongs: BoolArray) -> "Rows":
        """The same with some merchants only, in each row; one row may become several."""
        return Rows(*(np.where(belongs, getattr(self, part.name), 0.0) for part in fields(self)))


def share_levels_of(sample: Sample, masks: Masks, wanted: Wanted) -> Found:
    """The levels of shares, from the listings of a week and which of these are in which segment."""
    found: Found = {}
    for metrics in _passes(wanted, sample.size):
        parts = [_rows(sample, metric, np.array([masks[name] for name in names])) for metric, names in metrics]
        rows = _stacked(parts)
        counts = np.count_nonzero(rows.counted, axis=1), rows.counted.sum(axis=1)
        own, other = rows.shares
        is_balance = isinstance(metrics[0][0].form, Balance)
        intervals = share_contrasts([own], [other]) if is_balance else share_levels(own)
        method = BALANCE if is_balance else SHARE
        found |= _found(metrics, intervals, counts, facts_of_rows(counts[0], rows.of), rows.known, method)
    return found


def share_changes_of(base: Sample, current: Sample, masks: Masks, wanted: Wanted) -> Found:
    """The changes of shares between two ends whose merchants are numbered alike, by which of these are in which
    segment; none where the current end reads nothing, no value where the base reads nothing."""
    found: Found = {}
    whole = np.ones((1, 1), dtype=bool)
    for metrics in _passes(wanted, base.size):
        belongs = [np.array([masks[name] for name in names]) for _, names in metrics]
        then, now = (
            _stacked([_rows(end, metric, whole).cut(own) for (metric, _), own in zip(metrics, belongs, strict=True)])
            for end in (base, current)
        )
        seen = [
            seen_at_either(base, current, names_of(metric), own)
            for (metric, _), own in zip(metrics, belongs, strict=True)
        ]
        counts = (
            np.concatenate([merchants for merchants, _ in seen]),
            np.concatenate([listings for _, listings in seen]),
        )
        facts = facts_of_rows(np.count_nonzero(then.counted, axis=1), then.of)
        (then_own, then_other), (now_own, now_other) = then.shares, now.shares
        is_balance = isinstance(metrics[0][0].form, Balance)
        terms = ([now_own, then_other], [then_own, now_other]) if is_balance else ([now_own], [then_own])
        method = BALANCE_CHANGE if is_balance else SHARE_CHANGE
        intervals = share_contrasts(*terms) if then.of.any() else unknown(len(facts))
        found |= _found(metrics, intervals, counts, facts, now.known, method)
    return found


def seen_at_either(
    base: Sample, current: Sample, names: Sequence[str], belongs: BoolArray
) -> tuple[IntArray, IntArray]:
    """Merchants and listings of weight 0.8 or more of which all of `names` is known at one end at least, by segment;
    `belongs` (segments x merchants) says who is in which."""
    ends = [(end, end.counted & ~np.isnan(sum(end.read(name) for name in names))) for end in (base, current)]
    size = 1 + max((int(end.listing[-1]) for end, _ in ends if len(end.listing)), default=-1)
    owner, is_seen = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
    for end, is_known in ends:
        owner[end.listing] = end.merchant
        is_seen[end.listing[is_known]] = True
    listings = np.bincount(owner[is_seen], minlength=base.size)
    inside = belongs.astype(np.int64)
    return inside @ (listings > 0).astype(np.int64), inside @ listings


def _passes(wanted: Wanted, merchants: int) -> Iterator[Wanted]:
    """The metrics in portions of one form that fit into one pass."""
    portion: list[tuple[LevelMetric, Sequence[str]]] = []
    for metric, names in wanted:
        cells = merchants * sum(len(more) for _, more in [*portion, (metric, names)])
        if portion and (type(portion[0][0].form) is not type(metric.form) or cells > CELLS):
            yield portion
            portion = []
        if names:
            portion.append((metric, names))
    if portion:
        yield portion


def _rows(sample: Sample, metric: LevelMetric, masks: BoolArray) -> Rows:
    """One share in the segments that `masks` (segments x listings) name."""
    first, *second = (sample.read(name) for name in names_of(metric))
    is_balance = isinstance(metric.form, Balance)
    by = sample.weight if is_balance or not second else sample.weight * second[0]
    is_known = ~np.isnan(first if not second else first + second[0])
    is_in = masks & is_known
    weight, has, other = (np.where(is_known, array, 0.0) for array in (by, first, second[0] if is_balance else first))
    part, known = (_by_merchant(sample, values) for values in (is_in * (weight * has), is_in))
    is_plain = bool((weight[is_known] == 1).all())  # most often all weights are 1: then one sum is all three
    of = known if is_plain else _by_merchant(sample, is_in * weight)
    counted = known if is_plain and by is sample.weight else _by_merchant(sample, is_in & sample.counted)
    against = _by_merchant(sample, is_in * (weight * other)) if is_balance else np.zeros_like(part)
    if isinstance(metric.form, Share) and metric.form.per == "merchant":
        listings = np.maximum(1.0, known)
        part, of = part / listings, of / listings
    return Rows(part, against, of, known, counted)


def _by_merchant(sample: Sample, values: FloatArray | BoolArray) -> FloatArray:
    """The sums of each row's listings by merchant; the listings are sorted by merchant."""
    found = np.zeros((len(values), sample.size))
    if len(sample.starts):
        found[:, sample.merchant[sample.starts]] = np.add.reduceat(values, sample.starts, axis=1, dtype=np.float64)
    return found


def _stacked(parts: Sequence[Rows]) -> Rows:
    return Rows(*(np.concatenate([getattr(rows, part.name) for rows in parts]) for part in fields(Rows)))


def _found(
    metrics: Wanted,
    intervals: Intervals,
    counts: tuple[IntArray, IntArray],
    facts: list[BaseFacts],
    known: FloatArray,
    method: str,
) -> Found:
    """An estimate for each row of which something is known."""
    keys = [(metric.id, name) for metric, names in metrics for name in names]
    is_there = (np.count_nonzero(known, axis=1) > 0).tolist()
    rows = zip(keys, intervals.each, *(count.tolist() for count in counts), facts, is_there, strict=True)
    return {
        key: Estimate(interval, int(merchants), int(listings), None if interval.value is None else fact, method)
        for key, interval, merchants, listings, fact, is_known in rows
        if is_known
    }
