"""The four forms of a metric."""

from dataclasses import dataclass
from typing import Literal

import polars as pl


@dataclass(frozen=True)
class Total:
    """The sum over listings of a quantity times the weight in the belt. A full count: no interval."""

    quantity: pl.Expr


@dataclass(frozen=True)
class Count:
    """The number of merchants or listings whose weight in the belt is 0.8 or more. A full count: no interval."""

    of: Literal["merchants", "listings"]


@dataclass(frozen=True)
class Share:
    """The weighted mean of `part` (true or false, or 0-1) over listings where it is known (not null), or over their
    merchants, each once. Its interval is `share_level`'s, its change a difference in points."""

    part: pl.Expr
    per: Literal["listing", "merchant"] = "listing"


@dataclass(frozen=True)
class Quantile:
    """The weighted quantile `level` of `price` over listings that have one, over the quantile `over` if one is named.
    Its interval is Woodruff's, its change a ratio less 1."""

    price: pl.Expr
    level: float = 0.5
    over: float | None = None


Form = Total | Count | Share | Quantile
