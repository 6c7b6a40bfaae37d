"""How far a change would have come out otherwise had other pages been lost: the jackknife over the pages read.

Pages are lost whole, and a page holds listings of a like size, so which ones are lost moves all merchants at once and
the jackknife over merchants cannot see it. Per marketplace and category, with n of N pages read and l_p the logarithm
of the ratio without page p, that is (1 - n/N) (n-1)/n sum (l_p - mean l)^2. Source: METHOD 1.2, 1.5; Wolter 2007 for
the finite population.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.footing import Category, Footing, Footings
from transforms.ordered import total
from transforms.uncertainty import Interval, mapped, student_quantile, with_p_of_ratio

Panels = Mapping[str, tuple[float, float]]
Compare = Callable[[pl.DataFrame, pl.DataFrame, Footings], Panels]
"""From two `placed_listings` on their footings to the sums of each panel at the base and now."""
FEWEST_PAGES = 2


@dataclass(frozen=True)
class Spread:
    """A variance of ln R and its degrees of freedom."""

    variance: float
    degrees: float


def page_spread(now: pl.DataFrame, then: pl.DataFrame, footings: Footings, compare: Compare) -> dict[str, Spread]:
    """The spread of each panel's ln R over the pages that could have been lost; empty where none was."""
    parts: dict[str, list[Spread]] = {}
    for category, footing in footings.items():
        for is_now, read in ((True, footing.now_share), (False, footing.then_share)):
            if read < 1:
                logs = _without_each_page(now, then, footings, category, is_now, compare)
                for panel, found in logs.items():
                    parts.setdefault(panel, []).append(_spread(np.array(found), read))
    return {panel: _added(found) for panel, found in parts.items()}


def with_spread(interval: Interval, spread: Spread | None) -> Interval:
    """The interval of a change made on ln R, with what lost pages add to its variance (Satterthwaite's degrees)."""
    known = interval.standard_error, interval.degrees, interval.value
    if spread is None or spread.variance == 0 or None in known:
        return interval
    assert interval.standard_error is not None
    assert interval.degrees is not None
    assert interval.value is not None
    own = interval.standard_error**2
    variance = own + spread.variance
    degrees = variance**2 / (own**2 / interval.degrees + spread.variance**2 / spread.degrees)
    error, ratio = float(np.sqrt(variance)), interval.value + 1
    reach = student_quantile(max(2.0, degrees)) * error
    ends = Interval(ratio, ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)), error, max(2.0, degrees))
    return replace(mapped(with_p_of_ratio(ends), lambda end: end - 1), value=interval.value)


def _without_each_page(
    now: pl.DataFrame, then: pl.DataFrame, footings: Footings, category: Category, is_now: bool, compare: Compare
) -> dict[str, list[float]]:
    """ln R of each panel without each page in turn that was read of one category at one end."""
    rows = now if is_now else then
    is_category = (pl.col("marketplace") == category[0]) & (pl.col("category") == category[1])
    pages = rows.filter(is_category)["page"].drop_nulls().unique().sort().to_list()
    logs: dict[str, list[float]] = {}
    if len(pages) < FEWEST_PAGES:
        return logs
    thinned = {**footings, category: _thinner(footings[category], is_now, len(pages))}
    for page in pages:
        left = rows.filter(~is_category | (pl.col("page") != page))
        sums = compare(left, then, thinned) if is_now else compare(now, left, thinned)
        for panel, (base, current) in sums.items():
            if base > 0 and current > 0:
                logs.setdefault(panel, []).append(float(np.log(current / base)))
    return logs


def _thinner(footing: Footing, is_now: bool, pages: int) -> Footing:
    """The footing with one page less read."""
    part = (pages - 1) / pages
    if is_now:
        return replace(footing, now_share=footing.now_share * part)
    return replace(footing, then_share=footing.then_share * part)


def _spread(logs: np.ndarray[tuple[int], np.dtype[np.float64]], read: float) -> Spread:
    pages = len(logs)
    apart = logs - total(logs) / pages
    return Spread((1 - read) * (pages - 1) / pages * total(apart**2), pages - 1.0)


def _added(parts: list[Spread]) -> Spread:
    variance = total(np.array([part.variance for part in parts]))
    if variance == 0:
        return Spread(0.0, max(part.degrees for part in parts))
    return Spread(variance, variance**2 / total(np.array([part.variance**2 / part.degrees for part in parts])))
