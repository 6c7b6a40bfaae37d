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
from transforms.split import EFFECTS, split_change

WEEK = date(2026, 11, 16)
BeltRows = Callable[..., pl.DataFrame]


@given(base=END, current=END)
def test_the_effects_add_up_to_the_change(belt_rows: BeltRows, base: End, current: End) -> None:
    pairs = pairs_of(belt_rows, current, base)
    then, now = pairs["base_yuan"].sum(), pairs["yuan"].sum()
    effects = montgomery_split(pairs)
    assert tuple(effects) == EFFECTS
    assert sum(effects.values()) == pytest.approx(now - then, rel=1e-9, abs=1e-9 * (1 + then + now))


@given(both=st.dictionaries(KEYS, st.tuples(LISTING, LISTING), min_size=1, max_size=15))
def test_time_runs_back_as_it_ran_forth(belt_rows: BeltRows, both: dict[Any, tuple[Any, Any]]) -> None:
    ends = [{key: pair[end] | {"weight": 1.0} for key, pair in both.items()} for end in (0, 1)]
    forth, back = (montgomery_split(pairs_of(belt_rows, *order)) for order in (ends, ends[::-1]))
    size = 1e-9 * (1 + sum(abs(effect) for effect in forth.values()))
    for name in ("price_effect", "volume_effect", "mix_effect"):
        assert back[name] == pytest.approx(-forth[name], rel=1e-9, abs=size)


def test_one_cause_is_one_effect(belt_rows: BeltRows) -> None:
    listing = {"price_yuan": 2.0, "value_yuan": 100.0, "unit": "piece", "sales_basis": "trailing_30d", "weight": 1.0}
    nothing = dict.fromkeys(EFFECTS, 0.0)
    for change, name, yuan in (
        ({"price_yuan": 1.0, "value_yuan": 50.0}, "price_effect", -50.0),
        ({"value_yuan": 200.0}, "volume_effect", 100.0),
        ({"value_yuan": 0.0}, "exit_effect", -100.0),
    ):
        pairs = pairs_of(belt_rows, {("a", "1"): listing | change}, {("a", "1"): listing})
        assert montgomery_split(pairs) == pytest.approx(nothing | {name: yuan})


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
    assert montgomery_split(pairs) == pytest.approx(bennet, abs=1e-4 * pairs["base_yuan"].sum())


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
    found = [montgomery_split(listing_pairs(now, then))["price_effect"] for then, now in itertools.pairwise(ends)]
    assert found[0] == pytest.approx(-1.278748023, abs=1e-8)
    assert found[-1] == pytest.approx(0.083912950, abs=1e-8)
