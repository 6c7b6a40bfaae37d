import numpy as np
import pytest
from scipy import stats

from transforms.ranks import CELLS, DRAWS, cells_of, correlated, hashes

NAMES = [f"{number:012d}" for number in range(4000)]


def test_hashes_are_those_of_every_machine_and_day() -> None:
    """Computed by the definition with whole numbers of Python, not with this module."""
    mask = (1 << 64) - 1

    def mixed(state: int) -> int:
        state = (state + 0x9E3779B97F4A7C15) & mask
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & mask
        return state ^ (state >> 31)

    names = ["b2b-2201", "", "渔线", "b2b-2201x"]
    by_hand = [
        mixed(sum(byte * (mixed(at) | 1) for at, byte in enumerate(name.encode() + b"\n")) & mask) for name in names
    ]
    assert hashes(names).tolist() == by_hand
    assert hashes([]).tolist() == []


def test_ranks_are_even_and_independent_between_listings_and_draws() -> None:
    cells = cells_of(hashes(NAMES))
    assert cells.shape == (DRAWS, len(NAMES))
    assert stats.kstest((cells.ravel() + 0.5) / CELLS, "uniform").pvalue > 0.001
    between_draws = np.corrcoef(cells.astype(float))
    assert np.abs(between_draws - np.eye(DRAWS)).max() < 0.07
    assert abs(np.corrcoef(cells[:, :-1].ravel(), cells[:, 1:].ravel())[0, 1]) < 0.02


def test_a_listing_has_its_ranks_whatever_stands_beside_it() -> None:
    few = cells_of(hashes(NAMES[7:3:-1]))
    assert np.array_equal(few, cells_of(hashes(NAMES))[:, 7:3:-1])


@pytest.mark.parametrize("correlation", [0, 0.5, 0.9, 1])
def test_ranks_of_both_dates_are_correlated_as_asked(correlation: float) -> None:
    then, now = correlated(hashes(NAMES), correlation)
    found = np.corrcoef(then.ravel().astype(float), now.ravel().astype(float))[0, 1]
    assert found == pytest.approx(correlation, abs=0.02)
    assert stats.kstest((now.ravel() + 0.5) / CELLS, "uniform").pvalue > 0.001
