"""What someone else's program may hand over, and what it is told where that cannot be used."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from configs.errors import InputError
from tests.transforms.index.frames import drawn
from transforms.index import belt_index, bilateral, geary_khamis, geks, indicator, time_product_dummy

INDICES: dict[str, Callable[..., pl.DataFrame]] = {
    "geks": geks,
    "bilateral": bilateral,
    "time_product_dummy": time_product_dummy,
    "geary_khamis": geary_khamis,
    "indicator": indicator,
}
KINDS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "lazy": lambda frame: frame.lazy(),
    "pandas": lambda frame: frame.to_pandas(),
    "arrow": lambda frame: frame.to_arrow(),
    "dict of lists": lambda frame: frame.to_dict(as_series=False),
    "dict of arrays": lambda frame: (
        {name: frame[name].to_numpy() for name in frame.columns if name != "product"}
        | {"product": frame["product"].to_list()}
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_frames_of_others_give_the_same_index(index: Callable[..., pl.DataFrame], kind: Callable) -> None:
    frame = drawn(4, kept=0.8, merchants=3)
    assert index(kind(frame)).equals(index(frame))


MONTHS = ["January", "February", "March"]
NAMED = pl.DataFrame(
    {"period": MONTHS * 2, "product": ["a"] * 3 + ["b"] * 3, "price": [1.0, 2, 3, 2, 4, 6], "quantity": [1.0] * 6}
)


def in_pandas(frame: pl.DataFrame) -> Any:
    table = frame.to_pandas()
    table["period"] = table["period"].astype("category").cat.set_categories(MONTHS, ordered=True)
    return table


def in_arrow(frame: pl.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(in_pandas(frame))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "kind",
    [
        in_pandas,
        lambda frame: dict(in_pandas(frame).items()),
        in_arrow,
        lambda frame: in_arrow(frame).to_batches()[0],
        lambda frame: pa.concat_tables([in_arrow(frame.head(2)), in_arrow(frame[2:])]),
        lambda frame: frame.with_columns(pl.col("period").cast(pl.Enum(MONTHS))),
    ],
    ids=["pandas", "dict of pandas", "arrow", "arrow batch", "arrow in parts", "polars"],
)
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_periods_with_an_order_of_their_own_keep_it(index: Callable[..., pl.DataFrame], kind: Callable) -> None:
    found = index(kind(NAMED))
    assert found["period"].to_list() == MONTHS
    if "value" in found.columns:
        assert found["value"].to_list() == pytest.approx([1, 2, 3])


def test_a_list_of_prices_may_begin_with_a_whole_number() -> None:
    columns = {"period": [1, 2], "product": ["a", "a"], "price": [2, 2.2], "quantity": (3, 4.5)}
    assert geks(columns)["value"].to_list() == pytest.approx([1, 1.1])
    with pytest.raises(InputError, match="needs numbers: the column price holds String"):
        geks(columns | {"price": [2, "2.2"]})


class Thing:
    """No frame, and no order."""


OBJECTS = pl.Series([Thing(), Thing()], dtype=pl.Object)
TWO = pl.DataFrame({"period": [1, 2], "product": ["a", "a"], "price": [1.0, 2.0], "quantity": [1.0, 1.0]})
REFUSED: dict[str, tuple[Any, str]] = {
    "a list": ([{"period": 1}], r"^a price index needs a frame \(Polars.*\) with .* price; this is a list$"),
    "nothing": (None, "this is a NoneType$"),
    "an array": (np.zeros((2, 3)), "this is a numpy.ndarray$"),
    "a column": (TWO["price"].to_list(), "this is a list$"),
    "a dict of unequal columns": (
        {"period": [1, 2], "product": ["a"] * 3, "price": [1.0, 2.0]},
        "^this dict cannot be",
    ),
    "an empty dict": ({}, r"needs the column period; the frame has \[\]$"),
    "a lazy frame that fails": (TWO.lazy().select("nowhere"), "^this polars.LazyFrame cannot be read as a frame of"),
    "objects as products": (TWO.with_columns(OBJECTS.alias("product")), "that sort: the column product holds Object$"),
    "objects as periods": (TWO.with_columns(OBJECTS.alias("period")), "that sort: the column period holds Object$"),
    "objects as prices": (TWO.with_columns(OBJECTS.alias("price")), "needs numbers: the column price holds Object$"),
    "objects as merchants": (TWO.with_columns(OBJECTS.alias("merchant")), "the column merchant holds Object$"),
    "lists as products": (TWO.with_columns(pl.concat_list("product")), r"the column product holds List\(String\)$"),
    "no period": (TWO.with_columns(period=pl.Series([1.0, float("nan")])), "rows: period not a number in 1; the first"),
    "too large": (TWO.with_columns(price=pl.lit(1e200), quantity=pl.lit(1e200)), "price beyond 1e-70 to 1e\\+70 in 2"),
    "too small": (TWO.with_columns(price=pl.lit(1e-200)), "price beyond 1e-70 to 1e\\+70 in 2; the first"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("table", "said"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_what_is_no_frame_is_refused_in_one_short_sentence(
    index: Callable[..., pl.DataFrame], table: Any, said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        index(table)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("index", [geks, bilateral, time_product_dummy, geary_khamis])
def test_prices_and_quantities_up_to_the_limits_overflow_nowhere(index: Callable[..., pl.DataFrame]) -> None:
    frame = drawn(2, kept=0.8)
    large = frame.with_columns(pl.col("price") * 1e67, pl.col("quantity") * 1e66)
    assert index(large)["value"].to_list() == pytest.approx(index(frame)["value"].to_list(), rel=1e-9)


@pytest.mark.parametrize("window", [2.5, "25", True, 25.0])
def test_a_window_is_a_whole_number(window: object) -> None:
    with pytest.raises(InputError, match=r"^a window is a whole number of periods, or None .*; this is "):
        geks(drawn(1), window=window)  # type: ignore[arg-type]


def test_a_window_may_be_a_whole_number_of_any_kind() -> None:
    assert geks(drawn(1), window=np.int32(3)).equals(geks(drawn(1), window=3))  # type: ignore[arg-type]


def test_an_index_without_weights_asks_for_no_quantity() -> None:
    frame = drawn(3, kept=0.9, merchants=4)
    for quantity in (pl.lit(None, pl.Float64), pl.lit(None), pl.when(pl.col("product") > "p02").then("quantity")):
        unknown = frame.with_columns(quantity.alias("quantity"))
        for formula in ("jevons", "merchant_jevons"):
            assert geks(unknown, formula).equals(geks(frame.drop("quantity"), formula))
        for formula in ("jevons", "dutot", "carli"):
            assert bilateral(unknown, formula).equals(bilateral(frame.drop("quantity"), formula))
        assert time_product_dummy(unknown, weighted=False).equals(
            time_product_dummy(frame.drop("quantity"), weighted=False)
        )
        with pytest.raises(InputError, match="quantity"):
            geks(unknown, "tornqvist")


def test_a_row_without_quantity_has_no_weight_in_a_unit_value() -> None:
    rows = pl.DataFrame({"period": [1, 1, 2], "product": ["a"] * 3, "price": [2.0, 9.0, 4.0], "quantity": [1, None, 1]})
    assert geks(rows, "jevons")["value"].to_list() == [1.0, pytest.approx(2.0)]


def test_rows_of_a_belt_are_refused_as_shortly() -> None:
    with pytest.raises(InputError, match=r"this is a list$"):
        belt_index([1, 2])  # type: ignore[arg-type]
    rows = pl.DataFrame({"week": [None], "stratum": ["s"], "merchant": ["m"], "product": ["p"], "price": ["1"]})
    with pytest.raises(InputError, match=r"^a belt's price index needs numbers: the column price holds String$"):
        belt_index(rows)
