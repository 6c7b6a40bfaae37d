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

import numpy as np
import polars as pl

from transforms.footing import Footings
from transforms.many import COMPARISON
from transforms.ordered import BoolArray, FloatArray, IntArray, floats, sums_by

CATEGORY = [COMPARISON, "marketplace", "category"]
MANY = 4  # listings of a merchant from which on it is one of the many
NOWHERE = -1  # the page of a row that stands on none


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
    rows = pairs.collect()
    gone, come = (rows[name].is_null().to_numpy() for name in ("weight_now", "base_weight"))
    lists = _lists(rows, footings)
    of_gone = _Missing(rows, lists, gone, ~(gone | come), "now_share", "page", floats(rows["base_yuan"])).parts()
    of_come = _Missing(rows, lists, come, ~(gone | come), "then_share", "base_page", floats(rows["yuan"])).parts()
    value, itself = (
        np.where(gone, left, np.where(come, right, 1.0)) for left, right in zip(of_gone, of_come, strict=True)
    )
    return rows.lazy().with_columns(
        pl.Series("counts", value),
        pl.Series("listing_counts", itself),
        pl.Series("base_yuan", floats(rows["base_yuan"]) * np.where(gone, value, 1.0)),
        pl.Series("yuan", floats(rows["yuan"]) * np.where(come, value, 1.0)),
    )


