"""The planted course of sales: belt, groups with a change of their own, and the assistant.

The belt as a whole keeps its planted change: where a group goes its own way, the others carry the
rest, and what adopters of the assistant win, all merchants of their group lose in proportion. The ratio of adopters
to the others of a group thus moves by exactly the planted effect.
"""

import numpy as np

from sandbox.merchants import YEAR_DAYS, Merchants
from sandbox.plans import BeltPlan
from sandbox.span import WINDOW, Span
from sandbox.traits import Traits

ELSEWHERE, REST, SUPPLY, PREMIUM = range(4)


def trends(plan: BeltPlan, span: Span, merchants: Merchants, traits: Traits) -> np.ndarray:
    """Expected sales of each merchant over its size on each day: merchants x days."""
    group = _groups(plan, merchants, traits)
    # sizes of those who are there in the live week and a year before: what is planted is exact for these
    stays = (merchants.born <= span.days - YEAR_DAYS - WINDOW - 7) & (merchants.gone >= span.days)
    size = np.where(stays, merchants.size, 0.0)
    course: np.ndarray = _courses(plan, span, np.bincount(group, size, minlength=4))[group]
    if plan.assistant:
        course = course * _lifts(plan.assistant.effect, span, (group, size), traits)
    return course


def _groups(plan: BeltPlan, merchants: Merchants, traits: Traits) -> np.ndarray:
    group = np.where(merchants.is_belt, REST, ELSEWHERE)
    if plan.supply and plan.supply.change is not None:
        group[merchants.is_belt & traits.is_supply] = SUPPLY
    group[merchants.is_belt & traits.is_premium] = PREMIUM
    return group


def _courses(plan: BeltPlan, span: Span, sizes: np.ndarray) -> np.ndarray:
    """The course of each group, 1 at the origin: groups x days; `sizes` are the groups' sums."""
    own = {
        ELSEWHERE: plan.elsewhere_change,
        SUPPLY: plan.supply.change if plan.supply else None,
        PREMIUM: plan.premium.change if plan.premium else None,
    }
    years = np.arange(span.days) / YEAR_DAYS
    whole = np.power(1.0 + plan.change, years)
    courses = np.stack([np.power(1.0 + (plan.change if c is None else c), years) for c in _in_order(own)])
    parts = [group for group in (SUPPLY, PREMIUM) if own[group] is not None and sizes[group] > 0]
    if parts and sizes[REST] > 0:
        rest = whole * sizes[REST:].sum() - sum(courses[group] * sizes[group] for group in parts)
        courses[REST] = rest / sizes[REST]
        if courses[REST].min() <= 0:
            raise ValueError(f"belt {plan.id}: groups with a change of their own leave nothing to the others")
    return courses


def _in_order(own: dict[int, float | None]) -> list[float | None]:
    return [own.get(group) for group in (ELSEWHERE, REST, SUPPLY, PREMIUM)]


def _lifts(effect: float, span: Span, known: tuple[np.ndarray, np.ndarray], traits: Traits) -> np.ndarray:
    """The assistant's factor of each merchant on each day, its size-weighted mean in each group one: merchants x days.

    `known`: group and size of each merchant.
    """
    group, size = known
    lift = np.where(traits.adopts[:, None] <= np.arange(span.days)[None, :], 1.0 + effect, 1.0)
    members = (np.arange(4)[:, None] == group[None, :]) * size[None, :]
    weight = members.sum(axis=1, keepdims=True)
    mean = np.where(weight > 0, members @ lift / np.where(weight > 0, weight, 1.0), 1.0)
    lifts: np.ndarray = lift / mean[group]
    return lifts
