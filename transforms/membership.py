"""How many merchants of each place there are, when of some only a wider area is known, and what that leaves open.

Source: METHOD 6. Expectation and maximisation: a merchant of whom the city is known is spread over the city's counties
by the counties' shares, these are worked out anew, and so on. Dirichlet's prior of 1/K for each of K places is added to
the counts of the shares, so that one known merchant does not settle where forty others are.

With cities that share no county and no prior the shares are those of the known merchants at once, which is what
`transforms.place.city_weights` takes; this gives the same there, and also serves areas that overlap or lie in each
other (province, city, county), and says how far the numbers may be off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transforms.ordered import BoolArray, FloatArray, total
from transforms.panels import COUNTED_WEIGHT

ROUNDS, CLOSE = 10_000, 1e-12


@dataclass(frozen=True)
class Area:
    """Merchants of whom only an area is known: the numbers of the places in it, and how many they are."""

    places: tuple[int, ...]
    merchants: float


@dataclass(frozen=True)
class Membership:
    """One entry per place. `share` of all merchants; `expected` merchants; `low` without and `high` with every merchant
    who may be of the place. A merchant of an area is of a place in it with the weight `weight_in`."""

    share: FloatArray
    expected: FloatArray
    low: FloatArray
    high: FloatArray

    def weight_in(self, area: Area) -> FloatArray:
        """The probability of each place for a merchant of an area; 0 outside it."""
        return _spread(self.share, area)


def membership(known: Sequence[float], areas: Sequence[Area], prior: float | None = None) -> Membership:
    """From `known` merchants of each of K places and those of whom only an area is known.

    `prior` is added to the count of each place; by default 1/K. Without one, an area of which nobody's place is known
    is shared out evenly, as it is where the rounds begin.
    """
    low = np.asarray(known, dtype=np.float64)
    places = len(low)
    added = 1 / places if prior is None else prior
    share = np.full(places, 1 / places)
    for _ in range(ROUNDS):
        counts = low + _shared_out(share, areas) + added
        renewed = counts / counts.sum() if counts.sum() > 0 else share
        is_settled = np.abs(renewed - share).max() < CLOSE
        share = renewed
        if is_settled:
            break
    high = low.copy()
    for area in areas:
        high[list(area.places)] += area.merchants
    return Membership(share, low + _shared_out(share, areas), low, high)


@dataclass(frozen=True)
class Bounds:
    """A sum over a belt's listings: `soft` with their weights; `hard` of those of weight 0.8 or more, whole; `low`
    without and `high` with the whole of every listing whose membership is estimated."""

    soft: float
    hard: float
    low: float
    high: float


def belt_bounds(quantity: FloatArray, weight: FloatArray, is_estimated: BoolArray) -> Bounds:
    """How far membership leaves the sum of a quantity open; one entry per listing that may be of the belt."""
    low = total((weight * quantity)[~is_estimated])
    return Bounds(
        soft=total(weight * quantity),
        hard=total(quantity[weight >= COUNTED_WEIGHT]),
        low=low,
        high=low + total(quantity[is_estimated]),
    )


def _shared_out(share: FloatArray, areas: Sequence[Area]) -> FloatArray:
    found: FloatArray = np.zeros(len(share))
    for area in areas:
        found += area.merchants * _spread(share, area)
    return found


def _spread(share: FloatArray, area: Area) -> FloatArray:
    """The shares of the places of an area among each other; even where none has any."""
    inside: FloatArray = np.zeros(len(share))
    inside[list(area.places)] = share[list(area.places)]
    whole = total(inside)
    if whole > 0:
        return inside / whole
    inside[list(area.places)] = 1 / len(area.places)
    return inside
