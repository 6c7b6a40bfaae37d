"""A base mixed from weeks: totals add up, merchants match where they were in every part, prices keep their pieces."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.calendar import WEEK
from tests.transforms.seasons import Profile, festival, followed, mondays, mooncakes, reading, workshops
from transforms.base_mix import BaseMix, base_mix, curve_weeks
from transforms.mixed_base import UNSTEADY, mixed_base
from transforms.ordered import total
from transforms.panels import LISTING, listing_pairs, matched_panel, placed_listings, total_panel
from transforms.split import split_change

BeltRows = Callable[..., pl.DataFrame]
PLANTED = -0.2
A, B, C = (date(2025, 1, 6) + number * WEEK for number in range(3))
HALF = BaseMix(((A, 0.5), (B, 0.5)), 1.0, "spring_festival", 1.0, 6)
values = st.floats(0, 1e6)


def mixed(belt_rows: BeltRows, mix: BaseMix, **weeks: list[object]) -> pl.DataFrame:
    """The mix of rows given by the name of their week."""
    named = {"a": A, "b": B, "c": C}
    return mixed_base(
        {named[name]: placed_listings(belt_rows(named[name], *rows)) for name, rows in weeks.items()}, mix
    )


def by_listing(frame: pl.DataFrame, *columns: str) -> dict[tuple[str, str], tuple[object, ...]]:
    return {(row[0], row[1]): row[2:] for row in frame.select("merchant_id", "listing_id", *columns).iter_rows()}


def row(merchant: str, listing: str, value: float | None, **more: object) -> dict[str, object]:
    return {"merchant_id": merchant, "listing_id": listing, "value_yuan": value, **more}


def test_a_single_week_is_itself(belt_rows: BeltRows) -> None:
    placed = placed_listings(belt_rows(A, ("m", "1", 10.0), ("m", "2", None), ("n", "1", 0.0)))
    found = mixed_base({A: placed}, BaseMix(((A, 1.0),)))
    assert found.drop("presence_share").equals(placed)
    assert found["presence_share"].to_list() == [1.0, 1.0, 1.0]


@given(
    st.lists(st.tuples(values, values, values), min_size=1, max_size=8),
    st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1)),
    st.floats(0.9, 1.1),
)
def test_the_total_is_the_mix_of_the_totals(
    belt_rows: BeltRows, rows: list[tuple[float, float, float]], weights: tuple[float, float, float], scale: float
) -> None:
    shares = [weight / sum(weights) for weight in weights]
    mix = BaseMix(tuple(zip((A, B, C), shares, strict=True)), scale)
    weeks = {
        name: [(f"m{number}", "1", sold[part]) for number, sold in enumerate(rows)] for part, name in enumerate("abc")
    }
    found = mixed(belt_rows, mix, **weeks)
    totals = [sum(sold[part] for sold in rows) for part in range(3)]
    wanted = scale * sum(share * sold for share, sold in zip(shares, totals, strict=True))
    assert found["value_yuan"].sum() == pytest.approx(wanted)


def test_an_absent_listing_sold_nothing_there(belt_rows: BeltRows) -> None:
    found = mixed(belt_rows, HALF, a=[("m", "1", 10.0), ("m", "2", 4.0)], b=[("m", "1", 30.0)])
    assert by_listing(found, "value_yuan", "presence_share") == {("m", "1"): (20.0, 1.0), ("m", "2"): (2.0, 0.5)}


def test_a_merchant_is_matched_where_it_was_in_every_part(belt_rows: BeltRows) -> None:
    then = mixed(
        belt_rows,
        HALF,
        a=[("stays", "1", 10.0), ("swaps", "old", 10.0), ("comes", "1", None), ("left", "1", 8.0)],
        b=[("stays", "1", 20.0), ("swaps", "new", 10.0), ("comes", "1", 10.0), ("late", "1", 6.0)],
    )
    assert by_listing(then, "sales_basis") == {
        ("stays", "1"): ("trailing_30d",),
        ("swaps", "old"): ("trailing_30d",),
        ("swaps", "new"): ("trailing_30d",),
        ("comes", "1"): (UNSTEADY,),
        ("left", "1"): (UNSTEADY,),
        ("late", "1"): (UNSTEADY,),
    }
    now = placed_listings(
        belt_rows(date(2026, 1, 26), *((name, "1", 12.0) for name in ("comes", "late", "left", "stays")))
    )
    extra = placed_listings(belt_rows(date(2026, 1, 26), ("swaps", "new", 5.0)))
    pairs = listing_pairs(pl.concat([now, extra]).sort(LISTING), then)
    panel = matched_panel(pairs)
    assert (total(panel.base), total(panel.current), panel.merchants) == (15.0 + 10.0, 12.0 + 5.0, 2)
    # in all, every part counts: of those that came or left the half that was there
    everyone = total_panel(pairs)
    assert total(everyone.base) == 15.0 + 10.0 + 5.0 + 4.0 + 3.0
    effects = split_change(pairs)
    assert sum(effect.yuan for effect in effects.values()) == pytest.approx(
        total(everyone.current) - total(everyone.base)
    )


def test_a_merchants_other_listings_follow_it(belt_rows: BeltRows) -> None:
    """A merchant that was away in one part is unmatched whole: a listing it has dropped since would else be a loss."""
    then = mixed(belt_rows, HALF, a=[("m", "1", 10.0), ("m", "2", 10.0), ("n", "1", 1.0)], b=[("n", "1", 1.0)])
    now = placed_listings(belt_rows(date(2026, 1, 26), ("m", "1", 10.0), ("n", "1", 1.0)))
    assert matched_panel(listing_pairs(now, then)).base.tolist() == [1.0]


def test_a_listing_that_changed_its_basis_is_unsteady(belt_rows: BeltRows) -> None:
    other = {"sales_basis": "cumulative"}
    found = mixed(
        belt_rows,
        HALF,
        a=[row("m", "1", 10.0), row("m", "2", 5.0), row("m", "3", 1.0, **other)],
        b=[row("m", "1", 10.0, **other), row("m", "2", 5.0), row("m", "3", 1.0, **other)],
    )
    assert by_listing(found, "sales_basis") == {
        ("m", "1"): (UNSTEADY,),
        ("m", "2"): ("trailing_30d",),
        ("m", "3"): ("cumulative",),
    }


def test_without_sales_in_any_part_a_value_stays_unknown(belt_rows: BeltRows) -> None:
    found = mixed(belt_rows, HALF, a=[row("m", "1", None)], b=[row("m", "1", None)])
    assert by_listing(found, "value_yuan", "sales_basis") == {("m", "1"): (None, "trailing_30d")}


@given(values, values, st.floats(0.01, 1e4), st.floats(0.01, 1e4), st.floats(0.01, 0.99))
def test_prices_keep_the_pieces(
    belt_rows: BeltRows, before: float, after: float, low: float, high: float, share: float
) -> None:
    mix = BaseMix(((A, share), (B, 1 - share)))
    found = mixed(
        belt_rows, mix, a=[row("m", "1", before, price_yuan=low)], b=[row("m", "1", after, price_yuan=high)]
    ).row(0, named=True)
    assert min(low, high) <= found["price_yuan"] <= max(low, high)
    pieces = share * before / low + (1 - share) * after / high
    assert found["value_yuan"] / found["price_yuan"] == pytest.approx(pieces, rel=1e-9, abs=1e-12)


def test_prices_of_another_unit_are_left_out(belt_rows: BeltRows) -> None:
    mix = BaseMix(((A, 0.4), (B, 0.6)))
    found = mixed(
        belt_rows, mix, a=[row("m", "1", 10.0, price_yuan=2.0, unit="metre")], b=[row("m", "1", 10.0, price_yuan=8.0)]
    )
    assert by_listing(found, "unit", "price_yuan") == {("m", "1"): ("piece", 8.0)}


def test_a_price_that_did_not_move_makes_no_price_effect(belt_rows: BeltRows) -> None:
    price = 0.1 + 0.2
    weeks = {name: [row("m", "1", 7.3, price_yuan=price), row("n", "1", 3.1, price_yuan=price)] for name in "abc"}
    then = mixed(belt_rows, BaseMix(((A, 0.3), (B, 0.3), (C, 0.4))), **weeks)
    now = placed_listings(belt_rows(date(2026, 1, 26), *weeks["a"]))  # type: ignore[arg-type]
    assert split_change(listing_pairs(now, then))["price_effect"].yuan == 0


def test_nothing_is_mixed_of_nothing(belt_rows: BeltRows) -> None:
    empty = placed_listings(belt_rows(A, ("m", "1", 1.0))).clear()
    found = mixed_base({A: empty, B: empty}, HALF)
    assert found.is_empty()
    assert listing_pairs(empty, found).is_empty()


def test_the_order_of_the_rows_does_not_matter(belt_rows: BeltRows) -> None:
    generator = np.random.default_rng(3)
    rows = {week: [(f"m{n % 7}", str(n), float(generator.lognormal())) for n in range(30)] for week in (A, B)}
    frames = {week: belt_rows(week, *listed) for week, listed in rows.items()}
    found = mixed_base({week: placed_listings(frame) for week, frame in frames.items()}, HALF)
    turned = {week: placed_listings(frame.reverse()) for week, frame in frames.items()}
    assert mixed_base(turned, HALF).equals(found)


def belt_week(belt_rows: BeltRows, week: date, name: str, profile: Profile, year: int) -> pl.DataFrame:
    """Forty merchants of heavy-tailed size; every third sells the same all year, and each -20 % on its year ago."""
    sizes = np.random.default_rng(5).lognormal(0, 1.8, 40)
    seasonal = reading(week, name, profile, year, PLANTED)
    steady = reading(week, name, lambda offset: 100.0, year, PLANTED)
    return placed_listings(
        belt_rows(
            week,
            *((f"m{n:02}", "1", float(size) * (seasonal if n % 3 else steady)) for n, size in enumerate(sizes)),
        )
    )


@pytest.mark.parametrize(
    ("name", "profile", "year"),
    [("mid_autumn", mooncakes, 2024), ("spring_festival", workshops, 2026), ("spring_festival", workshops, 2027)],
)
def test_a_belts_matched_change_is_recovered_through_the_frames(
    belt_rows: BeltRows, name: str, profile: Profile, year: int
) -> None:
    festivals, day = followed(name), festival(name).dates[year]
    for week in mondays(day - timedelta(days=70), day + timedelta(days=70)):
        placed = {one: belt_week(belt_rows, one, name, profile, year) for one in curve_weeks(week, festivals)}
        curve = {one: frame["value_yuan"].sum() for one, frame in placed.items()}
        mix = base_mix(week, festivals, curve)
        now = belt_week(belt_rows, week, name, profile, year)
        panel = matched_panel(listing_pairs(now, mixed_base(placed, mix)))
        assert panel.merchants == 40
        assert total(panel.current) / total(panel.base) - 1 == pytest.approx(PLANTED, abs=0.02)
