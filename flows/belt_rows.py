"""The listing weeks of one belt, read from the lake: with its weights, its cost floor, and what they showed earlier."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from configs.belts import Belt
from configs.tables import table
from transforms import earlier
from transforms.displays import KIND
from transforms.panels import LISTING, MERCHANT, READ, READ_BY_METRICS, READ_OF_DISPLAYS
from transforms.past import past_of, with_numbers
from transforms.prices import with_cost_floor
from transforms.sales import CUMULATIVE
from warehouse import lake

UNIT_KEY = ["marketplace", "category", "week", "merchant_id", "listing_id"]
ADDED = ("weight", "cost_floor_yuan", *earlier.COLUMNS, "sales_mu", "sales_sigma")  # not stored with a listing
Unit = tuple[str, date, str]


class BeltRows:
    """The rows of some weeks; those of `held` were stopped by a gate and are looked back on by none."""

    def __init__(self, home: Path, belt: Belt, units: Sequence[Unit], held: Collection[date]) -> None:
        self._home, self._belt = home, belt
        numbered = with_numbers(self._read(units))
        self._weeks = {key[0]: part for key, part in numbered.partition_by("week", as_dict=True).items()}
        self._empty = numbered.clear()
        self.past = past_of(numbered, held)

    def __contains__(self, week: date) -> bool:
        return week in self._weeks

    def __getitem__(self, week: date) -> pl.DataFrame:
        """All rows of the belt's categories in one week, with weight and rule (null outside the belt)."""
        return self._weeks.get(week, self._empty)

    def inside(self, week: date, base: date | None = None) -> pl.DataFrame:
        """The rows inside the belt, and those whose place alone puts them outside, of merchants who were in it at the
        base: that week decides. Each with the belt's cost floor and what it showed in earlier weeks."""
        rows = self[week]
        kept = rows.filter(pl.col("weight").is_not_null())
        if base is not None:
            kept = pl.concat([kept, self._moved(rows, base)])
        return with_cost_floor(earlier.with_earlier(kept, self.past, week), self._belt.cost_floor)

    def _moved(self, rows: pl.DataFrame, base: date) -> pl.DataFrame:
        words = self._belt.title_words
        is_sold = pl.col("title_text").str.contains_any(words) if words else pl.lit(True)
        then = self[base].filter(pl.col("weight").is_not_null())
        outside = rows.filter(pl.col("weight").is_null() & is_sold.fill_null(False))
        return outside.join(then.select(MERCHANT).unique(), on=MERCHANT, how="semi")

    def _read(self, units: Sequence[Unit]) -> pl.DataFrame:
        """The listings of the units, sorted by UNIT_KEY, with the belt's weight and rule (null outside it)."""
        columns = [*UNIT_KEY, "title_text", "pack_count", *_read_columns()]
        listings = _read(self._home, "listing_weeks", units, columns)
        placed = _read(self._home, "listing_belts", units, [*UNIT_KEY, "belt", "weight", "rule"])
        own = placed.filter(pl.col("belt") == self._belt.id).drop("belt")
        joined = listings.join(own, on=UNIT_KEY, how="left", validate="1:1")
        return self._with_laws(joined, units).sort(UNIT_KEY)

    def _with_laws(self, listings: pl.DataFrame, units: Sequence[Unit]) -> pl.DataFrame:
        """Adds sales_mu and sales_sigma, the lognormal of each listing's kind of sales, if displays hide anything that
        is drawn: flows of counters are not."""
        paths = [path for unit in units if (path := lake.sales_parameters_file(self._home, *unit)).exists()]
        read = [pl.read_parquet(path, columns=[*KIND, "mu", "sigma"]) for path in paths]
        laws = pl.concat(read).filter(pl.col("sales_basis") != CUMULATIVE).unique() if read else None
        if laws is None or laws.is_empty():
            return listings
        named = laws.rename({"mu": "sales_mu", "sigma": "sales_sigma"})
        return listings.join(named, on=KIND, how="left", validate="m:1")


def _read_columns() -> list[str]:
    """The stored columns that comparisons and metrics read."""
    return [name for name in (*READ, *READ_BY_METRICS, *READ_OF_DISPLAYS) if name not in (*LISTING, *ADDED)]


def _read(home: Path, name: str, units: Sequence[Unit], columns: list[str]) -> pl.DataFrame:
    """Some columns of some units; a belt reads up to 44 weeks at once, so that titles alone would fill the memory."""
    paths = [lake.partition(home, name, *unit) for unit in units]
    schema = {column: kind for column, kind in table(name).polars_schema().items() if column in columns}
    frames = [pl.read_parquet(path, columns=columns, hive_partitioning=False) for path in paths if path.exists()]
    return pl.concat([pl.DataFrame(schema=schema).select(columns), *frames])
