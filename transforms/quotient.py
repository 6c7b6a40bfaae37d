"""Location quotients: how much more common a category is among a place's merchants than among all, with its interval.

Source: METHOD 6. With n merchants of category c in place b, LQ = (n_bc / n_b.) / (n_.c / n_..). The interval is made on
ln LQ by the delta method for multinomial counts. The merchants of the cell are among those of its place, of its
category and of all, so that with the covariances

    se^2 = 1/n_bc - 1/n_b. - 1/n_.c + (2 LQ - 1) / n_..

With the two shares taken as independent, 1/n_bc - 1/n_b. + 1/n_.c - 1/n_.., intervals of 1,000 merchants cover 98 %. A
merchant of several categories is taken for several. A quotient tells of a place, never whether a single listing belongs
to it.
"""

import polars as pl
from scipy.special import ndtri

from transforms.uncertainty import CONFIDENCE

NORMAL = float(ndtri((1 + CONFIDENCE) / 2))
LEAST_QUOTIENT, LEAST_MERCHANTS, LEAST_SHARE = 2.0, 30, 0.02
COUNTS = pl.Schema(
    {"place_code": pl.String(), "category": pl.String(), "merchants": pl.Int64(), "value_yuan": pl.Float64()}
)


def location_quotients(counts: pl.DataFrame) -> pl.DataFrame:
    """One row per place and category, sorted; `counts` has COUNTS: merchants and displayed sales of each.

    Adds place_merchants (n_b.), category_share (of the category's merchants in all places), quotient with low and high,
    and value_quotient, the same of displayed sales without an interval. A merchant counts once in each category. Places
    and categories without a merchant have no row.
    """
    merchants, value = pl.col("merchants"), pl.col("value_yuan")
    of_place, of_category = merchants.sum().over("place_code"), merchants.sum().over("category")
    of_all = merchants.sum()
    quotient = (merchants / of_place) / (of_category / of_all)
    by_value = (value / value.sum().over("place_code")) / (value.sum().over("category") / value.sum())
    variance = 1 / merchants - 1 / of_place - 1 / of_category + (2 * quotient - 1) / of_all
    known = (
        counts.filter(merchants > 0)
        .sort("place_code", "category")
        .with_columns(
            of_place.alias("place_merchants"),
            (merchants / of_category).alias("category_share"),
            quotient.alias("quotient"),
            by_value.fill_nan(None).alias("value_quotient"),
            variance.alias("variance"),
        )
    )
    reach = NORMAL * pl.max_horizontal("variance", 0.0).sqrt()  # of a single category it is 0, or a hair below
    ends = [(pl.col("quotient") * (side * reach).exp()).alias(name) for side, name in ((-1, "low"), (1, "high"))]
    return known.with_columns(ends).drop("variance")


def candidates(quotients: pl.DataFrame) -> pl.DataFrame:
    """The rows of `location_quotients` that speak for a belt, the most concentrated first: a quotient of 2 or more that
    is surely above 1, 30 merchants, and 2 % of the category's."""
    speaks = (
        (pl.col("quotient") >= LEAST_QUOTIENT)
        & (pl.col("low") > 1)
        & (pl.col("merchants") >= LEAST_MERCHANTS)
        & (pl.col("category_share") >= LEAST_SHARE)
    )
    return quotients.filter(speaks).sort("quotient", "place_code", "category", descending=[True, False, False])
