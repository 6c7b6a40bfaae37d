"""Pages that were not stored at one end of a comparison, and what they take away from it.

Source: METHOD 1.2: a listing that is missing because its page was not stored (not_crawled) is left out of both ends.
Which listings that are nobody knows, but how many. Where the share c of a category's pages was stored, stayers on the
rest are expected to be (1 - c) / c times the stayers seen; so many of the gone are left out, and the others count with
c, since of the stayers and of the newcomers no more was seen. With pages lost at the base it is the same for what has
come.

The gone of a merchant that is seen are another mixture than those of one that is not, and only the first are matched.
Of n stored pages each set is as likely as any other, so of the stayers on lost pages, for which a stayer seen stands,
the part (-1)^o / C(n - 1, o) has a merchant of which nothing at all was seen, o being the other pages on which the
seen one's merchant stands; the rest has one that was seen. By this what of seen merchants really is gone is known for
merchants of 1, 2, 3 and more listings apart (of one listing, what is gone of a merchant that is seen was swapped), and
counts with the part of their stayers that was seen. What is gone with its merchant counts so that all that is gone has
the value said first.

Without this, 10 to 30 % of the pages lost at one end bias the matched change by -7 to -20 % of its ratio; with one rate
for all of the gone by up to 5 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transforms.footing import Footings
from transforms.many import COMPARISON

CATEGORY = [COMPARISON, "marketplace", "category"]
OF_SIZE = [*CATEGORY, "size"]
MANY = 4  # listings of a merchant from which on it is one of the many
MADE = ["alone", "is_seen", "size", "stays", "stayers", "missing", "is_first", "uniform", "of_seen"]


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
    """`listing_pairs` rows with `counts`, the part with which what a listing sells counts (0-1), in `base_yuan` of the
    gone and in `yuan` of those come, and `listing_counts`, with which it counts itself; 1 for listings that stay, and
    where all pages were stored."""
    if not is_lossy(footings):
        return pairs.with_columns(counts=pl.lit(1.0), listing_counts=pl.lit(1.0))
    gone, come = pl.col("weight_now").is_null(), pl.col("base_weight").is_null()
    joined = pairs
    for name in ("then_share", "now_share"):
        joined = joined.join(
            shares_frame(footings, name), on=CATEGORY, how="left", validate="m:1", maintain_order="left"
        )
    losses = _Loss("now_share", gone, "page", "base_yuan"), _Loss("then_share", come, "base_page", "yuan")
    for loss in losses:
        joined = loss.told(joined)
    return joined.with_columns(
        pl.when(gone).then(f"now_share_{part}").when(come).then(f"then_share_{part}").otherwise(1.0).alias(name)
        for part, name in (("value", "counts"), ("listing", "listing_counts"))
    ).with_columns(
        base_yuan=pl.when(gone).then(pl.col("base_yuan") * pl.col("counts")).otherwise("base_yuan"),
        yuan=pl.when(come).then(pl.col("yuan") * pl.col("counts")).otherwise("yuan"),
    ).drop(
        f"{loss.share}{part}" for loss in losses for part in ("", "_value", "_listing")
    )  # fmt: skip


@dataclass(frozen=True)
class _Loss:
    """Listings that are `absent` from the end of whose pages `share` was stored, and on whose pages, `page`, the others
    stand; what they sell at the other end is `yuan`."""

    share: str
    absent: pl.Expr
    page: str
    yuan: str

    def told(self, pairs: pl.LazyFrame) -> pl.LazyFrame:
        """Adds `<share>_value` and `<share>_listing`, the parts with which those absent count."""
        stays = pl.col("weight_now").is_not_null() & pl.col("base_weight").is_not_null()
        is_seen = (~self.absent).any().over("merchant")
        size = pl.min_horizontal((stays | self.absent).sum().over("merchant", *CATEGORY), MANY)
        alone = pl.when(stays).then(_alone(self.page)).otherwise(0.0)
        counted = pairs.with_columns(alone=alone, is_seen=is_seen, size=size, stays=stays).with_columns(
            stayers=pl.col("stays").sum().over(OF_SIZE),
            alone=pl.col("alone").sum().over(OF_SIZE),
            missing=(self.absent & pl.col("is_seen")).sum().over(OF_SIZE),
            is_first=pl.int_range(pl.len()).over(OF_SIZE) == 0,
        )
        parted = counted.with_columns(uniform=self._uniform(), of_seen=self._of_seen())
        return parted.with_columns(
            self._value().alias(f"{self.share}_value"), pl.col("uniform").alias(f"{self.share}_listing")
        ).drop(MADE)

    @property
    def _seen(self) -> pl.Expr:
        return pl.col(self.share).fill_null(1.0)

    @property
    def _per_stayer(self) -> pl.Expr:
        """How many stayers on lost pages one that was seen stands for."""
        return pl.when(self._seen > 0).then((1 - self._seen) / self._seen).otherwise(0.0)

    def _uniform(self) -> pl.Expr:
        """The part were merchants seen and not seen alike."""
        stayers, missing = pl.col("stays").sum().over(CATEGORY), self.absent.sum().over(CATEGORY)
        return (self._seen * (1 - self._per_stayer * stayers / missing).clip(0.0).round(12)).fill_nan(0.0)

    def _of_seen(self) -> pl.Expr:
        """The part of those absent of merchants that are seen: those really gone of a size, over those missing, times
        the part of the stayers of seen merchants that was seen. All sizes together are no more than their sum, so that
        what is cut off at a size of which more seem lost than are missing is taken off the others."""
        lost = self._per_stayer * (pl.col("stayers") - pl.col("alone"))
        went, first = pl.col("missing") - lost, pl.col("is_first").cast(pl.Float64)
        together, above = ((first * part).sum().over(CATEGORY) for part in (went, went.clip(0.0)))
        scale = pl.when(above > 0).then(together / above).otherwise(0.0).clip(0.0)
        stored = pl.when(pl.col("stayers") > 0).then(pl.col("stayers") / (pl.col("stayers") + lost))
        part = stored.otherwise(self._seen) * scale * went.clip(0.0) / pl.col("missing")
        return part.fill_nan(0.0).clip(0.0, 1.0).round(12)

    def _value(self) -> pl.Expr:
        """Both parts as one: what is absent with its merchant counts so that all adds up to the uniform part."""
        seen, alone = (self.absent & is_it for is_it in (pl.col("is_seen"), ~pl.col("is_seen")))
        yuan = pl.col(self.yuan)
        whole = _sum(self.absent, pl.col("uniform") * yuan)
        of_seen, of_alone = _sum(seen, pl.col("of_seen") * yuan), _sum(alone, yuan)
        rest = pl.when(of_alone > 0).then(((whole - of_seen) / of_alone).clip(0.0, 1.0)).otherwise("uniform")
        return pl.when("is_seen").then("of_seen").otherwise(rest)


def _sum(which: pl.Expr, yuan: pl.Expr) -> pl.Expr:
    """The sum of a category in hundredths of a fen: whole numbers, so that the order of the rows is nothing to it."""
    return pl.when(which).then((yuan * 1e4).round()).otherwise(0.0).cast(pl.Int64).sum().over(CATEGORY)


def _alone(page: str) -> pl.Expr:
    """m of a listing seen: the part of such listings on lost pages of whose merchant nothing else was seen. Further
    terms are smaller than the rest of what is not known, and rows without a page are not lost."""
    stored = pl.col(page).drop_nulls().n_unique().over(CATEGORY)
    others = pl.col(page).drop_nulls().n_unique().over("merchant", *CATEGORY) - 1.0
    is_elsewhere = pl.col("category").filter(pl.col(page).is_not_null()).n_unique().over("merchant") > 1
    one, two = (pl.max_horizontal(1.0, stored - float(less)) for less in (1, 2))
    term = pl.when(others == 0).then(1.0).when(others == 1).then(-1 / one).when(others == 2).then(2 / (one * two))
    return pl.when(is_elsewhere).then(0.0).otherwise(term.otherwise(0.0))


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
