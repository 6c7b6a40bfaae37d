"""What a merchant sells must not be readable: neither from a level, nor from what can be reckoned out of others."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.publication import shipped_rules
from tests.transforms.told import BASE_WEEK, WEEK
from transforms.compare import belt_figures
from transforms.coverage import Coverage
from transforms.split import EFFECTS, MONTGOMERY

Rows = Callable[..., pl.DataFrame]
Told = dict[tuple[str, str, str, str], dict[str, Any]]
MARKETS = ("practice", "other")
CHURN = ("entry_share", "exit_share", "churn_share")
SOLD = st.lists(st.tuples(*[st.sampled_from([None, 0.0, 40.0, 60.0, 100.0])] * 2), min_size=10, max_size=16)


def told(make: Rows, now: list[float | None], then: list[float | None], markets: list[str] | None = None) -> Told:
    """The figures of merchants with one listing each; None where it does not stand. By metric, comparison, panel and
    segment."""
    ends = []
    for week, values in ((WEEK, now), (BASE_WEEK, then)):
        placed = enumerate(zip(values, markets or ["practice"] * len(values), strict=True))
        named = (
            {"merchant_id": f"m{n:02}", "listing_id": "1", "value_yuan": v, "marketplace": m} for n, (v, m) in placed
        )
        ends.append(make(week, *(row for row in named if row["value_yuan"] is not None)))
    found = belt_figures(*ends, "belt", WEEK, BASE_WEEK, Coverage(1.0, 1.0), shipped_rules())
    names = ("metric", "comparison", "panel", "segment")
    return {tuple(row[name] for name in names): row for row in found.iter_rows(named=True)}  # type: ignore[misc]


def reason(found: Told, metric: str, comparison: str, panel: str, segment: str = "all") -> str:
    return str(found[metric, comparison, panel, segment]["reason"])


def level(found: Told, segment: str = "all") -> dict[str, Any]:
    return found["displayed_sales", "level", "none", segment]


def change(found: Told, metric: str, panel: str = "total") -> dict[str, Any]:
    return found[metric, "yoy", panel, "all"]


def test_one_merchants_sales_are_not_the_belts_level(belt_rows: Rows) -> None:
    for segment in ("all", "marketplace=practice"):
        found = level(told(belt_rows, [70.0], [70.0]), segment)
        assert (found["value"], found["reason"]) == (None, "few_merchants")


def test_a_dominant_merchant_is_not_read_off_the_level(belt_rows: Rows) -> None:
    found = told(belt_rows, [10.0] * 14 + [150.0], [10.0] * 15)
    assert level(found)["reason"] == "dominance"
    found = told(belt_rows, [1.0] * 12 + [50.0, 40.0, 30.0, 30.0], [10.0] * 16)
    assert level(found)["reason"] == "none"


def test_the_small_marketplace_is_not_the_total_less_the_large_one(belt_rows: Rows) -> None:
    sold = [10.0] * 43
    found = told(belt_rows, sold, sold, ["practice"] * 40 + ["other"] * 3)
    segments = ("all", *(f"marketplace={name}" for name in MARKETS))
    assert [level(found, name)["reason"] for name in segments] == ["none", "secondary", "few_merchants"]
    for name in EFFECTS:
        assert found[name, "yoy", "total", "marketplace=practice"]["value"] is None


def test_a_secret_change_cannot_be_divided_out_of_the_levels(belt_rows: Rows) -> None:
    now = [10.0] * 12 + [None, None]
    found = told(belt_rows, now, [10.0] * 12 + [200.0, 90.0])
    assert change(found, "displayed_sales")["reason"] == "few_effective"
    assert level(found)["reason"] == "secondary"


def test_a_secret_level_cannot_be_reckoned_from_the_change(belt_rows: Rows) -> None:
    found = told(belt_rows, [10.0] * 12 + [300.0], [10.0] * 12 + [20.0])
    assert level(found)["reason"] == "dominance"
    assert change(found, "displayed_sales", "matched")["reason"] == "none"
    hidden = [*((name, "total") for name in ("displayed_sales", *EFFECTS)), ("matched_share", "matched")]
    assert {change(found, *name)["reason"] for name in hidden} == {"secondary"}


def test_a_lone_leaver_is_not_the_exit_effect_times_the_level(belt_rows: Rows) -> None:
    """11 of 12 stay; -1/12 of 1,200 yuan would be the leaver's 100 to the yuan, however it is come by."""
    found = told(belt_rows, [100.0] * 11 + [None], [100.0] * 12)
    told_of = {name: change(found, name)["reason"] for name in (*EFFECTS, *CHURN)}
    assert told_of == {
        **dict.fromkeys(("price_effect", "volume_effect"), "none"),
        **{"mix_effect": "secondary", "entry_effect": "secondary", "exit_effect": "few_merchants"},
        **dict.fromkeys(CHURN, "secondary"),
    }
    assert change(found, "matched_share", "matched")["reason"] == "few_merchants"
    assert change(found, "displayed_sales", "matched")["value"] == 0


