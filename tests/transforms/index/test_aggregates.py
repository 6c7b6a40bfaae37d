"""Strata of a belt: which formula each has, in which month a week falls, and what they weigh together."""

from datetime import date, timedelta

import polars as pl
import pytest

from tests.transforms.index.listings import FIRST, listed, month_expr, of
from transforms.index import belt_index
from transforms.index.months import columns_of
from transforms.index.strata import formula_for


def constant(name: str, weeks: range, level: dict[int, float], spent: float, merchants: int = 3) -> pl.DataFrame:
    """A stratum whose prices are `level` of each year, and which sells for `spent` a week and merchant."""
    rows = [
        {
            "week": FIRST + timedelta(weeks=week),
            "stratum": name,
            "merchant": f"{name}-{merchant}",
            "product": f"{name}-{merchant}",
            "price": level[(FIRST + timedelta(weeks=week, days=3)).year],
            "quantity": spent / level[(FIRST + timedelta(weeks=week, days=3)).year],
        }
        for week in weeks
        for merchant in range(merchants)
    ]
    return pl.DataFrame(rows)


def test_strata_weigh_by_the_value_of_the_year_before() -> None:
    """A holds, B doubles in 2025 and holds in 2026; B sells for three times as much as A until 2024, then as much."""
    a = constant("a", range(150), {2024: 1.0, 2025: 1.0, 2026: 1.5}, spent=100)
    b2024 = constant("b", range(52), {2024: 1.0}, spent=300)
    b2025 = constant("b", range(52, 150), {2024: 1.0, 2025: 2.0, 2026: 2.0}, spent=100)
    found = of(belt_index(pl.concat([a, b2024, b2025]))).filter(~pl.col("is_provisional"))
    by_month = dict(found.select("month", "value").iter_rows())
    assert by_month[date(2024, 7, 1)] == pytest.approx(1.0)
    assert by_month[date(2025, 6, 1)] == pytest.approx((1 * 100 + 2 * 300) / 400)
    assert by_month[date(2026, 6, 1)] == pytest.approx(1.75 * (1.5 + 1.0) / 2)


def test_the_belt_is_linked_in_december_with_the_shares_of_the_year_before() -> None:
    strata = ("towels/piece", "towels/gram")
    rows = listed(11, weeks=150, strata=strata, noise=0.03).filter(pl.col("week") >= date(2024, 4, 1))
    found = belt_index(rows, formulas=dict.fromkeys(strata, "tornqvist")).filter(~pl.col("is_provisional"))
    level = {name: dict(of(found, name).select("month", "value").iter_rows()) for name in ("all", *strata)}
    spent = rows.select("stratum", month_expr().alias("month"), value=pl.col("price") * pl.col("quantity"))
    sums = spent.group_by("stratum", "month").agg(pl.col("value").sum())
    by_month = {(stratum, month): value for stratum, month, value in sums.iter_rows()}
    for month, value in level["all"].items():
        is_first = month.year == 2024
        link = date(2024, 4, 1) if is_first else date(month.year - 1, 12, 1)
        year = [date(month.year - 1, number, 1) for number in range(1, 13)]
        weight = {h: sum(by_month.get((h, then), 0) for then in ([link] if is_first else year)) for h in strata}
        moved = sum(weight[h] * level[h][month] / level[h][link] for h in strata) / sum(weight.values())
        assert value == pytest.approx(level["all"][link] * moved, rel=1e-11)


def test_merchants_weigh_the_strata_where_one_has_no_quantities() -> None:
    a = constant("a", range(80), {2024: 1.0, 2025: 1.0}, spent=100, merchants=3)
    b = constant("b", range(80), {2024: 1.0, 2025: 2.0}, spent=100, merchants=9)
    rows = pl.concat([a, b.with_columns(quantity=pl.lit(None, pl.Float64))])
    found = of(belt_index(rows)).filter(pl.col("month") == date(2025, 3, 1))
    assert found["value"].item() == pytest.approx((1 * 3 + 2 * 9) / 12)
    assert found["formula"].item() is None
    assert found["merchants"].item() == 12


def test_when_quantities_are_usable() -> None:
    rows = listed(1, weeks=10)
    ceiling = pl.int_range(pl.len()) < 0.25 * pl.len()
    assert formula_for(rows) == "tornqvist"
    assert formula_for(rows.drop("quantity")) == "merchant_jevons"
    assert (
        formula_for(rows.with_columns(pl.when(ceiling).then(None).otherwise("quantity").alias("quantity")))
        == "merchant_jevons"
    )
    assert formula_for(rows.with_columns(sales_basis=pl.lit("trailing_30d"))) == "tornqvist"
    mixed = rows.with_columns(sales_basis=pl.when(ceiling).then(pl.lit("cumulative")).otherwise(pl.lit("trailing_30d")))
    assert formula_for(mixed) == "merchant_jevons"
    small = pl.col("price") * pl.col("quantity") < (pl.col("price") * pl.col("quantity")).quantile(0.3)
    assert formula_for(rows.with_columns(is_at_ceiling=small)) == "tornqvist"
    assert formula_for(rows.with_columns(is_at_ceiling=~small)) == "merchant_jevons"


def test_weeks_belong_to_the_month_of_their_thursday() -> None:
    weeks = pl.Series([date(2026, 9, 28), date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 2)])
    columns = columns_of(weeks)
    assert columns.periods.to_list() == [date(2026, 10, 1), date(2026, 11, 2)]
    assert columns_of(pl.Series([date(2026, 9, 28), date(2026, 10, 19)])).final == 0
    assert columns_of(pl.Series([date(2026, 1, 5), date(2026, 4, 27)])).months.to_list()[:4] == [
        date(2026, month, 1) for month in range(1, 5)
    ]
