"""Cuts of a belt: marketplaces, modes of business, the assistant, years on the site; those by rank are in ranked.py.

A level takes the listings that are in a segment that week. A comparison takes merchants, by what they were at the base:
one that changed its mode since takes its sales along, which is no growth of the other mode.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from transforms.ordered import BoolArray, IntArray, sums_by

ALL, MARKETPLACE = "all", "marketplace="
MODES = {"mode=self": "mode_self", "mode=supply": "mode_supply"}  # segment: flag of its listings
ASSISTANT = "assistant"  # flag of the listings of merchants who have it
ASSISTED = ("assistant=yes", "assistant=no")
TENTHS = 10
BANDS = [f"price_band={10 * tenth}-{10 * tenth + 10}" for tenth in range(TENTHS)]  # of merchants by price
TOP = "value_top=20"  # the 20 % of listings that sell most
YEARS = {"0-1": (0, 2), "2-4": (2, 5), "5-9": (5, 10), "10+": (10, np.inf)}  # from, below

Masks = dict[str, BoolArray]


@dataclass(frozen=True)
class Standing:
    """The rows of one end: the number of each row's merchant below `size`, and which rows are in which segment."""

    merchant: IntArray
    size: int
    masks: Masks


def is_broad(segment: str) -> bool:
    """Whether it is the belt or what stands on one marketplace: these have their change split into its causes."""
    return segment == ALL or segment.startswith(MARKETPLACE)


def listing_segments(rows: pl.DataFrame) -> Masks:
    """Which listings are in which segment, from `placed_weeks`, in the order of publication; `all` is left out.

    A listing without a mode, or of a merchant whose years are not shown, is in no segment of that kind. `assistant=no`
    needs a listing of its marketplace and week that has the assistant: where none does, it would only mean all.
    """
    names = rows["marketplace"].unique().sort().to_list()
    years, has_assistant = pl.col("merchant_years"), pl.col("flags").list.contains(ASSISTANT)
    assisted = (has_assistant, ~has_assistant & has_assistant.any().over("week", "marketplace"))
    cuts = {
        **{f"{MARKETPLACE}{name}": pl.col("marketplace") == name for name in names},
        **{segment: pl.col("flags").list.contains(flag) for segment, flag in MODES.items()},
        **dict(zip(ASSISTED, assisted, strict=True)),
        **{f"merchant_years={name}": (years >= first) & (years < end) for name, (first, end) in YEARS.items()},
    }
    found = rows.select(cut.fill_null(False).alias(name) for name, cut in cuts.items())
    return {name: found[name].to_numpy() for name in cuts}


def merchant_segments(base: Standing, current: Standing) -> Masks:
    """Which merchants are in which segment of a comparison: those with at least half of their listings in it at the
    base, or now where they have none there."""
    then_count, now_count = _counted(base, None), _counted(current, None)
    names = [*base.masks, *(name for name in current.masks if name not in base.masks)]
    found = {}
    for name in names:
        then, now = _counted(base, name), _counted(current, name)
        is_in = np.where(then_count > 0, 2 * then >= then_count, 2 * now >= now_count)
        found[name] = is_in & (then_count + now_count > 0)
    return found


def in_order(names: set[str]) -> list[str]:
    """Segments in the order of publication: all, marketplaces, modes, with and without the assistant, years, price
    bands, the top by value."""
    fixed = [*MODES, *ASSISTED, *(f"merchant_years={name}" for name in YEARS), *BANDS, TOP]
    places = sorted(name for name in names if name.startswith(MARKETPLACE))
    return [ALL, *places, *(name for name in fixed if name in names)]


def _counted(standing: Standing, segment: str | None) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Each merchant's listings at one end, of one segment or of all."""
    if segment is not None and segment not in standing.masks:
        return np.zeros(standing.size)
    in_it = np.ones(len(standing.merchant)) if segment is None else standing.masks[segment].astype(np.float64)
    return sums_by(standing.merchant, in_it, standing.size)
