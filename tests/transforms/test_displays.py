"""Floored displays through clean: bounds by the grid, expected sizes by the week's own law."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from configs.tables import table
from tests.transforms.grids import COARSE, GRIDS, MU, SIGMA, FloatArray, floored_by, text
from transforms.clean import cleaned
from transforms.displays import PARAMETERS, reading_points

WEEK = date(2026, 11, 16)
PER_28_DAYS = 28 / 30


def offers(
    texts: Sequence[str | None], week: date = WEEK, column: str = "sales_30d_text", **more: object
) -> pl.DataFrame:
    """One listing of its own merchant per text, priced at 2 yuan."""
    frame = pl.DataFrame({column: texts}, schema={column: pl.String}).with_row_index("at")
    named = {"marketplace": "practice", "category": "towels", "week": week, "price_text": "2", "page_digest": "0" * 64}
    rows = frame.with_columns(
        *(pl.lit(value).alias(name) for name, value in (named | more).items()),
        seen_at=pl.lit("2026-11-16T03:00:00Z").str.to_datetime(time_zone="UTC"),
        page=pl.lit(1),
        position=pl.col("at").cast(pl.Int64) + 1,
        listing_id=pl.format("L{}", "at"),
        merchant_id=pl.format("M{}", "at"),
    )
    return table("offers").conform(rows.drop("at"))


def sizes(count: int, seed: int = 5) -> FloatArray:
    return np.floor(np.exp(np.random.default_rng(seed).normal(MU, SIGMA, count)))


@pytest.mark.parametrize("grid", GRIDS)
def test_totals_are_recovered_and_the_truth_lies_in_the_bounds(grid: str) -> None:
    true = sizes(20_000)
    rows = cleaned(offers([text(shown) for shown in floored_by(GRIDS[grid])(true)]), None).listing_weeks
    rows = rows.sort(pl.col("listing_id").str.slice(1).cast(pl.Int64))
    value = pl.Series(true * 2 * PER_28_DAYS)
    assert rows["value_yuan"].sum() == pytest.approx(value.sum(), rel=0.02)
    assert (rows["value_low_yuan"] <= value * (1 + 1e-12)).all()
    assert (rows["value_high_yuan"] >= value).fill_null(True).all()
    assert rows.filter(pl.col("pieces_mid") < pl.col("pieces_low")).is_empty()
    assert rows.filter(pl.col("pieces_mid") > pl.col("pieces_high")).is_empty()
    assert (rows["value_yuan"] - rows["pieces_mid"] * 2).abs().max() < 1e-6


def test_parameters_tell_how_each_display_was_read() -> None:
    done = cleaned(offers([text(shown) for shown in floored_by(COARSE)(sizes(2_000))]), None)
    assert done.parameters.schema == PARAMETERS
    assert set(done.parameters["sales_basis"]) == {"trailing_30d"}
    assert done.parameters["mu"].n_unique() == 1
    rows = done.listing_weeks.filter(pl.col("pieces_low") == 1000 * PER_28_DAYS)
    law = done.parameters.filter(pl.col("low") == 1000).row(0, named=True)
    assert (law["high"], law["row_count"]) == (5000, rows.height)
    assert rows["pieces_mid"].unique().to_list() == pytest.approx([law["point"] * PER_28_DAYS], rel=1e-14)


def test_exact_displays_are_as_they_were_and_have_no_parameters() -> None:
    done = cleaned(offers(["41", "6.15万", "0", "1523人付款", None]), None)
    assert done.parameters.is_empty()
    assert done.listing_weeks.select("pieces_low", "pieces_mid", "pieces_high").rows() == [
        tuple(None if number is None else number * 28 / 30 for number in numbers)
        for numbers in [(41, 41, 41), (61_450, 61_500, 61_550), (0, 0, 0), (1523, 1523, None), (None, None, None)]
    ]


def test_payers_and_reviews_are_neither_closed_nor_expected() -> None:
    mixed = [*(text(shown) for shown in floored_by(COARSE)(sizes(500))), "1000+人付款"]
    row = cleaned(offers(mixed), None).listing_weeks.filter(pl.col("listing_id") == "L500")
    assert row.select("pieces_low", "pieces_mid", "pieces_high").row(0) == (1000 * 28 / 30, 1000 * 28 / 30, None)


def test_a_week_comes_out_the_same_whatever_other_weeks_and_repeated_pages_are_there() -> None:
    texts = [text(shown) for shown in floored_by(COARSE)(sizes(300))]
    alone = cleaned(offers(texts), None)
    later = offers([text(shown) for shown in floored_by(COARSE)(sizes(300, seed=6) * 9)], WEEK + timedelta(weeks=1))
    again = offers(texts, page_digest="1" * 64).with_columns(pl.col("seen_at") + timedelta(hours=9))
    both = cleaned(pl.concat([offers(texts), later, again]), None)
    now = pl.col("week") == WEEK
    assert_frame_equal(both.listing_weeks.filter(now), alone.listing_weeks, check_exact=True)
    assert_frame_equal(both.parameters.filter(now), alone.parameters, check_exact=True)


def test_rows_handed_over_and_summed_add_up_what_is_expected_of_each() -> None:
    texts = [text(shown) for shown in floored_by(COARSE)(sizes(300))]
    pair = {"page": 0, "listing_id": "twice", "merchant_id": "twice"}
    twice = offers(["100+", "1000+"]).with_columns(*(pl.lit(v).alias(k) for k, v in pair.items()))
    done = cleaned(pl.concat([offers(texts), table("offers").conform(twice)]), None)
    row = done.listing_weeks.filter(pl.col("listing_id") == "twice").row(0, named=True)
    points = done.parameters.filter(pl.col("low").is_in([100.0, 1000.0]))["point"].sum()
    assert row["pieces_mid"] == pytest.approx(points * PER_28_DAYS, rel=1e-14)
    assert (row["pieces_low"], row["pieces_high"]) == pytest.approx((1100 * PER_28_DAYS, 5200 * PER_28_DAYS))


def test_turnover_has_a_grid_and_a_law_of_its_own() -> None:
    pieces = offers([text(shown) for shown in floored_by(COARSE)(sizes(300))])
    turnover = offers(["300+", "17万+"] * 20, column="turnover_30d_text", marketplace="practice").with_columns(
        pl.format("T{}", "listing_id").alias("listing_id")
    )
    done = cleaned(pl.concat([pieces, turnover]), None)
    rows = done.listing_weeks.filter(pl.col("sales_basis") == "turnover_30d")
    found = set(rows.select("value_low_yuan", "value_high_yuan").rows())
    assert found == {(300 * 28 / 30, 170_000 * 28 / 30), (170_000 * 28 / 30, 180_000 * 28 / 30)}


def test_of_a_counter_the_middle_of_what_is_narrow_or_unknown_and_the_lower_end_of_what_is_open() -> None:
    low, high = np.array([100.0, 61_450, 1000, 1000, 1000]), np.array([100.0, 61_550, 5000, 5000, np.nan])
    mu, sigma = np.array([5.0, 5, np.nan, 5, 5]), np.array([1.6, 1.6, np.nan, 1.6, 1.6])
    points = reading_points(low, high, mu, sigma)
    assert points[[0, 1, 2, 4]].tolist() == [100, 61_500, 3000, 1000]
    assert 1000 < points[3] < 3000
