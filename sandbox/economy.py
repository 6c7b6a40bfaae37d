"""The practice economy: what every listing really sold on every day, and what the site shows of it.

Deterministic by scenario and seed. All of a belt's history is drawn at once (about 450 listings x 780 days), so
that any week of it is a slice.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sandbox.chance import Chance, mean_one
from sandbox.listings import Listings, draw_listings, were_there_before
from sandbox.merchants import Merchants, draw_merchants, growth_shocks
from sandbox.plans import BeltPlan
from sandbox.prices import Terms, draw_prices, draw_terms
from sandbox.scenario import PRACTICE, Scenario
from sandbox.span import FLOW, WINDOW, Span
from sandbox.traits import Traits, draw_traits
from sandbox.trends import trends


@dataclass(frozen=True)
class Shelf:
    """What a marketplace shows of one belt's category on one day, one entry per listing shown, in the order of `row`.

    row: its index among all listings of the belt; price in fen at the first tier; pieces of 30 and 28 days and in all.
    """

    row: np.ndarray
    price_fen: np.ndarray
    pieces_30d: np.ndarray
    pieces_28d: np.ndarray
    pieces_total: np.ndarray


@dataclass(frozen=True)
class BeltEconomy:
    """One belt's category from the first day to the last; `sold` holds pieces sold before each day, listings x days."""

    plan: BeltPlan
    span: Span
    merchants: Merchants
    traits: Traits
    listings: Listings
    terms: Terms
    prices: np.ndarray
    sold: np.ndarray

    def shelf(self, day: date, marketplace: str = PRACTICE) -> Shelf:
        """What a marketplace can show at the start of a day; InputError for a day outside the world."""
        number = self.span.number(day)
        row = np.flatnonzero(self.listings.are_shown(number, marketplace))
        total = self.sold[row, number]
        of_window, of_flow = (total - self.sold[row, number - days] for days in (WINDOW, FLOW))
        return Shelf(row, self.prices[row, number // 7], of_window, of_flow, total)

    def merchant_values(self, day: date, marketplace: str = PRACTICE) -> np.ndarray:
        """True 28-day sales value of each merchant on a marketplace, pieces times price, in thirtieths of a fen so
        that it is whole; -1 for merchants not shown.

        On practice it is 28/30 of what was sold in 30 days, as that is what its pages can tell; on practice-html what
        was sold in 28 days.
        """
        shelf = self.shelf(day, marketplace)
        merchant = self.listings.merchant[shelf.row]
        pieces = shelf.pieces_30d * FLOW if marketplace == PRACTICE else shelf.pieces_28d * WINDOW
        values = np.zeros(len(self.merchants), dtype=np.int64)
        np.add.at(values, merchant, shelf.price_fen * pieces)
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

    @property
    def span(self) -> Span:
        """The days of the world."""
        return self.belts[0].span


def build(scenario: Scenario, seed: int) -> Economy:
    """The whole economy of a scenario and seed; well under a second."""
    span = Span.of(scenario)
    belts = tuple(_belt(plan, span, Chance(seed, plan.id), scenario.balanced) for plan in scenario.belts)
    return Economy(scenario, seed, belts)


def _belt(plan: BeltPlan, span: Span, chance: Chance, balanced: bool) -> BeltEconomy:
    merchants = draw_merchants(plan, span, chance, balanced)
    traits = draw_traits(plan, span, merchants, chance)
    listings = draw_listings(plan, span, merchants, traits, chance)
    prices = draw_prices(plan, span, listings, traits.is_premium[listings.merchant], chance)
    shocks = growth_shocks(plan, span, merchants, chance, balanced)
    levels = merchants.size[:, None] * trends(plan, span, merchants, traits) * shocks
    wobble = mean_one(chance.stream("weekly noise"), (len(listings), span.weeks), plan.listing_sigma)
    # sales value is what is planted: pieces follow as value over price, so a falling price sells more pieces
    fen_a_day = levels[listings.merchant] * (100 * listings.share[:, None] / WINDOW)
    pieces = np.repeat(wobble / prices, 7, axis=1) * fen_a_day
    sold = _counters(pieces, listings, chance)
    terms = draw_terms(len(listings), chance)
    return BeltEconomy(plan, span, merchants, traits, listings, terms, prices, sold)


def _counters(pieces: np.ndarray, listings: Listings, chance: Chance) -> np.ndarray:
    """Whole pieces sold before each day since a listing began, from pieces per day: both listings x days.

    Listings older than the span begin with 1 to 40 months of the first day's sales, on the younger second site
    with an eighth of that.
    """
    days = np.arange(pieces.shape[1])
    selling = (listings.born[:, None] <= days) & (days < listings.gone[:, None])
    flow = np.where(selling, pieces, 0.0)
    months = chance.stream("older sales").uniform(1, 40, len(listings))
    before = WINDOW * np.where(listings.marketplace == PRACTICE, months, months / 8) * flow[:, 0]
    start = np.where(were_there_before(listings), before, 0.0)
    sold = start[:, None] + np.cumsum(flow, axis=1) - flow
    counters: np.ndarray = np.floor(sold).astype(np.int64)
    return counters
