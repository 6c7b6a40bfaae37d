"""The samples a comparison is made on: listings of one belt at a week and at its base, and their merchants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.bounds import Bounds
from transforms.footing import Footings
from transforms.imputation import Draws
from transforms.losses import is_lossy, to_common_depth, with_losses
from transforms.many import BETWEEN, COMPARISON, apart, stacked
from transforms.ordered import BoolArray, FloatArray, IntArray, begins, floats, sums_at
from transforms.page_spread import Spread
from transforms.paired import Paired
from transforms.split import continues
from transforms.unread import has_unread, without_unread
from transforms.unseen import with_unseen

LISTING = ["marketplace", "merchant_id", "listing_id"]
MERCHANT = ["marketplace", "merchant_id"]
READ = ["weight", "value_yuan", "price_yuan", "unit", "sales_basis"]
READ_BY_METRICS = {  # null where the rows do not have them
    "unit_price_yuan": pl.Float64(),
    "cost_floor_yuan": pl.Float64(),
    "cost_floor_low_yuan": pl.Float64(),
    "cost_floor_high_yuan": pl.Float64(),
    "earlier_price_yuan": pl.Float64(),
    "older_price_yuan": pl.Float64(),
    "highest_since_yuan": pl.Float64(),
    "earlier_merchant_yuan": pl.Float64(),
    "earlier_merchant_low_yuan": pl.Float64(),
    "merchant_repurchase_share": pl.Float64(),
    "return_share": pl.Float64(),
    "merchant_years": pl.Float64(),
    "flags": pl.List(pl.String()),
    "is_advertised": pl.Boolean(),
    "page": pl.Int64(),
}
READ_OF_DISPLAYS = {  # null where displays hide nothing, or the rows do not have them
    "value_low_yuan": pl.Float64(),
    "value_high_yuan": pl.Float64(),
    "sales_mu": pl.Float64(),
    "sales_sigma": pl.Float64(),
}

NO_FOOTINGS: Footings = {}
COUNTED_WEIGHT = 0.8  # METHOD 6: from this weight on a merchant is counted as belonging to the belt


@dataclass(frozen=True)
class Panel:
    """One comparison: per merchant (sorted by key) its number among the pairs', the sum at the base and now (0 where it
    is absent), and its listings that stand at either end with weight >= 0.8. The sums hold all weights.

    Where displays hide something of displayed sales, `bounds` and `draws` say what; where the bounds are too near each
    other to matter, `draws` is None. Where pages were lost, `lost` is the spread over which of them were."""

    merchant: IntArray
    base: FloatArray
    current: FloatArray
    counted: IntArray
    bounds: Bounds | None = None
    draws: Draws | None = None
    lost: Spread | None = None

    @property
    def merchants(self) -> int:
        """Merchants with a listing that is counted."""
        return int(np.count_nonzero(self.counted))

    @property
    def listings(self) -> int:
        """Listings that are counted."""
        return int(self.counted.sum())

    def cut(self, belongs: BoolArray) -> "Panel":
        """The merchants that belong, `belongs` having one entry for each merchant number of the pairs."""
        kept = belongs[self.merchant]
        bounds = None if self.bounds is None else self.bounds.cut(kept)
        draws = None if self.draws is None else self.draws.cut(kept)
        return Panel(
            self.merchant[kept], self.base[kept], self.current[kept], self.counted[kept], bounds, draws, self.lost
        )


def placed_listings(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per listing of one belt and week, sorted by key; columns LISTING, category, and all that are READ.

    Takes listing_weeks rows with the belt's weight. A listing in two categories of the belt counts once, in the
    alphabetically first. A null weight is 0: such a listing is outside the belt this week, and is of use only
    where the base week places it.
    """
    return placed_weeks(rows).drop("week")


def placed_weeks(rows: pl.DataFrame) -> pl.DataFrame:
    """`placed_listings` of many weeks one after the other, with their `week`."""
    has = rows.columns
    read = [
        pl.col(name).cast(kind) if name in has else pl.lit(None, kind).alias(name)
        for name, kind in (READ_BY_METRICS | READ_OF_DISPLAYS).items()
    ]
    key = ["week", *LISTING]
    arranged = rows.lazy().select(*key, "category", *READ, *read).sort(*key, "category")
    return arranged.filter(begins(key)).with_columns(pl.col("weight").fill_null(0.0)).collect()


