"""When a measure leaves what it was: robust deviations from a belt's own past year, and alarms raised on them.

Source: METHOD 5, the dashboard's normalisation z = (x - med) / (1.4826 MAD) against the belt's own past weeks.
"""

import numpy as np
import polars as pl

from transforms.ordered import BoolArray, FloatArray

PAST_WEEKS = 52  # looked back on,
LEFT_OUT = 4  # less the latest: readings of 28 days overlap, and what begins now must not be its own past
LEAST_WEEKS = 26  # a shorter past tells nothing
TO_SIGMA = 1.4826
LOUD, QUIET = 4.0, 2.0  # deviations at which an alarm begins, and below which it is over
WEEKS_IN_A_ROW = 2


def alarms(readings: pl.DataFrame) -> pl.DataFrame:
    """One row per reading: belt, metric, week, value, deviation (null with too short a past), is_alarm, is_onset.

    `readings` has one row per belt, metric and week: value, and `grain`, the smallest difference that one listing
    makes (0 where it is not known), below which no spread is believed. An alarm begins in the second of two weeks in a
    row that deviate by LOUD to the same side, and lasts until a week deviates by less than QUIET; weeks that are not
    there are passed over.
    """
    parts = readings.sort("belt", "metric", "week").partition_by("belt", "metric", maintain_order=True)
    return pl.concat(map(_judged, parts)) if parts else _judged(readings)


def _judged(part: pl.DataFrame) -> pl.DataFrame:
    values, grain = part["value"].to_numpy(), part["grain"].to_numpy()
    weeks = part["week"].cast(pl.Int32).to_numpy() // 7
    deviation = np.array([_deviation(values, grain, weeks, at) for at in range(len(values))], dtype=np.float64)
    is_alarm = _lasting(deviation)
    is_onset = is_alarm & ~np.concatenate([[False], is_alarm[:-1]])
    return part.select("belt", "metric", "week", "value").with_columns(
        deviation=pl.Series(deviation, dtype=pl.Float64).fill_nan(None),
        is_alarm=pl.Series(is_alarm, dtype=pl.Boolean),
        is_onset=pl.Series(is_onset, dtype=pl.Boolean),
    )


def _deviation(values: FloatArray, grain: FloatArray, weeks: np.ndarray, at: int) -> float:
    """How far a reading is from its past, in robust standard deviations; NaN where the past is too short."""
    age = weeks[at] - weeks[:at]
    past = values[:at][(age > LEFT_OUT) & (age <= PAST_WEEKS + LEFT_OUT)]
    if len(past) < LEAST_WEEKS:
        return float("nan")
    middle = np.median(past)
    spread = max(TO_SIGMA * float(np.median(np.abs(past - middle))), float(grain[at]))
    gap = float(values[at] - middle)
    return gap / spread if spread > 0 else np.copysign(np.inf, gap) if gap else 0.0


def _lasting(deviation: FloatArray) -> BoolArray:
    """Which weeks are in alarm."""
    found = np.zeros(len(deviation), dtype=np.bool_)
    is_on, row, side = False, 0, 0.0
    for at, z in enumerate(deviation):
        is_loud, is_same = abs(z) >= LOUD, np.sign(z) == side
        row = row + 1 if is_loud and is_same else int(is_loud)
        side = np.sign(z)
        is_on = row >= WEEKS_IN_A_ROW or (is_on and abs(z) >= QUIET)
        found[at] = is_on
    return found
