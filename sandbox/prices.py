"""Prices: fen, changed now and then, drifting slowly, with tiers and a price before discount."""

from dataclasses import dataclass

import numpy as np

from sandbox.chance import Chance
from sandbox.listings import Listings
from sandbox.merchants import YEAR_DAYS
from sandbox.plans import BeltPlan, PriceWar
from sandbox.span import Span

CHANCE_OF_CHANGE = 1 / 8  # a listing's price is looked at about every second month
STEP_SIGMA = 0.012  # log standard deviation of a week's own wandering
LOWEST_FEN = 30
MINIMUM_ORDERS = (1, 2, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Terms:
    """What does not change in a listing's offer, one entry per listing.

    discount: price paid over price before discount, in thousandths, 0 where no other price is shown; tiers:
    quantity at which each tier begins (0 = no such tier) and its price in thousandths of the first one's,
    listings x 3.
    """

    minimum_order: np.ndarray
    discount: np.ndarray
    tier_quantity: np.ndarray
    tier_rate: np.ndarray


def draw_prices(plan: BeltPlan, span: Span, listings: Listings, premium: np.ndarray, chance: Chance) -> np.ndarray:
    """Price of each listing in each week in fen, for the first tier: listings x weeks.

    `premium`: which listings are of a premium factory. A relaunched listing begins near its predecessor's price.
    """
    rng, count = chance.stream("prices"), len(listings)
    start = np.log(100 * plan.typical_price_yuan) + rng.normal(0.0, plan.price_sigma, count)
    start[premium] += np.log(plan.premium.price_factor) if plan.premium else 0.0
    for row in np.flatnonzero(listings.is_relaunch):
        start[row] = start[listings.follows[row]]
    drift = np.log1p(plan.price_change) * np.arange(span.weeks) * 7 / YEAR_DAYS
    wander = np.cumsum(rng.normal(0.0, STEP_SIGMA, (count, span.weeks)), axis=1)
    changes = rng.random((count, span.weeks)) < CHANCE_OF_CHANGE
    changes[:, 0] = True
    if plan.price_war:
        war, at_war = _war(plan.price_war, span, listings, premium, chance)
        wander += war
        changes |= at_war
    latest = np.maximum.accumulate(np.where(changes, np.arange(span.weeks), 0), axis=1)
    wanted = start[:, None] + drift[None, :] + wander
    held = np.take_along_axis(wanted, latest, axis=1)
    prices: np.ndarray = np.maximum(np.rint(np.exp(held)), LOWEST_FEN).astype(np.int64)
    return prices


def _war(
    war: PriceWar, span: Span, listings: Listings, premium: np.ndarray, chance: Chance
) -> tuple[np.ndarray, np.ndarray]:
    """What the war adds to the logarithm of each listing's price, and the weeks in which it must show: both
    listings x weeks. All listings of a merchant who joins fall, each to a depth of its own."""
    rng = chance.stream("price war")
    joins = rng.random(listings.merchant.max() + 1) < war.share
    depth = np.log1p(war.change) + rng.normal(0.0, war.sigma, len(listings))
    fights = joins[listings.merchant] & ~premium
    week = np.arange(span.weeks) - (war.start - span.origin).days // 7
    ramp = np.clip((week + 1) / war.weeks, 0.0, 1.0)
    is_falling = (week >= 0) & (week < war.weeks)
    return np.where(fights, depth, 0.0)[:, None] * ramp[None, :], fights[:, None] & is_falling[None, :]


def draw_terms(count: int, chance: Chance) -> Terms:
    """Minimum order, discount and tiers of each listing."""
    rng = chance.stream("terms")
    minimum = np.asarray(MINIMUM_ORDERS)[rng.integers(0, len(MINIMUM_ORDERS), count)]
    discount = np.where(rng.random(count) < 0.85, rng.integers(85, 99, count) * 10, 0)
    tiers = rng.choice([0, 1, 2, 3], count, p=[0.15, 0.15, 0.3, 0.4])
    quantity = minimum[:, None] * np.array([1, 50, 500])[None, :]
    quantity[np.arange(3)[None, :] >= tiers[:, None]] = 0
    rate = np.cumprod(np.column_stack([np.ones(count), rng.uniform(0.94, 0.99, (count, 2))]), axis=1)
    return Terms(minimum, discount, quantity, np.rint(1000 * rate).astype(np.int64))