def listing_pairs(current: pl.DataFrame, base: pl.DataFrame, footings: Footings = NO_FOOTINGS) -> pl.DataFrame:
    """One row per listing that stands at the week or at its base, sorted by key, from two `placed_listings`.

    The base columns carry the prefix `base_`; `base_weight` or `weight_now` is null where the listing is absent
    from that end, and so is `base_row` or `row`, its place in `base` or `current`. `weight` is the base week's on
    both ends (METHOD 1, DESIGN 9): the listing's own, else the mean of its merchant's, else (the merchant is new) its
    own of the week. Weight 0 is left out.
    `merchant` numbers the merchants in order. `base_yuan` and `yuan` are weight times value, 0 without a value;
    `base_listing` and `listing` are 1 where the listing stands at that end with weight >= 0.8, else 0.
    `is_comparable`: values at both ends on one sales basis. A listing shown at both ends on two bases, or without
    sales at one of them, is no zero and no change: it is an exit and an entry, and stays out of the matched sums.
    `continues`: comparable in one unit class at that (transforms/split.py).
    `unit_number` numbers the unit classes in order of name, none being the first.
    `is_matched`: it enters the matched sums, which hold a merchant's values on those bases that it shows at both ends.
    On `footings` (transforms/footing.py) both ends go down to the common depth, and what is seen at one end only enters
    the sums with the part `counts` of transforms/losses.py. `stood_for` and `stands_for` are transforms/unseen.py's.
    """
    return pairs_of_many([(current, base, footings)])[0]


def pairs_of_many(ends: Sequence[tuple[pl.DataFrame, pl.DataFrame, Footings]]) -> list[pl.DataFrame]:
    """`listing_pairs` of many comparisons, given by its arguments, in one pass: a call costs the same for few rows as
    for many. All or none of the ends have further columns than `placed_listings`."""
    current, base, footings = zip(*ends, strict=True)
    read = [*READ, "page"] if is_lossy(footings) else READ
    now, then = (to_common_depth(stacked(end), footings) for end in (current, base))
    joined = _joined(now, then, read, is_one=len(ends) == 1)
    weighted = joined.lazy().with_columns(_base_weights(joined)).filter(pl.col("weight") > 0)
    pairs = weighted.with_columns(
        *_bases(),
        (pl.col("weight") * pl.col("base_value_yuan").fill_null(0.0)).alias("base_yuan"),
        (pl.col("weight") * pl.col("value_yuan").fill_null(0.0)).alias("yuan"),
        _counted("base_weight").alias("base_listing"),
        _counted("weight_now").alias("listing"),
        (pl.col("unit").fill_null("").rank("dense").cast(pl.Int64) - 1).alias("unit_number"),
    ).with_columns(_usable(), continues().alias("continues"))
    usable = without_unread(pairs) if has_unread(joined) else pairs
    made = with_losses(usable, footings).with_columns(matched()).collect()
    return apart(with_unseen(made, footings), joined, len(ends))


def matched() -> pl.Expr:
    """`is_matched`: a merchant's usable values on those bases of which it has usable ones at both ends."""
    sold_then, sold_now = _sold()
    then_too = (sold_then & pl.col("is_usable")).any().over("merchant", "basis")
    now_too = (sold_now & pl.col("is_usable")).any().over("merchant", "basis")
    return (pl.col("is_usable") & (sold_then | sold_now) & then_too & now_too).alias("is_matched")


def matched_panel(pairs: pl.DataFrame, sales: Paired | None = None) -> Panel:
    """Displayed sales in yuan of the merchants that show sales at both ends; `sales` is what their displays hide."""
    panel = panel_of(pairs.filter("is_matched"), "base_yuan", "yuan")
    return panel if sales is None else _with_hidden(panel, sales, is_matched=True)


def total_panel(pairs: pl.DataFrame, sales: Paired | None = None) -> Panel:
    """Displayed sales in yuan of all merchants of either end, to the depth that was read; `sales` as above."""
    panel = panel_of(pairs, "base_yuan", "yuan")
    return panel if sales is None else _with_hidden(panel, sales, is_matched=False)


def merchant_starts(pairs: pl.DataFrame) -> IntArray:
    """The row numbers at which a merchant begins."""
    return np.flatnonzero(np.diff(pairs["merchant"].to_numpy(), prepend=-1))


