"""Ranks of listings within what a display hides: as good as drawn at random, and the same on every machine and day.

They come from a hash of the listing's own name, not from the state of a generator: neither the order of the rows, nor
what else is in the belt, nor a later release moves them. A name is summed up byte by byte, with a fixed constant for
each place, and mixed by splitmix64 (Steele, Lea, Flood 2014); both work on integers alone.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

DRAWS = 20  # imputations, METHOD 3.4
CELLS = 1024  # ranks are told to one in 1024
LANES, LANE_BITS = 4, 16  # ranks from one hash of 64 bits
END = b"\n"  # behind every name, so that none is empty

HashArray = npt.NDArray[np.uint64]
CellArray = npt.NDArray[np.uint16]


def hashes(names: Sequence[str]) -> HashArray:
    """One number of 64 bits per name."""
    if not names:
        return np.zeros(0, dtype=np.uint64)
    encoded = [name.encode() for name in names]
    text = np.frombuffer(END.join(encoded) + END, dtype=np.uint8)
    length = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)) + 1
    start = np.cumsum(length) - length
    constant = _splitmix(np.arange(int(length.max()), dtype=np.uint64)) | np.uint64(1)
    place = np.arange(len(text)) - np.repeat(start, length)
    return _splitmix(np.add.reduceat(constant[place] * text, start))


def cells_of(known: HashArray, salt: int = 0) -> CellArray:
    """DRAWS rows and one column per hash: cells 0 ... 1023, equally likely and independent; `salt` gives others."""
    count = DRAWS // LANES
    numbers = np.arange(salt * count, (salt + 1) * count, dtype=np.uint64)
    mixed = _splitmix(known + numbers[:, None] * np.uint64(0xD1B54A32D192ED03))
    lanes = np.arange(LANES, dtype=np.uint64)[:, None, None] * np.uint64(LANE_BITS)
    return ((mixed >> lanes) & np.uint64(CELLS - 1)).astype(np.uint16).reshape(DRAWS, len(known))


def correlated(known: HashArray, correlation: float) -> tuple[CellArray, CellArray]:
    """The cells of both dates of a comparison. Each draw has one common rank with probability `correlation`, else two
    of its own: the correlation of the ranks is then just that. 1 is one common rank per listing."""
    common = cells_of(known)
    if correlation == 1:
        return common, common
    is_common = cells_of(known, salt=1) < round(correlation * CELLS)
    return common, np.where(is_common, common, cells_of(known, salt=2))


def _splitmix(state: HashArray) -> HashArray:
    """The finaliser of splitmix64; unsigned products wrap, which is meant."""
    state = state + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
