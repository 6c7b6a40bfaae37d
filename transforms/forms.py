"""The forms of a metric."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from transforms.samples import Estimate
    from transforms.view import View


@dataclass(frozen=True)
class Total:
    """The sum over listings of a quantity times the weight in the belt. A full count: no interval unless pages
    were lost (transforms/expansion.py). `is_partial`: there is no row where the quantity is known of none."""

    quantity: pl.Expr
    is_partial: bool = False


@dataclass(frozen=True)
class Count:
    """The number of merchants or listings whose weight in the belt is 0.8 or more. A full count: no interval unless
    pages were lost."""

    of: Literal["merchants", "listings"]


@dataclass(frozen=True)
class Share:
    """The weighted mean of `part` (true or false, or 0-1) over listings where it is known (not null), or over their
    merchants, each once; `by` is what a listing counts with besides its weight. Its interval is `share_levels`', its
    change a difference in points. `between` is `part` at the least and at the most that an unsure number behind it may
    be: the interval then holds both (transforms/unsure.py)."""

    part: pl.Expr
    per: Literal["listing", "merchant"] = "listing"
    by: pl.Expr | None = None
    between: tuple[pl.Expr, pl.Expr] | None = None


@dataclass(frozen=True)
class Balance:
    """The share of `part` less the share of `against` over listings where they are known, which is where both are. Its
    interval is `share_contrasts`', its change a difference in points."""

    part: pl.Expr
    against: pl.Expr


@dataclass(frozen=True)
class Quantile:
    """The weighted quantile `level` of `price` over listings that have one, over the quantile `over` if one is named.
    Its interval is Woodruff's, its change a ratio less 1. `between` is as of a share."""

    price: pl.Expr
    level: float = 0.5
    over: float | None = None
    between: tuple[pl.Expr, pl.Expr] | None = None


@dataclass(frozen=True)
class Median:
    """The weighted median of `part` (0-1) over the merchants of whom it is known, each once. Its interval is
    Woodruff's, its change a difference in points."""

    part: pl.Expr


@dataclass(frozen=True)
class Dispersion:
    """1.4826 times the median absolute distance of `price` from its median, over the median: a coefficient of variation
    that outliers do not move. Interval and change as those of a quantile."""

    price: pl.Expr


@dataclass(frozen=True)
class Concentration:
    """How unevenly `quantity` lies over merchants: `hhi` is the sum of squared shares x 10,000, `effective` 10,000 over
    it, `top4` the share of the largest four. `earlier` is the merchant's quantity in a window before this one that does
    not overlap with it: the interval is that of readings that differ as these two do, its change a ratio less 1. There
    is none where `quantity` nowhere differs from what it is to be held `against`."""

    quantity: pl.Expr
    earlier: pl.Expr
    statistic: Literal["hhi", "top4", "effective"]
    against: pl.Expr | None = None


@dataclass(frozen=True)
class Measured:
    """What `by` measures of a belt's past up to a week (transforms/past.py), for the whole belt only. Its change is
    made from both levels and their intervals."""

    by: Callable[["View"], "Estimate | None"]
    changes_by: Literal["difference", "ratio"] = "difference"


Form = Total | Count | Share | Balance | Quantile | Median | Dispersion | Concentration | Measured
