"""Belts drawn at random in which prices move by a known path, to try intervals of a price index on.

One week of each month, a year and a half. Written apart from the estimators: nothing of transforms/ is imported here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

MONTHS = [date(2025 + (8 + at) // 12, (8 + at) % 12 + 1, 1) for at in range(16)]  # September 2025 to December 2026
LEVEL_MONTH = date(2026, 11, 1)  # the last that is over

SIZE_SIGMA = 1.8  # spread of log merchant size
LISTINGS = 2.0  # a merchant's listings beyond the first, on average
COMMON_SIGMA = 0.03  # spread of the step that all prices take together in a month
MERCHANT_SIGMA = 0.25  # spread of log price between merchants over a year, in independent steps
WOBBLE_SIGMA = 0.05  # spread of one listing's log price from month to month
SOLD_SIGMA = 0.3  # the same of its pieces
COME_OR_GO_SHARE = 0.2  # listings that are there from a month on, and as many up to one

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PricedBelt:
    """Rows of week, stratum, merchant, product, price and quantity, and the planted path: log price of each month
    against the first, as every merchant's has on average."""

    rows: pl.DataFrame
    path: FloatArray

    @property
    def level(self) -> float:
        """The index of LEVEL_MONTH, 1 in the first month."""
        return float(np.exp(self.path[MONTHS.index(LEVEL_MONTH)]))

    @property
    def change(self) -> float:
        """Its change on the year."""
        at = MONTHS.index(LEVEL_MONTH)
        return float(np.expm1(self.path[at] - self.path[at - 12]))


def draw_priced(merchants: int, belts: int, seed: int) -> Iterator[PricedBelt]:
    """`belts` belts of `merchants` merchants; the same seed draws the same belts."""
    for number in range(belts):
        yield _draw(merchants, np.random.default_rng([seed, merchants, number]))


def _draw(merchants: int, random: np.random.Generator) -> PricedBelt:
    steps = len(MONTHS)
    path = np.concatenate([[0.0], np.cumsum(random.normal(-0.01, COMMON_SIGMA, steps - 1))])
    merchant = np.repeat(np.arange(merchants), 1 + random.poisson(LISTINGS, merchants))
    moves = random.normal(0.0, MERCHANT_SIGMA / np.sqrt(12), (merchants, steps))
    moves[:, 0] = 0.0
    own = random.normal(3.0, 0.8, (len(merchant), 1)) + random.normal(0.0, WOBBLE_SIGMA, (len(merchant), steps))
    price = np.exp(own + path + np.cumsum(moves, axis=1)[merchant])
    size = random.lognormal(9.0, SIZE_SIGMA, merchants)[merchant] * random.gamma(2.0, 0.5, len(merchant))
    # What is sold does not answer prices, so that the planted path is what any weighting of merchants has on average
    pieces = size[:, None] * random.lognormal(0.0, SOLD_SIGMA, (len(merchant), steps)) / np.exp(own.mean())
    return PricedBelt(_rows(merchant, price, pieces, _is_there(random, len(merchant))), path)


def _is_there(random: np.random.Generator, listings: int) -> npt.NDArray[np.bool_]:
    at = np.arange(len(MONTHS))[None, :]
    comes, goes = random.integers(1, len(MONTHS), (2, listings, 1))
    is_late, is_gone = random.random((2, listings, 1)) < COME_OR_GO_SHARE
    return np.asarray((~is_late | (at >= comes)) & (~is_gone | (at < goes)))


def _rows(
    merchant: npt.NDArray[np.int64], price: FloatArray, pieces: FloatArray, is_there: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    listing, month = np.nonzero(is_there)
    weeks = [first + timedelta(days=14 - first.weekday()) for first in MONTHS]  # a Monday about the middle
    return pl.DataFrame(
        {
            "week": [weeks[at] for at in month.tolist()],
            "stratum": ["towels by piece"] * len(listing),
            "merchant": [f"m{number:05}" for number in merchant[listing].tolist()],
            "product": [f"l{number:06}" for number in listing.tolist()],
            "price": price[listing, month],
            "quantity": pieces[listing, month],
        }
    )
