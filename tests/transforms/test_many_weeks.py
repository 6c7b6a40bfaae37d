"""Weeks that go through one pass together are each what they are alone."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.adoption import adoption_reading, adoption_readings
from transforms.footing import Footing
from transforms.panels import listing_pairs, pairs_of_many, placed_listings
from transforms.placed import Placed, place, place_weeks

BeltRows = Callable[..., pl.DataFrame]
MONDAYS = [date(2026, 11, 2) + timedelta(weeks=number) for number in range(6)]


@pytest.fixture(scope="module")
def weeks(belt_rows: BeltRows) -> dict[date, pl.DataFrame]:
    """Weeks that differ in their listings, marketplaces, commonest unit, badges, weights and categories."""
    generator = np.random.default_rng(5)
    found = {}
    for number, week in enumerate(MONDAYS):
        listings = [
            {
                "marketplace": "other" if number in (1, 4) and listing % 3 == 0 else "practice",
                "category": "towels" if generator.random() < 0.8 else "bathrobes",
                "merchant_id": f"m{generator.integers(12):02d}",
                "listing_id": str(listing // 2),
                "value_yuan": float(generator.lognormal(3, 1)) if generator.random() < 0.9 else None,
                "unit": "metre" if generator.random() < (0.8 if number == 2 else 0.2) else "piece",
                "sales_basis": "trailing_30d" if generator.random() < 0.8 else "turnover_30d",
                "weight": [1.0, 0.5, None][generator.integers(3)],
            }
            for listing in range(60)
        ]
        named = {(row["marketplace"], row["merchant_id"], row["listing_id"], row["category"]): row for row in listings}
        rows = belt_rows(week, *named.values())
        badges = [["assistant"] if number == 3 and place % 4 == 0 else [] for place in range(rows.height)]
        found[week] = rows.with_columns(
            pl.Series("flags", badges, pl.List(pl.String)),
            pl.Series("unit_price_yuan", generator.lognormal(1, 0.5, rows.height)),
            pl.Series("page", generator.integers(1, 5, rows.height)),
            value_low_yuan=pl.col("value_yuan") * 0.9,
            value_high_yuan=pl.col("value_yuan") * 1.1,
        )
    return found


def assert_same(one: Placed, other: Placed) -> None:
    assert_frame_equal(one.rows, other.rows, check_exact=True)
    assert one.unit == other.unit
    for own, others in ((one.values, other.values), (one.masks(one.unit), other.masks(other.unit))):
        assert list(own) == list(others)
        assert all(np.array_equal(own[name], others[name], equal_nan=own[name].dtype == np.float64) for name in own)


def test_the_listings_of_a_week(weeks: dict[date, pl.DataFrame]) -> None:
    together = place_weeks(pl.concat(list(weeks.values())[::-1]))
    assert {"piece", "metre"} <= {placed.unit for placed in together.values()}
    assert len({frozenset(placed.cuts) for placed in together.values()}) > 1  # not all have both marketplaces
    assert [week for week in weeks if together[week].cuts["assistant=no"].any()] == [MONDAYS[3]]
    for week, rows in weeks.items():
        assert_same(together[week], place(rows))
        assert_frame_equal(together[week].rows, placed_listings(rows), check_exact=True)


def test_a_week_without_listings_reads_nothing(weeks: dict[date, pl.DataFrame]) -> None:
    assert_same(place(weeks[MONDAYS[1]]).emptied(), place(weeks[MONDAYS[1]].clear()))


@pytest.mark.parametrize(
    "footing", [Footing(), Footing(now_share=0.75), Footing(then_share=0.6), Footing(depth=2, now_share=0.9)]
)
def test_the_pairs_of_a_comparison(weeks: dict[date, pl.DataFrame], footing: Footing) -> None:
    """One of the comparisons stands on another footing, one has no base, one has nothing at all."""
    placed = [placed_listings(rows) for rows in weeks.values()]
    plain = {("practice", "towels"): Footing(), ("other", "towels"): Footing()}
    ends = [
        (placed[1], placed[0], plain),
        (placed[2], placed[1], {**plain, ("practice", "towels"): footing}),
        (placed[3], placed[3].clear(), {}),
        (placed[3].clear(), placed[3].clear(), {}),
        (placed[5], placed[4], {}),
    ]
    together = pairs_of_many(ends)
    assert [pairs.is_empty() for pairs in together] == [False, False, False, True, False]
    for pairs, alone in zip(together, ends, strict=True):
        # unit classes are numbered over all comparisons, in the same order
        assert_frame_equal(pairs.drop("unit_number"), listing_pairs(*alone).drop("unit_number"), check_exact=True)
        ranks = [made["unit_number"].rank("dense") for made in (pairs, listing_pairs(*alone))]
        assert ranks[0].equals(ranks[1])


def test_the_readings_of_the_assistant(weeks: dict[date, pl.DataFrame]) -> None:
    together = adoption_readings(pl.concat(list(weeks.values())))
    assert [week for week, reading in together.items() if reading["has_assistant"].any()] == [MONDAYS[3]]
    for week, rows in weeks.items():
        assert_frame_equal(together[week], adoption_reading(rows), check_exact=True)
