"""Return rates that sellers hand over: about the planted ones, of listings that the site shows."""

from datetime import timedelta
from io import StringIO

import polars as pl
import pytest

from sandbox.returns import handed_over
from sandbox.scenario import Scenario, load


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    text = handed_over(load("anti-involution"), 1)
    assert text is not None
    return pl.read_csv(StringIO(text), try_parse_dates=True)


def test_rates_are_about_the_planted_ones(rows: pl.DataFrame) -> None:
    story = load("anti-involution")
    plan = next(belt.returns for belt in story.belts if belt.returns)
    rate = pl.col("return_rate_text").str.strip_suffix("%").cast(pl.Float64) / 100
    means = rows.group_by("week").agg(rate.mean(), pl.len()).sort("week")
    year_ago = story.live_week - timedelta(days=364)
    assert (means["week"][0], means["week"][-1], means.height) == (year_ago, story.live_week, 14)
    for week, mean, count in means.rows():
        assert count > 100
        assert mean == pytest.approx(plan.rate(week), rel=0.1)


def test_each_listing_stands_once_a_week(rows: pl.DataFrame) -> None:
    assert not rows.select("week", "merchant_id", "listing_id").is_duplicated().any()
    assert rows["category"].unique().to_list() == ["fishing-line"]


def test_a_world_without_planted_returns_hands_nothing_over(tiny: Scenario) -> None:
    assert handed_over(tiny, 1) is None
