"""The demonstration's closing line: what it counts, and that a world measured wrongly ends in a sentence."""

import polars as pl
import pytest

from configs.errors import BeltwatchError
from flows.demo import refuse_untrue, verdict_on

PLANTED = -0.2


def belts(*measured: tuple[float | None, float | None, float | None]) -> pl.DataFrame:
    """One row per belt, planted and realised alike: measured, low and high."""
    schema = {"belt": pl.String, "planted": pl.Float64, "realised": pl.Float64}
    schema |= dict.fromkeys(("yoy_change", "low", "high"), pl.Float64)
    rows = [(f"belt-{at}", PLANTED, PLANTED, *values) for at, values in enumerate(measured)]
    return pl.DataFrame(rows, schema=schema, orient="row")


GOOD, OUTSIDE, FAR, NONE = (-0.21, -0.3, -0.1), (-0.21, -0.23, -0.205), (-0.24, -0.3, -0.1), (None, None, None)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([GOOD] * 8, "8 of 8 belts within 3 points of what was realised; planted inside 8 of 8 intervals"),
        ([GOOD] * 7 + [OUTSIDE], "8 of 8 belts within 3 points of what was realised; planted inside 7 of 8 intervals"),
        ([GOOD, GOOD], "2 of 2 belts within 3 points of what was realised; planted inside 2 of 2 intervals"),
    ],
)
def test_a_true_world_is_said_to_be_so(rows: list[tuple[float, float, float]], said: str) -> None:
    assert verdict_on(belts(*rows)) == said
    refuse_untrue(belts(*rows))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([GOOD] * 7 + [FAR], "7 of 8 belts within 3 points.*see belt-7"),
        ([GOOD] * 7 + [NONE], "7 of 8 belts within 3 points.*see belt-7"),
        ([GOOD] * 6 + [OUTSIDE] * 2, "inside 6 of 8 intervals, expected at most 1 outside: see belt-6, belt-7"),
        ([GOOD, OUTSIDE], "inside 1 of 2 intervals, expected at most 0 outside: see belt-1"),
        ([], "no belt of the practice world was measured"),
    ],
)
def test_a_world_measured_wrongly_ends_in_a_sentence(
    rows: list[tuple[float | None, float | None, float | None]], said: str
) -> None:
    with pytest.raises(BeltwatchError, match=said):
        refuse_untrue(belts(*rows))
