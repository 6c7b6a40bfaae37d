"""What a price index rests on between two periods: the listings that stand in both, and whose they are.

The rules of publication look at it: merchants, how they weigh at the base, and the share of the base that is matched.
A merchant weighs what it weighs in the index: its value where quantities are usable, else as much as any other. Source:
METHOD 1.6, 4.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from transforms.index.belts import ALL
from transforms.index.months import month_of
from transforms.index.strata import WEIGHTED
from transforms.ordered import floats, group_sums, total
from transforms.publication import BaseFacts, base_facts

OWNER = ["stratum", "merchant"]
PRODUCT = [*OWNER, "product"]


@dataclass(frozen=True)
class Footing:
    """What the rules look at, and how many listings stand at both ends."""

    facts: BaseFacts
    listings: int


def shown_by_period(rows: pl.DataFrame, points: pl.DataFrame) -> dict[date, pl.DataFrame]:
    """`shown` of `index_rows`, from what their `index_points` were made by."""
    formulas = points.filter(pl.col("stratum") != ALL).select("stratum", "formula").unique()
    return shown(rows, dict(formulas.rows()), points.filter(~pl.col("is_provisional"))["month"].unique())


def shown(rows: pl.DataFrame, formulas: Mapping[str, str], over: pl.Series) -> dict[date, pl.DataFrame]:
    """By month that is over and week since: one row per product that the index uses, sorted, with its `value_yuan`
    summed, its `weight` as a base, and `is_weighted`, whether its stratum goes by quantities.

    `rows` are `index_rows`, `formulas` those of their strata, `over` the months that are over."""
    weighted = pl.Series([name for name, formula in formulas.items() if formula == WEIGHTED], dtype=pl.String())
    month = month_of("week")
    used = rows.select(
        *PRODUCT, "value_yuan", "quantity",
        period=pl.when(month.is_in(over.implode())).then(month).otherwise("week"),
        is_weighted=pl.col("stratum").is_in(weighted.implode()),
    ).filter(~pl.col("is_weighted") | pl.col("quantity").is_not_null())  # fmt: skip
    numbered = used.sort("period", *PRODUCT, "value_yuan").with_row_index("number")
    sums = group_sums(numbered, ["period", *PRODUCT, "is_weighted"], ["number"], ["value_yuan"])
    by_value = len(weighted) == len(formulas)
    parts = sums.partition_by("period", as_dict=True, maintain_order=True).items()
    return {key[0]: part.with_columns(_weight(by_value).alias("weight")) for key, part in parts}


def footing(periods: Mapping[date, pl.DataFrame], base: date, now: date) -> Footing | None:
    """What the index rests on from one period to another; None where one of them shows nothing."""
    if base not in periods or now not in periods:
        return None
    then = periods[base]
    both = then.join(periods[now].select(PRODUCT), on=PRODUCT, how="semi", maintain_order="left")
    alike = 1 / pl.len().over(OWNER)  # the mean of a merchant's listings that are left counts like any other's
    resting = both.with_columns(weight=pl.when("is_weighted").then("weight").otherwise(alike))
    weights = floats(group_sums(resting, ["merchant"], PRODUCT, ["weight"])["weight"])
    whole = total(floats(then["weight"]))
    share = total(floats(both["weight"])) / whole if whole > 0 else 0.0
    return Footing(base_facts(int(np.count_nonzero(weights)), weights, share), both.height)


def _weight(by_value: bool) -> pl.Expr:
    """A product's weight within a period: its value, or where a stratum has none a share of the merchants."""
    if by_value:
        return pl.col("value_yuan")
    value, merchants = pl.col("value_yuan"), pl.col("merchant").n_unique().over("stratum")
    whole = value.sum().over("stratum")
    share = pl.when(whole > 0).then(value / whole).otherwise(0.0)
    return pl.when("is_weighted").then(share * merchants).otherwise(1 / pl.len().over(OWNER))
