"""What a comparison stands on, as the figures show it: orders, brackets, p-values, hidden parts."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from configs.publication import shipped_rules
from sandbox.draws import BASE_WEEK, BELT, WEEK, DrawnBelt, draw_belts
from transforms.compare import read_belt, week_figures
from transforms.coverage import Coverage
from transforms.footing import Footing, Footings
from transforms.panels import listing_pairs, placed_listings
from transforms.year_to_date import reading, windows, year_to_date

TOWELS = ("practice", "towels")
FULL = Coverage(1.0, 1.0)
KEY = ["metric", "segment", "comparison", "panel"]
BeltRows = Callable[..., pl.DataFrame]


@pytest.fixture(scope="module")
def drawn() -> DrawnBelt:
    """A belt of a hundred merchants."""
    return next(draw_belts(100, 1, seed=4))


def figures_of(
    current: pl.DataFrame, base: pl.DataFrame, footings: Footings | None = None, reordered: tuple[str, ...] = ()
) -> pl.DataFrame:
    segments = read_belt(current, base, footings or {})
    return week_figures(segments, BELT, WEEK, FULL, shipped_rules(), reordered=reordered)


def row(figures: pl.DataFrame, metric: str, panel: str = "matched") -> dict[str, object]:
    wanted = {"metric": metric, "panel": panel, "segment": "all", "comparison": "yoy"}
    return figures.filter(*(pl.col(name) == part for name, part in wanted.items())).row(0, named=True)


def test_a_footing_adds_the_bracket_and_changes_nothing_else(drawn: DrawnBelt) -> None:
    plain = figures_of(drawn.current, drawn.base)
    standing = figures_of(drawn.current, drawn.base, {TOWELS: Footing(is_whole=True)})
    added = standing.join(plain, on=KEY, how="anti")
    assert set(added["metric"]) == {"displayed_sales_bracket"}
    assert standing.join(added, on=KEY, how="anti", maintain_order="left").equals(plain)
    bracket, matched = row(standing, "displayed_sales_bracket"), row(standing, "displayed_sales")
    lost = drawn.base.join(drawn.current, on="merchant_id", how="anti")["value_yuan"].sum()
    share = lost / (drawn.base["value_yuan"].sum() - lost)
    assert bracket["high"] == pytest.approx(matched["value"])
    assert bracket["low"] == pytest.approx((1 + matched["value"]) / (1 + share) - 1)  # type: ignore[operator]
    assert (bracket["status"], bracket["p_value"]) == ("published", None)


def test_a_new_giant_moves_neither_the_matched_change_nor_its_bracket(belt_rows: BeltRows, drawn: DrawnBelt) -> None:
    giant = belt_rows(WEEK, ("giant", "1", 1e9)).select(drawn.current.columns)
    footings = {TOWELS: Footing(is_whole=True)}
    without, with_giant = (
        figures_of(current, drawn.base, footings) for current in (drawn.current, pl.concat([drawn.current, giant]))
    )
    for metric in ("displayed_sales", "displayed_sales_bracket"):
        one, other = row(without, metric), row(with_giant, metric)
        assert [one[end] for end in ("value", "low", "high")] == [other[end] for end in ("value", "low", "high")]


def test_in_another_order_nothing_is_compared_but_levels_stand(drawn: DrawnBelt) -> None:
    plain, found = figures_of(drawn.current, drawn.base), figures_of(drawn.current, drawn.base, reordered=("practice",))
    compared = pl.col("comparison") != "level"
    assert set(found.filter(compared).select("status", "reason", "value", "p_value").rows()) == {
        ("suppressed", "sort_changed", None, None)
    }
    assert found.filter(~compared).equals(plain.filter(~compared))


def test_another_marketplace_that_kept_its_order_is_compared_still(drawn: DrawnBelt) -> None:
    both = [pl.concat([end, end.with_columns(marketplace=pl.lit("other"))]) for end in (drawn.current, drawn.base)]
    found = figures_of(*both, reordered=("other",)).filter(pl.col("comparison") == "yoy")
    reasons = {name: set(part["reason"]) for (name,), part in found.partition_by("segment", as_dict=True).items()}
    assert reasons == {
        "all": {"sort_changed"},
        "marketplace=other": {"sort_changed"},
        "marketplace=practice": {"none"},
    }


def test_p_values_stand_beside_tested_changes_only(drawn: DrawnBelt) -> None:
    figures = figures_of(drawn.current, drawn.base, {TOWELS: Footing(is_whole=True)})
    tested = figures.filter(pl.col("p_value").is_not_null())
    assert set(tested["comparison"]) == {"yoy"}
    assert {"displayed_sales", "merchants", "price_effect"} <= set(tested["metric"])
    assert not {"entry_effect", "exit_effect", "displayed_sales_bracket"} & set(tested["metric"])
    sure = (tested["low"] > 0) | (tested["high"] < 0)
    assert (sure == (tested["p_value"] < 0.05)).all()


def test_the_last_hidden_part_hides_another(belt_rows: BeltRows) -> None:
    years = [3.0] * 20 + [7.0] * 20 + [12.0] * 5
    ends = [
        belt_rows(week, *((f"m{number:02}", "1", 100.0) for number in range(45))).with_columns(
            merchant_years=pl.Series(years)
        )
        for week in (WEEK, BASE_WEEK)
    ]
    figures = figures_of(*ends).filter(pl.col("segment").str.starts_with("merchant_years="))
    sales = figures.filter((pl.col("metric") == "displayed_sales") & (pl.col("panel") != "matched"))
    found = set(sales.select("segment", "comparison", "reason").rows())
    for comparison in ("level", "yoy"):
        assert ("merchant_years=10+", comparison, "few_merchants") in found
        assert ("merchant_years=2-4", comparison, "secondary") in found
        assert ("merchant_years=5-9", comparison, "none") in found


def test_a_year_to_date_over_another_order_is_none(drawn: DrawnBelt) -> None:
    pairs = reading(listing_pairs(placed_listings(drawn.current), placed_listings(drawn.base)))
    january = date(2026, 1, 26)
    assert windows(january) == [january]
    for reordered, reason in ((False, "none"), (True, "sort_changed")):
        found = year_to_date({january: pairs}, BELT, january, FULL, shipped_rules(), reordered=reordered)
        assert set(found["reason"]) == {reason}
