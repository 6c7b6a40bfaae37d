"""A belt's listings over the weeks, for what one week alone does not tell: earlier prices, trends, chains of cuts.

Listings and merchants have numbers that hold for all weeks, so that weeks are put side by side without a join.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl

from transforms.ordered import FloatArray, IntArray, begins, sums_by, total
from transforms.panels import LISTING, MERCHANT
from transforms.titles import Alike, alike_titles

MONTH = 4  # weeks: what is displayed covers 28 days, so that readings so far apart do not overlap
NUMBER = "number"  # column of a row's listing
NO_TITLE = -1
BASES = 8  # more than there are sales bases
PACK = pl.col("pack_count").cast(pl.String).fill_null("")
CODED = {
    "unit_code": pl.col("unit"),
    "basis_code": pl.col("sales_basis"),
    "variant": pl.format("{} {}", pl.col("unit").fill_null(""), PACK),
}
CATEGORY = pl.concat_str("marketplace", "category", separator="\x1f")  # sorts as its parts do
OPTIONAL = ("value_low_yuan", "page")  # null where the rows do not have them
READ = ["weight", "price_yuan", "unit_price_yuan", "value_yuan", *CODED, "title_code", "category_code", *OPTIONAL]

T = TypeVar("T")


@dataclass(frozen=True)
class Standing:
    """One week: the numbers of the listings that stand, rising, and what they show (NaN where they do not).

    weight is 0 outside the belt; unit_code, basis_code, variant (unit and pack), title_code and category_code are
    numbers of texts."""

    number: IntArray
    columns: Mapping[str, FloatArray]

    def look(self, numbers: IntArray, name: str) -> FloatArray:
        """One column for some listings; NaN where they do not stand."""
        return self.read(self.places(numbers), name)

    def places(self, numbers: IntArray) -> IntArray:
        """Where some listings stand in the columns; -1 where they do not."""
        if not len(self.number):
            return np.full(len(numbers), -1)
        place = np.minimum(np.searchsorted(self.number, numbers), len(self.number) - 1)
        return np.where(self.number[place] == numbers, place, -1)

    def read(self, places: IntArray, name: str) -> FloatArray:
        """One column at `places`; NaN at -1."""
        if not len(self.number):
            return np.full(len(places), np.nan)
        return np.where(places < 0, np.nan, self.columns[name][places])


@dataclass(frozen=True)
class Past:
    """The weeks of a belt that were read; those of `held` were stopped by a gate and are looked back on by none.

    `merchant` is the number of each listing's merchant, `titles` what title_code names, `categories` what
    category_code does."""

    merchant: IntArray
    standings: Mapping[date, Standing]
    titles: pl.Series
    held: Collection[date] = ()
    categories: Sequence[tuple[str, str]] = ()
    _kept: dict[object, Any] = field(default_factory=dict, repr=False)

    def at(self, week: date) -> Standing | None:
        """An earlier week; None where it was not read, or is held."""
        return None if week in self.held else self.standings.get(week)

    def kept(self, key: object, make: Callable[[], T]) -> T:
        """What was made under a key: the figures of several weeks start from the same."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def look(self, week: date, numbers: IntArray, name: str) -> FloatArray:
        """What some listings showed in an earlier week; NaN where they did not stand."""
        standing = self.at(week)
        return np.full(len(numbers), np.nan) if standing is None else standing.look(numbers, name)

    def growth(self, earlier: date, later: date) -> float | None:
        """The change of the logarithm of displayed sales between two weeks, of the merchants who show some at both on
        one sales basis; None where there are none."""
        return self.kept((earlier, later), lambda: self._growth(earlier, later))

    def sold(self, week: date) -> tuple[IntArray, FloatArray]:
        """What each merchant showed as sold in the belt on each basis, times weights: a number of both, rising, and the
        yuan; empty where the week was not read, or is held."""
        standing = self.at(week)
        if standing is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        yuan = standing.columns["weight"] * standing.columns["value_yuan"]
        is_shown = yuan > 0
        basis = np.nan_to_num(standing.columns["basis_code"][is_shown]).astype(np.int64)
        key = self.merchant[standing.number[is_shown]] * BASES + basis
        keys, place = np.unique(key, return_inverse=True)
        return keys, sums_by(place, yuan[is_shown], len(keys))

    @cached_property
    def alike(self) -> Alike:
        """Which titles are alike."""
        return alike_titles(self.titles)

    def _growth(self, earlier: date, later: date) -> float | None:
        (then_keys, then), (now_keys, now) = self.sold(earlier), self.sold(later)
        _, then_place, now_place = np.intersect1d(then_keys, now_keys, assume_unique=True, return_indices=True)
        if not len(then_place):
            return None
        return float(np.log(total(now[now_place]) / total(then[then_place])))


def with_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `number` to listing weeks: the number of each listing over all weeks, in order of marketplace, merchant and
    listing id."""
    keys = rows.select(LISTING).unique().sort(LISTING).with_row_index(NUMBER)
    return rows.join(keys, on=LISTING, how="left", validate="m:1", maintain_order="left")


def past_of(rows: pl.DataFrame, held: Collection[date] = ()) -> Past:
    """The past from listing weeks of all weeks with `number` and the belt's `weight` (null outside it). A listing in
    two categories counts once, in the alphabetically first."""
    once = rows.sort("week", NUMBER, "category").filter(begins(["week", NUMBER]))
    codes = [text.rank("dense").cast(pl.Float64).alias(name) for name, text in CODED.items()]
    titles = once.select(pl.col("title_text").alias("title")).unique().drop_nulls().sort("title")["title"]
    title = pl.col("title_text").rank("dense").cast(pl.Float64) - 1
    category = CATEGORY.rank("dense").cast(pl.Float64) - 1
    optional = [pl.col(name) if name in once.columns else pl.lit(None).alias(name) for name in OPTIONAL]
    told = [each.cast(pl.Float64) for each in optional]
    title_code = title.fill_null(NO_TITLE).alias("title_code")
    coded = once.with_columns(*codes, title_code, category.alias("category_code"), *told)
    read = coded.with_columns(
        pl.col("weight").fill_null(0.0), *(pl.col(name).fill_null(float("nan")) for name in READ[1:])
    )
    arrays = {name: read[name].to_numpy() for name in READ}
    number, week = read[NUMBER].to_numpy().astype(np.int64), read["week"]
    starts = np.flatnonzero(week.to_physical().diff().fill_null(1).to_numpy())
    ends = [*starts[1:], len(week)][: len(starts)]
    standings = {
        week[int(start)]: Standing(number[start:end], {name: array[start:end] for name, array in arrays.items()})
        for start, end in zip(starts, ends, strict=True)
    }
    keys = once.select(NUMBER, *MERCHANT).unique(NUMBER).sort(NUMBER)
    merchant = keys.select((begins(MERCHANT).cum_sum() - 1).cast(pl.Int64)).to_series().to_numpy()
    return Past(merchant, standings, titles, frozenset(held), _categories(once))


def _categories(rows: pl.DataFrame) -> list[tuple[str, str]]:
    """The marketplaces and categories of some rows, in the order of their numbers."""
    found = rows.select("marketplace", "category").unique().rows()
    return sorted((str(marketplace), str(category)) for marketplace, category in found)
