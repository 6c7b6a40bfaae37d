"""The listing weeks of one belt, read from the lake: with its weights, its cost floor, and what they showed earlier."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from configs.belts import Belt
from flows.portions import Portions
from transforms import earlier, prices
from transforms.displays import KIND
from transforms.ordered import BoolArray, IntArray
from transforms.panels import LISTING, READ, READ_BY_METRICS, READ_OF_DISPLAYS
from transforms.past import NUMBER, past_of, with_numbers
from transforms.placed import Placed, place, place_weeks
from transforms.sales import CUMULATIVE
from warehouse import lake

UNIT_KEY = ["marketplace", "category", "week", "merchant_id", "listing_id"]
ADDED = ("weight", *prices.COLUMNS, *earlier.COLUMNS, "sales_mu", "sales_sigma")  # not stored with a listing


class BeltRows:
    """The rows of some weeks; those of `held` were stopped by a gate and are looked back on by none."""

    def __init__(self, home: Path, belt: Belt, units: Sequence[lake.Unit], held: Collection[date]) -> None:
        self._home, self._belt = home, belt
        numbered = with_numbers(self._read(units))
        self._weeks = {key[0]: part for key, part in numbered.partition_by("week", as_dict=True).items()}
        self._empty = numbered.clear()
        self.past = past_of(numbered, held)
        self._stand: dict[date, tuple[IntArray, BoolArray]] = {}
        self._nothing = place(self._told(self._empty))
        self._placed = Portions({week: rows.height for week, rows in self._weeks.items()}, self._many_placed)

    def __contains__(self, week: date) -> bool:
        return week in self._weeks

    def __getitem__(self, week: date) -> pl.DataFrame:
        """All rows of the belt's categories in one week, with weight and rule (null outside the belt)."""
        return self._weeks.get(week, self._empty)

    def placed(self, week: date, base: date | None = None) -> Placed:
        """The listings inside the belt, and those whose place alone puts them outside, of merchants who were in it at
        the base: that week decides."""
        if base is not None and (moved := self._moved(week, base)).height:
            return place(self._told(pl.concat([_inside(self[week]), moved])))
        return self._placed[week] if week in self else self._nothing

    def _many_placed(self, weeks: Sequence[date]) -> Mapping[date, Placed]:
        told = self._told(_inside(pl.concat([self[week] for week in weeks])))
        return dict.fromkeys(weeks, self._nothing) | place_weeks(told)

    def _told(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows, each with the belt's cost floor and what it showed in earlier weeks."""
        return prices.with_cost_floor(earlier.with_earlier(rows, self.past), self._belt.cost_floor)

    def _moved(self, week: date, base: date) -> pl.DataFrame:
        """The rows outside the belt, of its kind, of merchants who were in it at the base."""
        (merchant, is_inside), (merchant_then, was_inside) = self._standing(week), self._standing(base)
        is_moved = ~is_inside & np.isin(merchant, merchant_then[was_inside])
        if not is_moved.any():
            return self._empty
        words, moved = self._belt.title_words, self[week].filter(is_moved)
        return moved.filter(pl.col("title_text").str.contains_any(words).fill_null(False)) if words else moved

    def _standing(self, week: date) -> tuple[IntArray, BoolArray]:
        """The number of each row's merchant, and whether the row is inside the belt."""
        if week not in self._stand:
            rows = self[week]
            merchant = self.past.merchant[rows[NUMBER].to_numpy().astype(np.int64)]
            self._stand[week] = merchant, rows["weight"].is_not_null().to_numpy()
        return self._stand[week]

    def _read(self, units: Sequence[lake.Unit]) -> pl.DataFrame:
        """The listings of the units, sorted by UNIT_KEY, with the belt's weight and rule (null outside it): some
        columns, since a belt reads up to 44 weeks at once and titles alone would fill the memory."""
        columns = [*UNIT_KEY, "title_text", "pack_count", *_read_columns()]
        listings = lake.read_units(self._home, "listing_weeks", units, columns)
        placed = lake.read_units(self._home, "listing_belts", units, [*UNIT_KEY, "belt", "weight", "rule"])
        own = placed.filter(pl.col("belt") == self._belt.id).drop("belt")
        joined = listings.join(own, on=UNIT_KEY, how="left", validate="1:1")
        return self._with_laws(joined, units).sort(UNIT_KEY)

    def _with_laws(self, listings: pl.DataFrame, units: Sequence[lake.Unit]) -> pl.DataFrame:
        """Adds sales_mu and sales_sigma, the lognormal of each listing's kind of sales, if displays hide anything that
        is drawn: flows of counters are not."""
        paths = [path for unit in units if (path := lake.sales_parameters_file(self._home, *unit)).exists()]
        read = pl.read_parquet(paths, columns=[*KIND, "mu", "sigma"], hive_partitioning=False) if paths else None
        laws = None if read is None else read.filter(pl.col("sales_basis") != CUMULATIVE).unique()
        if laws is None or laws.is_empty():
            return listings
        named = laws.rename({"mu": "sales_mu", "sigma": "sales_sigma"})
        return listings.join(named, on=KIND, how="left", validate="m:1")


def _inside(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("weight").is_not_null())


def _read_columns() -> list[str]:
    """The stored columns that comparisons and metrics read."""
    return [name for name in (*READ, *READ_BY_METRICS, *READ_OF_DISPLAYS) if name not in (*LISTING, *ADDED)]