def test_two_who_come_hide_who_has_gone_only_where_that_would_be_told(belt_rows: Rows) -> None:
    gone = [100.0] * 16 + [None] * 2
    found = told(belt_rows, [100.0] * 12 + [None] * 4 + [100.0] * 2, gone)
    told_of = {name: change(found, name)["reason"] for name in ("mix_effect", "entry_effect", "exit_effect", *CHURN)}
    assert told_of == {
        **{"mix_effect": "none", "entry_effect": "few_merchants", "exit_effect": "secondary"},
        **dict.fromkeys(CHURN, "none"),
    }


@pytest.mark.parametrize("with_others", [0, 4])
def test_the_exit_of_who_held_most_of_the_base_is_told_by_nothing(belt_rows: Rows, with_others: int) -> None:
    """One held 2,000 of 3,600 yuan and has left, alone or with others: no figure lets it be reckoned."""
    now, then = [110.0] * (16 - with_others) + [None] * (with_others + 1), [100.0] * 16 + [2000.0]
    found = told(belt_rows, now, then)
    assert {change(found, name)["reason"] for name in ("displayed_sales", *EFFECTS, *MONTGOMERY)} == {"dominance"}
    assert level(found)["reason"] == "secondary"
    assert change(found, "displayed_sales", "matched")["reason"] == "low_match"
    assert {change(found, "matched_share", "matched")["value"], *(change(found, name)["value"] for name in CHURN)} == {
        None
    }
    before = told(belt_rows, then, then)  # a year ago
    assert level(before)["reason"] == "dominance"


def test_who_stays_with_a_little_hides_nothing_of_what_it_took_down(belt_rows: Rows) -> None:
    """It keeps a listing, and so stays matched: the matched base is its own, too."""
    ends = []
    for week, of_large in ((WEEK, {"2": 5.0}), (BASE_WEEK, {"1": 1500.0, "2": 5.0})):
        large = ({"merchant_id": "large", "listing_id": name, "value_yuan": part} for name, part in of_large.items())
        ends.append(belt_rows(week, *large, *((f"m{n:02}", "1", 100.0) for n in range(12))))
    rows = belt_figures(*ends, "belt", WEEK, BASE_WEEK, Coverage(1.0, 1.0), shipped_rules())
    sales = rows.filter(pl.col("metric").is_in(["displayed_sales", *EFFECTS]), pl.col("segment") == "all")
    changes = sales.filter(pl.col("comparison") == "yoy")
    assert changes["reason"].unique().to_list() == ["dominance"]
    assert sales.filter(pl.col("comparison") == "level")["reason"].item() == "secondary"


def test_a_large_leaver_among_small_ones_is_not_nearly_the_exit_effect(belt_rows: Rows) -> None:
    """400 of 1,600 yuan left with one, and a yuan each with four: beside the largest two 3 are left, of 400."""
    small = told(belt_rows, [100.0] * 12 + [None] * 5, [100.0] * 12 + [400.0] + [1.0] * 4)
    told_of = {name: change(small, name)["reason"] for name in EFFECTS}
    assert told_of == {
        **dict.fromkeys(("price_effect", "volume_effect"), "none"),
        **{"mix_effect": "secondary", "entry_effect": "secondary", "exit_effect": "dominance"},
    }
    assert change(small, "matched_share", "matched")["value"] == pytest.approx(1200 / 1604)  # without it no headline
    large = told(belt_rows, [100.0] * 12 + [None] * 5, [100.0] * 12 + [400.0] + [20.0] * 4)
    assert {change(large, name)["reason"] for name in EFFECTS} == {"none"}


