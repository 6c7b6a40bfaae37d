"""Totals and counts of a week of which pages were lost: each listing read stands for the pages of its cell.

Source: METHOD 1.3. Of the N pages of a cell (transforms/cells.py) n were stored, and which ones is as if drawn: the sum
of what is on a page, s its standard deviation, stands for N / n, and the variance of a cell is N^2 (1 - n/N) s^2 / n
with n - 1 degrees of freedom. Merchants are not so many times as many, as they may stand on other pages, too: each
stands for 1 less the terms of transforms/unseen.py, taken cell by cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from transforms.cells import Cell
from transforms.footing import Category
from transforms.ordered import FloatArray, IntArray, sums_by, total
from transforms.uncertainty import Interval, student_quantile
from transforms.unseen import terms

PLACE = ["marketplace", "category", "page"]
Cells = Mapping[Category, Sequence[Cell]]
MANY = 1e6  # degrees of freedom of a normal interval


@dataclass(frozen=True)
class Expansion:
    """One entry per listing: the numbers of its page and its cell, how many of the cell's pages were stored, and how
    many they are (NaN where too few were stored to say anything of the others)."""

    page: IntArray
    cell: IntArray
    stored: FloatArray
    meant: FloatArray

    def at(self, rows: IntArray) -> "Expansion":
        """Those of some rows."""
        return Expansion(*(getattr(self, part.name)[rows] for part in fields(self)))

    def total(self, quantity: FloatArray) -> Interval:
        """The sum of a quantity over all pages; no value where a cell is missing. No less is there than was seen."""
        value = total(quantity * self.meant / self.stored)
        if np.isnan(value):
            return Interval(None)
        page, first, number = np.unique(self.page, return_index=True, return_inverse=True)
        on_page = sums_by(number, quantity, len(page))
        cells, at, number = np.unique(self.cell[first], return_index=True, return_inverse=True)
        stored, meant = self.stored[first][at], self.meant[first][at]
        sums, squares = (sums_by(number, on_page**power, len(cells)) for power in (1, 2))
        left = np.maximum(1.0, stored - 1)
        spread = np.maximum(0.0, squares - sums**2 / stored) / left
        variance = np.where(meant > stored, meant**2 * (1 - stored / meant) * spread / stored, 0.0)
        whole = total(variance)
        degrees = whole**2 / total(variance**2 / left) if whole > 0 else MANY
        return _up_from(total(quantity), value, float(np.sqrt(whole)), degrees)

    def merchants(self, merchant: IntArray) -> Interval:
        """How many merchants all pages have; `merchant` is the number of each listing's."""
        if np.isnan(self.meant).any():
            return Interval(None)
        of_page, first = np.unique(np.stack([merchant, self.page]), axis=1, return_index=True)
        of_cell, at, on = np.unique(
            np.stack([of_page[0], self.cell[first]]), axis=1, return_index=True, return_counts=True
        )
        stored, meant = self.stored[first][at], self.meant[first][at]
        starts = np.flatnonzero(np.diff(of_cell[0], prepend=-1))
        if not len(starts):
            return Interval(0.0, 0.0, 0.0, 0.0, MANY)
        missed = -np.multiply.reduceat(terms(on, stored, stored / meant), starts)
        error = np.sqrt(max(0.0, total(missed * (1 + missed))))
        return _up_from(float(len(starts)), total(1 + missed), float(error), MANY)


def expansion(rows: pl.DataFrame, cells: Cells) -> Expansion | None:
    """Of each row (PLACE) what it stands for, on the `cells` of the categories that lost pages; None where none did.
    Rows of other categories, and those handed over, which are on no page, stand for themselves."""
    if not cells:
        return None
    numbered = [(category, cell) for category, own in cells.items() for cell in own]
    pages = [
        (*category, page, number, float(cell.stored), float("nan") if cell.weight is None else float(cell.meant))
        for number, (category, cell) in enumerate(numbered)
        for page in range(cell.first, cell.last + 1)
    ]
    kinds = (pl.String(), pl.String(), pl.Int64(), pl.Int64(), pl.Float64(), pl.Float64())
    names = zip((*PLACE, "cell", "stored", "meant"), kinds, strict=True)
    known = pl.DataFrame(pages, schema=dict(names), orient="row").with_row_index("number")
    own = rows.select(PLACE).join(known, on=PLACE, how="left", validate="m:1", maintain_order="left")
    number, cell = (own[name].cast(pl.Int64).fill_null(-1).to_numpy() for name in ("number", "cell"))
    return Expansion(number, cell, *(own[name].fill_null(1.0).to_numpy() for name in ("stored", "meant")))


def _up_from(least: float, value: float, error: float, degrees: float) -> Interval:
    reach = student_quantile(degrees) * error
    return Interval(value, max(min(least, value), value - reach), value + reach, error, degrees)
