"""Belts drawn at random, to try intervals on: merchants of heavy-tailed size, a known change, one week and its base.

Written apart from the estimators: nothing of transforms/ is imported here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

BELT, WEEK, BASE_WEEK = "drawn", date(2026, 11, 16), date(2025, 11, 17)

SIZE_SIGMA = 1.8  # spread of log merchant size: the largest of a hundred merchants has a fifth of all sales
GROWTH_SIGMA = 0.6  # spread of log growth between merchants
EXIT_SHARE = ENTRY_SHARE = 0.1  # merchants gone or come within the year
SWAP_SHARE = 0.15  # listings of a staying merchant that were replaced by another
PRICE_CHANGE, PRICE_SIGMA = -0.05, 0.15  # mean change of a listing's price, and spread of its logarithm

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DrawnBelt:
    """One belt: listing_weeks rows (the columns a comparison reads, with weight and rule) of both weeks.

    `change` is the planted mean change of a staying merchant, as a fraction; `planted` holds what each yoy figure
    would be in a belt without end, by metric and panel.
    """

    base: pl.DataFrame
    current: pl.DataFrame
    change: float
    planted: dict[tuple[str, str], float]


def draw_belts(merchants: int, belts: int, seed: int) -> Iterator[DrawnBelt]:
    """`belts` belts of `merchants` merchants at the base; the same seed draws the same belts."""
    for number in range(belts):
        yield draw_belt(merchants, np.random.default_rng([seed, merchants, number]))


def draw_belt(merchants: int, random: np.random.Generator) -> DrawnBelt:
    """One belt whose planted change is uniform between -60 % and +30 %."""
    change = float(random.uniform(-0.6, 0.3))
    stays = random.random(merchants) >= EXIT_SHARE
    newcomers = int(random.binomial(merchants, ENTRY_SHARE))
    size = random.lognormal(9.0, SIZE_SIGMA, merchants + newcomers)
    growth = mean_lognormal(random, 1 + change, GROWTH_SIGMA, merchants + newcomers)
    sold_then = np.concatenate([np.ones(merchants), np.zeros(newcomers)])
    sold_now = np.concatenate([stays.astype(float), np.ones(newcomers)])
    rows = _listings(random, size * sold_then, size * growth * sold_now)
    return DrawnBelt(_frame(rows, BASE_WEEK, "base_"), _frame(rows, WEEK, ""), change, planted_figures(change))


def planted_figures(change: float) -> dict[tuple[str, str], float]:
    """The yoy figures of an endless belt, by metric and panel: expectations in the place of sums.

    Growth, price relatives, swaps and exits are drawn independently. Per yuan of base value: `stay` remains on
    the same listings, `then` and `now` are their quantities of both ends valued at mean prices, `growth` is S / S'.
    """
    relative = 1 + PRICE_CHANGE
    inverse = np.exp(PRICE_SIGMA**2) / relative  # mean of 1 / relative
    leave = EXIT_SHARE + (1 - EXIT_SHARE) * SWAP_SHARE
    enter = ENTRY_SHARE + (1 - EXIT_SHARE) * SWAP_SHARE
    stay = 1 - leave
    then, now = stay * (1 + relative) / 2, stay * (1 + change) * (inverse + 1) / 2
    growth = (1 + change) * inverse
    volume = (growth - 1) * (now / growth + then) / 2
    price = stay * (relative - 1 + (1 + change) * (1 - inverse)) / 2
    total = {
        "displayed_sales": (1 + change) * (stay + enter) - 1,
        "merchants": ENTRY_SHARE - EXIT_SHARE,
        "entry_share": ENTRY_SHARE,
        "exit_share": EXIT_SHARE,
        "churn_share": (ENTRY_SHARE + EXIT_SHARE) / (2 + ENTRY_SHARE - EXIT_SHARE),
        "listings": ENTRY_SHARE - EXIT_SHARE,
        "price_effect": price,
        "volume_effect": volume,
        "mix_effect": now - then - volume,
        "entry_effect": (1 + change) * enter,
        "exit_effect": -leave,
    }
    return {("displayed_sales", "matched"): change} | {(metric, "total"): float(part) for metric, part in total.items()}


def mean_lognormal(random: np.random.Generator, mean: float, sigma: float, count: int) -> FloatArray:
    """Lognormal draws whose mean is exactly `mean`, sigma being the spread of their logarithm."""
    return random.lognormal(np.log(mean) - sigma**2 / 2, sigma, count)


def _listings(random: np.random.Generator, then: FloatArray, now: FloatArray) -> pl.DataFrame:
    """One row per listing: each merchant's yuan of both weeks split over its listings, prices at both ends."""
    listings = 1 + random.poisson(1.5, len(then))
    merchant = np.repeat(np.arange(len(then)), listings)
    price = random.lognormal(3.0, 0.8, len(merchant))
    swapped = random.random(len(merchant)) < SWAP_SHARE
    return pl.DataFrame(
        {
            "merchant": merchant,
            "listing": np.arange(len(merchant)),
            "is_swapped": swapped,
            "base_price_yuan": price,
            "price_yuan": price * mean_lognormal(random, 1 + PRICE_CHANGE, PRICE_SIGMA, len(merchant)),
            "base_value_yuan": then[merchant] * _split(random, merchant),
            "value_yuan": now[merchant] * _split(random, merchant),
        }
    )


def _split(random: np.random.Generator, merchant: IntArray) -> FloatArray:
    """Random shares of a merchant's listings, adding up to 1 for each merchant."""
    parts = random.gamma(2.0, 1.0, len(merchant))
    return parts / np.bincount(merchant, parts)[merchant]


def _frame(rows: pl.DataFrame, week: date, prefix: str) -> pl.DataFrame:
    """The rows of one week with sales, a swapped listing under another id at each end."""
    identity = pl.format("l{}{}", "listing", pl.when("is_swapped").then(pl.lit(prefix)).otherwise(pl.lit("")))
    return rows.filter(pl.col(f"{prefix}value_yuan") > 0).select(
        marketplace=pl.lit("practice"),
        category=pl.lit("towels"),
        week=pl.lit(week),
        merchant_id=pl.format("m{}", "merchant"),
        listing_id=identity,
        price_yuan=pl.col(f"{prefix}price_yuan"),
        unit=pl.lit("piece"),
        sales_basis=pl.lit("trailing_30d"),
        value_yuan=pl.col(f"{prefix}value_yuan"),
        weight=pl.lit(1.0),
        rule=pl.lit("county"),
    )
