"""Panels of counts: listings and merchants of a belt at a week and at its base (METHOD 6, 5.7)."""

from dataclasses import replace

import numpy as np
import polars as pl

from transforms.ordered import floats, sums_at
from transforms.panels import Panel, merchant_starts, panel_of


def listing_panel(pairs: pl.DataFrame) -> Panel:
    """Listings with weight >= 0.8: their number per merchant, what is seen at one end only with the part it counts."""
    starts, panel = merchant_starts(pairs), panel_of(pairs, "base_listing", "listing")
    counts = floats(pairs["listing_counts"])
    base, current = (sums_at(starts, counts * floats(pairs[name])) for name in ("base_listing", "listing"))
    return replace(panel, base=base, current=current)


def merchant_panel(pairs: pl.DataFrame) -> Panel:
    """Merchants with a listing of weight >= 0.8: how many one stands for at an end where it stands (1, and about that
    where pages were lost: transforms/unseen.py), else 0."""
    panel, starts = panel_of(pairs, "base_listing", "listing"), merchant_starts(pairs)
    stood_for, stands_for = (floats(pairs[name])[starts] for name in ("stood_for", "stands_for"))
    return replace(
        panel,
        base=np.where(panel.base > 0, stood_for, 0.0),
        current=np.where(panel.current > 0, stands_for, 0.0),
    )
