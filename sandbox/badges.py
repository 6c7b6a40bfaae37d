"""The badges of a card and the day from which a listing carries each: kinds of delivery, mode, services, assistant."""

from dataclasses import dataclass

import numpy as np

from sandbox.chance import Chance
from sandbox.economy import BeltEconomy
from sandbox.merchants import LONG_AGO, NEVER
from sandbox.scenario import Scenario

OFFERED = {"先采后付": 0.4, "现货直发": 0.35, "代发包邮": 0.2, "7×24H响应": 0.3}
SELF, SUPPLY, ASSISTANT = "自营", "托管供货", "AI生意助手"


@dataclass(frozen=True)
class Badge:
    """A badge text, and the number of the day from which it is shown."""

    text: str
    since: int

    @property
    def json(self) -> str:
        """As an entry of the script's list."""
        return f'{{"text":"{self.text}"}}'


def merchant_badges(belt: BeltEconomy) -> list[tuple[Badge, ...]]:
    """What all listings of each merchant carry: its mode where the belt has modes, and the assistant once it has it."""
    carried: list[tuple[Badge, ...]] = []
    for is_supply, day in zip(belt.traits.is_supply.tolist(), belt.traits.adopts.tolist(), strict=True):
        mode = [Badge(SUPPLY if is_supply else SELF, LONG_AGO)] if belt.plan.supply else []
        carried.append((*mode, *([Badge(ASSISTANT, day)] if day < NEVER else [])))
    return carried


def service_badges(belt: BeltEconomy, scenario: Scenario, chance: Chance) -> list[tuple[Badge, ...]]:
    """What each listing carries of the services, each taken up for good on a day of its own.

    The share of listings with a service goes in a straight line from that of the first to that of the live week.
    """
    rng = chance.stream("service badges")
    first, live = ((week - belt.span.origin).days for week in (scenario.first_week, scenario.live_week))
    columns = []
    for text, (before, after) in scenario.services.items():
        place = rng.random(len(belt.listings))
        slope = max(after - before, 1e-9) / (live - first)
        since = np.where(place < before, LONG_AGO, np.minimum(first + (place - before) / slope, NEVER))
        columns.append([Badge(text, int(day)) for day in since.tolist()])
    return list(zip(*columns, strict=True)) if columns else [()] * len(belt.listings)
