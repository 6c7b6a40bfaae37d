import math

import polars as pl
import pytest
from hypothesis import assume, given, settings

from configs.errors import InputError
from tests.transforms.index.frames import SEEDS, drawn
from transforms.index import indicator

PARTS = ("price_effect", "quantity_effect", "entry_effect", "exit_effect")
FEW = settings(max_examples=30)


@pytest.mark.parametrize("formula", ["bennet", "montgomery"])
@FEW
@given(seed=SEEDS)
def test_effects_add_up_to_the_change_of_value(formula: str, seed: int) -> None:
    frame = drawn(seed, kept=0.7)
    found = indicator(frame, formula)
    value = frame.group_by("period").agg((pl.col("price") * pl.col("quantity")).sum().alias("value")).sort("period")
    change = value["value"].diff().to_list()
    assert found["total_change"].to_list()[1:] == pytest.approx(change[1:], rel=1e-12, abs=1e-9)
    assert found.select(pl.sum_horizontal(PARTS)).to_series().to_list()[1:] == pytest.approx(
        change[1:], rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize("formula", ["bennet", "montgomery"])
@FEW
@given(seed=SEEDS)
def test_going_back_turns_every_sign(formula: str, seed: int) -> None:
    frame = drawn(seed, periods=2, kept=0.8)
    forth = indicator(frame, formula).row(-1)[1:]
    back = indicator(frame.with_columns((1 - pl.col("period")).alias("period")), formula).row(-1)[1:]
    assume(None not in back)  # a draw may leave one period only
    assert forth[:2] == pytest.approx([-part for part in back[:2]], rel=1e-9)
    assert forth[2:4] == pytest.approx([-back[3], -back[2]], rel=1e-12)


def test_each_cause_alone_shows_in_its_own_effect() -> None:
    def step(**now: tuple[float, float]) -> tuple[float, ...]:
        rows = [(0, "a", 2.0, 10.0), *((1, name, *pair) for name, pair in now.items())]
        schema = {"period": pl.Int64, "product": pl.String, "price": pl.Float64, "quantity": pl.Float64}
        return indicator(pl.DataFrame(rows, schema=schema, orient="row")).row(1)[1:]

    assert step(a=(3.0, 10.0)) == (10.0, 0.0, 0.0, 0.0, 10.0)
    assert step(a=(2.0, 7.0)) == (0.0, -6.0, 0.0, 0.0, -6.0)
    assert step(a=(2.0, 10.0), b=(5.0, 3.0)) == (0.0, 0.0, 15.0, 0.0, 15.0)
    assert step(b=(5.0, 3.0)) == (0.0, 0.0, 15.0, -20.0, -5.0)
    assert step(a=(9.0, 0.0)) == (0.0, 0.0, 0.0, -20.0, -20.0), "sold no more: an exit"


def test_montgomery_keeps_its_digits_where_values_hardly_differ() -> None:
    """Prices up and quantities down by as much but for 1e-13: the price effect is the value times ln 1.3."""
    frame = pl.DataFrame(
        {"period": [0, 1], "product": ["a", "a"], "price": [4.0, 5.2], "quantity": [26.0, 20.0 * (1 + 1e-13)]}
    )
    found = indicator(frame, "montgomery")["price_effect"][1]
    assert found == pytest.approx(104 * math.log(1.3), rel=1e-11)


def test_unknown_indicators_are_refused() -> None:
    with pytest.raises(InputError, match="'fisher' is no indicator; choose one of bennet, montgomery"):
        indicator(drawn(1), "fisher")
