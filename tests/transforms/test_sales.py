from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.tables import table
from transforms.numbers import count
from transforms.sales import with_cumulative_flows

ENDS = ("pieces_low", "pieces_mid", "pieces_high")
WEEK = date(2026, 11, 16)
ROW = {
    "marketplace": "practice",
    "category": "towels",
    "merchant_id": "M",
    "seen_at": datetime(2026, 11, 16, 3, tzinfo=UTC),
    "price_yuan": 3.5,
    "price_low_yuan": 3.5,
    "price_high_yuan": 3.5,
    "is_ad": False,
    "is_advertised": False,
    "offer_count": 1,
    "page": 1,
    "position": 1,
    "page_digest": "0" * 64,
}


def counters(week: date, *texts: str | None) -> pl.DataFrame:
    """listing_weeks of one week: one listing per counter text, nothing of it sold yet."""
    read = count(pl.Series(texts, dtype=pl.String())).to_list()
    rows = [
        {**ROW, "week": week, "listing_id": f"L{at}", "sales_total_low": each["low"], "sales_total_high": each["high"]}
        for at, each in enumerate(read)
    ]
    return table("listing_weeks").conform(pl.DataFrame(rows).with_columns(sales_basis=pl.lit("cumulative")))


def flow(earlier: str | None, now: str) -> tuple[float | None, ...]:
    filled = with_cumulative_flows(counters(WEEK, now), counters(WEEK - timedelta(weeks=4), earlier))
    return filled.select(ENDS).row(0)


@pytest.mark.parametrize(
    ("earlier", "now", "expected"),
    [
        ("100", "160", (60, 60, 60)),
        ("100", "100", (0, 0, 0)),
        ("100", "40", (0, None, None)),
        ("6.15万", "6.20万", (400, 500, 600)),
        ("6.15万", "6.15万", (0, 0, 100)),
        ("1000+", "1.2万", (0, 11000, 11500)),
        ("1000", "1.2万+", (11000, 11000, None)),
        ("1.2万+", "1.2万+", (0, 0, None)),
        ("1.2万+", "200+", (0, None, None)),
        (None, "160", (None, None, None)),
    ],
)
def test_flow_of_a_counter(earlier: str | None, now: str, expected: tuple[float | None, ...]) -> None:
    assert flow(earlier, now) == expected


def test_a_flow_is_valued_at_the_price_of_its_week_and_columns_stay() -> None:
    filled = with_cumulative_flows(counters(WEEK, "160"), counters(WEEK - timedelta(weeks=4), "100"))
    assert filled["value_yuan"].item() == 60 * 3.5
    assert filled.schema == table("listing_weeks").polars_schema()


def law(week: date = WEEK) -> pl.DataFrame:
    """What the week's counters told of the sizes behind them."""
    row = {"marketplace": "practice", "category": "towels", "week": week, "sales_basis": "cumulative"}
    return pl.DataFrame([row | {"mu": 8.0, "sigma": 1.6}])


def floored(week: date, low: float, high: float | None) -> pl.DataFrame:
    """One listing whose counter shows an interval."""
    return counters(week, "1").with_columns(
        sales_total_low=pl.lit(low), sales_total_high=pl.lit(high, dtype=pl.Float64())
    )


@pytest.mark.parametrize(
    ("earlier", "now", "between"),
    [
        ((1000.0, 5000.0), (1000.0, 5000.0), (0.0, 0.0)),
        ((1000.0, 5000.0), (1000.0, None), (0.0, 0.0)),
        ((1000.0, 5000.0), (5000.0, 10_000.0), (3000.0, 5500.0)),
        ((900.0, 900.0), (1000.0, 5000.0), (700.0, 2100.0)),
        ((10_000.0, None), (10_000.0, None), (0.0, 0.0)),
    ],
    ids=["same display", "same display, another grid", "next display", "from exact to floored", "at the ceiling"],
)
def test_both_readings_of_a_counter_are_read_with_one_law(
    earlier: tuple[float, float | None], now: tuple[float, float | None], between: tuple[float, float]
) -> None:
    """Within a bin small sizes are more frequent than large ones: what is expected lies below its middle."""
    found = with_cumulative_flows(floored(WEEK, *now), floored(WEEK - timedelta(weeks=4), *earlier), law())
    low, middle, high = found.select(ENDS).row(0)
    assert between[0] <= middle <= between[1]
    assert low <= middle
    assert high is None or middle <= high


def test_pieces_and_what_was_counted_instead_are_never_subtracted() -> None:
    base = counters(WEEK - timedelta(weeks=4), "100")
    now = counters(WEEK, "160")
    reviews = base.with_columns(flags=pl.lit(["reviews"], dtype=pl.List(pl.String())))
    assert with_cumulative_flows(now, reviews).select(ENDS).row(0) == (None, None, None)
    assert with_cumulative_flows(now, base).select(ENDS).row(0) == (60, 60, 60)


def test_other_weeks_and_other_bases_are_left_alone() -> None:
    assert (
        with_cumulative_flows(counters(WEEK, "160"), counters(WEEK - timedelta(weeks=3), "100"))["pieces_mid"].item()
        is None
    )
    trailing = counters(WEEK, "160").with_columns(sales_basis=pl.lit("trailing_30d"), pieces_mid=pl.lit(56.0))
    assert with_cumulative_flows(trailing, trailing).equals(trailing)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 10**7), min_size=9, max_size=9))
def test_a_history_finds_each_base_and_never_flows_backwards(readings: list[int]) -> None:
    weeks = [WEEK + timedelta(weeks=at) for at in range(len(readings))]
    history = pl.concat([counters(week, str(reading)) for week, reading in zip(weeks, readings, strict=True)])
    filled = with_cumulative_flows(history, history).sort("week")
    assert filled["pieces_mid"].to_list()[:4] == [None] * 4
    spans = [readings[at : at + 5] for at in range(5)]
    fell = [any(now < 0.98 * max(span[:at]) for at, now in enumerate(span) if at) for span in spans]
    grown = [None if is_set_back else max(0, span[-1] - span[0]) for span, is_set_back in zip(spans, fell, strict=True)]
    assert filled["pieces_mid"].to_list()[4:] == grown
    assert filled["pieces_high"].to_list()[4:] == grown
    assert filled["pieces_low"].drop_nulls().ge(0).all()
    assert (filled["pieces_low"] <= filled["pieces_high"]).all()
    alone = [with_cumulative_flows(history.filter(week=week), history.filter(pl.col("week") < week)) for week in weeks]
    assert pl.concat(alone).equals(filled)


@settings(max_examples=50, deadline=None)
@given(base=st.integers(0, 10**6), sold=st.integers(0, 10**6), shown=st.sampled_from(["{}", "{:.2f}万", "floored"]))
def test_the_bounds_hold_the_true_flow(base: int, sold: int, shown: str) -> None:
    def text(counter: int) -> str:
        if shown == "floored":
            return f"{counter // 100 * 100}+"
        return shown.format(counter / 10_000 if "万" in shown else counter)

    low, _, high = flow(text(base), text(base + sold))
    assert low is not None
    assert low <= sold + 1e-6
    assert high is None or sold - 1e-6 <= high
