"""Merchants who came and went within a year, and sales net of what is sent back.

Source: METHOD 3.3, 5.7. With M' merchants at the base, M now, N of them new and X of the old ones gone: exit is X / M',
entry N / M', churn (N + X) / (M + M'). How many lost pages hide, those who are seen tell (transforms/unseen.py); with
fewer pages read than the rules of publication ask for, nothing is published.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from transforms.ordered import FloatArray, sums_by
from transforms.panels import Panel
from transforms.samples import Sample
from transforms.shares import Shares, rule_of_three, share_levels
from transforms.uncertainty import Interval, mapped, student_quantile


def churn(merchants: Panel) -> Iterator[tuple[str, Interval]]:
    """Entry, exit and churn by metric, from `merchant_panel`: shares whose trials are merchants.

    Entry may exceed 1: it is made as N / (M' + N), which may not, and mapped back, so that it has an interval where
    nobody came. Without merchants at the base there are no values.

    Where pages were lost, a merchant seen at both ends stands for stood x stands who stayed, some of whom count among
    those that seem gone or new; so shares may be near 0 by chance alone, and their intervals reach there.
    """
    stood, stands = merchants.base, merchants.current
    stays = stood * stands
    new, gone = stands - stays, stood - stays
    has_base = bool(stood.any())
    part, of = [new, gone, new + gone], [stood + new, stood, stood + stands]
    shares = Shares(np.array(part), np.array(of))
    levels = share_levels(shares)
    found = [levels.at(row) if has_base else Interval(None) for row in range(3)]
    if ((stays != 0) & (stays != 1)).any():
        found = [_near_zero(share, int(count)) for share, count in zip(found, shares.merchants, strict=True)]
    entry, leaving, either = found
    yield "entry_share", mapped(entry, lambda share: share / (1 - share))
    yield "exit_share", leaving
    yield "churn_share", either


def _near_zero(share: Interval, merchants: int) -> Interval:
    """The interval of a share that may be 0 but for what was lost: symmetric down to 0, which one made on logits never
    holds, and up by no more than that or what hides from so many merchants."""
    if share.standard_error is None or share.degrees is None or share.value is None or share.high is None:
        return share
    reach = student_quantile(share.degrees) * share.standard_error
    high = share.value + max(reach, rule_of_three(merchants))
    return replace(share, low=max(0.0, share.value - reach), high=min(share.high, high))


def net_panel(base: Sample, current: Sample, name: str, counts: FloatArray) -> Panel:
    """Displayed sales net of returns (read under `name`) of the merchants who show some at both ends; `counts` has the
    part with which each pair enters the matched sums."""
    ends = [_net(end, name, counts[end.listing]) for end in (base, current)]
    both = np.flatnonzero((ends[0] > 0) & (ends[1] > 0))
    then, now = (end[both] for end in ends)
    return Panel(both, then, now, np.ones(len(both), dtype=np.int64))


def _net(end: Sample, name: str, counts: FloatArray) -> FloatArray:
    yuan = counts * end.weight * np.nan_to_num(end.read(name))
    return sums_by(end.merchant, yuan, end.size)
