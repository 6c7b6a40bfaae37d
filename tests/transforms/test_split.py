import itertools
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.panels import listing_pairs, placed_listings, total_panel
from transforms.split import EFFECTS, split_change

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
BeltRows = Callable[..., pl.DataFrame]

LISTING = st.fixed_dictionaries(
    {
        "price_yuan": st.floats(0.05, 500),
        "value_yuan": st.one_of(st.none(), st.just(0.0), st.floats(1, 1e5)),
        "unit": st.sampled_from(["piece", "metre", None]),
        "sales_basis": st.sampled_from(["trailing_30d", "trailing_30d", "cumulative"]),
    }
)
KEYS = st.tuples(st.sampled_from("abcde"), st.sampled_from("123"))
END = st.dictionaries(KEYS, LISTING, max_size=15)


def rows_of(make: BeltRows, week: date, end: dict[tuple[str, str], dict[str, object]]) -> pl.DataFrame:
    return make(
        week, *({"merchant_id": merchant, "listing_id": number, **row} for (merchant, number), row in end.items())
    )


def pairs_of(current: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    return listing_pairs(placed_listings(current), placed_listings(base))


def yuan(pairs: pl.DataFrame) -> dict[str, float]:
    return {name: effect.yuan for name, effect in split_change(pairs).items()}


@given(base=END, current=END)
def test_the_effects_add_up_to_the_change(belt_rows: BeltRows, base: dict, current: dict) -> None:  # type: ignore[type-arg]
    pairs = pairs_of(rows_of(belt_rows, WEEK, current), rows_of(belt_rows, BASE_WEEK, base))
    then, now = pairs["base_yuan"].sum(), pairs["yuan"].sum()
    effects = yuan(pairs)
    assert tuple(effects) == EFFECTS
    assert sum(effects.values()) == pytest.approx(now - then, rel=1e-9, abs=1e-9 * (1 + then + now))


@given(base=END, current=END)
def test_without_a_merchant_is_the_split_of_the_rest(belt_rows: BeltRows, base: dict, current: dict) -> None:  # type: ignore[type-arg]
    pairs = pairs_of(rows_of(belt_rows, WEEK, current), rows_of(belt_rows, BASE_WEEK, base))
    size = 1e-9 * (1 + pairs["base_yuan"].sum() + pairs["yuan"].sum())
    merchants = pairs["merchant_id"].unique().sort().to_list()
    effects = split_change(pairs)
    for number, merchant in enumerate(merchants):
        rest = yuan(pairs.filter(pl.col("merchant_id") != merchant))
        for name, effect in effects.items():
            assert effect.without_yuan[number] == pytest.approx(rest[name], rel=1e-6, abs=size)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"price_yuan": 1.0, "value_yuan": 50.0}, {"price_effect": -50.0}),
        ({"price_yuan": 2.0, "value_yuan": 200.0}, {"volume_effect": 100.0}),
        ({"price_yuan": 2.0, "value_yuan": 0.0}, {"volume_effect": -100.0}),
        ({"price_yuan": 2.0, "value_yuan": 100.0, "unit": "metre"}, {"entry_effect": 100.0, "exit_effect": -100.0}),
        (
            {"price_yuan": 2.0, "value_yuan": 90.0, "sales_basis": "cumulative"},
            {"entry_effect": 90.0, "exit_effect": -100.0},
        ),
        ({"price_yuan": 2.0, "value_yuan": None}, {"exit_effect": -100.0}),
        ({"price_yuan": 2.0, "value_yuan": 100.0, "listing_id": "2"}, {"entry_effect": 100.0, "exit_effect": -100.0}),
    ],
    ids=["half the price", "twice the pieces", "no pieces", "another unit", "another basis", "not shown", "swapped"],
)
def test_one_cause_is_one_effect(belt_rows: BeltRows, row: dict[str, object], expected: dict[str, float]) -> None:
    listing = {"merchant_id": "a", "listing_id": "1", "price_yuan": 2.0, "value_yuan": 100.0}
    pairs = pairs_of(belt_rows(WEEK, listing | row), belt_rows(BASE_WEEK, listing))
    assert yuan(pairs) == pytest.approx(dict.fromkeys(EFFECTS, 0.0) | expected)


