"""Pages that were not stored at one end of a comparison, and what they take away from it.

Source: METHOD 1.2: a listing that is missing because its page was not stored (not_crawled) is left out of both ends.
Which listings that are nobody knows, but how many: where the share c of a category's pages was stored, stayers on the
rest are expected to be (1 - c) / c times the stayers seen. That part of the gone is left out of the base. The others
count with c, since of the stayers and of the newcomers no more was seen. With pages lost at the base it is the same
for listings that have come.

Without this, 10 to 30 % of the pages lost at one end bias the matched change by -7 to -20 % of its ratio.
"""

from collections.abc import Sequence

import polars as pl

from transforms.footing import Footings
from transforms.many import COMPARISON

CATEGORY = [COMPARISON, "marketplace", "category"]


def is_lossy(footings: Sequence[Footings]) -> bool:
    """Whether pages were lost at an end of any comparison."""
    shares = {(footing.then_share, footing.now_share) for own in footings for footing in own.values()}
    return not shares <= {(1.0, 1.0)}


def to_common_depth(end: pl.LazyFrame, footings: Sequence[Footings]) -> pl.LazyFrame:
    """The rows of one end (CATEGORY, page) down to the common depth of their category; `footings` by comparison."""
    if all(footing.depth is None for own in footings for footing in own.values()):
        return end
    depths = _frame(footings, "depth", pl.Int64())
    deep = end.join(depths, on=CATEGORY, how="left", validate="m:1", maintain_order="left")
    return deep.filter((pl.col("page") <= pl.col("depth")).fill_null(True)).drop("depth")


def with_losses(pairs: pl.LazyFrame, footings: Sequence[Footings]) -> pl.LazyFrame:
    """`listing_pairs` rows with `counts`, the part with which a listing counts (0-1), in `base_yuan` of the gone and in
    `yuan` of those come; 1 for listings that stay, and where all pages were stored."""
    if not is_lossy(footings):
        return pairs.with_columns(counts=pl.lit(1.0))
    gone, come = pl.col("weight_now").is_null(), pl.col("base_weight").is_null()
    joined = pairs
    for name in ("then_share", "now_share"):
        joined = joined.join(
            shares_frame(footings, name), on=CATEGORY, how="left", validate="m:1", maintain_order="left"
        )
    counts = pl.when(gone).then(_part("now_share", gone)).when(come).then(_part("then_share", come)).otherwise(1.0)
    return joined.with_columns(counts.alias("counts")).with_columns(
        base_yuan=pl.when(gone).then(pl.col("base_yuan") * pl.col("counts")).otherwise("base_yuan"),
        yuan=pl.when(come).then(pl.col("yuan") * pl.col("counts")).otherwise("yuan"),
    ).drop("then_share", "now_share")  # fmt: skip


def _part(share: str, absent: pl.Expr) -> pl.Expr:
    """With what part listings count that are `absent` from the end of whose pages `share` was stored."""
    seen = pl.col(share).fill_null(1.0)
    stays = pl.col("weight_now").is_not_null() & pl.col("base_weight").is_not_null()
    stayers, missing = stays.sum().over(CATEGORY), absent.sum().over(CATEGORY)
    not_crawled = pl.min_horizontal(1.0, (1 - seen) / seen * stayers / missing)
    return pl.when(seen > 0).then(seen * (1 - not_crawled).round(12)).otherwise(0.0)


def shares_frame(footings: Sequence[Footings], name: str) -> pl.LazyFrame:
    """`then_share` or `now_share` by CATEGORY."""
    return _frame(footings, name, pl.Float64())


def _frame(footings: Sequence[Footings], name: str, kind: pl.DataType) -> pl.LazyFrame:
    rows = [
        (number, *category, getattr(footing, name))
        for number, own in enumerate(footings)
        for category, footing in own.items()
    ]
    names = {COMPARISON: pl.Int64(), "marketplace": pl.String(), "category": pl.String()}
    return pl.LazyFrame(rows, schema={**names, name: kind}, orient="row")
