"""Differences instead of ratios: what prices, quantities, entries and exits made of the change of value.

On the products with a value in both periods, p and q being price and quantity, ' the period before, v = p q:

    Bennet      price = sum 1/2 (q' + q) (p - p')     quantity = sum 1/2 (p' + p) (q - q')
    Montgomery  price = sum L(v, v') ln(p / p')       quantity = sum L(v, v') ln(q / q')

L(a, b) = (a - b) / ln(a / b). A product with a value in one of them only is an entry or an exit and never a price of
0, which would put half of it into the price. Source: METHOD 1.4; Bennet 1920, Montgomery 1937.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from configs.errors import InputError
from transforms.index.formulas import Operands
from transforms.index.matrices import dense
from transforms.index.tables import Table
from transforms.ordered import FloatArray, total

EFFECTS = ("price_effect", "quantity_effect", "entry_effect", "exit_effect", "total_change")
Split = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


def indicator(frame: Table, formula: str = "bennet") -> pl.DataFrame:
    """One row per period: period and EFFECTS against the period before, in the money of price times quantity.

    `formula` is bennet or montgomery. The effects add up to total_change; exit is negative. Null in the first period.
    Raises InputError on rows that cannot be used.
    """
    if formula not in SPLITS:
        raise InputError(f"{formula!r} is no indicator; choose one of {', '.join(SPLITS)}")
    matrices = dense(frame)
    operands = Operands(matrices)
    price, quantity, value = operands["price"], operands["quantity"], operands["value"]
    steps = [
        _effects(SPLITS[formula], price[t - 1 : t + 1], quantity[t - 1 : t + 1], value[t - 1 : t + 1])
        for t in range(1, len(price))
    ]
    rows = [(None,) * len(EFFECTS)][: len(price)] + steps
    effects = pl.DataFrame(rows, schema=dict.fromkeys(EFFECTS, pl.Float64()), orient="row")
    return pl.DataFrame({"period": matrices.periods}).hstack(effects)


def _effects(split: Split, price: FloatArray, quantity: FloatArray, value: FloatArray) -> tuple[float, ...]:
    """EFFECTS of one step, from two rows each: before and now."""
    sold = value > 0
    both = sold[0] & sold[1]
    of_price, of_quantity = split(*price[:, both], *quantity[:, both])
    entry, leaving = total(value[1][~sold[0]]), 0.0 - total(value[0][~sold[1]])
    return total(of_price), total(of_quantity), entry, leaving, total(value[1]) - total(value[0])


def _bennet(
    price: FloatArray, price_now: FloatArray, quantity: FloatArray, quantity_now: FloatArray
) -> tuple[FloatArray, FloatArray]:
    of_price = (quantity + quantity_now) / 2 * (price_now - price)
    return of_price, (price + price_now) / 2 * (quantity_now - quantity)


def _montgomery(
    price: FloatArray, price_now: FloatArray, quantity: FloatArray, quantity_now: FloatArray
) -> tuple[FloatArray, FloatArray]:
    price_log, quantity_log = np.log(price_now / price), np.log(quantity_now / quantity)
    value_log = price_log + quantity_log
    # (e^x - 1) / x is stable where the values hardly differ, which (a - b) / ln(a / b) is not
    growth = np.divide(np.expm1(value_log), value_log, out=np.ones_like(value_log), where=value_log != 0)
    mean = price * quantity * growth
    return mean * price_log, mean * quantity_log


SPLITS: dict[str, Split] = {"bennet": _bennet, "montgomery": _montgomery}
