"""The sellers of a belt, and the cuts of them whose truth is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from sandbox.economy import BeltEconomy
from sandbox.plans import BeltPlan
from sandbox.scenario import PRACTICE


@dataclass(frozen=True)
class Sellers:
    """One entry per belt merchant and marketplace, marketplaces one after another: a merchant on two is two."""

    marketplaces: list[str]
    marketplace: np.ndarray
    is_supply: np.ndarray
    is_premium: np.ndarray

    @classmethod
    def of(cls, belt: BeltEconomy, marketplaces: list[str]) -> "Sellers":
        """The sellers of a belt on its marketplaces."""
        own, times = belt.merchants.is_belt, len(marketplaces)
        marketplace = np.repeat(marketplaces, int(own.sum()))
        traits = (np.tile(trait[own], times) for trait in (belt.traits.is_supply, belt.traits.is_premium))
        return cls(marketplaces, marketplace, *traits)

    def values(self, belt: BeltEconomy, week: date, has_flows: bool) -> np.ndarray:
        """`merchant_values` of each seller in a week; without flows none on marketplaces whose counters only grow."""
        own = belt.merchants.is_belt
        return np.concatenate(
            [
                belt.merchant_values(week, name)[own] if name == PRACTICE or has_flows else np.full(own.sum(), -1)
                for name in self.marketplaces
            ]
        )


@dataclass(frozen=True)
class Cut:
    """A segment: which sellers it holds, and the change planted in it, None where that follows from others."""

    segment: str
    members: np.ndarray
    planted: float | None


def cuts(plan: BeltPlan, sellers: Sellers) -> Iterator[Cut]:
    """The cuts of a belt: all; each marketplace of several; modes and premium factories where the belt has them."""
    yield Cut("all", np.ones(len(sellers.marketplace), dtype=bool), plan.change)
    for name in sellers.marketplaces if len(sellers.marketplaces) > 1 else []:
        yield Cut(f"marketplace={name}", sellers.marketplace == name, None)
    if plan.supply:
        both = plan.change if plan.supply.change is None and not plan.premium else None
        yield Cut("mode=self", ~sellers.is_supply, both)
        own = plan.supply.change if not plan.premium else None
        yield Cut("mode=supply", sellers.is_supply, both if own is None else own)
    if plan.premium:
        yield Cut("premium", sellers.is_premium, plan.premium.change)
