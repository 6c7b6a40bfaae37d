"""METHOD 5.3: how far prices lie apart, told of a belt whose prices are known."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.transforms.told import BASE_WEEK, WEEK, figures, number
from tests.transforms.views import view_of
from transforms.dispersion import NORMAL
from transforms.homogeneity import duplicate_dispersion

Rows = Callable[..., pl.DataFrame]
DRAWS, MERCHANTS, SPREAD = 60, 60, 0.5


def priced(rows: Rows, *prices: float, unit: str = "piece", week: object = WEEK) -> pl.DataFrame:
    return rows(week, *({"unit_price_yuan": price, "unit": unit} for price in prices))


def test_the_upper_over_the_lower_quartile_by_hand(rows: Rows) -> None:
    """Of eight prices two and six are exactly a quarter and three quarters: the means of their neighbours."""
    found = figures(priced(rows, 8.0, 1.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0))
    assert number(found, "quartile_ratio") == pytest.approx(6.5 / 2.5)


def test_the_median_distance_over_the_median_by_hand(rows: Rows) -> None:
    """Around the median of 4 lie distances of 3, 2, 0, 3 and 96."""
    found = figures(priced(rows, 1.0, 2.0, 4.0, 7.0, 100.0))
    assert number(found, "price_dispersion") == pytest.approx(1.4826 * 3 / 4)


def test_what_is_dearer_all_alike_lies_no_further_apart(rows: Rows) -> None:
    prices = [1.0, 2.0, 2.5, 4.0, 7.0, 9.0]
    then = priced(rows, *prices, week=BASE_WEEK)
    dearer = figures(priced(rows, *(1.3 * price for price in prices)), then)
    assert number(dearer, "quartile_ratio", "yoy") == pytest.approx(0)
    assert number(dearer, "price_dispersion", "yoy") == pytest.approx(0)
    wider = figures(priced(rows, *(price**2 for price in prices)), then)
    assert number(wider, "quartile_ratio", "yoy") == pytest.approx(7.0 / 2.0 - 1)


def test_metres_are_held_against_no_pieces(rows: Rows) -> None:
    pieces, metres = priced(rows, 1.0, 2.0, 4.0, 7.0, 100.0), priced(rows, 900.0, 950.0, unit="metre")
    both = pl.concat([pieces, metres.with_columns(listing_id=pl.lit("metres"))])
    assert number(figures(both), "price_dispersion") == pytest.approx(1.4826 * 3 / 4)
    assert number(figures(both), "quartile_ratio") == number(figures(pieces), "quartile_ratio")


def test_intervals_hold_the_spread_that_was_planted(rows: Rows) -> None:
    """Log prices of one listing each are normal with a sd of 0.5 now and 0.4 a year ago."""
    quartile = stats.norm.ppf(0.75)
    planted = {
        ("quartile_ratio", "level"): np.exp(2 * SPREAD * quartile),
        ("decile_ratio", "level"): np.exp(SPREAD * stats.norm.ppf(0.1)),
        ("quartile_ratio", "yoy"): np.exp(2 * (SPREAD - 0.4) * quartile) - 1,
        ("price_dispersion", "level"): NORMAL * distance_over_median(SPREAD),
        ("price_dispersion", "yoy"): distance_over_median(SPREAD) / distance_over_median(0.4) - 1,
    }
    hits = dict.fromkeys(planted, 0)
    for draw in range(DRAWS):
        random = np.random.default_rng([5, 3, draw])
        then, now = (np.exp(random.normal(1, sd, MERCHANTS)).tolist() for sd in (0.4, SPREAD))
        found = figures(priced(rows, *now), priced(rows, *then, week=BASE_WEEK)).filter(pl.col("segment") == "all")
        told = {(metric, kind): (low, high) for metric, kind, low, high in ends_of(found)}
        for name, truth in planted.items():
            hits[name] += told[name][0] <= truth <= told[name][1]
    assert {name: bool(stats.binom.cdf(count, DRAWS, 0.925) > 0.001) for name, count in hits.items()} == dict.fromkeys(
        planted, True
    ), hits


def distance_over_median(sigma: float) -> float:
    """The median distance from the median of a lognormal, over the median, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        inside = stats.norm.cdf(np.log1p(middle) / sigma) - stats.norm.cdf(np.log1p(-middle) / sigma)
        low, high = (middle, high) if inside < 0.5 else (low, middle)
    return low


def ends_of(found: pl.DataFrame) -> list[tuple[str, str, float, float]]:
    spread = found.filter(pl.col("metric").is_in(["quartile_ratio", "decile_ratio", "price_dispersion"]))
    return spread.select("metric", "comparison", "low", "high").rows()


def test_the_spread_inside_alike_listings_by_hand() -> None:
    """Three pairs differ by 0.2, 0.4 and 0.4 in the logarithm: squares of 0.18 in all, on three degrees of freedom; the
    level of each pair is another, and what nobody else sells counts for nothing."""
    logs = [0.0, 0.2, 1.0, 1.4, 3.0, 2.6, 9.0]
    titles = [text for n in range(3) for text in [chr(0x5000 + 99 * n) * 6] * 2] + ["箱包大容量万向轮"]
    found = duplicate_dispersion(view_of(np.exp([logs]), range(7), titles))
    assert found is not None
    assert found.interval.value == pytest.approx(np.sqrt(0.18 / 3))
    assert (found.merchants, found.listings) == (6, 6)


def test_alike_listings_of_one_price_have_no_spread_to_tell() -> None:
    titles = [text for n in range(3) for text in [chr(0x5000 + 99 * n) * 6] * 2]
    assert duplicate_dispersion(view_of(np.array([[2.0, 2.0, 3.0, 3.0, 4.0, 4.0]]), range(6), titles)) is None
