"""The merchants of one belt's category: how large they are, how they grow, when they come and go.

The sales level of merchant m on day d is size_m * T_m(d) * S_m(d), where T_m is the planted course, (1 + g)^(d/364)
unless groups go their own way (`trends`), and S_m a random walk of the log in weekly steps whose every step has factor
expectation one. Its steps being independent of the past, a belt's sales on any day have expectation (1 + g) times
those of 364 days earlier: the planted change holds in every week, not only over one chosen year.
"""

from dataclasses import dataclass

import numpy as np

from sandbox.chance import Chance, mean_one
from sandbox.plans import BeltPlan
from sandbox.span import Span

YEAR_DAYS = 364
LONG_AGO = -(10**6)  # day on which the merchants of the beginning "came"
NEVER = 10**6


@dataclass(frozen=True)
class Merchants:
    """One entry per merchant: the belt's own first, then the category's sellers of other places.

    size: yuan per 30 days at the origin; born and gone: day numbers, present while born <= day < gone.
    """

    is_belt: np.ndarray
    size: np.ndarray
    born: np.ndarray
    gone: np.ndarray
    pair: np.ndarray

    def __len__(self) -> int:
        return len(self.size)

    @property
    def is_old(self) -> np.ndarray:
        """Which merchants were there before the span."""
        old: np.ndarray = self.born == LONG_AGO
        return old


def draw_merchants(plan: BeltPlan, span: Span, chance: Chance, balanced: bool) -> Merchants:
    """The merchants of a belt and of other places who are there at any time of the span.

    In a balanced world neighbours in size come and leave together: one left alone would stray by itself.
    """
    others = round(plan.merchants * plan.elsewhere_share / (1 - plan.elsewhere_share))
    own = _group(plan, span, plan.merchants, chance.stream("merchants of the belt"))
    foreign = _group(plan, span, others, chance.stream("merchants of other places"))
    is_belt = np.repeat([True, False], [len(own[0]), len(foreign[0])])
    size, born, gone = (np.concatenate(columns) for columns in zip(own, foreign, strict=True))
    pair = _pairs(is_belt, size, born)
    if balanced:
        first = np.minimum(np.arange(len(pair)), pair)
        born, gone = born[first], gone[first]
    return Merchants(is_belt, size, born, gone, pair)


def _group(plan: BeltPlan, span: Span, count: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Size, born and gone of `count` merchants of the beginning and of those who come later."""
    years = span.days / YEAR_DAYS
    later = int(rng.poisson(plan.merchant_entry_rate * count * years))
    born = np.concatenate([np.full(count, LONG_AGO), np.sort(rng.integers(0, span.days, later))])
    size = plan.typical_sales_yuan * np.exp(rng.normal(0.0, plan.size_sigma, len(born)))
    # an exponential life from the origin, or from the day of coming: leaving has nothing to do with size or growth
    life = rng.exponential(YEAR_DAYS / max(plan.merchant_exit_rate, 1e-9), len(born))
    gone = np.minimum(np.maximum(born, 0) + np.ceil(np.minimum(life, NEVER)), NEVER).astype(np.int64)
    return size, born, gone


def _pairs(is_belt: np.ndarray, size: np.ndarray, born: np.ndarray) -> np.ndarray:
    """For each merchant its neighbour in size among those of the same origin who came at the same time, or itself."""
    partner = np.arange(len(size))
    for own in (True, False):
        for early in (True, False):
            group = np.flatnonzero((is_belt == own) & ((born == LONG_AGO) == early))
            ordered = group[np.argsort(-size[group], kind="stable")]
            even = ordered[: len(ordered) // 2 * 2]
            partner[even[0::2]], partner[even[1::2]] = even[1::2], even[0::2]
    return partner


def growth_shocks(plan: BeltPlan, span: Span, merchants: Merchants, chance: Chance, balanced: bool) -> np.ndarray:
    """What chance makes of each merchant's sales on each day, a factor: merchants x days."""
    step = plan.growth_sigma / np.sqrt(YEAR_DAYS / 7)
    steps = mean_one(chance.stream("growth"), (len(merchants), span.weeks), step)
    shocks = balance(merchants, steps) if balanced else np.cumprod(steps, axis=1)
    return np.repeat(shocks, 7, axis=1)


def balance(merchants: Merchants, steps: np.ndarray) -> np.ndarray:
    """Growth shocks in which what one merchant gains its neighbour in size loses: merchants x weeks.

    A choice of this practice world, for a small demonstration: a belt of 150 merchants of lognormal size has only
    some 40 effective ones, and its realised change would stray several points from the planted one, so that a
    reader could not see the planted figure in the table. Within a pair the second takes the first one's steps
    reversed, and both are divided by their common growth. Merchants still differ much from each other. How often
    intervals cover is measured on unbalanced draws only, never on these.
    """
    first = np.minimum(np.arange(len(merchants)), merchants.pair)
    sign = np.where(np.arange(len(merchants)) == first, 1.0, -1.0)
    walk = np.exp(np.cumsum(sign[:, None] * np.log(steps[first]), axis=1))
    weight = merchants.size[:, None] * walk
    common = (weight + weight[merchants.pair]) / (merchants.size + merchants.size[merchants.pair])[:, None]
    shocks: np.ndarray = walk / common
    return shocks
