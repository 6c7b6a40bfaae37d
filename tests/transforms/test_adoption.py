"""From listing rows to merchants' quantities and the reading at which each has the assistant."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from transforms.adoption import READINGS, Panel, adoption_panel, adoption_reading, reading_weeks
from transforms.group_time import NEVER

WEEK = date(2026, 11, 16)
Rows = list[dict[str, object]]
ORDINARY = {
    **{"marketplace": "practice", "category": "socks", "sales_basis": "trailing_30d", "weight": 1.0},
    **{"price_yuan": 2.0, "flags": []},
}
KINDS = {"value_low_yuan": pl.Float64, "value_high_yuan": pl.Float64, "flags": pl.List(pl.String), "weight": pl.Float64}


def row(merchant: str, yuan: float | None, listing: str = "1", **others: object) -> dict[str, object]:
    bounds = {"value_low_yuan": yuan, "value_high_yuan": yuan}
    return ORDINARY | {"merchant_id": merchant, "listing_id": listing, "value_yuan": yuan} | bounds | others


def panel(*readings: Rows, reverse: bool = False) -> Panel:
    """From the rows of the last readings, latest last."""
    found = {}
    for back, rows in enumerate(reversed(readings)):
        frame = pl.DataFrame(rows, schema_overrides=KINDS | {"value_yuan": pl.Float64, "sales_basis": pl.String})
        found[WEEK - back * timedelta(days=28)] = adoption_reading(frame.reverse() if reverse else frame)
    return adoption_panel(found, WEEK)


def quantities(found: Panel, readings: int) -> np.ndarray:
    """q of each unit at the last readings."""
    return np.exp(found.adoption.outcome[:, READINGS - readings :])


def test_a_price_cut_that_sells_the_same_pieces_is_no_change_of_quantity() -> None:
    found = panel([row("a", 200.0, price_yuan=2.0)], [row("a", 100.0, price_yuan=1.0)])
    assert quantities(found, 2)[0] == pytest.approx([100 * np.sqrt(2)] * 2)


def test_listings_of_a_merchant_add_up_at_constant_prices() -> None:
    dear = {"price_yuan": 50.0}
    then = [row("a", 200.0, "1"), row("a", 500.0, "2", **dear)]
    now = [row("a", 400.0, "1"), row("a", 250.0, "2", **dear)]
    assert quantities(panel(then, now), 2)[0] == pytest.approx([700, 650])


@pytest.mark.parametrize(
    "unknown", [row("a", None, "2"), row("a", 300.0, "2") | {"value_low_yuan": 100.0, "value_high_yuan": 900.0}]
)
def test_a_sum_with_an_unknown_or_a_coarse_part_is_unknown(unknown: dict[str, object]) -> None:
    found = quantities(panel([row("a", 200.0)], [row("a", 200.0), unknown], [row("a", 200.0)]), 3)
    assert np.isnan(found[0]).tolist() == [False, True, False]


def test_coarseness_is_judged_by_what_the_unit_sells_on_average() -> None:
    """Steps of 100 at both ends: the poor reading is no likelier to be left out than the good one."""
    readings = [[row("a", v) | {"value_low_yuan": v - 100, "value_high_yuan": v + 100}] for v in (300.0, 700.0, 500.0)]
    assert not np.isnan(quantities(panel(*readings), 3)).any()
    coarse = [[row("a", v) | {"value_low_yuan": v - 200, "value_high_yuan": v + 200}] for v in (300.0, 700.0, 500.0)]
    assert np.isnan(quantities(panel(*coarse), 3)).all()


def test_a_merchant_has_the_assistant_once_half_of_its_listings_carry_it_and_keeps_it() -> None:
    yes = {"flags": ["assistant", "mode_self"]}
    third = [row("a", 1.0, "1", **yes), row("a", 1.0, "2"), row("a", 1.0, "3")]
    half = [row("a", 1.0, "1", **yes), row("a", 1.0, "2")]
    found = panel(third, [*half, row("b", 1.0)], [*third, row("b", 1.0)]).adoption
    assert found.first.tolist() == [READINGS - 2, NEVER]


def test_pages_without_badges_and_listings_half_in_the_belt_do_not_count() -> None:
    rows = [row("a", 1.0), row("b", 1.0, flags=None), row("c", 1.0, weight=0.7), row("d", 1.0, weight=None)]
    assert panel(rows).adoption.outcome.shape[0] == 1


def test_units_are_merchants_in_a_category_on_one_basis_and_share_their_merchant() -> None:
    rows = [
        row("a", 1.0, "1"),
        row("a", 1.0, "2", category="stockings"),
        row("a", 1.0, "3", sales_basis="cumulative"),
        row("b", 1.0, "4", category="stockings", flags=["assistant"]),
        row("a", 1.0, "1", marketplace="second"),
    ]
    found = panel(rows).adoption
    assert (len(found.first), len(set(found.stratum.tolist())), len(set(found.merchant.tolist()))) == (5, 4, 3)
    assert sorted(found.first.tolist()) == [READINGS - 1, *[NEVER] * 4]


def test_the_order_of_rows_changes_no_bit() -> None:
    random = np.random.default_rng(1)
    readings = [
        [
            row(f"m{n}", float(random.lognormal(5)), str(k), price_yuan=float(random.lognormal()))
            for n in range(9)
            for k in range(3)
        ]
        for _ in range(3)
    ]
    one, other = panel(*readings).adoption, panel(*readings, reverse=True).adoption
    assert np.array_equal(one.outcome, other.outcome, equal_nan=True)
    assert np.array_equal(one.merchant, other.merchant)


def test_a_gap_between_readings_stays_a_gap() -> None:
    weeks = reading_weeks(WEEK)
    assert (weeks[0], weeks[13]) == (WEEK, WEEK - timedelta(days=364))
    reading = adoption_reading(pl.DataFrame([row("a", 5.0)], schema_overrides=KINDS))
    found = adoption_panel({WEEK: reading, weeks[2]: reading}, WEEK).adoption
    assert np.isnan(found.outcome[0, -3:]).tolist() == [False, True, False]