def _lists(rows: pl.DataFrame, footings: Sequence[Footings]) -> pl.DataFrame:
    """Of each row the `number` of its CATEGORY, 0 for all that no footing knows, and `then_share` and `now_share`."""
    then, now = (shares_frame(footings, name).collect() for name in ("then_share", "now_share"))
    known = then.with_columns(now["now_share"]).with_row_index("number", offset=1)
    joined = rows.select(CATEGORY).join(known, on=CATEGORY, how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(pl.col("number").fill_null(0), pl.col("then_share", "now_share").fill_null(1.0))


class _Missing:
    """Listings that are `absent` from the end of whose pages `share` was stored, and on whose pages, `page`, those that
    stay stand; what the absent sell at the other end is `yuan`. One entry per row of `listing_pairs`."""

    def __init__(
        self,
        rows: pl.DataFrame,
        lists: pl.DataFrame,
        absent: BoolArray,
        stays: BoolArray,
        share: str,
        page: str,
        yuan: FloatArray,
    ) -> None:
        self.absent, self.stays, self.yuan = absent, stays, yuan
        self.list = lists["number"].to_numpy().astype(np.int64)
        self.merchant = rows["merchant"].to_numpy().astype(np.int64)
        self.shop = np.unique(np.stack([self.merchant, self.list]), axis=1, return_inverse=True)[1].ravel()
        self.page = rows[page].cast(pl.Int64).fill_null(NOWHERE).to_numpy()
        self.read = np.ones(int(self.list.max(initial=0)) + 1)
        self.read[self.list] = lists[share].to_numpy()
        with np.errstate(divide="ignore"):
            self.per_stayer = np.where(self.read > 0, (1 - self.read) / self.read, 0.0)
        self.is_seen = self._in_any(~absent, self.merchant)[self.merchant]

    def parts(self) -> tuple[FloatArray, FloatArray]:
        """The part with which what a row sells counts were it one of the absent, and with which it counts itself."""
        itself = self._uniform()
        return self._value(itself, self._of_seen()), itself[self.list]

    def _uniform(self) -> FloatArray:
        """The part of a list's absent were merchants that are seen and those that are not alike."""
        stayers, missing = (self._count(rows, self.list, len(self.read)) for rows in (self.stays, self.absent))
        lost = _over(self.per_stayer * stayers, missing)
        found: FloatArray = (self.read * np.maximum(0.0, 1 - lost)).round(12)
        return found

    def _of_seen(self) -> FloatArray:
        """The part of those absent of merchants that are seen: those really gone of a size, over those missing, times
        the part of the stayers of seen merchants that was seen. All sizes together are no more than their sum, so that
        what is cut off at a size of which more seem lost than are missing is taken off the others."""
        listings = self._count(self.stays | self.absent, self.shop, int(self.shop.max(initial=0)) + 1)
        size = np.minimum(listings[self.shop], MANY).astype(np.int64) + self.list * (MANY + 1)
        wide = len(self.read) * (MANY + 1)
        stayers, missing = (self._count(rows, size, wide) for rows in (self.stays, self.absent & self.is_seen))
        alone = sums_by(size, np.where(self.stays, self._alone(), 0.0), wide)
        read, per_stayer = (np.repeat(of_list, MANY + 1) for of_list in (self.read, self.per_stayer))
        lost = per_stayer * (stayers - alone)
        went = (missing - lost).reshape(-1, MANY + 1)
        together, above = went.sum(axis=1), np.maximum(0.0, went).sum(axis=1)
        scale = np.repeat(np.maximum(0.0, _over(together, above)), MANY + 1)
        stored = np.where(stayers > 0, _over(stayers, stayers + lost), read)
        part: FloatArray = stored * scale * _over(np.maximum(0.0, went.ravel()), missing)
        rounded: FloatArray = np.clip(part, 0.0, 1.0).round(12)
        return rounded[size]

    def _value(self, uniform: FloatArray, of_seen: FloatArray) -> FloatArray:
        """Both parts as one: what is absent with its merchant counts so that all adds up to the uniform part."""
        whole = self._sum(self.absent, uniform[self.list] * self.yuan)
        seen = self._sum(self.absent & self.is_seen, of_seen * self.yuan)
        alone = self._sum(self.absent & ~self.is_seen, self.yuan)
        rest = np.where(alone > 0, np.clip(_over(whole - seen, alone), 0.0, 1.0), uniform)
        value: FloatArray = np.where(self.is_seen, of_seen, rest[self.list])
        return np.where(self.read[self.list] < 1, value, 1.0)  # whole less seen over alone is 1 but for the last bit

    def _alone(self) -> FloatArray:
        """m of a listing seen: the part of such listings on lost pages of whose merchant nothing else was seen. Further
        terms are smaller than the rest of what is not known, and rows without a page are not lost."""
        there = self.page != NOWHERE
        of_shop = self._distinct(there, self.shop)
        stored = self._distinct(there, self.list)[self.list]
        others = of_shop[self.shop] - 1
        one, two = np.maximum(1.0, stored - 1.0), np.maximum(1.0, stored - 2.0)
        term = np.select(
            [others == 0, others == 1, others == 2], [np.ones(len(others)), -1 / one, 2 / (one * two)], 0.0
        )
        shops = np.unique(np.stack([self.merchant, self.list])[:, there], axis=1)[0]
        is_elsewhere = (np.bincount(shops, minlength=int(self.merchant.max(initial=0)) + 1) > 1)[self.merchant]
        found: FloatArray = np.where(is_elsewhere, 0.0, term)
        return found

    def _distinct(self, there: BoolArray, group: IntArray) -> IntArray:
        """How many pages the rows of each group stand on."""
        groups = np.unique(np.stack([group, self.page])[:, there], axis=1)[0]
        return np.bincount(groups, minlength=int(group.max(initial=0)) + 1)

    def _sum(self, rows: BoolArray, yuan: FloatArray) -> FloatArray:
        return sums_by(self.list, np.where(rows, yuan, 0.0), len(self.read))

    @staticmethod
    def _count(rows: BoolArray, group: IntArray, size: int) -> FloatArray:
        return sums_by(group, rows.astype(np.float64), size)

    @staticmethod
    def _in_any(rows: BoolArray, group: IntArray) -> BoolArray:
        found: BoolArray = np.bincount(group, rows) > 0
        return found


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    """The ratio, 0 where there is nothing to divide by."""
    ratio: FloatArray = np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
    return ratio


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
