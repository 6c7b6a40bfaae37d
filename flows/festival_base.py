"""The base of a belt's week on the festival's phase, from the weeks that are built. Rules: transforms/base_mix.py."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from configs.festivals import Festival
from transforms.base_mix import BaseMix, base_mix, curve_weeks, is_in_season, season_mixes, season_weeks
from transforms.calendar import plain_day
from transforms.mixed_base import mixed_base
from transforms.ordered import floats, total

HIDDEN = ("value_low_yuan", "value_high_yuan", "sales_mu", "sales_sigma")  # of one week, and no mix of several


def festival_weeks(week: date, festivals: Sequence[Festival]) -> set[date]:
    """The base weeks that a week's festival alignment rests on besides the one 364 days earlier; none outside
    windows."""
    return set(curve_weeks(week, festivals)) - {plain_day(week)}


def season_ends(week: date, own: Festival | None) -> set[date]:
    """The weeks that the season to date of a belt with a festival of its own rests on; none out of season."""
    if own is None or not is_in_season(week, own):
        return set()
    return {*season_weeks(week, own), *(window for window, _ in season_mixes(week, own))}


class FestivalBases:
    """The bases of one belt, whose `own` festival is one of those it follows or none; `placed` gives the
    `placed_listings` of a base week, and is asked once for each."""

    def __init__(
        self,
        festivals: Sequence[Festival],
        placed: Callable[[date], pl.DataFrame | None],
        own: Festival | None = None,
    ) -> None:
        self._festivals, self._placed, self._own = festivals, placed, own
        self._kept: dict[date, pl.DataFrame | None] = {}
        self._sales: dict[date, float] = {}

    def mix(self, week: date) -> BaseMix:
        """Which weeks the base of a week is mixed of, and how."""
        if not festival_weeks(week, self._festivals):
            return base_mix(week, self._festivals)
        return base_mix(week, self._festivals, self._curve(curve_weeks(week, self._festivals)))

    def season(self, week: date) -> dict[date, BaseMix]:
        """The windows of the season to date, latest first, each with what its base is mixed of; none out of season."""
        if self._own is None or not is_in_season(week, self._own):
            return {}
        return dict(season_mixes(week, self._own, self._curve(season_weeks(week, self._own))))

    def base(self, mix: BaseMix) -> pl.DataFrame | None:
        """The mixed base; None where one of its weeks is not there."""
        parts: Mapping[date, pl.DataFrame | None] = {day: self._rows(day) for day, _ in mix.parts}
        present = {day: rows for day, rows in parts.items() if rows is not None}
        if len(present) < len(parts):
            return None
        mixed = mixed_base(present, mix)
        return mixed.with_columns(pl.lit(None, mixed.schema[name]).alias(name) for name in HIDDEN)

    def _curve(self, weeks: Iterable[date]) -> dict[date, float]:
        """Displayed sales of those of the base weeks that are there."""
        return {day: sales for day in weeks if (sales := self._sold(day)) is not None}

    def _rows(self, day: date) -> pl.DataFrame | None:
        if day not in self._kept:
            self._kept[day] = self._placed(day)
        return self._kept[day]

    def _sold(self, day: date) -> float | None:
        """Displayed sales of a base week in yuan."""
        rows = self._rows(day)
        if rows is None:
            return None
        if day not in self._sales:
            self._sales[day] = total(np.asarray(floats(rows["weight"]) * floats(rows["value_yuan"])))
        return self._sales[day]
