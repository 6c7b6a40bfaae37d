"""Counts of listings and merchants, and who came and went, where pages were lost: right on average, and covered."""

from collections.abc import Callable, Iterator
from dataclasses import astuple
from datetime import date
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from configs.publication import shipped_rules
from transforms.compare import read_belt
from transforms.counted import merchant_panel
from transforms.coverage import Coverage
from transforms.footing import Footing
from transforms.panels import listing_pairs, placed_listings
from transforms.sales_changes import merchant_changes, sales_changes

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
TOWELS = ("practice", "towels")
PAGES, WORLDS, MERCHANTS = 10, 30, 200
METRICS = ("listings", "merchants", "exit_share", "entry_share", "churn_share")
Offer = tuple[str, str, float | None]
BeltRows = Callable[..., pl.DataFrame]


def found_in(current: pl.DataFrame, base: pl.DataFrame, footing: Footing) -> dict[str, tuple[float, float, float]]:
    """Value, low and high of each of METRICS."""
    ends = read_belt(current, base, {TOWELS: footing}).whole
    coverage, rules = Coverage(footing.now_share, footing.then_share), shipped_rules()
    figures = [*sales_changes(ends, coverage, rules), *merchant_changes(ends, coverage, rules)]
    told = {figure.metric: figure for figure in figures if figure.panel == "total" and figure.metric in METRICS}
    assert all(figure.decision.is_published for figure in told.values())
    return {name: astuple(figure.interval)[:3] for name, figure in told.items()}


def world(random: np.random.Generator, moved: float) -> tuple[list[Offer], list[Offer]]:
    """Merchants with one to four listings, a part of whom goes and as many of whom come."""
    numbers = [int(count) for count in 1 + random.binomial(3, 0.5, MERCHANTS)]
    swapped = round(moved * len(numbers))
    ends = []
    for first in (0, swapped):
        sizes = enumerate([*numbers, *numbers[:swapped]][first : first + len(numbers)], start=first)
        ends.append([(f"m{m:03}", f"{m:03}-{k}", 100.0) for m, size in sizes for k in range(size)])
    return ends[0], ends[1]


def with_lost_pages(rows: pl.DataFrame, random: np.random.Generator, lost: int) -> pl.DataFrame:
    """Put on pages of one size in any order, some of which are not stored."""
    place = random.permutation(rows.height)
    paged = rows.with_columns(page=pl.Series(place * PAGES // rows.height + 1).cast(pl.Int64))
    stored = random.choice(np.arange(1, PAGES + 1), PAGES - lost, replace=False).tolist()
    return paged.filter(pl.col("page").is_in(stored))


def worlds(belt_rows: BeltRows, moved: float, lost: tuple[int, int]) -> Iterator[tuple[str, float, bool]]:
    """Of each metric and world how far off it is, and whether its interval holds the truth."""
    truth = dict.fromkeys(METRICS, 0.0) | dict.fromkeys(METRICS[2:], moved)
    then_lost, now_lost = lost
    footing = Footing(then_share=1 - then_lost / PAGES, now_share=1 - now_lost / PAGES)
    for seed in range(WORLDS):
        random = np.random.default_rng([seed, round(100 * moved), *lost])
        then, now = (belt_rows(day, *rows) for day, rows in zip((BASE_WEEK, WEEK), world(random, moved), strict=True))
        listings_truth = now.height / then.height - 1
        seen = (with_lost_pages(rows, random, count) for rows, count in ((now, now_lost), (then, then_lost)))
        for metric, (value, low, high) in found_in(*seen, footing).items():
            meant = listings_truth if metric == "listings" else truth[metric]
            yield metric, value - meant, low - 1e-9 <= meant <= high + 1e-9


@pytest.mark.parametrize(("moved", "lost"), [(0.0, (0, 2)), (0.1, (2, 0)), (0.05, (1, 1))])
def test_lost_pages_are_no_exits(belt_rows: BeltRows, moved: float, lost: tuple[int, int]) -> None:
    """As if they were none, listings of no change came out at -20 or +25 %, exits or entries at 3 points more."""
    found = pl.DataFrame(list(worlds(belt_rows, moved, lost)), schema=["metric", "off", "held"], orient="row")
    table = found.group_by("metric").agg(pl.col("off", "held").mean()).sort("metric")
    assert set(table["metric"]) == set(METRICS)
    assert table["off"].abs().max() <= 0.01  # type: ignore[operator]
    assert table["held"].min() >= 0.93  # type: ignore[operator]


@pytest.mark.parametrize("lost", [1, 2])
def test_over_all_ways_of_losing_pages_who_is_seen_stands_for_all(belt_rows: BeltRows, lost: int) -> None:
    """Exact: a merchant on one, two or three of ten pages stands, on average over all losses, for itself."""
    pages = {"a": [4], "b": [2, 9], "c": [1, 5, 6], "filler": list(range(1, PAGES + 1))}
    listed = [(merchant, f"{merchant}{page}", 1.0) for merchant, on in pages.items() for page in on]
    page = pl.Series("page", [page for on in pages.values() for page in on], dtype=pl.Int64)
    base, current = (belt_rows(day, *listed).with_columns(page) for day in (BASE_WEEK, WEEK))
    footing = {TOWELS: Footing(now_share=1 - lost / PAGES)}
    found: dict[str, list[float]] = {merchant: [] for merchant in pages}
    for gone in combinations(range(1, PAGES + 1), lost):
        stored = current.filter(~pl.col("page").is_in(gone))
        panel = merchant_panel(listing_pairs(placed_listings(stored), placed_listings(base), footing))
        for merchant, stands in zip(pages, panel.current, strict=True):
            found[merchant].append(float(stands))
    assert {merchant: np.mean(stands) for merchant, stands in found.items()} == pytest.approx(
        dict.fromkeys(pages, 1.0), abs=1e-9
    )
