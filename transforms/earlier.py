"""What a listing and its merchant showed in earlier weeks, as columns beside what they show now."""

from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl

from configs.calendar import WEEK
from transforms.ordered import FloatArray, IntArray, group_starts, sums_by
from transforms.past import MONTH, NUMBER, Past

COLUMNS = (
    *("earlier_price_yuan", "older_price_yuan", "highest_since_yuan"),
    *("earlier_merchant_yuan", "earlier_merchant_low_yuan"),
)


def with_earlier(rows: pl.DataFrame, past: Past) -> pl.DataFrame:
    """Adds COLUMNS to listing weeks of one week or of many, one after the other, with `number`.

    `earlier_price_yuan` is the listing's price of four weeks earlier, `older_price_yuan` that of eight, and
    `highest_since_yuan` the highest of the four weeks after the earlier one, this week's among them; null where the
    listing was not there, or had another unit or pack, so that a smaller pack is no cut. `earlier_merchant_yuan` is
    what its merchant showed as sold in the belt four weeks earlier, all listings together, times their weights, and
    `earlier_merchant_low_yuan` the lower ends of that.
    """
    number = rows[NUMBER].to_numpy().astype(np.int64)
    starts = group_starts(rows, ["week"]).tolist()
    weeks = zip(rows["week"][starts].to_list(), pairwise([*starts, rows.height]), strict=True)
    found = [_columns(past, week, number[first:last]) for week, (first, last) in weeks]
    columns = [np.concatenate(arrays) for arrays in zip(*found, strict=True)] or [np.zeros(0)] * len(COLUMNS)
    named = zip(COLUMNS, columns, strict=True)
    return rows.with_columns(pl.Series(name, array, nan_to_null=True) for name, array in named)


def _columns(past: Past, week: date, number: IntArray) -> list[FloatArray]:
    """COLUMNS of some listings of one week."""
    earlier, older = (_price(past, week, number, weeks) for weeks in (MONTH, 2 * MONTH))
    since = np.array([_price(past, week, number, weeks) for weeks in range(MONTH)])
    then, merchant = week - MONTH * WEEK, past.merchant[number]
    sold = [_merchant_yuan(past, then, name)[merchant] for name in ("value_yuan", "value_low_yuan")]
    return [earlier, older, np.fmax.reduce(since), *sold]


def _price(past: Past, week: date, number: IntArray, weeks: int) -> FloatArray:
    """The price so many weeks ago where unit and pack were those of this week, NaN elsewhere."""
    then = week - weeks * WEEK
    is_same = past.look(then, number, "variant") == past.look(week, number, "variant")
    return np.where(is_same, past.look(then, number, "price_yuan"), np.nan)


def _merchant_yuan(past: Past, week: date, name: str) -> FloatArray:
    """What each merchant showed as sold in the belt in one week; NaN where nothing was shown."""
    size = int(past.merchant.max(initial=-1)) + 1
    standing = past.at(week)
    if standing is None:
        return np.full(size, np.nan)
    yuan = standing.columns["weight"] * standing.columns[name]
    is_shown = ~np.isnan(yuan)
    merchant = past.merchant[standing.number[is_shown]]
    shown = sums_by(merchant, yuan[is_shown], size)
    return np.where(np.bincount(merchant, minlength=size) > 0, shown, np.nan)
