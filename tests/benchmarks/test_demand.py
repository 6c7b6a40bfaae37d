import polars as pl
import pytest
from scipy import stats

from benchmarks.demand import HIGHEST, LOWEST, NOTHING, OK, TOO_OFTEN, TOO_SELDOM, concluded, judgement


def verdicts(covered: list[float | None], belts: int) -> list[str]:
    table = pl.DataFrame({"covered": pl.Series(covered, dtype=pl.Float64), "belts": belts})
    return table.select(judgement("covered", "belts")).to_series().to_list()


def test_both_sides_are_judged_and_what_is_not_published_fails() -> None:
    assert verdicts([0.85, 0.925, 0.95, 0.985, 1.0, None], 1000) == [TOO_SELDOM, OK, OK, OK, TOO_OFTEN, NOTHING]


def test_few_belts_cannot_tell_and_many_can() -> None:
    assert verdicts([0.92, 0.99], 500) == [OK, OK]
    assert verdicts([0.92, 0.99], 50_000) == [TOO_SELDOM, TOO_OFTEN]


@pytest.mark.parametrize("limit", [LOWEST, HIGHEST])
def test_intervals_at_a_limit_seldom_fail_by_chance(limit: float) -> None:
    belts = 1000
    hits = range(belts + 1)
    said = verdicts([hit / belts for hit in hits], belts)
    chance = sum(stats.binom.pmf(hit, belts, limit) for hit, verdict in zip(hits, said, strict=True) if verdict != OK)
    assert 0 < chance < 0.04


def test_one_verdict_that_is_not_ok_ends_the_campaign_with_1() -> None:
    assert concluded(pl.Series([OK, OK])) == 0
    assert concluded(pl.Series([OK, TOO_OFTEN])) == 1
