"""A price index is told where the links it rests on since its base are wide enough, and only there."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from configs.belts import Belt
from configs.publication import shipped_rules
from configs.register import load
from tests.transforms.planted_prices import FIRST, Planted, Told, fortnights, tables, title
from transforms.index_figures import index_figures, index_points, index_rows
from transforms.index_footing import footing, shown_by_period

MARCH, LAST = date(2026, 3, 2), date(2026, 11, 16)
FALL = -0.06  # a year


@pytest.fixture(scope="module")
def belt(tmp_path_factory: pytest.TempPathFactory) -> Belt:
    return load(tmp_path_factory.mktemp("home")).belts["gaoyang-towels"]


def falling(merchant: int) -> Told:
    """Prices that all fall alike, but for a ripple of each merchant's own."""
    return lambda week: (5 + merchant) * (1 + FALL) ** ((week - FIRST).days / 364) * (1 + week.day * merchant / 2e5)


def shops(merchants: int, value: Callable[[int], Told] = lambda _: lambda _: 1000.0) -> list[Planted]:
    return [Planted(f"m{one}", "1", title(one), falling(one), value(one)) for one in range(merchants)]


def renamed(listings: list[Planted], kept: int) -> list[Planted]:
    """All but the first `kept` under new ids and titles from March 2026 on."""
    gone = [Planted(**{**one.__dict__, "until": MARCH}) for one in listings[kept:]]
    new = [
        Planted(**{**one.__dict__, "since": MARCH, "listing": "2", "title": title(1000 + number)})
        for number, one in enumerate(listings[kept:])
    ]
    return [*listings[:kept], *gone, *new]


def figures(belt: Belt, listings: list[Planted], last: date = LAST) -> pl.DataFrame:
    weeks = fortnights(last)
    found = index_figures(index_rows(*tables(listings, weeks)), belt, dict.fromkeys(weeks, (1.0, 1.0)), shipped_rules())
    told = found.filter(pl.col("status") == "published")
    assert not told.select(pl.any_horizontal(pl.col("value", "low", "high").is_null())).to_series().any()
    return found.sort("week")


