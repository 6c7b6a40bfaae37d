import itertools
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.test_contributions import END, KEYS, LISTING, End, pairs_of
from transforms.montgomery import logarithmic_mean, montgomery_split
from transforms.panels import listing_pairs, placed_listings
from transforms.split import EFFECTS, ONE_SIDED, split_change

WEEK = date(2026, 11, 16)
BeltRows = Callable[..., pl.DataFrame]


def yuan(pairs: pl.DataFrame) -> dict[str, float]:
    return {name: effect.yuan for name, effect in montgomery_split(pairs).items()}


@given(base=END, current=END)
def test_the_effects_add_up_to_the_change(belt_rows: BeltRows, base: End, current: End) -> None:
    pairs = pairs_of(belt_rows, current, base)
    then, now = pairs["base_yuan"].sum(), pairs["yuan"].sum()
    effects = yuan(pairs)
    assert tuple(effects) == EFFECTS
    assert sum(effects.values()) == pytest.approx(now - then, rel=1e-9, abs=1e-9 * (1 + then + now))


@given(both=st.dictionaries(KEYS, st.tuples(LISTING, LISTING), min_size=1, max_size=15))
def test_time_runs_back_as_it_ran_forth(belt_rows: BeltRows, both: dict[Any, tuple[Any, Any]]) -> None:
    ends = [{key: pair[end] | {"weight": 1.0} for key, pair in both.items()} for end in (0, 1)]
    forth, back = (yuan(pairs_of(belt_rows, *order)) for order in (ends, ends[::-1]))
    size = 1e-9 * (1 + sum(abs(effect) for effect in forth.values()))
    for name in ("price_effect", "volume_effect", "mix_effect"):
        assert back[name] == pytest.approx(-forth[name], rel=1e-9, abs=size)


def test_one_cause_is_one_effect(belt_rows: BeltRows) -> None:
    listing = {"price_yuan": 2.0, "value_yuan": 100.0, "unit": "piece", "sales_basis": "trailing_30d", "weight": 1.0}
    nothing = dict.fromkeys(EFFECTS, 0.0)
    for change, name, part in (
        ({"price_yuan": 1.0, "value_yuan": 50.0}, "price_effect", -50.0),
        ({"value_yuan": 200.0}, "volume_effect", 100.0),
        ({"value_yuan": 0.0}, "volume_effect", -100.0),
    ):
        pairs = pairs_of(belt_rows, {("a", "1"): listing | change}, {("a", "1"): listing})
        assert yuan(pairs) == pytest.approx(nothing | {name: part})


def listed(price: float, value: float) -> dict[str, object]:
    return {"price_yuan": price, "value_yuan": value, "unit": "piece", "sales_basis": "trailing_30d", "weight": 1.0}


def test_who_sells_no_more_beside_others_who_do_is_mix_as_in_the_limit(belt_rows: BeltRows) -> None:
    """A listing's sales fall to nothing: the effects are those to which ever smaller remains converge."""
    base = {("a", "1"): listed(2.0, 100.0), ("b", "1"): listed(3.0, 60.0)}
    none, *some = (
        yuan(pairs_of(belt_rows, {("a", "1"): listed(2.5, left), ("b", "1"): listed(3.0, 60.0)}, base))
        for left in (0.0, 1e-30, 1e-300)
    )
    volume = 60 * math.log((60 / 3) / (60 / 3 + 100 / 2))
    assert none == pytest.approx(dict.fromkeys(EFFECTS, 0.0) | {"volume_effect": volume, "mix_effect": -100 - volume})
    gaps = [max(abs(none[name] - near[name]) for name in EFFECTS) for near in some]
    assert 0 < gaps[1] < gaps[0] / 5 < 1


@given(base=END, current=END)
def test_entry_and_exit_are_bennets(belt_rows: BeltRows, base: End, current: End) -> None:
    pairs = pairs_of(belt_rows, current, base)
    bennet, other = split_change(pairs), montgomery_split(pairs)
    for name in ONE_SIDED:
        assert other[name].yuan == bennet[name].yuan
        assert other[name].without_yuan.tolist() == bennet[name].without_yuan.tolist()


@given(base=END, current=END)
def test_without_a_merchant_is_the_split_of_the_rest(belt_rows: BeltRows, base: End, current: End) -> None:
    pairs = pairs_of(belt_rows, current, base)
    size = 1e-9 * (1 + pairs["base_yuan"].sum() + pairs["yuan"].sum())
    effects = montgomery_split(pairs)
    for number, merchant in enumerate(pairs["merchant_id"].unique().sort()):
        rest = yuan(pairs.filter(pl.col("merchant_id") != merchant))
        for name, effect in effects.items():
            assert effect.without_yuan[number] == pytest.approx(rest[name], rel=1e-6, abs=size)


def test_small_changes_are_split_as_bennets(belt_rows: BeltRows) -> None:
    """Both are midpoint formulas: with changes of a hundredth they differ by less than a ten-thousandth of the base."""
    random = np.random.default_rng(5)
    base, current = {}, {}
    for number in range(40):
        price, value = float(random.uniform(1, 9)), float(random.uniform(50, 150))
        common = {"unit": "piece", "sales_basis": "trailing_30d", "weight": 1.0}
        base["a", str(number)] = common | {"price_yuan": price, "value_yuan": value}
        factor, growth = (float(part) for part in random.normal(1, 0.01, 2))
        current["a", str(number)] = common | {"price_yuan": price * factor, "value_yuan": value * factor * growth}
    pairs = pairs_of(belt_rows, current, base)
    bennet = {name: effect.yuan for name, effect in split_change(pairs).items()}
    assert yuan(pairs) == pytest.approx(bennet, abs=1e-4 * pairs["base_yuan"].sum())


@given(now=st.floats(1e-3, 1e6), then=st.floats(1e-3, 1e6))
def test_the_logarithmic_mean_lies_between_the_geometric_and_the_arithmetic(now: float, then: float) -> None:
    mean = float(logarithmic_mean(np.array([now]), np.array([then]))[0])
    assert math.sqrt(now * then) * (1 - 1e-12) <= mean <= (now + then) / 2 * (1 + 1e-12)


def test_ces_prices_are_split_as_published(belt_rows: BeltRows, shared: Path) -> None:
    """METHOD 9, check 7: Montgomery price indicators of the CES data, steps 2 and 12."""
    path = shared / "data" / "ces_sigma_2.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there; BELTWATCH_SHARED may name its folder")
    data = pl.read_csv(path).with_columns(value_yuan=pl.col("price") * pl.col("quantity"), price_yuan="price")
    ends = [
        placed_listings(
            belt_rows(
                WEEK,
                *(
                    {"merchant_id": "a", "listing_id": str(row["product"])}
                    | {name: row[name] for name in ("price_yuan", "value_yuan")}
                    for row in part.iter_rows(named=True)
                ),
            )
        )
        for part in data.sort("period").partition_by("period", maintain_order=True)
    ]
    found = [yuan(listing_pairs(now, then))["price_effect"] for then, now in itertools.pairwise(ends)]
    assert found[0] == pytest.approx(-1.278748023, abs=1e-8)
    assert found[-1] == pytest.approx(0.083912950, abs=1e-8)