def test_trading_down_is_mix(belt_rows: BeltRows) -> None:
    cheap = {"merchant_id": "a", "listing_id": "1", "price_yuan": 1.0}
    dear = {"merchant_id": "b", "listing_id": "1", "price_yuan": 3.0}
    base = belt_rows(BASE_WEEK, cheap | {"value_yuan": 50.0}, dear | {"value_yuan": 150.0})
    current = belt_rows(WEEK, cheap | {"value_yuan": 100.0}, dear | {"value_yuan": 0.0})
    assert yuan(pairs_of(current, base)) == pytest.approx(dict.fromkeys(EFFECTS, 0.0) | {"mix_effect": -100.0})


def test_weights_scale_the_split(belt_rows: BeltRows) -> None:
    listing = {"merchant_id": "a", "listing_id": "1", "price_yuan": 2.0, "value_yuan": 100.0, "weight": 0.25}
    pairs = pairs_of(belt_rows(WEEK, listing | {"price_yuan": 1.0, "value_yuan": 50.0}), belt_rows(BASE_WEEK, listing))
    assert yuan(pairs)["price_effect"] == -12.5


def test_milk_is_split_as_published(belt_rows: BeltRows, milk: pl.DataFrame) -> None:
    """METHOD 1.4: one seller, products as listings. Unmatched products must not leak into the price effect (628.05)."""
    pairs = pairs_of(products(belt_rows, milk, date(2019, 1, 1)), products(belt_rows, milk, date(2018, 12, 1)))
    effects = yuan(pairs)
    assert effects["price_effect"] == pytest.approx(624.3339, abs=5e-5)
    assert effects["volume_effect"] + effects["mix_effect"] == pytest.approx(-32574.2979, abs=5e-5)
    assert effects["entry_effect"] + effects["exit_effect"] == pytest.approx(7.43, abs=1e-6)
    assert sum(effects.values()) == pytest.approx(-31942.534, rel=1e-9)


def test_ces_prices_are_split_as_published(belt_rows: BeltRows, shared: Path) -> None:
    """METHOD 9, check 7: Bennet price indicators of the CES data, steps 2 to 12."""
    path = shared / "data" / "ces_sigma_2.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there; BELTWATCH_SHARED may name its folder")
    data = pl.read_csv(path).with_columns(value=pl.col("price") * pl.col("quantity"))
    ends = [
        belt_rows(
            WEEK,
            *(
                {
                    "merchant_id": "a",
                    "listing_id": str(row["product"]),
                    "price_yuan": row["price"],
                    "value_yuan": row["value"],
                }
                for row in part.iter_rows(named=True)
            ),
        )
        for part in data.sort("period").partition_by("period", maintain_order=True)
    ]
    found = [yuan(pairs_of(now, then))["price_effect"] for then, now in itertools.pairwise(ends)]
    published = [-1.780717371, 2.771536213, 0.372248874, -3.230835149, 3.867877819, -0.667765465, -3.233054978]
    published += [2.954459954, -2.763659088, 3.286333205, 0.082320982]
    assert found == pytest.approx(published, abs=1e-8)


def test_merchants_stand_in_the_order_of_the_total_panel(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, ("b", "1", 30.0), ("a", "1", 10.0))
    pairs = pairs_of(belt_rows(WEEK, ("a", "1", 10.0), ("c", "1", 5.0)), base)
    assert total_panel(pairs).base.tolist() == [10.0, 30.0, 0.0]
    assert np.array_equal(split_change(pairs)["exit_effect"].without_yuan, [-30.0, 0.0, -30.0])


def products(make: BeltRows, milk: pl.DataFrame, month: date) -> pl.DataFrame:
    """The products of one month over all outlets, at their unit values."""
    valued = milk.filter(pl.col("time") == month).with_columns(value=pl.col("prices") * pl.col("quantities"))
    sums = valued.group_by("prodID", maintain_order=True).agg(pl.col("value", "quantities").sum())
    return make(
        WEEK,
        *(
            {"merchant_id": "all", "listing_id": str(product), "price_yuan": value / pieces, "value_yuan": value}
            for product, value, pieces in sums.rows()
        ),
    )
