from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from configs.errors import InputError
from tests.transforms.index.frames import SEEDS, drawn
from transforms.index import bilateral, geks, time_product_dummy
from transforms.index.matrices import dense, group_of


def test_matrices_hold_every_row_in_its_place() -> None:
    frame = drawn(3, kept=0.6)
    matrices = dense(frame.sample(fraction=1, shuffle=True, seed=1))
    assert matrices.present.sum() == frame.height
    for period, product, price, quantity in frame.iter_rows():
        row, column = matrices.periods.to_list().index(period), matrices.products.to_list().index(product)
        assert (matrices.price[row, column], matrices.quantity[row, column]) == (price, quantity)
    assert (matrices.price[~matrices.present] == 0).all()


def test_rows_of_one_product_and_period_become_their_unit_value() -> None:
    frame = pl.DataFrame({"period": [1, 1, 2], "product": ["a"] * 3, "price": [2.0, 4.0, 6.0], "quantity": [3, 1, 2]})
    matrices = dense(frame)
    assert matrices.price.tolist() == [[2.5], [6.0]]
    assert matrices.quantity.tolist() == [[4.0], [2.0]]
    assert dense(frame.drop("quantity")).price[0, 0] == pytest.approx(8**0.5)
    assert dense(frame.with_columns(quantity=0)).price[0, 0] == pytest.approx(8**0.5)


KINDS = {
    "strings": lambda n: pl.Series([f"id/{value:03d}" for value in n]),
    "integers": lambda n: pl.Series(n, dtype=pl.Int64) - 3,
    "dates": lambda n: pl.Series([date(2024, 1, 1 + int(value)) for value in n]),
    "categories": lambda n: pl.Series([f"id/{value:03d}" for value in n], dtype=pl.Categorical),
    "an enumeration": lambda n: pl.Series(
        [f"{value}" for value in n], dtype=pl.Enum([str(value) for value in range(9)])
    ),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_ids_and_periods_may_be_of_any_type_that_sorts(kind) -> None:
    frame = drawn(5, kept=0.7)
    number = frame["product"].str.slice(1).cast(pl.Int64)
    other = frame.with_columns(product=kind(number.to_list()), period=kind(frame["period"].to_list()))
    found = geks(other)
    assert found["value"].to_list() == geks(frame)["value"].to_list()
    assert found["period"].to_list() == kind(range(6)).to_list()


REFUSED = {
    "price is text": (pl.lit("1.50").alias("price"), "holds String"),
    "price null": (pl.lit(None, pl.Float64).alias("price"), "price null in 42"),
    "price zero": (
        pl.when(pl.col("product") == "p01").then(0.0).otherwise("price").alias("price"),
        "zero or negative in 6",
    ),
    "price negative": (-pl.col("price"), "zero or negative in 42"),
    "price infinite": (pl.lit(float("inf")).alias("price"), "price not finite in 42"),
    "price no number": (pl.lit(float("nan")).alias("price"), "price not finite in 42"),
    "quantity null": (pl.lit(None, pl.Float64).alias("quantity"), "quantity null in 42"),
    "quantity negative": (-pl.col("quantity"), "quantity negative in 42"),
    "period null": (pl.lit(None, pl.Int64).alias("period"), "period null in 42"),
    "product null": (pl.lit(None, pl.String).alias("product"), "product null in 42"),
}


@pytest.mark.parametrize(("fault", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_enter_an_index_is_refused_in_one_sentence(fault: pl.Expr, said: str) -> None:
    with pytest.raises(InputError, match=said):
        geks(drawn(1).with_columns(fault))


def test_missing_columns_and_unknown_names_are_refused() -> None:
    frame = drawn(1)
    with pytest.raises(InputError, match="needs the column price"):
        geks(frame.drop("price"))
    with pytest.raises(InputError, match="needs the column quantity"):
        geks(frame.drop("quantity"))
    with pytest.raises(InputError, match="needs the column merchant"):
        geks(frame, "merchant_jevons")
    with pytest.raises(InputError, match="'carli' is no formula here; choose one of jevons"):
        geks(frame, "carli")
    with pytest.raises(InputError, match="'monthly' is no method"):
        bilateral(frame, "fisher", "monthly")  # type: ignore[arg-type]


def test_a_product_of_two_merchants_is_refused() -> None:
    frame = drawn(1).with_columns(merchant=pl.format("m{}", pl.col("period") // 5))
    with pytest.raises(InputError, match="'p00' stands under two merchants"):
        geks(frame)


def test_unweighted_indices_need_no_quantities() -> None:
    frame = drawn(2, kept=0.8)
    for index in (geks, bilateral):
        assert index(frame.drop("quantity"), "jevons").equals(index(frame, "jevons"))
    assert time_product_dummy(frame.drop("quantity"), weighted=False).equals(time_product_dummy(frame, weighted=False))


def test_nothing_gives_an_empty_index() -> None:
    nothing = drawn(1, merchants=2).clear()
    for index in (geks, bilateral, time_product_dummy):
        assert index(nothing).is_empty()
        assert index(nothing).columns == ["period", "value", "low", "high"]


@settings(max_examples=30)
@given(seed=SEEDS)
def test_products_that_nobody_else_shows_change_nothing(seed: int) -> None:
    frame = drawn(seed)
    alone = frame.with_columns(product=pl.format("{}-{}", "product", "period"), price=pl.col("price") * 50)
    both = pl.concat([frame, alone])
    for formula in ("jevons", "tornqvist", "fisher", "walsh"):
        assert geks(both, formula)["value"].to_list() == pytest.approx(
            geks(frame, formula)["value"].to_list(), rel=1e-10
        )


def test_groups_of_merchants_are_the_same_everywhere() -> None:
    assert group_of(pl.Series(["m1", "高阳毛巾厂", "b2b-22"])).tolist() == [35, 14, 46]
    groups = group_of(pl.Series([f"m{number}" for number in range(20_000)]))
    assert np.bincount(groups, minlength=50).min() > 300