def merchant_number(*within: str) -> pl.Expr:
    """The number of each row's merchant from 0, in rows sorted by merchant; anew in each group that columns name."""
    return (begins([*within, *MERCHANT]).cum_sum().cast(pl.Int64) - 1).alias("merchant")


def panel_of(pairs: pl.DataFrame, base: str, current: str) -> Panel:
    """The sums of two columns of `listing_pairs` by merchant."""
    starts = merchant_starts(pairs)
    counted = np.maximum(floats(pairs["base_listing"]), floats(pairs["listing"]))
    return Panel(
        merchant=pairs["merchant"].to_numpy()[starts],
        base=sums_at(starts, floats(pairs[base])),
        current=sums_at(starts, floats(pairs[current])),
        counted=sums_at(starts, counted).astype(np.int64),
    )


def _with_hidden(panel: Panel, sales: Paired, is_matched: bool) -> Panel:
    """The panel with what its displays hide."""
    bounds, draws = sales.of_panel(panel.merchant, panel.base, panel.current, is_matched)
    return replace(panel, bounds=bounds, draws=draws)


def _counted(weight_at_end: str) -> pl.Expr:
    return ((pl.col("weight") >= COUNTED_WEIGHT) & pl.col(weight_at_end).is_not_null()).cast(pl.Float64)


def _joined(current: pl.LazyFrame, base: pl.LazyFrame, read: Sequence[str], is_one: bool) -> pl.DataFrame:
    """Both ends side by side, one row per listing with the number of its merchant over all comparisons, sorted by key;
    its category is that of the base where it stands there. `is_one`: there is one comparison only."""
    key = [COMPARISON, *LISTING]
    earlier = base.select(*key, pl.col("row", "category", *read).name.prefix("base_"))
    later = current.select(*key, "row", "category", *read).rename({"weight": "weight_now"})
    both = earlier.join(later, on=key, how="full", coalesce=True, validate="1:1").sort(_in_order(is_one))
    merchant, category = merchant_number(COMPARISON), pl.coalesce("base_category", "category").alias("category")
    return both.with_columns(merchant, category).drop("base_category").collect()


def _in_order(is_one: bool) -> pl.Expr:
    """The key as one text: sorting by four columns takes more than twice as long."""
    number = [] if is_one else [pl.col(COMPARISON).cast(pl.String).str.zfill(9)]
    return pl.concat_str(*number, *LISTING, separator=BETWEEN)


def _base_weights(joined: pl.DataFrame) -> pl.Series:
    """`weight` of each listing on both ends, by the base week; takes `_joined` rows."""
    starts = merchant_starts(joined)
    if not len(starts):
        return pl.Series("weight", [], dtype=pl.Float64)
    own, present = floats(joined["base_weight"]), joined["base_weight"].is_not_null()
    lengths = np.diff(starts, append=joined.height)
    count, top = sums_at(starts, floats(present)), np.maximum.reduceat(own, starts)
    below_top = sums_at(starts, np.where(present.to_numpy(), np.repeat(top, lengths) - own, 0.0))
    mean = top - below_top / np.maximum(count, 1.0)  # exact where all are equal, which sum / count is not
    known = np.where(np.repeat(count > 0, lengths), np.repeat(mean, lengths), floats(joined["weight_now"]))
    return pl.Series("weight", np.where(present.to_numpy(), own, known))


def _sold() -> tuple[pl.Expr, pl.Expr]:
    """Whether it shows sales at the base and now."""
    return pl.col("base_value_yuan").is_not_null(), pl.col("value_yuan").is_not_null()


def _bases() -> list[pl.Expr]:
    """`is_comparable`, and the `basis` on which a listing counts."""
    sold_then, sold_now = _sold()
    is_one_basis = pl.col("base_sales_basis").eq_missing(pl.col("sales_basis"))
    basis = pl.when(sold_then).then("base_sales_basis").otherwise("sales_basis")
    return [(sold_then & sold_now & is_one_basis).alias("is_comparable"), basis.alias("basis")]


def _usable() -> pl.Expr:
    """`is_usable`: comparable, or at one end only; transforms/unread.py takes from them."""
    stays = pl.col("base_weight").is_not_null() & pl.col("weight_now").is_not_null()
    return (pl.col("is_comparable") | ~stays).alias("is_usable")
