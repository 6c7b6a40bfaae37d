"""Sizes with a known law, and two sites that floor them: one shows the first digit, one a coarse grid (METHOD 3.2)."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
MU, SIGMA = 5.0, 1.6
COARSE = np.array([0, 1, 10, 50, 100, 200, 500, 1e3, 5e3, 1e4, 5e4, 1e5])
FIRST_DIGIT = np.unique([0, *(digit * 10.0**power for power in range(8) for digit in range(1, 10))])


def floored_by(grid: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """A site that shows the largest number of its grid that a size reaches."""
    return lambda sizes: grid[np.searchsorted(grid, sizes, side="right") - 1]


GRIDS = {"first digit": FIRST_DIGIT, "coarse": COARSE}


def text(shown: float) -> str:
    """A floored display as a page writes it; zero is shown as it is."""
    if shown < 1:
        return "0"
    return f"{shown / 10_000:g}万+" if shown >= 10_000 else f"{shown:.0f}+"
