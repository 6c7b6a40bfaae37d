"""Weekly listings of a belt that come and go, with prices that are known."""

from datetime import date, timedelta

import numpy as np
import polars as pl

FIRST = date(2024, 1, 1)


def listed(
    seed: int, weeks: int, merchants: int = 12, strata: tuple[str, ...] = ("towels/piece",), noise: float = 0.02
) -> pl.DataFrame:
    """Weekly listings that come and go, 4 to a merchant; prices wander by `noise` a week around their first one."""
    rng = np.random.default_rng(seed)
    count = merchants * 4
    owner = np.repeat(np.arange(merchants), 4)
    logs = rng.normal(1, 0.5, (count, 1)) + np.cumsum(rng.normal(0, noise, (count, weeks)), axis=1)
    spent = rng.lognormal(3, 1, (count, 1)) * rng.lognormal(0, 0.2, (count, weeks))
    born, life = rng.integers(-40, weeks - 4, (count, 1)), rng.integers(30, 90, (count, 1))
    week = np.arange(weeks)
    listing, at = np.nonzero((week >= born) & (week < born + life) & (rng.random((count, weeks)) < 0.9))
    price = np.exp(logs[listing, at])
    return pl.DataFrame(
        {
            "week": [FIRST + timedelta(weeks=int(number)) for number in at],
            "stratum": [strata[number % len(strata)] for number in listing],
            "merchant": [f"m{owner[number]}" for number in listing],
            "product": [f"m{owner[number]}/{number}" for number in listing],
            "price": price,
            "quantity": spent[listing, at] / price,
        }
    )


def still(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with every price as it was at first."""
    return rows.sort("week").with_columns(pl.col("price").first().over("product"))


def month_expr() -> pl.Expr:
    return (pl.col("week") + timedelta(days=3)).dt.truncate("1mo")


def of(frame: pl.DataFrame, stratum: str = "all") -> pl.DataFrame:
    return frame.filter(pl.col("stratum") == stratum)
