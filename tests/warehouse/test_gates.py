"""The gates: every planted fault is found in its week, sound batches pass, and what stops a category is kept from
the other weeks and categories."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from configs.errors import ConfigError
from configs.gates import Gate, Rule
from configs.register import load
from configs.tables import table
from flows.quality import gate_category, gate_offers, pass_gates, quarantined, quarantined_weeks
from warehouse import lake
from warehouse.gates import Batch, broken_weeks, check, is_stopped

WEEK = date(2026, 11, 16)
WEEKS = tuple(WEEK - timedelta(weeks=back) for back in (2, 1, 0))
CONFIGS = load(Path("no-overlay"))


def offers(week: date = WEEK, count: int = 10, **columns: object) -> pl.DataFrame:
    """Sound offers of one category and week, with some columns set otherwise."""
    rows = pl.DataFrame({"position": range(1, count + 1)}).with_columns(
        marketplace=pl.lit("one"),
        category=pl.lit("socks"),
        week=pl.lit(week),
        seen_at=pl.lit(f"{week}T10:00:00+08:00").str.to_datetime(time_zone="UTC"),
        page=pl.lit(1),
        listing_id=pl.format("l{}", "position"),
        merchant_id=pl.format("m{}", "position"),
        price_text=pl.lit("3.5"),
        sales_30d_text=pl.lit("12"),
        seller_place_text=pl.lit("浙江 诸暨市"),
        page_digest=pl.lit("d"),
    )
    shape = table("offers")
    rows = rows.with_columns(pl.lit(value).alias(name) for name, value in columns.items())
    missing = [pl.lit(None).alias(name) for name in shape.names if name not in rows.columns]
    return shape.conform(rows.with_columns(missing))


def found(rows: pl.DataFrame, weeks: tuple[date, ...] = (WEEK,)) -> dict[str, str]:
    """Broken rules of the offers gate and what they observed."""
    checks = check(Batch("one", "socks", weeks, rows), CONFIGS.gates["offers"])
    return dict(checks.filter(~pl.col("is_passed")).select("rule", "observed").rows())


def test_sound_offers_pass_every_rule() -> None:
    checks = check(Batch("one", "socks", (WEEK,), offers()), CONFIGS.gates["offers"])
    assert checks["is_passed"].all()
    assert set(checks["rule"]) == {rule.id for rule in CONFIGS.gates["offers"].rules}
    assert not is_stopped(checks)


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        ("listing_id", "listing_shown"),
        ("merchant_id", "merchant_shown"),
        ("price_text", "price_shown"),
        ("seller_place_text", "place_shown"),
        ("sales_30d_text", "sales_shown"),
    ],
)
def test_a_column_that_vanished_is_found(column: str, rule: str) -> None:
    assert found(offers(**{column: None})) == {rule: "100.0% null"}


def test_one_price_or_sales_column_is_enough_and_an_empty_list_of_tiers_is_none() -> None:
    assert found(offers(price_text=None, list_price_text="4", sales_30d_text=None, sales_total_text="99")) == {}
    empty = offers(price_text=None).with_columns(price_tiers=pl.lit([], dtype=pl.List(pl.Null)).cast(TIERS))
    assert found(empty) == {"price_shown": "100.0% null"}


TIERS = table("offers").polars_schema()["price_tiers"]


def test_no_row_and_a_position_read_twice_are_found() -> None:
    assert found(offers(count=0))["has_rows"] == "0 rows"
    assert found(offers(position=1)) == {"one_row_per_position": "10 unexpected of 10"}


def test_a_bad_week_does_not_hide_among_good_ones() -> None:
    batch = pl.concat([offers(WEEKS[0]), offers(WEEKS[1], 10, listing_id=None), offers(WEEKS[2])])
    assert found(batch, WEEKS) == {"listing_shown": f"100.0% null in {WEEKS[1]}, the worst of 3 weeks"}
    assert broken_weeks(Batch("one", "socks", WEEKS, batch), CONFIGS.gates["offers"]) == {WEEKS[1]}
    absent = batch.filter(pl.col("week") != WEEKS[1])
    assert found(absent, WEEKS)["has_rows"] == f"0 rows in {WEEKS[1]}, the worst of 3 weeks"


def test_a_broken_rule_that_only_warns_stops_nothing() -> None:
    gate = Gate(table="offers", rules=[Rule(id="rows", severity="warn", check="row_count", minimum=99)])
    checks = check(Batch("one", "socks", (WEEK,), offers()), gate)
    assert checks["is_passed"].to_list() == [False]
    assert not is_stopped(checks)


def test_an_unknown_expectation_and_an_unknown_column_are_said() -> None:
    gate = Gate(table="offers", rules=[Rule(id="odd", severity="stop", expect="expect_the_unexpected", column="page")])
    with pytest.raises(ConfigError, match="expect_the_unexpected"):
        check(Batch("one", "socks", (WEEK,), offers()), gate)
    with pytest.raises(ValueError, match="did you mean listing_id"):
        Gate(table="offers", rules=[Rule(id="odd", severity="stop", check="null_share", column="listing_idd")])


def stored(home: Path, category: str, frames: dict[date, pl.DataFrame]) -> None:
    """Offers of some weeks as files of a home."""
    for week, frame in frames.items():
        lake.write(home / "offers" / "one" / str(week) / f"{category}.parquet", frame)


def test_history_passes_once_per_category_without_the_weeks_at_fault(tmp_path: Path) -> None:
    stored(tmp_path, "socks", {week: offers(week) for week in WEEKS})
    gate_offers(tmp_path, CONFIGS, "one", "socks", WEEKS)
    files = list((tmp_path / "checks" / "offers").rglob("*.parquet"))
    assert [file.parent.name for file in files] == [f"week={WEEK}"]
    assert pl.read_parquet(files[0])["first_week"].unique().to_list() == [WEEKS[0]]
    assert quarantined_weeks(tmp_path, "one", "socks") == set()
    stored(tmp_path, "socks", {WEEKS[1]: offers(WEEKS[1], listing_id=None)})
    gate_offers(tmp_path, CONFIGS, "one", "socks", WEEKS)
    assert quarantined_weeks(tmp_path, "one", "socks") == {WEEKS[1]}
    assert quarantined(tmp_path, [WEEK]) == []
    [sentence] = quarantined(tmp_path, None)
    assert sentence == (f"offers one/{WEEKS[1]}/socks: rule listing_shown found 100.0% null, expected at most 20.0%")


def test_a_week_that_only_great_expectations_stops_is_found(tmp_path: Path) -> None:
    stored(tmp_path, "socks", {week: offers(week, position=1 if week == WEEKS[0] else week.day) for week in WEEKS})
    stored(tmp_path, "socks", {week: offers(week) for week in WEEKS[1:]})
    gate_offers(tmp_path, CONFIGS, "one", "socks", WEEKS)
    assert quarantined_weeks(tmp_path, "one", "socks") == {WEEKS[0]}


def test_a_category_stopped_at_both_gates_is_one_sentence_of_the_first(tmp_path: Path) -> None:
    stored(tmp_path, "socks", {WEEK: offers(count=0)})
    lake.write(lake.partition(tmp_path, "listing_weeks", "one", WEEK, "socks"), table("listing_weeks").empty())
    gate_offers(tmp_path, CONFIGS, "one", "socks", [WEEK])
    gate_category(tmp_path, CONFIGS, "one", "socks", [WEEK])
    [sentence] = quarantined(tmp_path, None)
    assert sentence.startswith(f"offers one/{WEEK}/socks: rule has_rows")


def test_rules_that_change_are_applied_to_what_stands(tmp_path: Path) -> None:
    stored(tmp_path, "socks", {WEEK: offers(seller_place_text=None)})
    lake.write(lake.partition(tmp_path, "listing_weeks", "one", WEEK, "socks"), table("listing_weeks").empty())
    pass_gates(tmp_path, CONFIGS, {("one", "socks"): [WEEK]})
    assert "place_shown" in quarantined(tmp_path, None)[0]
    overlay = tmp_path / "configs" / "gates"
    overlay.mkdir(parents=True)
    for name in ("offers", "listing_weeks"):
        (overlay / f"{name}.yaml").write_text(
            f"table: {name}\nrules:\n  - {{id: any, check: row_count, minimum: 0, severity: stop}}\n", encoding="utf-8"
        )
    pass_gates(tmp_path, load(tmp_path), {})
    assert quarantined(tmp_path, None) == []
