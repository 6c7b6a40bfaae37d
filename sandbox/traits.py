"""What sets merchants apart: marketplaces, mode, premium goods, the assistant.

Neighbours in size share their traits, so that what balances a belt balances each of its cuts too.
"""

from dataclasses import dataclass

import numpy as np

from sandbox.chance import Chance
from sandbox.merchants import NEVER, Merchants
from sandbox.plans import Assistant, BeltPlan
from sandbox.scenario import PRACTICE, PRACTICE_HTML
from sandbox.span import Span


@dataclass(frozen=True)
class Traits:
    """One entry per merchant. `on`: marketplace to whether it sells there; `adopts`: day from which it has the
    assistant, NEVER for those without it."""

    on: dict[str, np.ndarray]
    is_supply: np.ndarray
    is_premium: np.ndarray
    adopts: np.ndarray


def draw_traits(plan: BeltPlan, span: Span, merchants: Merchants, chance: Chance) -> Traits:
    """The traits of a belt's merchants, and of the sellers of other places in its category."""
    rng = chance.stream("traits")
    where, mode = _by_pair(merchants, rng.random((2, len(merchants))))
    only, both = (plan.second_site.only, plan.second_site.both) if plan.second_site else (0.0, 0.0)
    on = {PRACTICE: where >= only, PRACTICE_HTML: where < only + both}
    is_supply = mode < (plan.supply.share if plan.supply else 0.0)
    return Traits(on, is_supply, _premium(plan, span, merchants), _adoption(plan, span, merchants, chance))


def _by_pair(merchants: Merchants, draws: np.ndarray) -> np.ndarray:
    """The draws of each merchant's pair: subjects x merchants."""
    return draws[:, np.minimum(np.arange(len(merchants)), merchants.pair)]


def _premium(plan: BeltPlan, span: Span, merchants: Merchants) -> np.ndarray:
    """Pairs of those who stay, spread evenly over the belt's sizes: a like share of sales whatever the seed."""
    chosen = np.zeros(len(merchants), dtype=bool)
    if plan.premium:
        stays = merchants.is_belt & merchants.is_old & (merchants.gone >= span.days)
        own = np.flatnonzero(stays & stays[merchants.pair] & (np.arange(len(merchants)) < merchants.pair))
        pairs = own[np.argsort(-merchants.size[own], kind="stable")]
        places = np.linspace(0.15, 0.75, plan.premium.merchants // 2)
        first = pairs[(places * len(pairs)).astype(np.int64)]
        chosen[first] = chosen[merchants.pair[first]] = True
    return chosen


def _adoption(plan: BeltPlan, span: Span, merchants: Merchants, chance: Chance) -> np.ndarray:
    never = np.full(len(merchants), NEVER)
    if plan.assistant is None:
        return never
    adopts, when = _by_pair(merchants, chance.stream("assistant").random((2, len(merchants))))
    first, last = _days(plan.assistant, span)
    return np.where(adopts < plan.assistant.share, first + (when * (last - first + 1)).astype(np.int64), never)


def _days(assistant: Assistant, span: Span) -> tuple[int, int]:
    """Day numbers between which merchants adopt."""
    return (assistant.first - span.origin).days, (assistant.last - span.origin).days
