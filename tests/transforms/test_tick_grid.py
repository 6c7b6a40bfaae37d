import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.grids import COARSE, FIRST_DIGIT, floored_by
from transforms.tick_grid import closed, half_open, upper_ends

OPEN = float("inf")


@pytest.mark.parametrize(
    ("shown", "ends"),
    [
        ([1000], [OPEN]),
        ([1000, 2000, 5000], [2000, 5000, OPEN]),
        ([12_000], [13_000]),
        ([2_000, 12_000], [12_000, 13_000]),
        ([10_000, 12_000, 20_000, 100_000], [11_000, 13_000, 21_000, OPEN]),
        ([11_300, 12_000], [11_400, 12_100]),
        ([170_000, 200_000], [180_000, 210_000]),
        ([100_000], [OPEN]),
        ([100_000, 200_000], [200_000, OPEN]),
        ([15_000], [OPEN]),
        ([15_000, 170_000], [16_000, 180_000]),
        ([10_000, 15_000, 20_000, 30_000], [15_000, 20_000, 30_000, OPEN]),
        ([99], [OPEN]),
        ([9_999, 10_000], [10_000, OPEN]),
        ([600, 700, 40_000, 100_000], [700, 800, 50_000, OPEN]),
        ([500, 1_000, 40_000], [1_000, 40_000, OPEN]),
        ([0.5, 1.5], [1.5, OPEN]),
        ([], []),
    ],
)
def test_a_display_reaches_to_the_next_number_that_its_grid_must_have(shown: list[float], ends: list[float]) -> None:
    assert upper_ends(np.array(shown, dtype=float)).tolist() == ends


@pytest.mark.parametrize("grid", [FIRST_DIGIT, COARSE, np.array([0, 1e4, 1.5e4, 2e4, 3e4, 5e4, 1e5])], ids=str)
@given(sizes=st.lists(st.floats(0, 3e5), min_size=1, max_size=60))
def test_whatever_is_shown_the_size_lies_within(grid: np.ndarray, sizes: list[float]) -> None:
    """Few sizes show few numbers of the grid, and the ends must hold even so."""
    known = np.array(sizes)
    shown = floored_by(grid)(known)
    ticks = np.unique(shown[shown > 0])
    end = dict(zip(ticks, upper_ends(ticks), strict=True)) | {0.0: grid[1]}
    assert all(low <= size < end[low] for low, size in zip(shown, known, strict=True))


def test_each_site_and_week_has_its_own_grid() -> None:
    displays = pl.DataFrame(
        {
            "site": ["a", "a", "b", "a"],
            "week": [1, 1, 1, 2],
            "low": [1000.0, 2000.0, 1000.0, 1000.0],
            "high": [None, None, None, None],
        },
        schema_overrides={"high": pl.Float64},
    )
    assert closed(displays, ["site", "week"])["high"].to_list() == [2000.0, None, None, None]


def test_what_is_not_floored_keeps_its_end_and_is_no_number_of_the_grid() -> None:
    displays = pl.DataFrame({"low": [1000.0, 1700.0, 3000.0, 1450.0], "high": [None, 1700.0, None, 1550.0]})
    assert closed(displays.with_columns(site=pl.lit("a")), ["site"])["high"].to_list() == [3000.0, 1700.0, None, 1550.0]


def test_the_size_behind_counts_roundings_and_open_ends() -> None:
    low, high = half_open(np.array([41.0, 0, 100, 13.5, 61_450, 1000]), np.array([41.0, 0, 100, 13.5, 61_550, np.nan]))
    assert list(zip(low, high, strict=True)) == [
        *((41, 42), (0, 1), (100, 100), (13.5, 13.5), (61_450, 61_550), (1000, np.inf))
    ]
