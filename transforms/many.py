"""Many comparisons in one frame: a call of Polars costs the same for few rows as for many."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl

COMPARISON = "comparison"  # column of the number of a row's comparison
BETWEEN = "\x1f"  # of parts of a key that are one text: it comes before every sign that an id has


def stacked(frames: Sequence[pl.DataFrame]) -> pl.LazyFrame:
    """One end of each comparison, one after the other, with COMPARISON and `row`, the place in its own frame."""
    heights = [frame.height for frame in frames]
    row = np.concatenate([np.arange(height, dtype=np.uint32) for height in heights])
    number = np.repeat(np.arange(len(frames)), heights)
    return pl.concat(frames).lazy().with_columns(pl.Series(COMPARISON, number), pl.Series("row", row))


def apart(pairs: pl.DataFrame, numbered: pl.DataFrame, size: int) -> list[pl.DataFrame]:
    """The rows of each comparison from those of all, sorted by it, their merchants numbered from 0. `numbered` has all
    merchants that got a number, some of whom have left the pairs since."""
    known, own = numbered[COMPARISON].to_numpy(), pairs[COMPARISON].to_numpy()
    first = numbered["merchant"].to_numpy()[np.searchsorted(known, own)]
    whole = pairs.drop(COMPARISON).with_columns(pl.Series("merchant", pairs["merchant"].to_numpy() - first))
    starts = np.searchsorted(own, np.arange(size + 1)).tolist()
    return [whole.slice(start, end - start) for start, end in pairwise(starts)]
