"""The effects of a split of the total change as figures: fractions of the base total, each with its interval."""

from collections.abc import Iterator, Mapping

import numpy as np

from transforms.edges import at_edge_move
from transforms.figures import Figure
from transforms.ordered import FloatArray
from transforms.panels import Panel
from transforms.publication import Decision, with_interval
from transforms.split import ONE_SIDED, Effect
from transforms.uncertainty import Interval, one_sided_fraction, signed_fraction


def effect_figures(
    effects: Mapping[str, Effect], whole: Panel, decision: Decision, method: str, suffix: str = ""
) -> Iterator[Figure]:
    """One figure per effect, from a split of `listing_pairs` and their `total_panel`; the metric is the effect's name
    and `suffix`, `decision` is that of the total change."""
    counts = whole.merchants, whole.listings
    for name, effect in effects.items():
        interval = _interval(name, effect, whole.base)
        own = with_interval(decision, interval)
        yield Figure(f"{name}{suffix}", "yoy", "total", interval, "change", *counts, method, own)


def _interval(name: str, effect: Effect, base: FloatArray) -> Interval:
    """Entry and exit are one-sided, and have an interval at 0 too. Only what lost pages leave of them, once relaunched
    listings are followed, may come out beyond 0, and is then like any other effect."""
    if name not in ONE_SIDED or _is_beyond_nought(name, effect):
        return signed_fraction(effect.yuan, effect.without_yuan, base)
    return at_edge_move(one_sided_fraction(effect.yuan, effect.without_yuan, base), name, base)


def _is_beyond_nought(name: str, effect: Effect) -> bool:
    ends = np.append(effect.without_yuan, effect.yuan)
    return bool((ends < 0).any() if name == "entry_effect" else (ends > 0).any())