@pytest.mark.parametrize(("large", "expected"), [(400.0, "dominance"), (1e9, "secondary"), (40.0, "none")])
def test_a_large_newcomer_is_not_the_level_less_what_the_matched_sell(
    belt_rows: Rows, large: float, expected: str
) -> None:
    """Where it is most of the level, that level is the secret, and what would tell it."""
    found = told(belt_rows, [100.0] * 12 + [large] + [1.0] * 4 + [20.0], [100.0] * 12 + [None] * 6)
    assert change(found, "entry_effect")["reason"] == expected
    assert (level(found)["reason"] == "none") == (large < 1e9)
    assert change(found, "displayed_sales", "matched")["value"] == 0


def test_three_who_leave_are_told_with_an_interval(belt_rows: Rows) -> None:
    found = told(belt_rows, [100.0] * 12 + [None] * 3, [100.0] * 15)
    leaving, coming = change(found, "exit_effect"), change(found, "entry_effect")
    assert leaving["value"] == pytest.approx(-3 / 15)
    assert -1 <= leaving["low"] < -3 / 15 < leaving["high"] < 0
    reach = 1 - 0.05 ** (1 / 15)
    assert (coming["value"], coming["low"], coming["high"]) == pytest.approx((0, 0, reach / (1 - reach)))
    assert change(found, "matched_share", "matched")["value"] == pytest.approx(12 / 15)


def test_nobody_gone_is_not_nobody_ever_goes(belt_rows: Rows) -> None:
    found = change(told(belt_rows, [100.0] * 12, [100.0] * 12), "exit_effect")
    assert (found["value"], found["low"], found["high"]) == pytest.approx((0, -(1 - 0.05 ** (1 / 12)), 0))


def test_a_belt_that_sells_nothing_any_more_is_down(belt_rows: Rows) -> None:
    found = change(told(belt_rows, [0.0] * 12, [100.0] * 12), "displayed_sales", "matched")
    assert (found["value"], found["low"], found["high"]) == pytest.approx((-1, -1, -(0.05 ** (1 / 12))))


def test_one_seller_left_has_an_interval(belt_rows: Rows) -> None:
    found = change(told(belt_rows, [50.0] + [0.0] * 11, [100.0] * 12), "displayed_sales", "matched")
    assert found["value"] == pytest.approx(50 / 1200 - 1)
    assert found["low"] == -1
    assert found["value"] < found["high"] < 0


@settings(max_examples=40)
@given(sold=SOLD)
def test_no_change_is_a_bare_point(belt_rows: Rows, sold: list[tuple[float | None, float | None]]) -> None:
    now, then = (list(end) for end in zip(*sold, strict=True))
    for (metric, comparison, _, _), row in told(belt_rows, now, then).items():
        if comparison != "level" and metric != "matched_share" and row["status"] == "published":
            assert row["low"] - 1e-9 <= row["value"] <= row["high"] + 1e-9, metric


@settings(max_examples=40)
@given(sold=SOLD)
def test_what_is_told_of_movers_is_of_none_or_of_three(
    belt_rows: Rows, sold: list[tuple[float | None, float | None]]
) -> None:
    """Against a reader with a pencil: the level of a year ago times each effect, and times what two effects leave."""
    now, then = (list(end) for end in zip(*sold, strict=True))
    found = told(belt_rows, now, then)
    gone = sum(bool(was) and is_ is None for is_, was in sold)
    come = sum(bool(is_) and was is None for is_, was in sold)
    shown = {name: change(found, name)["value"] for name in (*EFFECTS, "displayed_sales")}
    for name, count in (("exit_effect", gone), ("entry_effect", come)):
        assert shown[name] is None or count not in (1, 2)
    rest = [shown[name] for name in ("price_effect", "volume_effect", "mix_effect", "displayed_sales")]
    if None not in rest:
        assert gone + come not in (1, 2)
    assert all(one is not None or other is None for one, other in pairwise([shown["mix_effect"], shown["exit_effect"]]))
