"""What the two ends of a comparison stand on: how deep and how fully each category was read, and in which order.

Source: METHOD 1.1 and 1.2. These are plain values and no frames: a belt has few categories, and a join costs more than
all of this.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

Category = tuple[str, str]  # marketplace and category
MIXED = "(several)"  # the order of a week whose pages name more than one
CUT_OF = {"pieces": "pieces_high", "value": "value_high_yuan"}
IN_ORDER = ["page", "position", "is_ad"]  # what tells which listing is the last


@dataclass(frozen=True)
class PagesRead:
    """One category in one week, a row of `page_reach` and of `listing_orders`."""

    first_page: int
    to_page: int
    is_whole: bool | None
    lost_pages: tuple[int, ...]
    order_key: str | None
    order_by: str | None


@dataclass(frozen=True)
class Footing:
    """One category at a week and its base.

    depth: the last page that the comparison may use at either end; None where both were to be read whole
    then_share, now_share: the part of the pages to that depth that was stored at each end, 0-1
    is_whole: whether the week was to be read to the category's end: what is not there has left it; None: unknown
    cut_by, cut: the most that a listing behind the last page read can have sold, in pieces or value; None: unknown
    """

    depth: int | None = None
    then_share: float = 1.0
    now_share: float = 1.0
    is_whole: bool | None = None
    cut_by: str | None = None
    cut: float | None = None

    @property
    def is_plain(self) -> bool:
        """Whether both ends were read fully and as deep as they went."""
        return self.depth is None and self.then_share == 1 and self.now_share == 1


Footings = Mapping[Category, Footing]


def footing(now: PagesRead, then: PagesRead, cuts: Mapping[str, float | None] | None = None) -> Footing:
    """The footing of a category's week on its base; `cuts` is what `cut_of` found in the week.

    A week that was read deeper than its base is not whole for the comparison."""
    depth = common_depth(now, then)
    is_whole = now.is_whole and (depth is None or now.to_page <= depth)
    cut_by = now.order_by if now.order_by in CUT_OF else None
    cut = cuts.get(cut_by) if cuts and cut_by else None
    return Footing(depth, _share(then, depth), _share(now, depth), is_whole, cut_by, cut)


def common_depth(now: PagesRead, then: PagesRead) -> int | None:
    """The last page that a comparison may use at either end (METHOD 1.1). An end that was to be read whole sets no
    depth: what lies behind its last page is nothing."""
    return min((end.to_page for end in (now, then) if not end.is_whole), default=None)


def share_read(visit: PagesRead, now: PagesRead, then: PagesRead) -> float:
    """The part of the pages that a comparison of two weeks uses that was stored at a visit between them, 0-1: what was
    not read so deep then, or lists in another order, counts as not stored."""
    if is_reordered(visit, then) or is_reordered(visit, now):
        return 0.0
    depth = common_depth(now, then)
    if visit.is_whole:
        return _share(visit, depth)
    deepest = max(now.to_page, then.to_page) if depth is None else depth
    meant = deepest - visit.first_page + 1
    stored = min(visit.to_page, deepest) - visit.first_page + 1 - sum(page <= deepest for page in visit.lost_pages)
    return max(0.0, stored / meant) if meant > 0 else 1.0


def cut_of(listings: pl.DataFrame, depth: int) -> dict[str, float | None]:
    """Upper ends of pieces and value (28 days) of the last listing seen, from a category's listing_weeks of one week.

    Last is the lowest position on the deepest page down to `depth`; advertisements and rows handed over stand in no
    order. None where the end is open.
    """
    ordered = listings.filter(pl.col("page").is_between(1, depth) & ~pl.col("is_ad")).sort("page", "position")
    last = ordered.tail(1).rows(named=True)
    return {by: row[name] for row in last for by, name in CUT_OF.items()}


def is_reordered(now: PagesRead, then: PagesRead) -> bool:
    """Whether both orders are known and differ: other listings are on the pages, and nothing can be compared."""
    known = now.order_key is not None and then.order_key is not None
    return known and (now.order_key != then.order_key or now.order_key == MIXED)


def _share(end: PagesRead, depth: int | None) -> float:
    last = end.to_page if depth is None else min(end.to_page, depth)
    meant = last - end.first_page + 1
    return 1 - sum(page <= last for page in end.lost_pages) / meant if meant > 0 else 1.0
