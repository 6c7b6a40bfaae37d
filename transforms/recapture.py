"""How many listings a list holds that moves while it is read, and what part of them its pages did not show.

A listing that climbs over the page being read is never seen. Some pages are therefore read again when the category is
through (spiders/plan.py), and by what is on them the listings within reach (the pages that are read, not what lies
behind the last) are told as animals are by marking some and looking how many of a second catch are marked:

    first page  read again always, since listings climb there from anywhere: what is new on it is counted, not estimated
    the others  n1 listings known, n2 on the pages read again, m2 of them known: N = (n1 + 1)(n2 + 1) / (m2 + 1) - 1

Source: Chapman 1951. The interval holds every N under which an overlap of m2 is not among the 2.5 % least or most
(hypergeometric), so that it has an upper end where nothing new was found and never lies below what was seen. It
supposes that what has moved is as likely on the pages read again as on the others; pages that are lost are none of
this: coverage tells of them, and what was read again of such a page does not count. The first page is apart because
what climbs from anywhere lands there: as one page among others it would stand for climbers on all.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from transforms.figures import Figure
from transforms.metric import Metric
from transforms.publication import Decision
from transforms.uncertainty import CONFIDENCE, Interval

SIGHTING = ["page", "is_ad", "merchant_id", "listing_id"]  # the columns of table offers that are looked at
LISTING = ["merchant_id", "listing_id"]
TAIL = (1 - CONFIDENCE) / 2
IN_REACH, MISSED = "listings_in_reach", "missed_share"
METHOD = "capture-recapture v1"


class Ends(NamedTuple):
    """An estimate with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Recapture:
    """Listings of some lists: `seen` on their pages, `repeated` cards of listings that had been seen, `new` on pages
    read again; `number` is how many there are within reach."""

    merchants: int
    seen: int
    repeated: int
    new: int
    number: Ends

    @property
    def missed(self) -> Ends:
        """The share of the listings within reach that the pages did not show, 0-1."""
        return Ends(*(1 - self.seen / end for end in self.number))


def pooled(parts: Sequence[Recapture]) -> Recapture:
    """Of several lists together; the distances of the ends add up by squares (Zou and Donner 2008, MOVER)."""
    value = sum(part.number.value for part in parts)
    below = math.hypot(*(part.number.value - part.number.low for part in parts))
    above = math.hypot(*(part.number.high - part.number.value for part in parts))
    return Recapture(
        merchants=sum(part.merchants for part in parts),
        seen=sum(part.seen for part in parts),
        repeated=sum(part.repeated for part in parts),
        new=sum(part.new for part in parts),
        number=Ends(value, value - below, value + above),
    )


def recapture(offers: pl.DataFrame, overlaps: pl.DataFrame, first_page: int) -> Recapture | None:
    """What the pages of one list and those read again tell (both with the columns SIGHTING); None where nothing on the
    latter is known, or none of them was stored when it was read first.

    Advertisements are left out: they stand in no order and change with every visit.
    """
    shown, again = _listed(offers), _listed(overlaps).filter(pl.col("page").is_in(offers["page"].unique().implode()))
    seen = set(shown.select(LISTING).iter_rows())
    on_first = set(again.filter(pl.col("page") == first_page).select(LISTING).iter_rows())
    sampled = set(again.select(LISTING).iter_rows()) - on_first
    if not sampled:  # of a list that is read again on its first page alone, that page stands for all
        on_first, sampled = set(), on_first
    known = sampled & seen
    if not known:
        return None
    rest = population(len(seen - on_first), len(sampled), len(known))
    number = Ends(*(end + len(on_first) for end in rest))
    new = len((on_first | sampled) - seen)
    return Recapture(len({merchant for merchant, _ in seen}), len(seen), shown.height - len(seen), new, number)


def population(marked: int, caught: int, known: int) -> tuple[float, int, int]:
    """The estimate and the ends of its interval: how many there are, where `marked` are known of before and `known` of
    the `caught` are among them (at least one)."""
    from scipy.stats import hypergeom  # its import takes half a second, and few belts' pages were read again

    least = marked + caught - known
    low = _first(least, lambda total: hypergeom.cdf(known, total, marked, caught) > TAIL)
    above = _first(low, lambda total: hypergeom.sf(known - 1, total, marked, caught) <= TAIL)
    value = (marked + 1) * (caught + 1) / (known + 1) - 1
    return min(max(value, low), above - 1), low, above - 1


def recapture_figures(found: Recapture, decision: Decision) -> list[Figure]:
    """The levels of one belt and week, which are of the lists that it is read from and not of the belt alone."""
    counts = found.merchants, found.seen
    return [
        Figure(IN_REACH, "level", "none", Interval(*found.number), "count", *counts, METHOD, decision),
        Figure(MISSED, "level", "none", Interval(*found.missed), "share", *counts, METHOD, decision),
    ]


def recapture_metrics() -> list[Metric]:
    """The metrics of lists that move while they are read."""
    return [
        Metric(
            *(IN_REACH, "count", "Listings within reach", "可见范围内商品数"),
            "Listings of the lists that the belt is read from, down to the last page read, estimated from pages that "
            "were read a second time (capture-recapture); none where none were.",
            "产业带所读类目列表在读取深度内的商品总数，由重复读取的页面按捕获-再捕获法估计；未重复读取则无此行。",
            "Chapman 1951",
        ),
        Metric(
            *(MISSED, "share", "Listings missed while lists moved", "翻页漏读占比"),
            "Share of the listings within reach that stood on no page when it was read, since the list re-sorted in "
            "between; lost pages are not in it but in coverage_share.",
            "因列表在读取过程中重新排序而未出现在任何已读页面上的商品占比；未读到的页面不计入此项，见coverage_share。",
            "Chapman 1951",
        ),
    ]


def _listed(offers: pl.DataFrame) -> pl.DataFrame:
    """The cards that stand in the list's order, of listings with both ids."""
    is_named = pl.all_horizontal(pl.col(LISTING).is_not_null())
    return offers.filter(is_named & ~pl.col("is_ad").fill_null(False))


def _first(start: int, holds: Callable[[int], bool]) -> int:
    """The first number from `start` on for which something holds that holds for all behind it."""
    step, last = 1, start
    if holds(start):
        return start
    while not holds(last + step):
        last, step = last + step, 2 * step
    beyond = last + step
    while beyond - last > 1:
        middle = (last + beyond) // 2
        last, beyond = (last, middle) if holds(middle) else (middle, beyond)
    return beyond
