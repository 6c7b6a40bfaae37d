"""Bilateral formulas on matched products, as sums of products of two matrices.

Each formula compares period s with period t by two sums over the products present in both, `above` and `below`: its
logarithm is above / below for means of log price ratios, ln(above / below) for ratios of values. Sums over products
are products of T x N matrices, so all pairs of periods come at once, and the sums of a group of merchants can be
taken away from the whole. Source: METHOD 4.2, 4.3.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from configs.errors import InputError
from transforms.index.matrices import Matrices, dense
from transforms.index.tables import Table, without_null_quantities
from transforms.ordered import BoolArray, FloatArray, IntArray, sums_by

Pair = tuple[str, str]  # a matrix at period s, a matrix at period t
UNWEIGHTED = {"present", "log", "price", "inverse"}
NEGLIGIBLE = 1e-12  # a remainder of a sum below this share of it is a rounding error


@dataclass(frozen=True)
class Formula:
    """How a formula compares s with t: above (added pairs, then subtracted ones), below, and in which direction.

    `backward` is the reciprocal of the comparison of t with s, `both` the geometric mean of forward and backward.
    """

    above: tuple[Pair, ...]
    below: Pair
    is_ratio: bool
    direction: Literal["forward", "backward", "both"] = "forward"
    by_merchant: bool = False

    @property
    def needs_quantity(self) -> bool:
        """Whether it weighs by quantities, so that a price without one is of no use."""
        return not {name for pair in (*self.above, self.below) for name in pair} <= UNWEIGHTED

    def matrices(self, table: Table) -> Matrices:
        """The matrices of a table; without quantities where they are not needed and not known."""
        return dense(table if self.needs_quantity else without_null_quantities(table))


LOG_RATIO = (("present", "log"), ("log", "present"))
LASPEYRES = (("quantity", "price"),), ("value", "present")

FORMULAS = {
    "jevons": Formula(LOG_RATIO, ("present", "present"), is_ratio=False),
    "merchant_jevons": Formula(LOG_RATIO, ("present", "present"), is_ratio=False, by_merchant=True),
    "dutot": Formula((("present", "price"),), ("price", "present"), is_ratio=True),
    "carli": Formula((("inverse", "price"),), ("present", "present"), is_ratio=True),
    "laspeyres": Formula(*LASPEYRES, is_ratio=True),
    "paasche": Formula(*LASPEYRES, is_ratio=True, direction="backward"),
    "fisher": Formula(*LASPEYRES, is_ratio=True, direction="both"),
    "tornqvist": Formula(
        (("value", "log"), ("value_log", "present")), ("value", "present"), is_ratio=False, direction="both"
    ),
    "walsh": Formula((("root", "price_root"),), ("price_root", "root"), is_ratio=True),
}
TRANSITIVE = ("jevons", "merchant_jevons", "tornqvist", "fisher", "walsh")  # those that pass time reversal


class Operands:
    """The matrices that formulas are made of, each computed once: 0 where a product is absent."""

    def __init__(self, matrices: Matrices) -> None:
        self.matrices = matrices
        self._known: dict[str, FloatArray] = {}

    def __getitem__(self, name: str) -> FloatArray:
        if name not in self._known:
            self._known[name] = OPERANDS[name](self)
        return self._known[name]

    def quantity(self) -> FloatArray:
        """Quantities, without which a formula that weights by them has no meaning."""
        if self.matrices.quantity is None:
            raise InputError("this index weights by quantity: the frame needs the column quantity")
        return self.matrices.quantity


OPERANDS: dict[str, Callable[[Operands], FloatArray]] = {
    "present": lambda of: of.matrices.present.astype(np.float64),
    "price": lambda of: of.matrices.price,
    "inverse": lambda of: _inverse(of.matrices.price),
    "log": lambda of: _relative_logs(of.matrices.price, of.matrices.present),
    "quantity": lambda of: of.quantity(),
    "value": lambda of: of["price"] * of["quantity"],
    "value_log": lambda of: of["value"] * of["log"],
    "root": lambda of: np.sqrt(of["quantity"]),
    "price_root": lambda of: of["price"] * of["root"],
}


def formula_of(name: str, among: tuple[str, ...] = tuple(FORMULAS)) -> Formula:
    """A formula by its name."""
    if name not in among:
        raise InputError(f"{name!r} is no formula here; choose one of {', '.join(among)}")
    return FORMULAS[name]


def terms(operands: Operands, formula: Formula, s: int, t: int) -> tuple[FloatArray, FloatArray]:
    """Each product's part in `above` and `below` of one pair of periods, in the direction from s to t."""
    added, *subtracted = (operands[left][s] * operands[right][t] for left, right in formula.above)
    above = added - subtracted[0] if subtracted else added
    below = operands[formula.below[0]][s] * operands[formula.below[1]][t]
    if formula.by_merchant:
        merchant = merchants_of(operands.matrices)
        counts = sums_by(merchant, below, int(merchant.max(initial=-1)) + 1)
        share = np.divide(1.0, counts, out=np.zeros_like(counts), where=counts > 0)[merchant]
        return above * share, below * share
    return above, below


def merchants_of(matrices: Matrices) -> IntArray:
    """The merchants of the columns, without which a formula that weights them equally has no meaning."""
    if matrices.merchant is None:
        raise InputError("equal weights of merchants need to know them: the frame needs the column merchant")
    return matrices.merchant


def one_way(formula: Formula, above: FloatArray, below: FloatArray) -> FloatArray:
    """The log comparison in the direction of the sums; NaN where nothing is matched."""
    is_linked = (below > 0) & (above > 0) if formula.is_ratio else below > 0
    quotient = np.divide(above, below, out=np.full_like(above, np.nan), where=is_linked)
    return np.log(quotient, out=quotient, where=is_linked) if formula.is_ratio else quotient


def both_ways(formula: Formula, forward: FloatArray, back: FloatArray) -> FloatArray:
    """The log link from the comparisons of s with t and of t with s."""
    if formula.direction == "both":
        return (forward - back) / 2
    return -back if formula.direction == "backward" else forward


def _inverse(price: FloatArray) -> FloatArray:
    return np.divide(1.0, price, out=np.zeros_like(price), where=price > 0)


def _relative_logs(price: FloatArray, present: BoolArray) -> FloatArray:
    """Log prices against the product's first one: a price that never changes has exactly 0 everywhere."""
    logs = np.log(price, out=np.zeros_like(price), where=present)
    if not price.size:
        return logs
    first = logs[present.argmax(axis=0), np.arange(price.shape[1])]
    relative: FloatArray = np.where(present, logs - first, 0.0)
    return relative
