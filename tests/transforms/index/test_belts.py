"""The index of a belt from weekly listings, against truths that were planted and indices of single months."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from configs.errors import InputError
from tests.transforms.index.listings import listed, month_expr, of, still
from transforms.index import belt_index, geks
from transforms.index.matrices import group_of


@pytest.mark.parametrize("has_quantities", [True, False])
def test_a_common_path_of_prices_is_recovered_in_months_and_weeks(has_quantities: bool) -> None:
    """Prices fall by 2 % a month, in the weeks of the last month by another 1 % each; listings come and go."""
    rows = still(listed(1, weeks=128)).with_columns(month=month_expr())
    age = (pl.col("month").dt.year() - 2024) * 12 + pl.col("month").dt.month() - 1
    last = pl.col("month") == date(2026, 6, 1)
    since = (pl.col("week") - date(2026, 6, 1)).dt.total_days() // 7
    fallen = rows.with_columns(pl.col("price") * 0.98**age * pl.when(last).then(0.99**since).otherwise(1.0))
    found = of(belt_index(fallen if has_quantities else fallen.drop("quantity")))
    months, weeks = found.filter(~pl.col("is_provisional")), found.filter("is_provisional")
    assert months["month"].to_list()[-1] == date(2026, 5, 1)
    assert months["value"].to_numpy() == pytest.approx(0.98 ** np.arange(29), rel=1e-11)
    assert months["yoy_change"].to_list()[:12] == [None] * 12
    assert months["yoy_change"].to_numpy()[12:] == pytest.approx(np.full(17, 0.98**12 - 1), rel=1e-9)
    assert weeks["week"].to_list() == [date(2026, 6, 1), date(2026, 6, 8)]
    assert weeks["value"].to_numpy() == pytest.approx(0.98**29 * np.array([1, 0.99]), rel=1e-11)
    assert weeks["yoy_change"].to_numpy() == pytest.approx(0.98**12 * np.array([1, 0.99]) - 1, rel=1e-9)
    assert found["low"].to_numpy() == pytest.approx(found["value"].to_numpy(), rel=1e-9)


def test_months_are_the_library_on_unit_values() -> None:
    rows = listed(2, weeks=156)
    found = of(belt_index(rows, window=13)).filter(~pl.col("is_provisional"))
    monthly = (
        rows.with_columns(period=month_expr())
        .group_by("period", "product", "merchant")
        .agg(
            ((pl.col("price") * pl.col("quantity")).sum() / pl.col("quantity").sum()).alias("price"),
            pl.col("quantity").sum(),
        )
    )
    expected = geks(monthly, "tornqvist", window=13, splice="mean_pub", start="expanding").head(found.height)
    for name in ("value", "low", "high"):
        assert found[name].to_numpy() == pytest.approx(expected[name].to_numpy(), rel=1e-10)
    assert found["formula"].unique().to_list() == ["tornqvist"]


def test_without_quantities_months_are_geometric_means_and_merchants_weigh_equally() -> None:
    rows = listed(2, weeks=60)
    found = of(belt_index(rows.drop("quantity"))).filter(~pl.col("is_provisional"))
    monthly = (
        rows.with_columns(period=month_expr())
        .group_by("period", "product", "merchant")
        .agg(pl.col("price").log().mean().exp())
    )
    expected = geks(monthly, "merchant_jevons", start="expanding", window=25).head(found.height)
    assert found["value"].to_numpy() == pytest.approx(expected["value"].to_numpy(), rel=1e-10)


@pytest.mark.parametrize("has_quantities", [True, False])
def test_a_week_is_the_matched_link_with_the_last_month_until_the_month_is_over(has_quantities: bool) -> None:
    rows = listed(3, weeks=61)  # to 2025-02-24, whose Thursday is the last one of February
    shown = rows if has_quantities else rows.drop("quantity")
    ends = (date(2025, 2, 17), date(2025, 2, 24))
    before, after = (of(belt_index(shown.filter(pl.col("week") <= end))) for end in ends)
    flash, months = before.filter("is_provisional"), before.filter(~pl.col("is_provisional"))
    assert flash["week"].to_list() == [date(2025, 2, 3), date(2025, 2, 10), date(2025, 2, 17)]
    assert flash["month"].unique().to_list() == [date(2025, 2, 1)]
    assert flash["value"].to_list() == pytest.approx(
        [months["value"][-1] * link_with_january(rows, week, has_quantities) for week in flash["week"]], rel=1e-12
    )
    assert not after["is_provisional"].any()
    assert after["month"][-1] == date(2025, 2, 1)
    assert after["value"][:-1].to_list() == pytest.approx(months["value"].to_list(), rel=1e-12)


def link_with_january(rows: pl.DataFrame, week: date, has_quantities: bool) -> float:
    """Mean log ratio of a week's prices to those of January; over merchants' means where there are no quantities."""
    january = (
        rows.filter(month_expr() == date(2025, 1, 1))
        .group_by("product")
        .agg(
            unit_value=(pl.col("price") * pl.col("quantity")).sum() / pl.col("quantity").sum(),
            mean=pl.col("price").log().mean().exp(),
        )
    )
    pairs = rows.filter(pl.col("week") == week).join(january, on="product", validate="1:1")
    if has_quantities:
        return float(np.exp(pairs.select((pl.col("price") / pl.col("unit_value")).log().mean()).item()))
    merchants = pairs.group_by("merchant").agg((pl.col("price") / pl.col("mean")).log().mean())
    return float(np.exp(merchants["price"].mean()))


@pytest.mark.parametrize("formula", ["tornqvist", "merchant_jevons"])
def test_no_later_row_changes_what_a_month_showed(formula: str) -> None:
    strata = ("towels/piece", "towels/gram", "sheets/piece")
    rows = listed(4, weeks=110, strata=strata)
    late = pl.col("stratum").ne("sheets/piece") | (pl.col("week") >= date(2024, 9, 2))  # one stratum comes later
    rows = rows.filter(late)
    arguments = {"formulas": dict.fromkeys(strata, formula), "window": 7}
    whole = belt_index(rows, **arguments).filter(~pl.col("is_provisional"))
    for end in (date(2024, 4, 29), date(2024, 12, 30), date(2025, 1, 27), date(2025, 11, 3)):
        until = belt_index(rows.filter(pl.col("week") <= end), **arguments).filter(~pl.col("is_provisional"))
        same = until.join(whole, on=["stratum", "month"], how="left", validate="1:1", maintain_order="left")
        assert until.height > 0
        assert same["value"].to_numpy() == pytest.approx(same["value_right"].to_numpy(), rel=1e-11, nan_ok=True)


def test_the_interval_is_the_jackknife_of_the_whole_belt() -> None:
    """Level and change on the year of two strata together, made anew without each group of merchants."""
    rows = listed(5, weeks=70, merchants=30, strata=("towels/piece", "towels/gram"))
    arguments = {"formulas": {"towels/piece": "tornqvist", "towels/gram": "tornqvist"}}
    found = of(belt_index(rows, **arguments))
    groups = rows.with_columns(group=pl.Series(group_of(rows["merchant"])))
    without = [of(belt_index(groups.filter(pl.col("group") != one), **arguments)) for one in groups["group"].unique()]
    for value, low, high, shift in (("value", "low", "high", 0), ("yoy_change", "yoy_low", "yoy_high", 1)):
        deleted = np.log(np.array([frame[value].to_numpy()[-1] for frame in without]) + shift)
        apart = deleted - deleted.mean()
        error = np.sqrt((len(apart) - 1) / len(apart) * (apart**2).sum())
        degrees = min(len(apart) - 1, max(2, (apart**2).sum() ** 2 / (apart**4).sum()))
        reach = stats.t.ppf(0.975, degrees) * error
        centre = np.log(found[value][-1] + shift)
        assert np.log(found[low][-1] + shift) == pytest.approx(centre - reach, rel=1e-7)
        assert np.log(found[high][-1] + shift) == pytest.approx(centre + reach, rel=1e-7)


def test_seasonal_goods_are_compared_with_their_own_season_only() -> None:
    """Sold in September and October, 20 % cheaper a year later, with nothing in between."""
    season = month_expr().dt.month().is_in([9, 10])
    rows = still(listed(7, weeks=100, noise=0)).filter(season)
    rows = rows.with_columns(pl.when(pl.col("week") >= date(2025, 1, 1)).then(pl.col("price") * 0.8).otherwise("price"))
    found = of(belt_index(rows, is_seasonal=True))
    assert found["value"].null_count() == found.height
    changes = found.filter(pl.col("yoy_change").is_not_null())
    assert changes["month"].to_list() == [date(2025, 9, 1), date(2025, 10, 1)]
    assert changes["yoy_change"].to_numpy() == pytest.approx([-0.2, -0.2], abs=1e-12)
    assert found.filter(pl.col("month") == date(2025, 3, 1))["merchants"].item() == 0


def test_a_month_without_listings_is_null_and_the_next_one_is_linked_over_it() -> None:
    gap = month_expr() == date(2024, 6, 1)
    rows = still(listed(8, weeks=50)).filter(~gap)
    risen = rows.with_columns(pl.when(month_expr() > date(2024, 6, 1)).then(pl.col("price") * 1.1).otherwise("price"))
    found = of(belt_index(risen))
    values = dict(found.select("month", "value").iter_rows())
    assert values[date(2024, 6, 1)] is None
    assert values[date(2024, 5, 1)] == pytest.approx(1.0)
    assert values[date(2024, 7, 1)] == pytest.approx(1.1)


def test_rows_in_any_order_give_the_same_bits() -> None:
    rows = listed(9, weeks=40, strata=("a", "b"))
    assert belt_index(rows.sample(fraction=1, shuffle=True, seed=3)).equals(belt_index(rows))


def test_midnights_of_pandas_are_weeks() -> None:
    rows = listed(1, weeks=20)
    frame = rows.to_pandas()
    assert str(frame["week"].dtype).startswith("datetime64")
    assert belt_index(frame).equals(belt_index(rows))


def test_where_nothing_was_sold_prices_are_compared_all_the_same() -> None:
    """Törnqvist shares of nothing are none: the index would be null for ever."""
    rows = listed(1, weeks=60)
    nothing = belt_index(rows.with_columns(quantity=pl.lit(0.0)))
    assert nothing.equals(belt_index(rows.drop("quantity")))
    assert nothing["value"].null_count() == 0


def test_what_a_belt_cannot_be_measured_from_is_refused() -> None:
    rows = listed(1, weeks=8)
    for faulty, said in (
        (rows.drop("stratum"), "needs the column stratum"),
        (rows.with_columns(pl.col("week").cast(pl.String)), "weeks that are dates"),
        (rows.with_columns(stratum=pl.lit(None, pl.String)), "stratum null"),
        (rows.with_columns(pl.col("week").cast(pl.Datetime("ms")) + timedelta(hours=9)), "weeks that are dates"),
        (rows.with_columns(stratum=pl.lit("all")), "cannot be called 'all'"),
        (rows.with_columns(price=pl.lit(0.0)), "price zero or negative"),
    ):
        with pytest.raises(InputError, match=said):
            belt_index(faulty)
    assert belt_index(rows.clear()).is_empty()
    assert belt_index(rows.clear()).schema == belt_index(rows).schema
