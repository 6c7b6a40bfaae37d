"""The season to date on the festival's phase: planted seasons of many merchants, from their weekly readings."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import polars as pl
import pytest

from configs.publication import shipped_rules
from flows.festival_base import FestivalBases, season_ends
from tests.transforms.seasons import DAY, festival, followed, mondays, mooncakes, reading
from transforms.base_mix import BaseMix, is_in_season, season_weeks
from transforms.coverage import Coverage
from transforms.panels import placed_listings
from transforms.season_to_date import season_reading, season_to_date

NAME, YEAR, FALL, MERCHANTS = "mid_autumn", 2024, -0.2, 30
OWN = festival(NAME)
LAST = date(2024, 9, 16)  # two windows: to 19 August and to 16 September; the festival is on the 17th
BeltRows = Callable[..., pl.DataFrame]
Rows = Callable[[date], pl.DataFrame]


@pytest.fixture(scope="module")
def rows(belt_rows: BeltRows) -> Rows:
    """Merchants of unequal size, all of one season, whose falls lie around -20 % and add up to it."""

    def of(week: date) -> pl.DataFrame:
        level = reading(week, NAME, mooncakes, YEAR, 0.0)
        is_late = week > OWN.dates[YEAR] - 180 * DAY
        change = [FALL + (0.1 if number % 2 else -0.1) * is_late if is_late else 0.0 for number in range(MERCHANTS)]
        size = [number // 2 + 3 for number in range(MERCHANTS)]  # each size once with either change
        return belt_rows(week, *((f"m{n:02}", "1", level * size[n] * (1 + change[n])) for n in range(MERCHANTS)))

    return of


def figures(
    week: date, rows: Rows, changed: Callable[[date, pl.DataFrame], pl.DataFrame | None] | None = None
) -> Mapping[str, dict[str, object]]:
    """The rows by panel; `changed` makes other listings of a week, or none."""

    def placed(day: date) -> pl.DataFrame | None:
        found = changed(day, rows(day)) if changed else rows(day)
        return None if found is None else placed_listings(found)

    bases = FestivalBases(followed(NAME), placed, OWN)
    mixes = bases.season(week)
    readings = {window: now for window, mix in mixes.items() if (now := _reading(placed(window), bases, mix))}
    found = season_to_date(readings, list(mixes), "b", week, Coverage(1.0, 0.9), shipped_rules())
    return {row["panel"]: row for row in found.iter_rows(named=True)}


def _reading(now: pl.DataFrame | None, bases: FestivalBases, mix: BaseMix) -> object:
    base = bases.base(mix)
    return None if now is None else season_reading(now, now.clear() if base is None else base)


def test_a_planted_fall_is_found_and_in_its_interval(rows: Rows) -> None:
    found = figures(LAST, rows)
    assert set(found) == {"matched", "total"}
    for row in found.values():
        assert (row["comparison"], row["alignment"], row["metric"]) == ("ytd", "festival", "displayed_sales")
        assert row["value"] == pytest.approx(FALL, abs=0.01)
        assert row["low"] < FALL < row["high"]  # type: ignore[operator]
        assert (row["merchants"], row["grade"], row["coverage_share"]) == (MERCHANTS, "A", 0.9)
    plain = [
        sum(rows(day - back)["value_yuan"].sum() for day in (LAST, LAST - 28 * DAY)) for back in (0 * DAY, 364 * DAY)
    ]
    assert plain[0] / plain[1] - 1 > FALL + 0.3, "which the same days a year ago would have hidden"


def test_it_is_told_inside_the_season_only(rows: Rows) -> None:
    told = [week for week in mondays(date(2024, 1, 1), date(2024, 12, 30)) if is_in_season(week, OWN)]
    assert told == mondays(OWN.dates[YEAR] - 33 * DAY, OWN.dates[YEAR] + 16 * DAY)
    assert figures(told[0] - 7 * DAY, rows) == {} == figures(told[-1] + 7 * DAY, rows)
    assert season_ends(told[0] - 7 * DAY, OWN) == set() == season_ends(told[0], None)
    assert season_ends(LAST, OWN) == {*season_weeks(LAST, OWN), LAST, LAST - 28 * DAY}


def test_what_is_not_there_is_a_state(rows: Rows) -> None:
    window, base = LAST - 28 * DAY, season_weeks(LAST, OWN)[4]
    for gone, reason in ((window, "no_data"), (base, "no_base")):
        found = figures(LAST, rows, lambda day, own, gone=gone: None if day == gone else own)  # type: ignore[misc]
        assert {(row["reason"], row["value"]) for row in found.values()} == {(reason, None)}


def test_a_merchant_that_is_not_in_all_of_a_windows_base_is_not_counted_now_either(rows: Rows) -> None:
    """It lacks in one reading of last year's last window, and has put all it sells on another listing since."""
    bases = FestivalBases(followed(NAME), lambda day: placed_listings(rows(day)), OWN)
    lacking = bases.season(LAST)[LAST].parts[0][0]

    def changed(day: date, own: pl.DataFrame) -> pl.DataFrame:
        if day == lacking:
            return own.filter(pl.col("merchant_id") != "m29")
        is_moved = (pl.col("merchant_id") == "m29") & (day > LAST - timedelta(days=28))
        return own.with_columns(listing_id=pl.when(is_moved).then(pl.lit("2")).otherwise("listing_id"))

    found = figures(LAST, rows, changed)["matched"]
    assert found["value"] == pytest.approx(FALL, abs=0.01)
    assert found["merchants"] == MERCHANTS
