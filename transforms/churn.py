"""Merchants who came and went within a year, and sales net of what is sent back.

Source: METHOD 3.3, 5.7. With M' merchants at the base, M now, N of them new and X of the old ones gone: exit is X / M',
entry N / M', churn (N + X) / (M + M'). Whoever stands at neither depth of the pages is not known of; with fewer pages
read than the rules of publication ask for, nothing is published.
"""

from collections.abc import Iterator

import numpy as np

from transforms.ordered import BoolArray, FloatArray, sums_by
from transforms.panels import Panel
from transforms.samples import Sample
from transforms.shares import Shares, share_levels
from transforms.uncertainty import Interval, mapped


def churn(merchants: Panel) -> Iterator[tuple[str, Interval]]:
    """Entry, exit and churn by metric, from `merchant_panel`: shares whose trials are merchants.

    Entry may exceed 1: it is made as N / (M' + N), which may not, and mapped back, so that it has an interval where
    nobody came. Without merchants at the base there are no values.
    """
    stood, stands = merchants.base, merchants.current
    is_new, is_gone = ((end > other).astype(float) for end, other in ((stands, stood), (stood, stands)))
    has_base = bool(stood.any())
    part, of = [is_new, is_gone, is_new + is_gone], [np.maximum(stood, is_new), stood, stood + stands]
    shares = share_levels(Shares(np.array(part), np.array(of)))
    entry, leaving, either = (shares.at(row) if has_base else Interval(None) for row in range(3))
    yield "entry_share", mapped(entry, lambda share: share / (1 - share))
    yield "exit_share", leaving
    yield "churn_share", either


def net_panel(base: Sample, current: Sample, name: str, is_matched: BoolArray) -> Panel:
    """Displayed sales net of returns (read under `name`) of the merchants who show some at both ends, over listings in
    the matched sums; `is_matched` has one entry per pair."""
    ends = [_net(end, name, is_matched[end.listing]) for end in (base, current)]
    both = np.flatnonzero((ends[0] > 0) & (ends[1] > 0))
    then, now = (end[both] for end in ends)
    return Panel(both, then, now, np.ones(len(both), dtype=np.int64))


def _net(end: Sample, name: str, is_in: BoolArray) -> FloatArray:
    yuan = np.where(is_in, end.weight * np.nan_to_num(end.read(name)), 0.0)
    return sums_by(end.merchant, yuan, end.size)
