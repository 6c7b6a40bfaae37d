"""Random frames of period, product, price and quantity, and indices written out in plain loops, product by product."""

from itertools import pairwise

import numpy as np
import polars as pl
from hypothesis import strategies as st

SEEDS = st.integers(0, 10**6)
WEIGHTLESS = ("jevons", "dutot", "carli")
SUPERLATIVE = ("tornqvist", "fisher", "walsh")


def drawn(
    seed: int, products: int = 7, periods: int = 6, kept: float = 1.0, merchants: int | None = None
) -> pl.DataFrame:
    """Prices that wander and quantities that answer them; every row stays with probability `kept`."""
    rng = np.random.default_rng(seed)
    level = rng.normal(1, 1, (products, 1)) + np.cumsum(rng.normal(0, 0.2, (products, periods)), axis=1)
    amount = rng.normal(3, 1, (products, 1)) - 1.5 * level + rng.normal(0, 0.3, (products, periods))
    stays = rng.random((products, periods)) < kept
    product, period = np.nonzero(stays)
    frame = pl.DataFrame(
        {
            "period": period,
            "product": [f"p{number:02d}" for number in product],
            "price": np.exp(level[stays]),
            "quantity": np.exp(amount[stays]),
        }
    )
    if merchants is None:
        return frame
    owner = rng.integers(0, merchants, products)
    return frame.with_columns(merchant=pl.Series([f"m{owner[number]}" for number in product], dtype=pl.String))


def sold(frame: pl.DataFrame, period: object) -> dict[str, tuple[float, float]]:
    """Product to price and quantity, of one period."""
    rows = frame.filter(pl.col("period") == period)
    return dict(zip(rows["product"], zip(rows["price"], rows["quantity"], strict=True), strict=True))


def by_hand(formula: str, then: dict[str, tuple[float, float]], now: dict[str, tuple[float, float]]) -> float | None:
    """A bilateral index as the textbooks write it, on the products of both periods; None where there are none."""
    both = sorted(then.keys() & now.keys())
    if not both:
        return None
    p0, q0, p1, q1 = (np.array([end[i][part] for i in both]) for end in (then, now) for part in (0, 1))
    laspeyres, paasche = (p1 * q0).sum() / (p0 * q0).sum(), (p1 * q1).sum() / (p0 * q1).sum()
    s0, s1 = p0 * q0 / (p0 * q0).sum(), p1 * q1 / (p1 * q1).sum()
    return {
        "jevons": float(np.prod(p1 / p0) ** (1 / len(both))),
        "dutot": p1.sum() / p0.sum(),
        "carli": (p1 / p0).mean(),
        "laspeyres": laspeyres,
        "paasche": paasche,
        "fisher": (laspeyres * paasche) ** 0.5,
        "tornqvist": float(np.prod((p1 / p0) ** ((s0 + s1) / 2))),
        "walsh": (p1 * np.sqrt(q0 * q1)).sum() / (p0 * np.sqrt(q0 * q1)).sum(),
    }[formula]


def links_by_hand(formula: str, frame: pl.DataFrame) -> dict[tuple[int, int], float]:
    """The log comparison of each pair of periods (numbered in order) that share a product."""
    periods = [sold(frame, period) for period in sorted(frame["period"].unique())]
    found = {
        (s, t): by_hand(formula, then, now) for s, then in enumerate(periods) for t, now in enumerate(periods) if s < t
    }
    return {pair: float(np.log(value)) for pair, value in found.items() if value is not None}


def geks_by_hand(formula: str, frame: pl.DataFrame) -> list[float]:
    """GEKS of all periods on one window against the first, by least squares on one row per link; all are linked."""
    links = links_by_hand(formula, frame)
    design = np.zeros((len(links), frame["period"].n_unique()))
    for row, (s, t) in enumerate(links):
        design[row, s], design[row, t] = -1, 1
    levels = np.linalg.lstsq(design, np.array(list(links.values())), rcond=None)[0]
    return np.exp(levels - levels[0]).tolist()


def reached_by_hand(formula: str, frame: pl.DataFrame) -> set[int]:
    """The periods, numbered in order, to which a path of links leads from the first one that has a link."""
    links = links_by_hand(formula, frame)
    if not links:
        return set()
    reached = {min(s for s, _ in links)}
    while more := {one for pair in links for one in pair if reached & set(pair)} - reached:
        reached |= more
    return reached


def chain_by_hand(formula: str, frame: pl.DataFrame) -> list[float]:
    """The product of the links from period to period."""
    periods = [sold(frame, period) for period in sorted(frame["period"].unique())]
    levels = [1.0]
    for then, now in pairwise(periods):
        step = by_hand(formula, then, now)
        assert step is not None
        levels.append(levels[-1] * step)
    return levels
