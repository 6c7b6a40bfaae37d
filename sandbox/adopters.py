"""Belts drawn at random in which some merchants take an assistant up, to try the estimate of its effect on.

Readings four weeks apart of one belt in two categories, each with ups and downs of its own. Written apart from the
estimators: nothing of transforms/ is imported here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

BELT, WEEK, READINGS = "drawn", date(2026, 11, 16), 24

SIZE_SIGMA = 1.8  # spread of log merchant size
GROWTH_SIGMA = 0.6  # spread of log growth between merchants over a year, in independent steps
WOBBLE_SIGMA = 0.1  # spread of one listing's log sales from reading to reading
CATEGORY_SIGMA = 0.1  # spread of the step that all merchants of a category take together
EFFECT_SIGMA = 0.15  # spread of the log effect between adopters
ADOPTERS_SHARE, FIRST, LAST = 0.3, 8.0, 18.0  # of the merchants, evenly between these readings (counted from 0)
COME_OR_GO_SHARE = 0.2  # merchants who are there from a reading on, and as many who are there up to one
LOST_SHARE = 0.02  # listings missing from a reading
STEPS_A_YEAR = 13

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DrawnAdoption:
    """One belt: by week the listing_weeks rows (the columns that the effect is read from, with the belt's weight), and
    the planted effect, exp of the mean log effect less 1, on days with the assistant."""

    readings: dict[date, pl.DataFrame]
    effect: float


def draw_adoptions(merchants: int, belts: int, seed: int, drift: float = 0.0) -> Iterator[DrawnAdoption]:
    """`belts` belts of `merchants` merchants; the same seed draws the same belts. With a `drift` adopters outgrow the
    others by it (in logarithms, per reading) all the time, assistant or not, so that trends are not parallel."""
    for number in range(belts):
        yield draw_adoption(merchants, np.random.default_rng([seed, merchants, number]), drift)


def draw_adoption(merchants: int, random: np.random.Generator, drift: float = 0.0) -> DrawnAdoption:
    """One belt whose planted effect is uniform between -20 % and +60 %."""
    effect = float(random.uniform(-0.2, 0.6))
    adopts = np.where(random.random(merchants) < ADOPTERS_SHARE, random.uniform(FIRST, LAST, merchants), np.inf)
    level = _levels(random, merchants) + drift * np.arange(READINGS) * np.isfinite(adopts)[:, None]
    value = np.exp(level) * _lift(random, effect, adopts)
    value[~_is_there(random, merchants)] = 0.0
    return DrawnAdoption(_readings(random, value, adopts), effect)


def _levels(random: np.random.Generator, merchants: int) -> FloatArray:
    """Log sales of each merchant at each reading without the assistant; categories take turns."""
    step = GROWTH_SIGMA / np.sqrt(STEPS_A_YEAR)
    size = random.normal(9.0, SIZE_SIGMA, (merchants, 1))
    own = np.cumsum(random.normal(0.0, step, (merchants, READINGS)), axis=1)
    common = np.cumsum(random.normal(0.0, CATEGORY_SIGMA, (2, READINGS)), axis=1)
    levels: FloatArray = size + own + common[np.arange(merchants) % 2]
    return levels


def _lift(random: np.random.Generator, effect: float, adopts: FloatArray) -> FloatArray:
    """The assistant's factor: in full where all 28 days of a reading lie after adoption, in part where some do."""
    gain = np.expm1(random.normal(np.log1p(effect), EFFECT_SIGMA, len(adopts)))
    part = np.clip(np.arange(READINGS)[None, :] - adopts[:, None], 0.0, 1.0)
    return 1.0 + gain[:, None] * part


def _is_there(random: np.random.Generator, merchants: int) -> npt.NDArray[np.bool_]:
    """Whether each merchant is on the marketplace at each reading."""
    at = np.arange(READINGS)[None, :]
    comes, goes = random.integers(1, READINGS, (2, merchants, 1))
    is_late, is_gone = random.random((2, merchants, 1)) < COME_OR_GO_SHARE
    return np.asarray((~is_late | (at >= comes)) & (~is_gone | (at < goes)))


def _readings(random: np.random.Generator, value: FloatArray, adopts: FloatArray) -> dict[date, pl.DataFrame]:
    """The rows of each reading: a merchant's yuan split over its listings, in whole pieces at prices that move."""
    listings = 1 + random.poisson(1.0, len(value))
    merchant = np.repeat(np.arange(len(value)), listings)
    part = random.gamma(4.0, 1.0, len(merchant))
    part /= np.bincount(merchant, part)[merchant]
    moves = random.normal(0.0, 0.03, (len(merchant), READINGS))
    price = np.exp(random.normal(2.0, 0.8, (len(merchant), 1)) + np.cumsum(moves, axis=1))
    wobble = np.exp(random.normal(0.0, WOBBLE_SIGMA, (len(merchant), READINGS)))
    pieces = np.round(value[merchant] * part[:, None] * wobble / price)
    is_shown = (value[merchant] > 0) & (random.random(pieces.shape) >= LOST_SHARE)
    first = WEEK - timedelta(days=28 * (READINGS - 1))
    return {
        first + timedelta(days=28 * at): _frame(at, merchant, adopts, price[:, at], pieces[:, at]).filter(
            pl.Series(is_shown[:, at])
        )
        for at in range(READINGS)
    }


def _frame(at: int, merchant: IntArray, adopts: FloatArray, price: FloatArray, pieces: FloatArray) -> pl.DataFrame:
    has_assistant = adopts[merchant] <= at
    value = price * pieces
    return pl.DataFrame(
        {
            "marketplace": ["practice"] * len(merchant),
            "category": np.where(merchant % 2 == 0, "socks", "stockings"),
            "merchant_id": [f"m{number:05}" for number in merchant.tolist()],
            "listing_id": [f"l{number:06}" for number in range(len(merchant))],
            "sales_basis": ["trailing_30d"] * len(merchant),
            "price_yuan": price,
            "value_yuan": value,
            "value_low_yuan": value,
            "value_high_yuan": value,
            "flags": [["assistant"] if has else [] for has in has_assistant.tolist()],
            "weight": np.ones(len(merchant)),
        }
    )
