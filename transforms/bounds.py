"""What can be said of a change without a model of what displays hide. Source: METHOD 3.4; Manski 2003.

The hard bounds suppose that every listing lay as low as its display allows a year ago and as high now, or the other way
round. They hold whatever was sold, and are wide. The ratio of lower ends is no bound: rounding down by the same grid at
both ends nearly cancels, so it is a check of the model that rests on no model.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from transforms.ordered import BoolArray, FloatArray, total
from transforms.uncertainty import CONFIDENCE, Interval, ratio_change

HARD_BOUNDS, LOWER = "displayed_sales_hard_bounds", "displayed_sales_lower"
# Metrics of comparisons: id, unit, names, definitions, source (transforms/metrics.py)
WITHOUT_A_MODEL = (
    (
        *(HARD_BOUNDS, "change", "Hard bounds of the change", "变化的硬边界"),
        "The matched change of displayed sales between its worst cases: every listing as low as its display allows at "
        "one end and as high at the other. No row where displays hide nothing; an end that cannot be bounded is null.",
        "同店展示成交额变化的最坏情形：一端全取展示区间下限，另一端全取上限；展示值无取整时无此行，无界的一端为空。",
        "METHOD 3.4",
    ),
    (
        *(LOWER, "change", "Change of lower ends", "展示下限的变化"),
        "The matched change of the lower ends of displays (1000+ is 1000; of a counter the difference of readings): "
        "rounding down nearly cancels, which checks the model behind displayed_sales. No row where no model is used.",
        "按展示下限（1000+记为1000，累计计数取两次读数之差）计算的同店变化，两端取整大致抵消，用于核对模型；未使用模型时无此行。",
        "METHOD 3.4",
    ),
)


@dataclass(frozen=True)
class Bounds:
    """Yuan per merchant (in the order of the panel): the least and most at the base and now (infinite where open), what
    the ratio of lower ends adds up, and of `base_low` the part that stands at the ceiling of what is displayed."""

    base_low: FloatArray
    base_high: FloatArray
    base_even: FloatArray
    low: FloatArray
    high: FloatArray
    even: FloatArray
    at_ceiling: FloatArray

    def cut(self, kept: BoolArray) -> "Bounds":
        """The merchants that are kept."""
        return Bounds(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    @property
    def ceiling_share(self) -> float:
        """Share of the base value, by lower ends, of displays above which nothing is shown."""
        base = total(self.base_low)
        return total(self.at_ceiling) / base if base > 0 else 0.0

    @property
    def hide(self) -> bool:
        """Whether anything is hidden at either end."""
        return bool((self.base_high > self.base_low).any() or (self.high > self.low).any())


def hard_bounds(bounds: Bounds, value: float | None) -> Interval:
    """The change `value` between its worst cases; an end is None where it cannot be bounded."""
    if value is None:
        return Interval(None)
    least = _quotient(total(bounds.low), total(bounds.base_high))
    most = _quotient(total(bounds.high), total(bounds.base_low))
    return Interval(value, least - 1 if np.isfinite(least) else None, most - 1 if np.isfinite(most) else None)


def lower_change(bounds: Bounds) -> Interval:
    """The change of the sums of lower ends, with the jackknife interval over merchants."""
    return ratio_change(bounds.base_even, bounds.even)


def imbens_manski(low: float, high: float, low_error: float, high_error: float) -> tuple[float, float]:
    """Ends that hold what lies between two estimated bounds 95 % of the time, wherever between them it lies:
    low - c low_error and high + c high_error with Phi(c + (high - low) / max error) - Phi(-c) = .95. The constant is
    1.96 for bounds that coincide and 1.645 for bounds far apart. Imbens and Manski 2004."""
    error = max(low_error, high_error)
    if error == 0:
        return low, high
    apart = (high - low) / error
    constant = brentq(lambda c: ndtr(c + apart) - ndtr(-c) - CONFIDENCE, 0.0, 10.0)
    return low - constant * low_error, high + constant * high_error


def _quotient(above: float, below: float) -> float:
    if below == 0:
        return np.inf
    return 0.0 if np.isinf(below) else above / below
