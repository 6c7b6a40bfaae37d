"""Listings whose prices and fates are planted, as tables listing_weeks and listing_belts have them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

FIRST, FORTNIGHT = date(2024, 11, 4), timedelta(days=14)
Told = Callable[[date], float | None]


@dataclass(frozen=True)
class Planted:
    """One listing: in which weeks it stands (from the first to before the second), its price and its sales in yuan."""

    merchant: str
    listing: str
    title: str
    price: Told
    value: Told = lambda _: 1000.0
    since: date = date.min
    until: date = date.max


def fortnights(last: date, first: date = FIRST) -> list[date]:
    """Every second Monday."""
    return [first + number * FORTNIGHT for number in range((last - first) // FORTNIGHT + 1)]


def title(number: int) -> str:
    """A title that shares no 3-gram with that of another number."""
    return "".join(chr(0x4E00 + 20 * number + place) for place in range(12))


def tables(listings: Sequence[Planted], weeks: Sequence[date]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The columns of both tables that a price index reads, of one belt."""
    rows = [_row(one, week) for week in weeks for one in listings if one.since <= week < one.until]
    frame = pl.DataFrame(rows, infer_schema_length=None, schema_overrides=dict.fromkeys(VALUES, pl.Float64))
    placed = frame.select("marketplace", "category", "week", "merchant_id", "listing_id")
    return frame, placed.with_columns(belt=pl.lit("gaoyang-towels"), weight=pl.lit(1.0))


VALUES = ("value_yuan", "value_low_yuan", "value_high_yuan")


def _row(one: Planted, week: date) -> dict[str, object]:
    price, value = one.price(week), one.value(week)
    return {
        **{"marketplace": "practice", "category": "towels", "week": week, "merchant_id": one.merchant},
        **{"listing_id": one.listing, "title_text": one.title, "unit": "piece", "price_yuan": price},
        **{"unit_price_yuan": price, **dict.fromkeys(VALUES, value)},
        "sales_basis": None if value is None else "trailing_30d",
    }
