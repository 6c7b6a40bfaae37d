"""A belt's past written by hand: prices of listings by week, without any frame."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from configs.calendar import WEEK
from transforms.ordered import FloatArray
from transforms.past import Past, Standing
from transforms.view import View

NOW = date(2026, 11, 16)


def view_of(
    prices: FloatArray,
    merchant: Sequence[int],
    titles: Sequence[str] | None = None,
    yuan: FloatArray | None = None,
    weeks_apart: int = 1,
) -> View:
    """What is seen from the last of some weeks: `prices` (and `yuan`) are weeks x listings, NaN where one does not
    stand; listings are sorted by merchant, merchants numbered from 0; each has its own title where none is given."""
    weeks, listings = prices.shape
    named = list(titles) if titles is not None else [chr(0x4E00 + 7 * n) * 4 for n in range(listings)]
    known = sorted(set(named))
    title = np.array([known.index(text) for text in named], dtype=np.float64)
    shown = prices if yuan is None else yuan
    standings = {}
    for row in range(weeks):
        stands = np.flatnonzero(np.isfinite(prices[row]))
        own = np.ones(len(stands))
        columns = {"weight": own, "variant": own, "unit_code": own, "basis_code": own, "title_code": title[stands]}
        prices_now = {"price_yuan": prices[row][stands], "unit_price_yuan": prices[row][stands]}
        day = NOW - WEEK * weeks_apart * (weeks - 1 - row)
        standings[day] = Standing(stands, columns | prices_now | {"value_yuan": shown[row][stands]})
    return View(Past(np.array(merchant, dtype=np.int64), standings, pl.Series("title", known)), NOW)
