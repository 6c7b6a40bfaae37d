"""Merchants who stood in a belt a year ago, and how many of them are still there.

They are looked for at visits in between, every four weeks and weekly at last, down to the depth that both ends of the
year have in common. Whoever is seen had not gone before; whoever is not may have gone, or have stood on a page that was
not stored. Of a merchant with n listings in a category of which the share c of the pages was stored, nobody is seen
with chance (1 - c)^n; where it has several categories the least well read of them counts. So a visit that read all
tells for certain, one that failed nothing, and the exit lies between the last sight of the merchant and the first visit
after it that would have seen it. An end that is not a sight is no exit for good: a merchant who comes back by the end
of the year was there. Source: METHOD 5.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from configs.calendar import WEEK
from configs.publication import PublicationRules
from transforms.coverage import Coverage
from transforms.figures import Figure
from transforms.footing import Category
from transforms.ordered import BoolArray, FloatArray, IntArray
from transforms.panels import COUNTED_WEIGHT
from transforms.past import Past, Standing
from transforms.publication import base_facts, decide, with_interval
from transforms.turnbull import still_there
from transforms.uncertainty import Interval

SURVIVAL = "survival_52w"
METHOD = "Turnbull's estimate, Greenwood's variance v1"
MONTH, YEAR, WEEKLY = 4, 52, 12  # weeks: between visits, between the ends, and how far back visits are weekly


@dataclass(frozen=True)
class Visit:
    """One week: the part of each category's pages that was stored (in the order of `Past.categories`), and how deep
    listings count (infinite where all do)."""

    week: date
    read: FloatArray
    depth: FloatArray


@dataclass(frozen=True)
class Cohort:
    """The numbers of merchants, rising, how many listings each has in each category, and how many in all."""

    merchant: IntArray
    listings: IntArray

    def missed(self, read: FloatArray) -> FloatArray:
        """The chance that each is not seen though it is there."""
        chance: FloatArray = np.where(self.listings > 0, (1 - read) ** self.listings, 0.0).max(axis=1, initial=0.0)
        return chance


def visit_weeks(week: date) -> list[date]:
    """The base week, the visits after it and the week itself, rising."""
    back = [*range(YEAR, WEEKLY, -MONTH), *range(WEEKLY, -1, -1)]
    return [week - WEEK * weeks for weeks in back]


def visit(week: date, read: Mapping[Category, float], depths: Mapping[Category, int | None], past: Past) -> Visit:
    """A visit from the part of the pages of each category that was stored; a category that is not named was not read.
    What has no depth counts as deep as it goes."""
    shares = [read.get(category, 0.0) for category in past.categories]
    deepest = [depths.get(category) for category in past.categories]
    return Visit(week, np.array(shares), np.array([np.inf if depth is None else depth for depth in deepest]))


def survival_figure(
    past: Past, visits: Sequence[Visit], is_sold: BoolArray | None, coverage: Coverage, rules: PublicationRules
) -> Figure:
    """The share of the merchants of the first visit who are there at the last; `is_sold` as of `seen`. Judged by the
    number of those merchants and by coverage, as all comparisons are."""
    first, *later = visits
    base = past.at(first.week)
    cohort = cohort_of(past, base, first.depth) if base is not None else None
    if cohort is None or not len(cohort.merchant):
        return _figure(Interval(None), 0, 0, None, coverage, rules)
    there = np.array([seen(past, each, is_sold)[cohort.merchant] for each in later])
    interval = survival(there, np.array([cohort.missed(each.read) for each in later]))
    counts = len(cohort.merchant), int(cohort.listings.sum())
    found = _figure(interval, *counts, np.ones(counts[0]), coverage, rules)
    return found if past.at(visits[-1].week) is not None else found.barred("no_data")


def survival(there: BoolArray, missed: FloatArray) -> Interval:
    """The share of a cohort that is there at the last of some visits (rows): whether each member (columns) was seen,
    and the chance that it is not though it is there."""
    visits, members = there.shape
    numbers = np.arange(1, visits + 1)[:, None]
    last = np.where(there, numbers, 0).max(axis=0, initial=0)
    is_unknown = (last < visits) & (missed[-1] > 0)
    if not is_unknown.any():  # all is known of the last visit, and earlier ones tell nothing more
        chance = np.stack([last < visits, last == visits], axis=1).astype(np.float64)
        return still_there(chance, np.array([False, True]))
    on_the_way = np.cumprod(np.where(numbers > last, missed, 1.0), axis=0)
    chance = np.concatenate([np.ones((1, members)), on_the_way])
    chance[np.arange(visits + 1)[:, None] < last] = 0.0
    return still_there(chance.T, np.arange(visits + 1) == visits)


def cohort_of(past: Past, base: Standing, depth: FloatArray) -> Cohort:
    """The merchants with a listing of weight 0.8 or more in the belt, down to a depth by category."""
    category = base.columns["category_code"].astype(np.int64)
    is_in = (base.columns["weight"] >= COUNTED_WEIGHT) & ~(base.columns["page"] > depth[category])
    owner = past.merchant[base.number[is_in]]
    merchant, place = np.unique(owner, return_inverse=True)
    cells = place * len(depth) + category[is_in]
    return Cohort(merchant, np.bincount(cells, minlength=len(merchant) * len(depth)).reshape(-1, len(depth)))


def sold_titles(titles: pl.Series, words: Sequence[str]) -> BoolArray | None:
    """Which titles are of what a belt sells that is told by some words in them; None where all are."""
    return titles.str.contains_any(list(words)).to_numpy() if words else None


def seen(past: Past, visit: Visit, is_sold: BoolArray | None) -> BoolArray:
    """Which merchants, by number, are seen at a visit. One that has moved out of the belt is still there; `is_sold`
    says which titles are of what the belt sells, None where all are."""

    def make() -> BoolArray:
        found = np.zeros(int(past.merchant.max(initial=-1)) + 1, dtype=bool)
        standing = past.at(visit.week)
        if standing is not None:
            found[past.merchant[standing.number[_is_there(standing, visit.depth, is_sold)]]] = True
        return found

    titles = None if is_sold is None else is_sold.tobytes()
    return past.kept((SURVIVAL, visit.week, visit.depth.tobytes(), titles), make)


def _is_there(standing: Standing, depth: FloatArray, is_sold: BoolArray | None) -> BoolArray:
    columns = standing.columns
    is_deep = columns["page"] > depth[columns["category_code"].astype(np.int64)]  # never where there is no page
    if is_sold is None:
        return ~is_deep
    title = columns["title_code"].astype(np.int64)
    belongs: BoolArray = (columns["weight"] > 0) | np.append(is_sold, False)[title]
    return belongs & ~is_deep


def _figure(
    interval: Interval,
    merchants: int,
    listings: int,
    of_each: FloatArray | None,
    coverage: Coverage,
    rules: PublicationRules,
) -> Figure:
    facts = None if of_each is None else base_facts(merchants, of_each, 1.0)
    decision = with_interval(decide(facts, coverage.lower_share, rules), interval)
    return Figure(SURVIVAL, "yoy", "total", interval, "share", merchants, listings, METHOD, decision)
