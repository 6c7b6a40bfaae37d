from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest

from configs.festivals import shipped_calendar
from configs.publication import shipped_rules
from flows.festival_base import FestivalBases, festival_weeks
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.festival_figures import TOLD, as_festival, festival_figures
from transforms.panels import placed_listings

WEEK, FALL = date(2024, 9, 9), -0.2  # a week before Mid-Autumn 2024-09-17; a year ago it was 2023-09-29
MID_AUTUMN = {2023: date(2023, 9, 29), 2024: date(2024, 9, 17)}
BeltRows = Callable[..., pl.DataFrame]


def sold(day: date, year: int) -> float:
    """Of a day in the season: METHOD's mooncakes."""
    offset = (day - MID_AUTUMN[year]).days
    return float(10 + 300 * 2.718281828459045 ** -(((offset + 12) / 9) ** 2)) * (1 + FALL if year == 2024 else 1)


def reading(week: date) -> float:
    """What was sold in the 28 days before a week."""
    return sum(sold(week - timedelta(days=back), week.year) for back in range(1, 29))


@pytest.fixture
def rows(belt_rows: BeltRows) -> Callable[[date], pl.DataFrame]:
    def of(week: date) -> pl.DataFrame:
        return belt_rows(
            week,
            *(
                {"merchant_id": f"m{n}", "listing_id": "1", "value_yuan": reading(week) * (n + 5), "price_yuan": 2.0}
                for n in range(40)
            ),
        )

    return of


def test_a_planted_fall_is_found_on_the_festivals_phase_and_not_on_the_plain_one(
    rows: Callable[[date], pl.DataFrame],
) -> None:
    festivals = shipped_calendar().followed_by("mid_autumn")
    bases = FestivalBases(festivals, lambda week: placed_listings(rows(week)))
    mix = bases.mix(WEEK)
    base = bases.base(mix)
    assert base is not None
    found = festival_figures(placed_listings(rows(WEEK)), base, "b", WEEK, Coverage(1.0, 1.0), shipped_rules())
    aligned = found.filter(pl.col("metric") == "displayed_sales", pl.col("panel") == "matched").row(0, named=True)
    assert aligned["value"] == pytest.approx(FALL, abs=0.02)
    assert set(found["alignment"]) == {"festival"}
    assert set(found["metric"]) == set(TOLD)
    year_ago = WEEK - timedelta(days=364)
    plain = belt_figures(rows(WEEK), rows(year_ago), "b", WEEK, year_ago, Coverage(1.0, 1.0), shipped_rules())
    on_the_day = plain.filter(
        pl.col("metric") == "displayed_sales", pl.col("panel") == "matched", pl.col("segment") == "all"
    )
    assert on_the_day.filter(pl.col("comparison") == "yoy")["value"].item() > 1, "the season came twelve days earlier"


def test_outside_the_windows_both_alignments_are_the_same(rows: Callable[[date], pl.DataFrame]) -> None:
    festivals = shipped_calendar().followed_by("mid_autumn")
    quiet = date(2024, 5, 6)
    assert festival_weeks(quiet, festivals) == set()
    assert festival_weeks(WEEK, festivals)
    year_ago = quiet - timedelta(days=364)
    plain = belt_figures(rows(quiet), rows(year_ago), "b", quiet, year_ago, Coverage(1.0, 1.0), shipped_rules())
    copied = as_festival(plain)
    kept = plain.filter(pl.col("comparison") == "yoy", pl.col("segment") == "all", pl.col("metric").is_in(TOLD))
    assert copied.drop("alignment").equals(kept.drop("alignment"))
    assert set(copied["alignment"]) == {"festival"}


def test_a_base_week_that_is_not_there_leaves_no_base(rows: Callable[[date], pl.DataFrame]) -> None:
    festivals = shipped_calendar().followed_by("mid_autumn")
    bases = FestivalBases(festivals, lambda week: None)
    assert bases.base(bases.mix(WEEK)) is None
    now = placed_listings(rows(WEEK))
    found = festival_figures(now, now.clear(), "b", WEEK, Coverage(1.0, None), shipped_rules())
    assert set(found["reason"]) == {"no_base"}
    assert found["value"].null_count() == found.height
