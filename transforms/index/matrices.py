"""From a frame of period, product, price and quantity to dense matrices, one row per period, one column per product.

Periods and products may be of any type that sorts. Columns stand in the order of jackknife group, merchant and
product, so that no sum over them depends on the order of the frame's rows.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import polars as pl

from configs.errors import InputError
from transforms.index.tables import MOST, NUMBERS, Table, as_frame, is_extreme, refuse_missing, refuse_types
from transforms.ordered import BoolArray, FloatArray, IntArray

GROUPS = 50  # METHOD 1.5: merchants fall into so many groups, which the jackknife deletes in turn
MERCHANT = "merchant"


@dataclass(frozen=True)
class Matrices:
    """T periods by N products: price and quantity (0 where absent), which are present, and whose the products are.

    `quantity` is None where the frame has none. `merchant` numbers the merchants of the columns from 0 in the order
    of the columns, `group` their jackknife groups (0 to 49), never falling; None where the frame names no merchants.
    """

    periods: pl.Series
    products: pl.Series
    price: FloatArray
    quantity: FloatArray | None
    present: BoolArray
    merchant: IntArray | None
    group: IntArray | None

    @property
    def group_slices(self) -> list[slice]:
        """The columns of each of the 50 groups; none where the frame names no merchants."""
        if self.group is None:
            return []
        edges = np.searchsorted(self.group, np.arange(GROUPS + 1))
        return [slice(int(edges[number]), int(edges[number + 1])) for number in range(GROUPS)]


def dense(table: Table, periods: pl.Series | None = None) -> Matrices:
    """The matrices of a table with columns period, product, price and, where there are, quantity and merchant.

    Rows of one period and product are summed: the price is then their unit value, or the geometric mean where they
    have no quantities. `periods` (sorted, all of the frame's) adds periods without rows. Raises InputError on nulls,
    prices that are not above 0, quantities below 0, and a product of two merchants.
    """
    frame = as_frame(table)
    refuse_unusable(frame)
    rows = frame.select(pl.col(used_columns(frame))).with_columns(pl.col(pl.Categorical).cast(pl.String))
    periods = rows["period"].unique().sort() if periods is None else periods
    products = rows["product"].unique().sort()
    row, column = numbered(rows["period"], periods), numbered(rows["product"], products)
    merchant = group = None
    if MERCHANT in rows.columns:
        order, merchant, group = _by_merchant(rows[MERCHANT], column, products)
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        products, column = products[order], place[column]
    shape = (len(periods), len(products))
    return Matrices(periods, products, *_filled(rows, row * shape[1] + column, shape), merchant, group)


def refuse_unusable(frame: pl.DataFrame) -> None:
    """Raises InputError that counts what cannot enter an index and names the first such row."""
    refuse_missing(frame, ("period", "product", "price"))
    columns = used_columns(frame)
    numbers = [name for name in columns if name in NUMBERS]
    refuse_types(frame, [name for name in columns if name not in NUMBERS], numbers, "a price index")
    floats = [name for name in columns if name not in NUMBERS and frame.schema[name].is_float()]
    found = _faults(columns) | {f"{name} not a number": pl.col(name).is_nan() for name in floats}
    faults = frame.select(fault.fill_null(False).alias(name) for name, fault in found.items())
    counts = {name: int(faults[name].sum()) for name in faults.columns}
    if any(counts.values()):
        first = frame.select(columns).filter(faults.select(pl.any_horizontal(pl.all())).to_series()).row(0, named=True)
        said = ", ".join(f"{name} in {count}" for name, count in counts.items() if count)
        raise InputError(f"a price index cannot use all of {frame.height} rows: {said}; the first is {first}")


def used_columns(frame: pl.DataFrame) -> list[str]:
    """Of the frame's columns those that an index looks at."""
    return [name for name in ("period", "product", *NUMBERS, MERCHANT) if name in frame.columns]


def numbered(column: pl.Series, known: pl.Series) -> IntArray:
    """The place of each value in `known`, which is sorted and holds all of them."""
    if column.dtype == pl.String:  # 500,000 ids: 20 ms, a binary search takes 130
        return column.cast(pl.Enum(known)).to_physical().to_numpy().astype(np.int64)
    places = known.rename("key").to_frame().with_row_index("place")
    found = column.rename("key").to_frame().join(places, on="key", how="left", validate="m:1", maintain_order="left")
    return found["place"].to_numpy().astype(np.int64)


def group_of(merchants: pl.Series) -> IntArray:
    """The jackknife group of each merchant, the same on every machine and in every run."""
    return np.array([crc32(str(name).encode()) % GROUPS for name in merchants], dtype=np.int64)


def _faults(columns: list[str]) -> dict[str, pl.Expr]:
    """What a row must not be."""
    price, quantity = pl.col("price"), pl.col("quantity")
    faults = {f"{name} null": pl.col(name).is_null() for name in columns}
    faults["price zero or negative"] = price <= 0
    faults["price not finite"] = ~price.cast(pl.Float64).is_finite()
    if "quantity" in columns:
        faults["quantity negative"] = quantity < 0
        faults["quantity not finite"] = ~quantity.cast(pl.Float64).is_finite()
    for name in NUMBERS:
        if name in columns:
            faults[f"{name} beyond {1 / MOST:.0e} to {MOST:.0e}"] = is_extreme(name)
    return faults


def _by_merchant(names: pl.Series, column: IntArray, products: pl.Series) -> tuple[IntArray, IntArray, IntArray]:
    """The order of the columns, and merchant and group of the columns in that order."""
    known = names.unique().sort()
    owner = numbered(names, known)
    of_product = np.zeros(len(products), dtype=np.int64)
    of_product[column] = owner
    two = np.flatnonzero(of_product[column] != owner)
    if len(two):
        product = products[int(column[two[0]])]
        raise InputError(f"product {product!r} stands under two merchants; make the merchant a part of the product")
    group = group_of(known)[of_product]
    order = np.lexsort((np.arange(len(products)), of_product, group))
    sorted_owner = of_product[order]
    number = np.cumsum(np.diff(sorted_owner, prepend=sorted_owner[:1]) != 0)
    return order, number, group[order]


def _filled(
    rows: pl.DataFrame, cell: IntArray, shape: tuple[int, int]
) -> tuple[FloatArray, FloatArray | None, BoolArray]:
    """Price, quantity and presence, from each row's cell."""
    size = shape[0] * shape[1]
    price = rows["price"].cast(pl.Float64).to_numpy()
    amount = rows["quantity"].cast(pl.Float64).to_numpy() if "quantity" in rows.columns else None
    count = np.bincount(cell, minlength=size)
    if count.max(initial=0) > 1:
        cell, price, amount = _unit_values(cell, price, amount)
    prices = np.zeros(size)
    prices[cell] = price
    if amount is None:
        return prices.reshape(shape), None, (count > 0).reshape(shape)
    quantities = np.zeros(size)
    quantities[cell] = amount
    return prices.reshape(shape), quantities.reshape(shape), (count > 0).reshape(shape)


def _unit_values(
    cell: IntArray, price: FloatArray, amount: FloatArray | None
) -> tuple[IntArray, FloatArray, FloatArray | None]:
    """One entry per cell, from rows added in the order of their price and quantity."""
    weight = np.zeros(len(cell)) if amount is None else amount
    order = np.lexsort((weight, price, cell))
    cell, price, weight = cell[order], price[order], weight[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    counts = np.diff(starts, append=len(cell))
    sums, values = np.add.reduceat(weight, starts), np.add.reduceat(price * weight, starts)
    means = np.exp(np.add.reduceat(np.log(price), starts) / counts)
    joined = np.divide(values, sums, out=means, where=sums > 0)
    least, most = price[starts], price[starts + counts - 1]
    joined = np.where(least == most, least, joined)  # equal prices stay what they are to the last bit
    return cell[starts], joined, None if amount is None else sums
