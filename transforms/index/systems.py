"""Systems of one equation per period whose rows sum to 0: determined up to a constant in each linked part."""

import numpy as np

from transforms.ordered import BoolArray, FloatArray


def shared(present: BoolArray) -> BoolArray:
    """Which periods have products in common [s, t], from which are present [period, product]."""
    counted = present.astype(np.float64)
    return (counted @ counted.T) > 0.5


def connected(common: FloatArray) -> BoolArray:
    """Which periods are linked with which, be it over others; `common` is above 0 where two are linked directly."""
    reached = (common > 0) | np.eye(len(common), dtype=np.bool_)
    steps = 1
    while steps < len(reached):
        reached = (reached.astype(np.float64) @ reached.astype(np.float64)) > 0
        steps *= 2
    return reached


def solved(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """The solution that sums to 0 in each linked part.

    `matrix` has rows and columns that sum to 0, and `right` sums to 0, in each part: adding the same to all entries of
    a part makes the matrix regular and changes no difference within it.
    """
    scale = float(np.abs(np.diag(matrix)).max(initial=0.0)) or 1.0
    part = connected(np.abs(matrix))
    return np.linalg.solve(matrix + scale * part, right).astype(np.float64, copy=False)


def differences(effects: FloatArray, common: FloatArray) -> FloatArray:
    """effects[t] - effects[k] as [k, t]; NaN between periods of different parts and where a period has nothing."""
    part = connected(common)
    part &= (np.diag(common) > 0)[:, None]
    between: FloatArray = np.where(part, effects[None, :] - effects[:, None], np.nan)
    return between
