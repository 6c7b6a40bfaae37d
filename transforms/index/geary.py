"""Geary-Khamis index: unit values of the periods at reference prices that themselves follow from the index.

    P_t = sum_i p_it q_it / sum_i q_it b_i        b_i = sum_t q_it p_it / P_t / sum_t q_it

With x_t = 1 / P_t both lines together are one homogeneous system, [diag(V) - Q diag(1/q) V'] x = 0, solved at once
instead of by iteration (V values, Q quantities, q the quantities of a product over the window). Source: METHOD 4.3.
"""

import numpy as np
import polars as pl

from transforms.index.formulas import Operands
from transforms.index.jackknife import groups_there, index_frame
from transforms.index.links import without_groups
from transforms.index.matrices import dense
from transforms.index.splices import first_linked, log_levels
from transforms.index.systems import connected, differences, shared
from transforms.index.tables import Table
from transforms.index.windows import Start, plan
from transforms.ordered import FloatArray, cross_sums


def geary_khamis(
    frame: Table, window: int | None = None, splice: str | None = None, start: Start = "window"
) -> pl.DataFrame:
    """Geary-Khamis index, one row per period: period, value, and where the frame has merchants low and high.

    For homogeneous goods only: it is additive and biased by substitution. `window`, `splice` and `start` as in
    `transforms.index`. Raises InputError on rows that cannot be used.
    """
    matrices = dense(frame)
    growth = plan(len(matrices.periods), window, splice, start)
    operands = Operands(matrices)
    quantity, value = operands["quantity"], operands["value"]
    base = first_linked(shared(value > 0))

    def parities(begin: int, end: int) -> FloatArray:
        part, valued = quantity[begin:end], value[begin:end]
        columns = [slice(None), *matrices.group_slices]
        whole, *groups = (reference_values(part[:, some], valued[:, some]) for some in columns)
        return np.array([_comparisons(sums) for sums in without_groups(whole, groups)])

    return index_frame(matrices.periods, log_levels(parities, growth, base), groups_there(matrices))


def reference_values(quantity: FloatArray, value: FloatArray) -> FloatArray:
    """[s, t]: the quantities of s at the unit values of t, each product as far as it is sold in t."""
    sold = quantity.sum(axis=0)
    inverse = np.divide(1.0, sold, out=np.zeros_like(sold), where=sold > 0)
    return cross_sums(quantity * inverse, value)


def _comparisons(references: FloatArray) -> FloatArray:
    """Log comparisons [k, t], from the sums of one sample; its columns sum to the values of the periods.

    Solved for V x, so that no period's money weighs more than another's. Each linked part has one solution up to a
    factor, which adding 1 everywhere in the part settles.
    """
    values = references.sum(axis=0)
    shares = np.divide(references, values, out=np.zeros_like(references), where=values > 0)
    part = connected(references).astype(np.float64)
    valued = np.linalg.solve(np.diag((values > 0).astype(np.float64)) - shares + part, part.sum(axis=1))
    levels = np.divide(values, valued, out=np.ones_like(values), where=values > 0)
    return differences(np.log(levels), references)
