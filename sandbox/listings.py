"""The listings through which merchants sell: which merchant's, what share of its sales, from when to when."""

from dataclasses import dataclass

import numpy as np

from sandbox.chance import Chance
from sandbox.merchants import LONG_AGO, YEAR_DAYS, Merchants
from sandbox.scenario import BeltPlan
from sandbox.span import WINDOW, Span

MOST_LISTINGS = 6


@dataclass(frozen=True)
class Listings:
    """One entry per listing. share: of its merchant's sales, adding up to one over the merchant's listings of any day.

    It sells while born <= day < gone and is shown from `shown_from` on: the site ranks by the sales of 30
    days, so a listing appears once it has 30 days behind it, and no first window is ever half empty.
    """

    merchant: np.ndarray
    share: np.ndarray
    born: np.ndarray
    gone: np.ndarray

    def __len__(self) -> int:
        return len(self.merchant)

    @property
    def shown_from(self) -> np.ndarray:
        """First day on which each listing is shown."""
        return self.born + WINDOW

    def are_shown(self, day: int) -> np.ndarray:
        """Which listings the site shows on a day."""
        shown: np.ndarray = (self.shown_from <= day) & (day < self.gone)
        return shown


def draw_listings(plan: BeltPlan, span: Span, merchants: Merchants, chance: Chance) -> Listings:
    """The listings of all merchants over the span.

    A merchant keeps its best seller; the others are now and then taken down and replaced by a new listing
    with the same share of sales.
    """
    rng = chance.stream("listings")
    counts = np.minimum(1 + rng.poisson(plan.listings_per_merchant - 1, len(merchants)), MOST_LISTINGS)
    columns: list[tuple[int, float, int, int]] = []
    for merchant, count in enumerate(counts.tolist()):
        weights = np.sort(rng.exponential(1.0, count) + 0.2)[::-1]
        for slot, share in enumerate((weights / weights.sum()).tolist()):
            rate = plan.listing_swap_rate if slot else 0.0
            life = (int(merchants.born[merchant]), min(int(merchants.gone[merchant]), span.days))
            columns += [(merchant, share, *piece) for piece in _pieces(life, rate, rng)]
    merchant_index, shares, born, gone = zip(*columns, strict=True)
    return Listings(np.array(merchant_index), np.array(shares), np.array(born), np.array(gone))


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
