from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from tests.transforms.views import NOW, view_of
from transforms.ordered import FloatArray
from transforms.view import View
from transforms.volatility import APART, READINGS, reading_weeks, volatility

DRAWS, MERCHANTS = 400, 40


def belt(log_volume: FloatArray) -> View:
    """Merchants of unequal size that all follow the belt's volume, in readings four weeks apart."""
    yuan = np.linspace(1, 20, MERCHANTS) * np.exp(log_volume)[:, None]
    return view_of(np.ones_like(yuan), range(MERCHANTS), yuan=yuan, weeks_apart=4)


def test_the_readings_do_not_overlap_and_cover_a_year() -> None:
    weeks = reading_weeks(NOW)
    assert len(weeks) == READINGS
    assert {later - earlier for later, earlier in pairwise(weeks)} == {APART}


def test_a_known_path_by_hand() -> None:
    path = np.cumsum([0.0, *[0.1, -0.1] * 6])
    found = volatility(belt(path))
    assert found is not None
    assert found.interval.value == pytest.approx(np.std([0.1, -0.1] * 6, ddof=1))


def test_steady_growth_is_no_volatility() -> None:
    found = volatility(belt(0.05 * np.arange(READINGS)))
    assert found is not None
    assert found.interval.value == pytest.approx(0, abs=1e-12)


def test_merchants_who_are_lost_for_a_week_are_no_change() -> None:
    yuan = np.tile(np.linspace(1, 20, MERCHANTS), (READINGS, 1))
    yuan[4, 10:] = np.nan
    prices = np.where(np.isnan(yuan), np.nan, 1.0)
    found = volatility(view_of(prices, range(MERCHANTS), yuan=yuan, weeks_apart=4))
    assert found is not None
    assert found.interval.value == pytest.approx(0, abs=1e-12)


def test_of_half_a_year_nothing_is_told() -> None:
    assert volatility(belt(np.zeros(6))) is None
    assert volatility(belt(np.zeros(7))) is not None


@pytest.mark.parametrize("has_memory", [False, True], ids=["around a level", "from the last reading on"])
def test_intervals_hold_the_planted_volatility(has_memory: bool) -> None:
    """Changes with sd 0.2: independent ones, or the differences of readings that scatter around a level."""
    hits = 0
    for number in range(DRAWS):
        random = np.random.default_rng([9, number])
        path = random.normal(0, 0.2, READINGS)
        found = volatility(belt(np.cumsum(path) if has_memory else path / np.sqrt(2)))
        assert found is not None
        hits += found.interval.low <= 0.2 <= found.interval.high  # type: ignore[operator]
    assert stats.binom.cdf(hits, DRAWS, 0.93) > 0.001, hits
