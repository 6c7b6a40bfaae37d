"""Which merchants stand behind entry and exit, and what must not be told where they are one or two.

With the level of a year ago the exit effect of a lone leaver is its sales, to the yuan. The same is told by what is
left over: the total change less the other effects; the matched share; the bracket of the matched change; and, where
nobody has come, the level less what the matched sold. Where too few stand behind one, these are suppressed with it.
That looks at who came and went and never at how the others did, so it selects no result. Nobody is no secret.
Source: METHOD 1.6.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from configs.publication import PublicationRules
from transforms.figures import Figure
from transforms.ordered import FloatArray
from transforms.panels import Panel
from transforms.split import ONE_SIDED, Effect

FEW = "few_merchants"
TELLS_OF_MERCHANTS = ("matched_share", "displayed_sales_bracket")  # of whole merchants, as the effects of listings


@dataclass(frozen=True)
class Movers:
    """How many merchants stand behind entry and behind exit: first of listings, then of merchants who are unmatched."""

    come: int
    gone: int
    both: int
    unmatched_now: int
    unmatched_then: int


def movers(effects: Mapping[str, Effect], matched: Panel, whole: Panel) -> Movers:
    """The movers of one segment, from its `split_change` and its panels of displayed sales."""
    come, gone = (_moves(effects[name]) for name in ONE_SIDED)
    then, now = (_count(_unmatched(matched, whole, end)) for end in ("base", "current"))
    return Movers(_count(come), _count(gone), _count(come + gone), now, then)


def unmatched(matched: Panel, whole: Panel) -> tuple[int, int]:
    """Merchants with displayed sales outside the matched sums: now, and at the base."""
    now, then = (_count(_unmatched(matched, whole, end)) for end in ("current", "base"))
    return now, then


def guarded(figures: Iterable[Figure], reasons: Mapping[str, str]) -> Iterator[Figure]:
    """The changes of sales of one segment, those suppressed that tell of too few movers: the `reasons` of metrics."""
    for figure in figures:
        reason = reasons.get(figure.metric)
        is_open = figure.decision.reason in ("none", "no_interval")  # a lone mover's effect has no interval
        yield figure.barred(reason) if reason and is_open else figure


def reasons_of(of: Movers, rules: PublicationRules) -> dict[str, str]:
    """Why a metric may not be told, by metric."""
    few = {name for name, count in zip(ONE_SIDED, (of.come, of.gone), strict=True) if is_few(count, rules)}
    reasons = {name: FEW if name in few else "secondary" for name in ONE_SIDED} if few else {}
    if few and is_few(of.both, rules):  # price, volume and mix would leave just them
        reasons |= dict.fromkeys(("mix_effect", "mix_effect_montgomery"), "secondary")
    if is_few(of.unmatched_now, rules) or is_few(of.unmatched_then, rules):
        reasons |= dict.fromkeys(TELLS_OF_MERCHANTS, FEW)
    return reasons


def tells_of_few(now: int, then: int, rules: PublicationRules) -> bool:
    """Whether it must not be known that nobody has come, or gone: few have on the other side."""
    fewer, more = sorted((now, then))
    return fewer == 0 and is_few(more, rules)


def is_few(count: int, rules: PublicationRules) -> bool:
    """Whether so many merchants, and not nobody, can be read off what they have together."""
    return 0 < count < rules.movers_minimum


def _moves(effect: Effect) -> FloatArray:
    """Each merchant's part in an effect that is a sum over listings, in yuan, rounding error being none."""
    parts = np.abs(effect.yuan - effect.without_yuan)
    return np.where(parts > 1e-9 * abs(effect.yuan), parts, 0.0)


def _unmatched(matched: Panel, whole: Panel, end: str) -> FloatArray:
    """Each merchant's yuan outside the matched sums at one end, in the order of `whole`."""
    sums = getattr(whole, end).copy()
    sums[np.searchsorted(whole.merchant, matched.merchant)] -= getattr(matched, end)
    return np.where(sums > 1e-9 * getattr(whole, end), sums, 0.0)


def _count(parts: FloatArray) -> int:
    return int(np.count_nonzero(parts))
