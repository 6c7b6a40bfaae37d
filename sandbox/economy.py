"""The practice economy: what every listing really sold on every day, and what the site shows of it.

Deterministic by scenario and seed. All of a belt's history is drawn at once (about 450 listings x 780 days), so
that any week of it is a slice.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sandbox.chance import Chance, mean_one
from sandbox.listings import Listings, draw_listings, were_there_before
from sandbox.merchants import Merchants, draw_merchants, sales_levels
from sandbox.prices import Terms, draw_prices, draw_terms
from sandbox.scenario import BeltPlan, Scenario
from sandbox.span import WINDOW, Span


@dataclass(frozen=True)
class Shelf:
    """What one belt's category shows on one day, one entry per listing shown, in the order of `row`.

    row: its index among all listings of the belt; price in fen at the first tier; pieces of 30 days and in all.
    """

    row: np.ndarray
    price_fen: np.ndarray
    pieces_30d: np.ndarray
    pieces_total: np.ndarray


@dataclass(frozen=True)
class BeltEconomy:
    """One belt's category from the first day to the last; `sold` holds pieces sold before each day, listings x days."""

    plan: BeltPlan
    span: Span
    merchants: Merchants
    listings: Listings
    terms: Terms
    prices: np.ndarray
    sold: np.ndarray

    def shelf(self, day: date) -> Shelf:
        """What the site can show at the start of a day; InputError for a day outside the world."""
        number = self.span.number(day)
        row = np.flatnonzero(self.listings.are_shown(number))
        total = self.sold[row, number]
        return Shelf(row, self.prices[row, number // 7], total - self.sold[row, number - WINDOW], total)

    def merchant_values(self, day: date) -> np.ndarray:
        """True 30-day sales value of each merchant in fen, pieces times price; -1 for merchants not shown."""
        shelf = self.shelf(day)
        merchant = self.listings.merchant[shelf.row]
        values = np.zeros(len(self.merchants), dtype=np.int64)
        np.add.at(values, merchant, shelf.price_fen * shelf.pieces_30d)
        absent = np.ones(len(self.merchants), dtype=bool)
        absent[merchant] = False
        values[absent] = -1
        return values


@dataclass(frozen=True)
class Economy:
    """The practice world of one scenario and seed: its belts in the order of the scenario."""

    scenario: Scenario
    seed: int
    belts: tuple[BeltEconomy, ...]

    def of_category(self, category: str) -> list[BeltEconomy]:
        """The belts that sell in a category; none for a category that the world does not have."""
        return [belt for belt in self.belts if belt.plan.category == category]


def build(scenario: Scenario, seed: int) -> Economy:
    """The whole economy of a scenario and seed; well under a second."""
    span = Span.of(scenario)
    belts = tuple(_belt(plan, span, Chance(seed, plan.id), scenario.balanced) for plan in scenario.belts)
    return Economy(scenario, seed, belts)


def _belt(plan: BeltPlan, span: Span, chance: Chance, balanced: bool) -> BeltEconomy:
    merchants = draw_merchants(plan, span, chance)
    listings = draw_listings(plan, span, merchants, chance)
    prices = draw_prices(plan, span, len(listings), chance)
    levels = sales_levels(plan, span, merchants, chance, balanced)
    wobble = mean_one(chance.stream("weekly noise"), (len(listings), span.weeks), plan.listing_sigma)
    # sales value is what is planted: pieces follow as value over price, so a falling price sells more pieces
    fen_a_day = levels[listings.merchant] * (100 * listings.share[:, None] / WINDOW)
    pieces = np.repeat(wobble / prices, 7, axis=1) * fen_a_day
    sold = _counters(pieces, listings, chance)
    return BeltEconomy(plan, span, merchants, listings, draw_terms(len(listings), chance), prices, sold)


def _counters(pieces: np.ndarray, listings: Listings, chance: Chance) -> np.ndarray:
    """Whole pieces sold before each day since a listing began, from pieces per day: both listings x days.

    Listings older than the span begin with 1 to 40 months of the first day's sales.
    """
    days = np.arange(pieces.shape[1])
    selling = (listings.born[:, None] <= days) & (days < listings.gone[:, None])
    flow = np.where(selling, pieces, 0.0)
    before = WINDOW * chance.stream("older sales").uniform(1, 40, len(listings)) * flow[:, 0]
    start = np.where(were_there_before(listings), before, 0.0)
    sold = start[:, None] + np.cumsum(flow, axis=1) - flow
    counters: np.ndarray = np.floor(sold).astype(np.int64)
    return counters
