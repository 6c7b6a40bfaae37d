"""The footings of a belt's comparisons: what the ledger says of the pages behind both ends, and where the cut lies."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

import polars as pl

from configs.register import Configs
from transforms.cells import Cell, page_cells
from transforms.coverage import UNIT, page_coverage
from transforms.footing import (
    CUT_OF,
    IN_ORDER,
    Category,
    Footing,
    PagesRead,
    common_depth,
    cut_of,
    footing,
    is_reordered,
    share_read,
)
from transforms.orders import listing_orders
from transforms.reach import page_reach
from warehouse import lake


def pages_read(pages: pl.DataFrame, configs: Configs) -> pl.DataFrame:
    """One row per marketplace, category and week of the ledger (table pages): how much of it was read, how deep and in
    which order (`page_coverage`, `page_reach` and `listing_orders` side by side)."""
    listings = {name: marketplace.listing for name, marketplace in configs.marketplaces.items()}
    coverage = page_coverage(pages, {name: listing.depth for name, listing in listings.items()})
    reach, orders = page_reach(pages, listings), listing_orders(pages, configs.marketplaces)
    joined = coverage.join(reach, on=UNIT, how="left", validate="1:1", maintain_order="left")
    return joined.join(orders, on=UNIT, how="left", validate="1:1", maintain_order="left")


class BeltFootings:
    """The footings of one belt's weeks; `read` are the rows of `pages_read` of its categories, `units` what the lake
    has of them."""

    def __init__(self, home: Path, read: pl.DataFrame, units: Sequence[tuple[str, date, str]]) -> None:
        self._home, self._units = home, frozenset(units)
        self._read: dict[date, dict[Category, PagesRead]] = {}
        self._categories: dict[date, list[Category]] = {}
        for marketplace, week, category in units:
            self._categories.setdefault(week, []).append((marketplace, category))
        names = [field.name for field in fields(PagesRead)]
        for marketplace, category, week, *facts in read.sort(UNIT).select(*UNIT, *names).iter_rows():
            told = PagesRead(**dict(zip(names, facts, strict=True)))
            self._read.setdefault(week, {})[marketplace, category] = told

    def of(self, week: date, base: date) -> dict[Category, Footing]:
        """The footing of each category that the ledger knows at a week and its base."""
        found = {}
        for category, now, then in self._both(week, base):
            depth = common_depth(now, then)
            found[category] = footing(now, then, None if depth is None else self._cut(week, category, depth))
        return found

    def cells(self, week: date) -> dict[Category, list[Cell]]:
        """The cells of pages of each category of which pages were lost in a week."""
        return {category: page_cells(read) for category, read in self._read.get(week, {}).items() if read.lost_pages}

    def depths(self, week: date, base: date) -> dict[Category, int | None]:
        """The last page that a comparison of a week with its base may use, of each category that the ledger knows."""
        return {category: common_depth(now, then) for category, now, then in self._both(week, base)}

    def stored(self, visit: date, week: date, base: date) -> dict[Category, float]:
        """The part of the pages that a comparison of a week with its base uses that was stored at a visit between them,
        of each category that the lake has something of then; rows handed over have no pages and are whole."""
        pages = {category: ends for category, *ends in self._both(week, base)}
        read, found = self._read.get(visit, {}), {}
        for category in self._categories.get(visit, ()):
            ends, own = pages.get(category), read.get(category)
            found[category] = 1.0 if ends is None or own is None else share_read(own, *ends)
        return found

    def reordered(self, week: date, base: date) -> set[str]:
        """The marketplaces that list a category in another order than they did at the base."""
        return {category[0] for category, now, then in self._both(week, base) if is_reordered(now, then)}

    def told(self, week: date) -> str:
        """All that the ledger says of a week, for a fingerprint."""
        return str(self._read.get(week))

    def _both(self, week: date, base: date) -> list[tuple[Category, PagesRead, PagesRead]]:
        now, then = self._read.get(week, {}), self._read.get(base, {})
        return [(category, now[category], then[category]) for category in now if category in then]

    def _cut(self, week: date, category: Category, depth: int) -> dict[str, float | None] | None:
        unit = (category[0], week, category[1])
        if unit not in self._units:
            return None
        path = lake.partition(self._home, "listing_weeks", *unit)
        return cut_of(pl.read_parquet(path, columns=[*IN_ORDER, *CUT_OF.values()], hive_partitioning=False), depth)
