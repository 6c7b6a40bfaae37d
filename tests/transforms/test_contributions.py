from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.contributions import contributions
from transforms.panels import listing_pairs, placed_listings
from transforms.split import EFFECTS, split_change

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
BeltRows = Callable[..., pl.DataFrame]
LISTING = st.fixed_dictionaries(
    {
        "price_yuan": st.floats(0.05, 500),
        "value_yuan": st.one_of(st.none(), st.just(0.0), st.floats(1, 1e5)),
        "unit": st.sampled_from(["piece", "metre", None]),
        "sales_basis": st.sampled_from(["trailing_30d", "trailing_30d", "cumulative"]),
        "weight": st.sampled_from([0.25, 1.0]),
    }
)
KEYS = st.tuples(st.sampled_from("abcde"), st.sampled_from("123"))
END = st.dictionaries(KEYS, LISTING, max_size=15)
End = dict[tuple[str, str], dict[str, object]]


def pairs_of(make: BeltRows, current: End, base: End) -> pl.DataFrame:
    ends = [
        placed_listings(make(week, *({"merchant_id": m, "listing_id": n, **row} for (m, n), row in end.items())))
        for week, end in ((WEEK, current), (BASE_WEEK, base))
    ]
    return listing_pairs(*ends)


def sums(parts: pl.DataFrame) -> dict[str, float]:
    return {name: float(parts[name].sum()) for name in EFFECTS}


@given(base=END, current=END)
def test_listings_add_up_to_their_belt(belt_rows: BeltRows, base: End, current: End) -> None:
    pairs = pairs_of(belt_rows, current, base)
    size = 1e-9 * (1 + pairs["base_yuan"].sum() + pairs["yuan"].sum())
    parts = contributions(pairs)
    assert sums(parts) == pytest.approx({n: e.yuan for n, e in split_change(pairs).items()}, rel=1e-9, abs=size)
    own = parts.select(pl.sum_horizontal(EFFECTS) - (pl.col("yuan") - pl.col("base_yuan"))).to_series()
    assert own.abs().max() is None or float(own.abs().max()) <= size  # type: ignore[arg-type]


@given(base=END, current=END)
def test_merchants_add_up_to_their_belt(belt_rows: BeltRows, base: End, current: End) -> None:
    pairs = pairs_of(belt_rows, current, base)
    size = 1e-9 * (1 + pairs["base_yuan"].sum() + pairs["yuan"].sum())
    by_merchant = contributions(pairs).group_by("merchant").agg(pl.col(EFFECTS).sum())
    assert sums(by_merchant) == pytest.approx({n: e.yuan for n, e in split_change(pairs).items()}, rel=1e-9, abs=size)


@given(one=st.tuples(END, END), other=st.tuples(END, END))
def test_belts_add_up_to_a_region(belt_rows: BeltRows, one: tuple[End, End], other: tuple[End, End]) -> None:
    """A region's effects are its belts'; each belt's stay what they are alone, and add up to the region's change."""
    belts = [pairs_of(belt_rows, *ends) for ends in (one, other)]
    region = pl.concat(contributions(pairs) for pairs in belts)
    alone = [split_change(pairs) for pairs in belts]
    change = sum(float(pairs["yuan"].sum() - pairs["base_yuan"].sum()) for pairs in belts)
    size = 1e-9 * (1 + sum(float(pairs["yuan"].sum() + pairs["base_yuan"].sum()) for pairs in belts))
    assert sums(region) == pytest.approx(
        {name: sum(effects[name].yuan for effects in alone) for name in EFFECTS}, rel=1e-9, abs=size
    )
    assert sum(sums(region).values()) == pytest.approx(change, rel=1e-9, abs=size)
