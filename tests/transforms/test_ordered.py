import math

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from transforms.ordered import begins, cross_sums, floats, group_starts, group_sums, total

AMOUNTS = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=60)


@given(amounts=AMOUNTS, seed=st.integers(0, 999))
def test_sums_are_equal_to_the_last_bit_in_whatever_order_rows_come(amounts: list[float], seed: int) -> None:
    frame = pl.DataFrame({"key": [n % 3 for n in range(len(amounts))], "n": range(len(amounts)), "yuan": amounts})
    shuffled = frame.sample(fraction=1, shuffle=True, seed=seed)
    assert group_sums(shuffled, ["key"], ["n"], ["yuan"]).equals(group_sums(frame, ["key"], ["n"], ["yuan"]))


@given(amounts=AMOUNTS)
def test_total_is_the_sum(amounts: list[float]) -> None:
    assert math.isclose(total(np.array(amounts)), math.fsum(amounts), rel_tol=1e-12, abs_tol=1e-12 * 1e12)


def test_group_sums_take_null_as_nothing_and_keep_null_keys_apart() -> None:
    frame = pl.DataFrame({"key": ["b", None, "b", "a"], "n": [2, 1, 1, 1], "yuan": [1.0, 8.0, None, 4.0]})
    assert group_sums(frame, ["key"], ["n"], ["yuan"]).rows() == [(None, 8.0), ("a", 4.0), ("b", 1.0)]


@given(seed=st.integers(0, 999), products=st.integers(0, 60))
def test_cross_sums_are_the_products_of_all_pairs_of_rows(seed: int, products: int) -> None:
    left, right = np.random.default_rng(seed).normal(size=(2, 4, products))
    expected = [[math.fsum(a * b) for b in right] for a in left]
    assert np.allclose(cross_sums(left, right), expected, rtol=0, atol=1e-12)


def test_nothing_adds_up_to_nothing() -> None:
    frame = pl.DataFrame(schema={"key": pl.String(), "n": pl.Int64(), "yuan": pl.Float64()})
    assert group_sums(frame, ["key"], ["n"], ["yuan"]).is_empty()
    assert len(group_starts(frame, ["key"])) == 0
    assert total(np.zeros(0)) == 0.0


def test_begins_sees_a_change_in_any_part_of_the_key() -> None:
    frame = pl.DataFrame({"a": ["x", "x", "x", None, None], "b": [1, 1, 2, 2, 2]})
    assert frame.select(begins(["a", "b"])).to_series().to_list() == [True, False, True, True, False]


def test_floats_reads_counts_and_flags_too() -> None:
    assert floats(pl.Series([1, None, 3])).tolist() == [1.0, 0.0, 3.0]
    assert floats(pl.Series([True, False])).tolist() == [1.0, 0.0]
