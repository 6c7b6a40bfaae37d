"""Merchants whom lost pages hide: how many each one that was seen stands for.

A merchant is missed where all its listings stood on pages that were not stored. Of N pages of a category n were stored
and L lost, each set of them as likely as any other; then

    b_k = (-1)^k L (L+1) ... (L+k-1) / (n (n-1) ... (n-k+1)),    k the stored pages on which a merchant was seen,

has the mean 0 over what may be lost, with b_0 = 1 for who is missed. So -b_k of those seen sum up to those missed, and
each one seen stands for 1 - b_k; over several categories for 1 less the product. Source: METHOD 1.2, 5.7; Good and
Toulmin 1956, for pages drawn without replacement. Terms that would grow with k are left out: a merchant on so many
pages is not missed.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from transforms.footing import Footings
from transforms.losses import CATEGORY, is_lossy, shares_frame
from transforms.ordered import FloatArray, IntArray

ENDS = {"stood_for": ("base_listing", "base_page", "then_share"), "stands_for": ("listing", "page", "now_share")}


def with_unseen(pairs: pl.DataFrame, footings: Sequence[Footings]) -> pl.DataFrame:
    """`listing_pairs` rows (with `base_page` and `page` where pages were lost) and how many merchants each one's
    merchant stands for at the base, `stood_for`, and now, `stands_for`; 1 where nothing was lost."""
    if not is_lossy(footings):
        return pairs.with_columns(stood_for=pl.lit(1.0), stands_for=pl.lit(1.0))
    for name, (listing, page, share) in ENDS.items():
        found = _stands_for(pairs, listing, page, shares_frame(footings, share)).rename({"stands_for": name})
        pairs = pairs.join(found, on="merchant", how="left", validate="m:1", maintain_order="left")
    return pairs.with_columns(pl.col(*ENDS).fill_null(1.0)).drop("base_page", "page")


def _stands_for(pairs: pl.DataFrame, listing: str, page: str, shares: pl.LazyFrame) -> pl.DataFrame:
    """`stands_for` by `merchant` of one end. Rows handed over, which are on no page, are not lost."""
    share = shares.collect().columns[-1]
    seen = (
        pairs.lazy()
        .with_columns(stored=pl.col(page).drop_nulls().n_unique().over(CATEGORY))
        .filter(pl.col(listing) > 0)
    )
    found = seen.group_by("merchant", *CATEGORY).agg(
        pl.col(page).n_unique().alias("on"), pl.col("stored").first(), (pl.col(page) >= 1).all().alias("is_on_pages")
    )
    known = found.join(shares, on=CATEGORY, how="left", validate="m:1").collect()
    read = np.where(known["is_on_pages"].fill_null(False), known[share].fill_null(1.0), 1.0)
    b_k = terms(known["on"].to_numpy(), known["stored"].to_numpy().astype(np.float64), read)
    product = known.select("merchant", term=pl.Series(b_k)).group_by("merchant").agg(pl.col("term").product())
    return product.select("merchant", stands_for=1 - pl.col("term"))


def terms(on: IntArray, stored: FloatArray, read: FloatArray) -> FloatArray:
    """b_k of merchants seen `on` k of the `stored` pages, which are the part `read` of all."""
    lost = stored * (1 - read) / read
    found: FloatArray = np.ones(len(on))
    for number in range(int(on.max(initial=0))):
        is_more, left = number < on, np.maximum(1.0, stored - number)
        step = np.where(lost + number < left, -(lost + number) / left, 0.0)
        found = np.where(is_more, found * step, found)
    return found
