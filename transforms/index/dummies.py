"""Time-product-dummy index: ln p = (effect of the period) + (effect of the product), by weighted least squares.

With S the weights (expenditure shares of the period, or 1), r = S 1, c = S' 1 and y the log prices, the products'
effects are eliminated exactly and what is left is a system of one equation per period:

    [diag(r) - S diag(1/c) S'] d = (S o y) 1 - S diag(1/c) (S o y)' 1

Source: METHOD 4.3. Equal to pooled least squares with a dummy for each period and each product.
"""

from itertools import pairwise

import numpy as np
import polars as pl

from transforms.index.formulas import Operands
from transforms.index.jackknife import groups_there, index_frame
from transforms.index.matrices import Matrices, dense
from transforms.index.splices import first_linked, log_levels
from transforms.index.systems import differences, shared, solved
from transforms.index.tables import Table, without_null_quantities
from transforms.index.windows import Start, plan
from transforms.ordered import FloatArray, cross_sums


def time_product_dummy(
    frame: Table,
    weighted: bool = True,
    window: int | None = None,
    splice: str | None = None,
    start: Start = "window",
) -> pl.DataFrame:
    """Time-product-dummy index, one row per period: period, value, and where the frame has merchants low and high.

    `weighted` by the expenditure shares of each period; otherwise every price counts alike and no quantities are
    needed. `window`, `splice` and `start` as in `transforms.index`. Raises InputError on rows that cannot be used.
    """
    matrices = dense(frame if weighted else without_null_quantities(frame))
    growth = plan(len(matrices.periods), window, splice, start)
    operands = Operands(matrices)
    weight, logs = operands["value" if weighted else "present"], operands["log"]
    base = first_linked(shared(weight > 0))

    def parities(begin: int, end: int) -> FloatArray:
        rows = slice(begin, end)
        return dummy_parities(matrices, weight[rows], logs[rows], weighted)

    return index_frame(matrices.periods, log_levels(parities, growth, base), groups_there(matrices))


def dummy_parities(matrices: Matrices, weight: FloatArray, logs: FloatArray, is_share: bool) -> FloatArray:
    """Log comparisons [sample, k, t] of one window, for everything and without each group."""
    is_of_use = np.count_nonzero(weight, axis=0) > 1  # a price alone is fitted whatever the index is
    edges = [columns.start for columns in matrices.group_slices] + [len(is_of_use)] * bool(matrices.group_slices)
    kept_edges = np.concatenate(([0], np.cumsum(is_of_use)))[edges]
    sizes = [weight.sum(axis=1)]
    sizes += [sizes[0] - weight[:, columns].sum(axis=1) for columns in matrices.group_slices]
    kept, left_out = weight[:, is_of_use], [slice(0, 0), *(slice(int(a), int(b)) for a, b in pairwise(kept_edges))]
    valued = kept * logs[:, is_of_use]
    return np.array(
        [
            differences(*_effects(kept, valued, size if is_share else np.ones_like(size), out))
            for size, out in zip(sizes, left_out, strict=True)
        ]
    )


def _effects(weight: FloatArray, valued: FloatArray, size: FloatArray, out: slice) -> tuple[FloatArray, FloatArray]:
    """The periods' effects and which periods share products, with the columns `out` left out.

    `valued` is weight times log price; weights become shares by `size`, the sum of each period.
    """
    scale = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    below = np.einsum("t,tn->n", scale, weight)
    inverse = np.divide(1.0, below, out=np.zeros_like(below), where=below > 0)
    inverse[out] = 0.0
    common = cross_sums(weight * inverse, weight)
    matrix = -scale[:, None] * common * scale
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    means = inverse * np.einsum("t,tn->n", scale, valued)
    right = scale * (np.einsum("tn,n->t", valued, inverse > 0) - np.einsum("tn,n->t", weight, means))
    return solved(matrix, right), common