def changes(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter((pl.col("comparison") == "yoy") & (pl.col("reason") != "no_base"))


def test_an_index_that_one_factory_carries_is_not_told(belt: Belt) -> None:
    found = figures(belt, renamed(shops(12), kept=1), last=date(2027, 6, 14))
    broken = found.filter(pl.col("week") >= MARCH)
    levels = broken.filter(pl.col("comparison") == "level")
    assert set(levels.select("reason", "merchants", "listings").rows()) == {("few_merchants", 1, 1)}
    across = changes(broken.filter(pl.col("week") < date(2027, 3, 1)))
    assert across.height == 12
    assert set(across.select("reason", "merchants").rows()) == {("few_merchants", 1)}
    before = found.filter((pl.col("week") < MARCH) & (pl.col("comparison") == "level"))
    assert before["reason"].unique().to_list() == ["none"]


def test_a_year_after_the_break_changes_are_told_again_and_levels_never(belt: Belt) -> None:
    """Three carried the link, so that the series goes on behind it."""
    found = figures(belt, renamed(shops(12), kept=3), last=date(2027, 6, 14)).filter(pl.col("week") >= date(2027, 4, 1))
    again = changes(found)
    assert again.height > 1
    assert again["value"].to_list() == pytest.approx([FALL] * again.height, abs=0.003)
    assert again["merchants"].unique().to_list() == [12]
    assert set(found.filter(pl.col("comparison") == "level")["reason"]) == {"few_merchants"}


@pytest.mark.parametrize("kept", [0, 1])
def test_a_year_after_a_break_that_one_factory_or_nobody_carries_changes_are_told(belt: Belt, kept: int) -> None:
    """All stand at both ends; that the series came over the break by one alone, or not at all, is nothing to that."""
    found = figures(belt, renamed(shops(12), kept), last=date(2027, 6, 14))
    again = changes(found.filter(pl.col("week") >= date(2027, 4, 1)))
    assert set(again.select("reason", "merchants").rows()) == {("none", 12)}
    assert again["value"].to_list() == pytest.approx([FALL] * again.height, abs=0.003)
    assert (again["high"] - again["low"] < 0.02).all()
    across = changes(found.filter((pl.col("week") >= MARCH) & (pl.col("week") < date(2027, 3, 1))))
    assert not across.filter(pl.col("status") == "published").height


def test_the_index_is_one_in_the_first_month_that_may_be_a_base(belt: Belt) -> None:
    """Six factories, from spring on twenty: the level counts from there, and changes on the year as they did."""
    spring = date(2025, 3, 3)
    late = [Planted(**{**one.__dict__, "since": spring}) for one in shops(20)[6:]]
    found = figures(belt, [*shops(20)[:6], *late])
    levels = found.filter(pl.col("comparison") == "level")
    before, after = (levels.filter(which) for which in (pl.col("week") < spring, pl.col("week") >= spring))
    assert before["reason"].unique().to_list() == ["few_merchants"]
    assert after["reason"].unique().to_list() == ["none"]
    assert after.row(0, named=True)["value"] == after.row(0, named=True)["high"] == 1
    years = (after["week"][-1] - after["week"][0]).days / 364
    assert after["value"][-1] == pytest.approx((1 + FALL) ** years, abs=0.005)
    own = figures(belt, [Planted(**{**one.__dict__, "since": spring}) for one in shops(20)])
    alone = own.filter(pl.col("comparison") == "level").rename({"value": "alone"})
    both = after.join(alone.select("week", "alone"), on="week", validate="1:1")
    assert both["value"].to_list() == pytest.approx(both["alone"].to_list(), abs=0.003)


def test_where_no_month_may_be_a_base_there_is_no_level(belt: Belt) -> None:
    levels = figures(belt, shops(9)).filter(pl.col("comparison") == "level")
    assert levels["reason"].unique().to_list() == ["few_merchants"]


def test_where_most_of_the_base_has_left_the_rest_does_not_speak_for_it(belt: Belt) -> None:
    """Fifteen of forty merchants stay, enough by their number."""
    found = changes(figures(belt, renamed(shops(40), kept=15))).filter(pl.col("week") >= MARCH)
    assert found["reason"].unique().to_list() == ["low_match"]
    wide = changes(figures(belt, renamed(shops(40), kept=25))).filter(pl.col("week") >= MARCH)
    assert wide.select("reason", "merchants").unique().rows() == [("none", 25)]


def giant(first: date, last: date) -> Callable[[int], Told]:
    return lambda one: lambda week: 90_000.0 if one == 0 and first <= week <= last else 1000.0


def test_who_dominates_now_withholds_nothing(belt: Belt) -> None:
    found = changes(figures(belt, shops(20, giant(date(2026, 11, 1), LAST))))
    assert found["reason"].unique().to_list() == ["none"]


def test_who_dominated_the_base_withholds_the_change(belt: Belt) -> None:
    found = changes(figures(belt, shops(20, giant(date(2025, 1, 1), date(2025, 12, 31)))))
    assert found.filter(pl.col("week") >= date(2026, 1, 1))["reason"].unique().to_list() == ["dominance"]
    assert found.filter(pl.col("week") < date(2025, 12, 1))["reason"].unique().to_list() == ["none"]


def test_an_index_is_told_where_no_sales_are_shown(belt: Belt) -> None:
    found = figures(belt, shops(12, lambda _: lambda _: None))
    assert found["method"].str.starts_with("GEKS-Jevons").all()
    told = changes(found)
    assert told["value"].to_list() == pytest.approx([FALL] * told.height, abs=0.003)
    assert found.filter(pl.col("comparison") == "level")["reason"].unique().to_list() == ["none"]


def test_few_merchants_or_few_that_stay_are_withheld_without_sales_too(belt: Belt) -> None:
    assert set(changes(figures(belt, shops(9, lambda _: lambda _: None)))["reason"]) == {"few_merchants"}
    found = changes(figures(belt, renamed(shops(40, lambda _: lambda _: None), kept=15)))
    assert found.filter(pl.col("week") >= MARCH)["reason"].unique().to_list() == ["low_match"]


def test_merchants_weigh_what_they_weigh_in_the_index(belt: Belt) -> None:
    """Two listings of the first have sales of 300 and 100, the second's 600; one of two strata shows none in turn."""
    listings = [
        *(
            Planted("a", str(place), title(place), falling(1), lambda _, at=at: at)
            for place, at in ((1, 300.0), (2, 100.0))
        ),
        Planted("b", "3", title(3), falling(2), lambda _: 600.0),
    ]
    base, now = date(2024, 11, 1), date(2024, 12, 1)
    listings[0] = Planted(**{**listings[0].__dict__, "until": now})
    rows = index_rows(*tables(listings, fortnights(date(2025, 1, 27))))

    by_value = footing(shown_by_period(rows, index_points(rows, belt)), base, now)
    assert by_value is not None
    assert (by_value.facts.merchants, by_value.listings) == (2, 2)
    assert by_value.facts.matched_share == pytest.approx(0.7)
    assert by_value.facts.top1_share == pytest.approx(600 / 700)

    bare = rows.with_columns(stratum=pl.lit("other"), quantity=None, value_yuan=0.0, sales_basis=None)
    mixed = pl.concat(
        [rows, bare.with_columns(pl.col("quantity", "sales_basis").cast(pl.String))], how="diagonal_relaxed"
    )
    mixed = mixed.with_columns(pl.col("quantity").cast(pl.Float64))
    both = footing(shown_by_period(mixed, index_points(mixed, belt)), base, now)
    assert both is not None
    # by value a .2 (of .8) and b 1.2 of the two merchants; alike a .5 of its listings and b 1, but each counts 1
    assert both.facts.matched_share == pytest.approx((0.2 + 1.2 + 0.5 + 1) / 4)
    assert both.facts.top1_share == pytest.approx((1.2 + 1) / (1.2 + 1 + 0.2 + 1))
    assert both.facts.effective == pytest.approx(3.4**2 / (2.2**2 + 1.2**2))
