"""Which merchants stand behind entry and exit, and what must not be told where they are one or two.

With the level of a year ago the exit effect of a lone leaver is its sales, to the yuan. The same is told by what is
left over: the total change less the other effects; the matched share; the bracket of the matched change; and, where
nobody has come, the level less what the matched sold. Where too few stand behind one, these are suppressed with it;
and where one is nearly all of it, since the second largest, who knows its own sales, could tell the largest to within
what is left beside them (the p % rule of statistical offices). `matched_share`, without which no reader knows what the
headline speaks for, is withheld for one or two only. That looks at who came and went and never at how the
others did, so it selects no result. Nobody is no secret. Source: METHOD 1.6.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from configs.publication import PublicationRules
from transforms.figures import Figure
from transforms.ordered import FloatArray, total
from transforms.panels import Panel
from transforms.split import ONE_SIDED, Effect
from transforms.uncertainty import top_share

FEW = "few_merchants"
TELLS_OF_MERCHANTS = ("matched_share", "displayed_sales_bracket")  # of whole merchants, as the effects of listings


@dataclass(frozen=True)
class Movers:
    """What each merchant has of entry and of exit, in yuan: first of listings, then of merchants who are unmatched; 0
    for those who have none. `now` is all that each sells."""

    come: FloatArray
    gone: FloatArray
    unmatched_now: FloatArray
    unmatched_then: FloatArray
    now: FloatArray


def movers(effects: Mapping[str, Effect], matched: Panel, whole: Panel) -> Movers:
    """The movers of one segment, from its `split_change` and its panels of displayed sales."""
    come, gone = (_moves(effects[name]) for name in ONE_SIDED)
    then, now = (_unmatched(matched, whole, end) for end in ("base", "current"))
    return Movers(come, gone, now, then, whole.current)


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
    told_of = dict(zip(ONE_SIDED, (of.come, of.gone), strict=True))
    secret = {name: reason for name, parts in told_of.items() if (reason := secret_of(parts, rules))}
    reasons = dict.fromkeys(ONE_SIDED, "secondary") | secret if secret else {}
    if secret and secret_of(of.come + of.gone, rules):  # price, volume and mix would leave just them
        reasons |= dict.fromkeys(("mix_effect", "mix_effect_montgomery"), "secondary")
    came, went = (secret_of(parts, rules) for parts in (of.unmatched_now, of.unmatched_then))
    if came == "dominance" and top_share(of.now, 1) > rules.top1_share_maximum:
        came = None  # the level of this week, which alone would tell, is a secret: a new giant moves nobody's figure
    for reason in filter(None, (came, went)):
        reasons |= dict.fromkeys(TELLS_OF_MERCHANTS if reason == FEW else TELLS_OF_MERCHANTS[1:], reason)
    return reasons


def secret_of(parts: FloatArray, rules: PublicationRules) -> str | None:
    """Why a sum must not be told of which each merchant has a part, in yuan; None where it may."""
    if _is_few(_count(parts), rules):
        return FEW
    first, second = np.sort(np.append(parts, (0.0, 0.0)))[:-3:-1]
    left = total(parts) - first - second
    return "dominance" if first > 0 and left < rules.movers_rest_minimum * first else None


def tells_of_few(now: int, then: int, rules: PublicationRules) -> bool:
    """Whether it must not be known that nobody has come, or gone: few have on the other side."""
    fewer, more = sorted((now, then))
    return fewer == 0 and _is_few(more, rules)


def _is_few(count: int, rules: PublicationRules) -> bool:
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
