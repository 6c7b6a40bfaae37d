"""GEKS: the levels of all periods of a window that come nearest to all their bilateral comparisons at once.

    ln I minimises  sum over the linked pairs (s, t) of [ln I(t) - ln I(s) - ln P(s, t)]^2

Where every pair is linked that is the mean over l of [ln P(l, t) - ln P(l, s)], as GEKS is mostly written. An empty
pair of periods is a missing link and left out, never a 1; the sum over the links that there are (weights of 1 and 0)
depends on no base, and gives every period a level that is linked with the others, be it over some of them. Source:
METHOD 4.3; Ivancic, Diewert and Fox 2011; for least squares Éltető and Köves 1964, Szulc 1964; for missing links Rao
and Timmer 2003, Review of Income and Wealth 49(4).
"""

import numpy as np
import polars as pl

from transforms.index.formulas import TRANSITIVE, Operands, formula_of
from transforms.index.jackknife import groups_there, index_frame
from transforms.index.links import log_links
from transforms.index.splices import first_linked, log_levels
from transforms.index.tables import Table
from transforms.index.windows import Plan, Start, plan
from transforms.ordered import BoolArray, FloatArray


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
        return fitted(links[:, begin:end, begin:end])

    return log_levels(parities, growth, first_linked(np.isfinite(links[0])))


def fitted(links: FloatArray) -> FloatArray:
    """Log comparisons [sample, k, t] from log links [sample, s, t]; NaN where no path of links leads from k to t."""
    is_linked = np.isfinite(links)
    if is_linked.all():
        mean = links.sum(axis=1) / max(1, links.shape[1])
        complete: FloatArray = mean[:, None, :] - mean[:, :, None]
        return complete
    filled = np.where(is_linked, links, 0.0)
    has_data = np.diagonal(is_linked, axis1=1, axis2=2)
    known = is_linked & ~np.eye(links.shape[1], dtype=np.bool_)
    part = _parts(known)
    degrees = known.sum(axis=2)[:, :, None] * np.eye(links.shape[1])
    right = (filled - filled.transpose(0, 2, 1)).sum(axis=1) / 2
    # adding 1 between all periods of a part makes the system regular and changes no difference within the part
    levels = np.linalg.solve(degrees - known + part, right[:, :, None])[:, :, 0]
    between = levels[:, None, :] - levels[:, :, None]
    fit: FloatArray = np.where(part & has_data[:, :, None] & has_data[:, None, :], between, np.nan)
    return fit


def _parts(known: BoolArray) -> BoolArray:
    """Which periods [sample, s, t] are linked, be it over others, from those that are directly; each with itself."""
    reached = (known | np.eye(known.shape[1], dtype=np.bool_)).astype(np.float64)
    for _ in range(int(known.shape[1]).bit_length()):
        reached = (reached @ reached > 0).astype(np.float64)
    return reached > 0
