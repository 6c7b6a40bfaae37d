"""GEKS: comparisons of all periods of a window, averaged over every period through which two of them are linked.

    ln I(k, t) = mean over l of [ln P(l, t) - ln P(l, k)], l running over the periods linked with both

An empty pair of periods is a missing link and left out, never a 1. Source: METHOD 4.3; Ivancic, Diewert and Fox 2011.
"""

import numpy as np
import polars as pl

from transforms.index.formulas import TRANSITIVE, Operands, formula_of
from transforms.index.jackknife import groups_there, index_frame
from transforms.index.links import log_links
from transforms.index.splices import first_linked, log_levels
from transforms.index.tables import Table
from transforms.index.windows import Plan, Start, plan
from transforms.ordered import FloatArray


def geks(
    frame: Table,
    formula: str = "tornqvist",
    window: int | None = None,
    splice: str | None = None,
    start: Start = "window",
) -> pl.DataFrame:
    """GEKS index, one row per period: period, value (1 at the base), and where the frame has merchants low and high.

    `formula` is jevons, merchant_jevons (merchants weigh equally, a geometric mean inside each), tornqvist, fisher or
    walsh. `window`, `splice` and `start` as in `transforms.index`. Raises InputError on rows that cannot be used.
    """
    of = formula_of(formula, TRANSITIVE)
    matrices = of.matrices(frame)
    growth = plan(len(matrices.periods), window, splice, start)
    links = log_links(Operands(matrices), of)
    logs = geks_levels(links, growth)
    return index_frame(matrices.periods, logs, groups_there(matrices))


def geks_levels(links: FloatArray, growth: Plan) -> FloatArray:
    """The index as log levels [sample, period] from log links [sample, s, t]; NaN where a period has no link."""

    def parities(begin: int, end: int) -> FloatArray:
        return averaged(links[:, begin:end, begin:end])

    return log_levels(parities, growth, first_linked(np.isfinite(links[0])))


def averaged(links: FloatArray) -> FloatArray:
    """Log comparisons [sample, k, t] from log links [sample, s, t]; NaN where no period is linked with both."""
    is_linked = np.isfinite(links)
    known, filled = is_linked.astype(np.float64), np.where(is_linked, links, 0.0)
    through = known.transpose(0, 2, 1) @ known  # how many periods are linked with both
    sums = np.einsum("blk,blt->bkt", known, filled) - np.einsum("blk,blt->bkt", filled, known)
    mean: FloatArray = np.divide(sums, through, out=np.full_like(sums, np.nan), where=through > 0.5)
    return mean
