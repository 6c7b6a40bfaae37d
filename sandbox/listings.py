"""The listings through which merchants sell: which merchant's, where, what share of its sales, from when to when."""

from dataclasses import dataclass

import numpy as np

from sandbox.chance import Chance
from sandbox.merchants import LONG_AGO, YEAR_DAYS, Merchants
from sandbox.plans import BeltPlan
from sandbox.scenario import PRACTICE, PRACTICE_HTML
from sandbox.span import WINDOW, Span
from sandbox.traits import Traits

MOST_LISTINGS = 6
SUBJECTS = {PRACTICE: "listings", PRACTICE_HTML: "listings of the second site"}
FIRST = -1  # of a listing that follows none


@dataclass(frozen=True)
class Listings:
    """One entry per listing. share: of its merchant's sales, adding up to one over the merchant's listings of any day.

    It sells while born <= day < gone and is shown from `shown_from` on: the site ranks by the sales of 30
    days, so a listing appears once it has 30 days behind it, and no first window is ever half empty. A relaunch, the
    product of the listing it follows under a new id, is shown at once, its counters begun anew.
    """

    merchant: np.ndarray
    marketplace: np.ndarray
    share: np.ndarray
    born: np.ndarray
    gone: np.ndarray
    follows: np.ndarray

    def __len__(self) -> int:
        return len(self.merchant)

    @property
    def is_relaunch(self) -> np.ndarray:
        """Which listings are the product of another under a new id."""
        relaunch: np.ndarray = self.follows != FIRST
        return relaunch

    @property
    def shown_from(self) -> np.ndarray:
        """First day on which each listing is shown."""
        return self.born + np.where(self.is_relaunch, 0, WINDOW)

    def are_shown(self, day: int, marketplace: str) -> np.ndarray:
        """Which listings a marketplace shows on a day."""
        shown: np.ndarray = (self.marketplace == marketplace) & (self.shown_from <= day) & (day < self.gone)
        return shown


def draw_listings(plan: BeltPlan, span: Span, merchants: Merchants, traits: Traits, chance: Chance) -> Listings:
    """The listings of all merchants over the span.

    A merchant keeps its best seller on each marketplace; the others are now and then taken down and replaced by
    another listing with the same share of sales.
    """
    relaunches = chance.stream("relaunches")
    rows: list[tuple[int, str, float, int, int, int]] = []
    sums = np.zeros(len(merchants))
    swaps = merchants.size <= np.quantile(merchants.size, plan.swaps_up_to)
    for site, there in traits.on.items():
        rng = chance.stream(SUBJECTS[site])
        counts = np.minimum(1 + rng.poisson(plan.listings_per_merchant - 1, len(merchants)), MOST_LISTINGS)
        for merchant in np.flatnonzero(there).tolist():
            weights = np.sort(rng.exponential(1.0, counts[merchant]) + 0.2)[::-1]
            sums[merchant] += weights.sum()
            life = (int(merchants.born[merchant]), min(int(merchants.gone[merchant]), span.days))
            for slot, weight in enumerate(weights.tolist()):
                pieces = _pieces(life, plan.listing_swap_rate if slot and swaps[merchant] else 0.0, rng)
                for number, (born, gone) in enumerate(pieces):
                    same = number > 0 and relaunches.random() < plan.relaunch_share
                    rows.append((merchant, site, weight, born, gone, len(rows) - 1 if same else FIRST))
    owner, marketplace, weights, *life_and_follows = (np.array(column) for column in zip(*rows, strict=True))
    return Listings(owner, marketplace, weights / sums[owner], *life_and_follows)


def _pieces(life: tuple[int, int], rate: float, rng: np.random.Generator) -> list[tuple[int, int]]:
    """The listings that follow one another in one place of a merchant's shop: (born, gone) of each."""
    start, end = life
    pieces: list[tuple[int, int]] = []
    while rate:
        swap = max(start, 0) + 1 + int(rng.exponential(YEAR_DAYS / rate))
        if swap >= end:
            break
        pieces.append((start, swap))
        start = swap
    return [*pieces, (start, end)]


def were_there_before(listings: Listings) -> np.ndarray:
    """Which listings are older than the span, so that their cumulative counters do not begin at nought."""
    older: np.ndarray = listings.born == LONG_AGO
    return older
