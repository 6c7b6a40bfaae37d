"""The bracket around the like-for-like change that listings which are seen no more leave open.

Source: METHOD 1.2. The matched change rests on who is still seen. A listing that has gone is

    dead         the category was read to its end: it has left it
    below_cut    the category goes on behind the last page read: it sells between nothing and the cut
    not_crawled  its page was not stored: it counts for nothing (transforms/losses.py)

With C the matched merchants, X the displayed sales at the base of merchants who are seen no more, and v_cut what a
listing behind the last page can sell at most:

    low  = sum_C v / (sum_C v' + X_dead + X_below) - 1                whoever is gone sells nothing
    high = (sum_C v + sum_below v_cut) / (sum_C v' + X_below) - 1     the dead are left out, the others sell the most

It is no interval of chance: it holds what nobody has seen, on top of which come the intervals of the figures. It may
lie below the matched change altogether, since those who stay in sight are those who have done well.
"""

import polars as pl

from transforms.footing import Footing, Footings
from transforms.ordered import FloatArray, floats, total
from transforms.panels import Panel
from transforms.uncertainty import Interval


def attrition_bracket(pairs: pl.DataFrame, matched: Panel, footings: Footings) -> Interval | None:
    """The bracket of a belt's matched change, its middle as the value; None where the base sells nothing, or where a
    gone listing may sell any amount: its category's end, its order or its cut is unknown.

    `pairs` are `listing_pairs` on these footings, `matched` their `matched_panel`.
    """
    then, now = total(matched.base), total(matched.current)
    dead = below = most = 0.0
    for category, gone in _gone(pairs).items():
        footing = footings.get(category, Footing())
        lost = total(floats(gone.filter(~pl.col("is_matched"))["base_yuan"]))
        if footing.is_whole:
            dead += lost
        elif footing.is_whole is None or footing.cut is None:
            return None
        else:
            below, most = below + lost, most + total(_most_yuan(gone, footing.cut_by, footing.cut))
    if then <= 0:
        return None
    low, high = now / (then + dead + below) - 1, (now + most) / (then + below) - 1
    return Interval((low + high) / 2, low, high)


def _gone(pairs: pl.DataFrame) -> dict[tuple[str, str], pl.DataFrame]:
    """The listings that show sales at the base and stand nowhere now, by marketplace and category."""
    gone = pairs.filter(pl.col("weight_now").is_null() & pl.col("base_value_yuan").is_not_null())
    parts = gone.partition_by("marketplace", "category", as_dict=True, maintain_order=True)
    return {(str(marketplace), str(category)): part for (marketplace, category), part in parts.items()}


def _most_yuan(gone: pl.DataFrame, cut_by: str | None, cut: float) -> FloatArray:
    """What each may sell behind the cut at the price of its base, weighed and counted as its base is."""
    weight = floats(gone["weight"]) * floats(gone["counts"])
    return weight * cut * floats(gone["base_price_yuan"]) if cut_by == "pieces" else weight * cut
