from collections.abc import Callable
from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.counted import listing_panel
from transforms.panels import listing_pairs, matched_panel, placed_listings
from transforms.products import product_keys, relaunch_gap, with_ids_of_now
from transforms.split import EFFECTS, split_change

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
BeltRows = Callable[..., pl.DataFrame]


def links(*pairs: tuple[str, str], merchant: str = "a") -> pl.DataFrame:
    """Relaunches of one merchant as `relaunches` gives them, old and new."""
    rows = [("practice", "towels", merchant, old, new) for old, new in pairs]
    names = ["marketplace", "category", "merchant_id", "listing_id", "next_listing_id"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def pairs_of(current: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    return listing_pairs(placed_listings(current), placed_listings(base))


def test_all_listings_of_a_chain_have_the_first_ones_key() -> None:
    keys = product_keys(links(("2", "3"), ("1", "2"), ("8", "9")))
    assert keys.select("listing_id", "product_key", "step").rows() == [
        ("1", "1", 0),
        ("2", "1", 1),
        ("3", "1", 2),
        ("8", "8", 0),
        ("9", "8", 1),
    ]
    assert product_keys(links()).is_empty()


def test_a_relaunched_listing_stays(belt_rows: BeltRows) -> None:
    base = belt_rows(BASE_WEEK, ("a", "old", 100.0), ("b", "1", 40.0))
    current = belt_rows(WEEK, ("a", "new", 80.0), ("b", "1", 30.0))
    following = with_ids_of_now(base, current, product_keys(links(("old", "mid"), ("mid", "new"))))
    assert following["listing_id"].to_list() == ["new", "1"]
    without, linked = pairs_of(current, base), pairs_of(current, following)
    assert {name: effect.yuan for name, effect in split_change(linked).items()} == pytest.approx(
        dict.fromkeys(EFFECTS, 0.0) | {"volume_effect": -30.0}
    )
    assert relaunch_gap(without, linked) == pytest.approx(
        {
            "price_effect": 0.0,
            "volume_effect": -20 / 140,
            "mix_effect": 0.0,
            "entry_effect": -80 / 140,
            "exit_effect": 100 / 140,
        }
    )
    assert (listing_panel(without).listings, listing_panel(linked).listings) == (3, 2)


def test_what_stands_at_both_ends_stays_itself(belt_rows: BeltRows) -> None:
    keys = product_keys(links(("1", "2"), ("2", "3"), ("3", "4")))
    base = belt_rows(BASE_WEEK, ("a", "1", 1.0), ("a", "2", 2.0), ("a", "3", 3.0))
    current = belt_rows(WEEK, ("a", "2", 2.0), ("a", "4", 4.0))
    assert with_ids_of_now(base, current, keys)["listing_id"].to_list() == ["4", "2", "3"]


def test_another_merchants_listing_of_that_name_is_another(belt_rows: BeltRows) -> None:
    keys = product_keys(links(("old", "new"), merchant="somebody"))
    base, current = belt_rows(BASE_WEEK, ("a", "old", 1.0)), belt_rows(WEEK, ("a", "new", 1.0))
    assert with_ids_of_now(base, current, keys)["listing_id"].to_list() == ["old"]


IDS = [f"l{number}" for number in range(8)]
END = st.dictionaries(st.sampled_from(IDS), st.floats(1, 100), max_size=8)


@given(base=END, current=END, chain=st.permutations(IDS), cuts=st.sets(st.sampled_from(range(7))))
def test_links_move_value_between_effects_and_change_no_sum(
    belt_rows: BeltRows, base: dict[str, float], current: dict[str, float], chain: list[str], cuts: set[int]
) -> None:
    steps = [pair for number, pair in enumerate(pairwise(chain)) if number not in cuts]
    then, now = (
        belt_rows(week, *(("a", name, value) for name, value in end.items()))
        for week, end in ((BASE_WEEK, base), (WEEK, current))
    )
    following = with_ids_of_now(then, now, product_keys(links(*steps)))
    assert following["listing_id"].is_unique().all()
    without, linked = pairs_of(now, then), pairs_of(now, following)
    assert matched_panel(without).base.tolist() == pytest.approx(matched_panel(linked).base.tolist())
    assert matched_panel(without).current.tolist() == pytest.approx(matched_panel(linked).current.tolist())
    assert sum(relaunch_gap(without, linked).values()) == pytest.approx(0, abs=1e-9)
    went, stays = (split_change(pairs)["exit_effect"].yuan for pairs in (without, linked))
    assert went <= stays + 1e-9
