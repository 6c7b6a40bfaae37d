from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from configs.publication import PublicationRules, shipped_rules
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.segments import in_order

WEEK, BASE_WEEK = date(2026, 11, 16), date(2025, 11, 17)
BeltRows = Callable[..., pl.DataFrame]
Merchant = tuple[str, str, float | None, float]  # id, mode, years, yuan


def rows_of(make: BeltRows, week: date, *merchants: Merchant) -> pl.DataFrame:
    made = make(week, *((merchant, "1", yuan) for merchant, _, _, yuan in merchants))
    flags = [[f"mode_{mode}"] if mode else [] for _, mode, _, _ in merchants]
    years = pl.Series("merchant_years", [age for _, _, age, _ in merchants], pl.Float64)
    return made.with_columns(pl.Series("flags", flags, pl.List(pl.String)), years)


def figures_of(current: pl.DataFrame, base: pl.DataFrame, minimum: int = 1) -> pl.DataFrame:
    changes = {"merchants_minimum": minimum, "effective_minimum": 1, "top1_share_maximum": 1, "top2_share_maximum": 1}
    rules = PublicationRules.model_validate(shipped_rules().model_dump() | changes | {"matched_share_minimum": 0})
    return belt_figures(current, base, "belt", WEEK, BASE_WEEK, Coverage(1.0, 1.0), rules)


def values(figures: pl.DataFrame, metric: str, comparison: str, panel: str) -> dict[str, float | None]:
    wanted = {"metric": metric, "comparison": comparison, "panel": panel}
    found = figures.filter(*(pl.col(name) == part for name, part in wanted.items()))
    return dict(found.select("segment", "value").rows())


def test_a_merchant_is_compared_in_the_mode_it_had_at_the_base(belt_rows: BeltRows) -> None:
    base = [(f"s{n}", "supply", 3.0, 100.0) for n in range(4)] + [(f"o{n}", "self", 3.0, 100.0) for n in range(4)]
    now = [
        (m, "supply" if m == "o0" else mode, years, yuan * (0.5 if mode == "self" else 2))
        for m, mode, years, yuan in base
    ]
    figures = figures_of(rows_of(belt_rows, WEEK, *now), rows_of(belt_rows, BASE_WEEK, *base))
    change = values(figures, "displayed_sales", "yoy", "matched")
    assert (change["mode=self"], change["mode=supply"], change["all"]) == pytest.approx((-0.5, 1.0, 0.25))
    level = values(figures, "merchants", "level", "none")
    assert (level["mode=self"], level["mode=supply"]) == (3, 5)


def test_a_new_merchant_takes_its_own_class(belt_rows: BeltRows) -> None:
    base = [(f"a{n}", "", 4.0, 100.0) for n in range(3)]
    now = [*((merchant, mode, 5.0, yuan) for merchant, mode, _, yuan in base), ("new", "", 0.0, 60.0)]
    figures = figures_of(rows_of(belt_rows, WEEK, *now), rows_of(belt_rows, BASE_WEEK, *base))
    total = values(figures, "displayed_sales", "yoy", "total")
    assert total["merchant_years=2-4"] == 0.0  # grown older since, not grown
    assert values(figures, "displayed_sales", "level", "none")["merchant_years=5-9"] == 300.0
    assert total["merchant_years=0-1"] is None  # nobody was there a year ago
    reasons = figures.filter(pl.col("segment") == "merchant_years=0-1", pl.col("comparison") == "yoy")["reason"]
    assert set(reasons) == {"no_base"}


def test_with_and_without_the_assistant_where_a_marketplace_shows_it(belt_rows: BeltRows) -> None:
    def rows(week: date, flags: dict[str, list[str]], yuan: float) -> pl.DataFrame:
        made = belt_rows(week, *((merchant, "1", yuan) for merchant in flags))
        return made.with_columns(pl.Series("flags", list(flags.values()), pl.List(pl.String)))

    then = rows(BASE_WEEK, {"a": ["assistant"], "b": [], "c": []}, 100.0)
    now = rows(WEEK, {"a": ["assistant"], "b": ["assistant"], "c": []}, 50.0)
    figures = figures_of(now, then)
    level = values(figures, "merchants", "level", "none")
    assert (level["assistant=yes"], level["assistant=no"]) == (2, 1)
    matched = figures.filter(pl.col("metric") == "displayed_sales", pl.col("panel") == "matched")
    by_base = dict(matched.select("segment", "merchants").rows())
    assert (by_base["assistant=yes"], by_base["assistant=no"]) == (1, 2), "b had none a year ago"
    nobody = figures_of(rows(WEEK, {"a": [], "b": []}, 1.0), rows(BASE_WEEK, {"a": [], "b": []}, 1.0))
    assert not {"assistant=yes", "assistant=no"} & set(nobody["segment"])


@pytest.mark.parametrize(
    ("years", "segment"),
    [(0.0, "0-1"), (1.0, "0-1"), (2.0, "2-4"), (4.0, "2-4"), (5.0, "5-9"), (9.0, "5-9"), (10.0, "10+"), (30.0, "10+")],
)
def test_bands_of_years(belt_rows: BeltRows, years: float, segment: str) -> None:
    rows = rows_of(belt_rows, WEEK, ("a", "", years, 1.0), ("b", "", None, 1.0))
    level = values(figures_of(rows, rows.with_columns(week=pl.lit(BASE_WEEK))), "listings", "level", "none")
    bands = {name: count for name, count in level.items() if name.startswith("merchant_years")}
    assert bands == {f"merchant_years={segment}": 1.0}


def test_only_the_belt_and_its_marketplaces_are_split(belt_rows: BeltRows) -> None:
    base = rows_of(belt_rows, BASE_WEEK, *((f"m{n}", "self", 1.0, 10.0) for n in range(12)))
    figures = figures_of(base.with_columns(week=pl.lit(WEEK)), base)
    assert set(values(figures, "price_effect", "yoy", "total")) == {"all", "marketplace=practice"}
    assert set(values(figures, "merchants", "yoy", "total")) == {"all", "marketplace=practice"}
    assert figures["segment"].unique().sort().to_list() == [
        *("all", "marketplace=practice", "merchant_years=0-1", "mode=self")
    ]


def test_rules_of_publication_hold_in_each_segment(belt_rows: BeltRows) -> None:
    merchants = [(f"m{n:02}", "supply" if n < 3 else "self", 1.0, 10.0) for n in range(20)]
    base = rows_of(belt_rows, BASE_WEEK, *merchants)
    figures = figures_of(base.with_columns(week=pl.lit(WEEK)), base, minimum=10)
    few = figures.filter(pl.col("segment") == "mode=supply")
    assert set(few.filter(pl.col("status") == "published")["metric"]) == {"merchants", "listings"}
    assert set(few.filter(pl.col("status") == "suppressed")["reason"]) == {"few_merchants"}
    rest = figures.filter((pl.col("segment") == "mode=self") & (pl.col("status") == "suppressed"))
    # the belt's sales less those of the only other mode would be those of the three
    assert set(rest.select("metric", "panel", "reason").rows()) == {
        ("displayed_sales", "none", "secondary"),
        ("displayed_sales", "total", "secondary"),
    }


def test_segments_stand_in_the_order_of_publication() -> None:
    names = {"merchant_years=10+", "merchant_years=2-4", "mode=supply", "marketplace=b", "marketplace=a"}
    assert in_order({*names, "assistant=no"}) == [
        *("all", "marketplace=a", "marketplace=b", "mode=supply", "assistant=no"),
        *("merchant_years=2-4", "merchant_years=10+"),
    ]
