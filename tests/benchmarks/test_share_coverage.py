import numpy as np
import polars as pl
import pytest
from scipy import stats

from benchmarks.demand import HIGHEST, LOWEST, OK, TOO_OFTEN, TOO_SELDOM
from benchmarks.share_coverage import SHARES, cell, draw, judged

BELTS = 1500


@pytest.mark.parametrize("alike", [0.0, 0.5])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("merchants", [15, 100])
def test_intervals_of_shares_cover_neither_too_seldom_nor_too_often(merchants: int, share: float, alike: float) -> None:
    covered = cell(merchants, share, alike, BELTS, np.random.default_rng(2))["covered"]
    hits = round(covered * BELTS)
    assert stats.binom.cdf(hits, BELTS, LOWEST) > 0.001, covered
    assert stats.binom.sf(hits - 1, BELTS, HIGHEST) > 0.001, covered


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_at_none_and_at_all_the_interval_is_open_to_one_side(share: float) -> None:
    found = cell(30, share, 0.2, 50, np.random.default_rng(3))
    assert (found["covered"], found["none_seen"]) == (1.0, 1.0)


def test_the_planted_share_is_the_mean_of_what_is_drawn() -> None:
    random = np.random.default_rng(4)
    for share in SHARES:
        part, of = draw(200, share, 0.5, 400, random)
        assert part.sum() / of.sum() == pytest.approx(share, abs=0.01)


def test_covering_always_is_a_fault_only_where_the_interval_could_miss() -> None:
    table = pl.DataFrame(
        {"share": [0.0, 0.3, 1.0, 0.0, 0.3], "covered": [1.0, 1.0, 1.0, 0.8, 0.8], "published": 2000.0}
    )
    assert judged(table)["verdict"].to_list() == [OK, TOO_OFTEN, OK, TOO_SELDOM, TOO_SELDOM]
