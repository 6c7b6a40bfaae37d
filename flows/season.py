"""The season to date of a belt with a festival of its own, from the weeks that are built."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from transforms.base_mix import BaseMix
from transforms.coverage import Coverage, lowest
from transforms.season_to_date import season_reading, season_to_date
from transforms.year_to_date import Reading

if TYPE_CHECKING:
    from flows.belt_weeks import BeltWeeks


def season_figures(made: "BeltWeeks", week: date) -> pl.DataFrame:
    """The season to date up to one week; no rows out of season, and of a belt without a festival of its own."""
    mixes = made.bases.season(week)
    compared = [(window, day) for window, mix in mixes.items() for day, _ in mix.parts]
    bases = {day for _, day in compared}
    return season_to_date(
        readings={day: _reading(made, day, mix) for day, mix in mixes.items() if day == week or day in made.rows},
        windows=list(mixes),
        belt=made.belt.id,
        week=week,
        coverage=Coverage(lowest(map(made.covered, mixes)), lowest(map(made.covered, bases))),
        rules=made.configs.publication,
        quarantined=bool({*mixes, *bases} & made.stopped),
        reordered=any(made.footings.reordered(window, day) for window, day in compared),
    )


def _reading(made: "BeltWeeks", window: date, mix: BaseMix) -> Reading:
    now, base = made.rows.placed(window, mix.week).rows, made.bases.base(mix)
    return season_reading(now, now.clear() if base is None else base)
