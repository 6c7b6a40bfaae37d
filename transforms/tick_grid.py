"""The grid of numbers that a page can show, found from those it does show, and how far what lies behind one can reach.

A page that shows 1000+ says "at least 1000, and less than the next number I would show". Which number that is depends
on the site: 2000 where one digit is shown, 5000 on a grid of 1, 5, 10. Nobody documents it, so it is read off the
displays of one marketplace, category, week and kind of sales. Other marketplaces have other grids; other weeks are left
out so that no week changes the history of another. A number that happens not to be shown only makes an interval wider:
what was really sold lies in it all the same. Source: METHOD 3.1.
"""

import numpy as np
import polars as pl

from transforms.ordered import FloatArray

EXACT_BELOW = 100.0  # from 100 on sites begin to round what they show without saying so
CAPS = (9, 99, 999, 9_999, 99_999, 999_999, 9_999_999)  # 999+ means "more than fits here" and has no next number


def upper_ends(ticks: FloatArray) -> FloatArray:
    """For each floored display of one grid (distinct, ascending) the number that it stays below; infinite where open.

    It is the next number of the grid that is shown, or a nearer one that must be on it:
    - two digits or more tell the step: 1.2万+ is below 1.3万, and where 1.2万+ is shown 2万+ is below 2.1万. A last
      digit of 5 alone tells none: 1, 1.5, 2, 3, 5 is a grid too;
    - neighbours from 6 on (600+, 700+) tell that the first digit counts: 4万+ is then below 5万. A power of ten above
      which nothing is shown stays open: it is where sites stop counting. So do all nines (99+)."""
    after = np.append(ticks[1:], np.inf)
    unit, digits = _last_digit(ticks)
    power = np.floor(np.log10(np.maximum(ticks, 1.0)))
    is_cap = np.isin(ticks, CAPS) | ((digits == 1) & np.isinf(after))
    is_fine = (digits >= 10) & ~is_cap
    is_sure = is_fine & (digits % 10 != 5)
    step = _steps(power, np.where(is_sure, unit, np.inf))
    is_whole = np.isfinite(step) & (ticks % np.where(np.isfinite(step), step, 1.0) == 0) & ~np.isin(ticks, CAPS)
    is_told = is_fine & is_sure.any() | (digits < 10) & ~is_cap & _first_digit_counts(ticks)
    nearer = np.where(is_whole, ticks + step, np.where(is_told, ticks + unit, after))
    return np.asarray(np.minimum(after, nearer))


def closed(displays: pl.DataFrame, grid: list[str]) -> pl.DataFrame:
    """Displays with `high` filled in where they are floored: one row per distinct display of each grid.

    Takes the columns of `grid`, `low` and `high`; high is null exactly where the display is floored, and stays null
    where the grid does not tell how far it reaches."""
    floored = displays.filter(pl.col("high").is_null()).select(*grid, "low").unique().sort(*grid, "low")
    parts = [
        part.with_columns(pl.Series("next", upper_ends(part["low"].to_numpy())))
        for part in floored.partition_by(grid, maintain_order=True)
    ]
    ends = pl.concat([floored.clear().with_columns(next=pl.lit(None, pl.Float64)), *parts])
    is_finite = pl.when(pl.col("next").is_finite()).then("next")
    joined = displays.join(ends, on=[*grid, "low"], how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(pl.coalesce("high", is_finite).alias("high")).drop("next")


def half_open(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The interval [l, u) of the size behind each display, from its ends as shown (`high` NaN where open).

    Counts below 100 are exact: 41 shown is a size from 41 to 42. Rounded displays keep their half unit either way, and
    exact ones from 100 on, or with decimals, are points."""
    is_count = (high == low) & (low < EXACT_BELOW) & (low == np.floor(low))
    return low, np.where(np.isnan(high), np.inf, np.where(is_count, low + 1, high))


def _first_digit_counts(ticks: FloatArray) -> bool:
    """Whether two neighbours from 6 on are shown within one power of ten, as on no grid of 1, 2, 5 or 1, 3, 5."""
    unit, digits = _last_digit(ticks)
    is_next = (digits[1:] == digits[:-1] + 1) & (unit[1:] == unit[:-1])
    return bool((is_next & (digits[:-1] >= 6) & (digits[1:] < 10)).any())


def _steps(power: FloatArray, unit: FloatArray) -> FloatArray:
    """The smallest unit told within each power of ten; infinite where none is."""
    least = np.full(int(power.max(initial=0.0)) + 1, np.inf)
    np.minimum.at(least, power.astype(np.int64), unit)
    return np.asarray(least[power.astype(np.int64)])


def _last_digit(ticks: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The unit of the last digit that is not 0, and the number in that unit: 12000 is 12 of 1000. 1 if no integer."""
    unit = np.ones(len(ticks))
    is_integer = (ticks >= 1) & (ticks == np.floor(ticks))
    for _ in range(15):  # a double holds 15 decimal digits
        unit = np.where(is_integer & (ticks % (unit * 10) == 0), unit * 10, unit)
    return unit, np.where(is_integer, ticks / unit, 1.0)
