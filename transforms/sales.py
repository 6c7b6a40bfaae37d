"""Displayed sales on the 28-day basis: what the texts of one page say, and flows of counters that only grow."""

from datetime import timedelta

import polars as pl

TRAILING, CUMULATIVE, TURNOVER = "trailing_30d", "cumulative", "turnover_30d"
# The texts that show sales; "<text>_read" is the struct that numbers.count made of one.
SALES_TEXTS = ("sales_30d_text", "sales_total_text", "turnover_30d_text")
ENDS = ("low", "mid", "high")
VALUE_NAMES = {"low": "value_low_yuan", "mid": "value_yuan", "high": "value_high_yuan"}
FLOW_SPAN = timedelta(weeks=4)
LISTING = ("marketplace", "category", "merchant_id", "listing_id")


def sales_basis(marketplace_basis: str) -> pl.Expr:
    """What value rests on: pieces of 30 days, else the counter, else turnover; the marketplace decides where the
    first two are both readable; null without sales."""
    trailing, total, turnover = (pl.col(f"{text}_read").struct.field("low").is_not_null() for text in SALES_TEXTS)
    prefers_total = total & pl.lit(marketplace_basis == CUMULATIVE)
    return (
        pl.when(prefers_total)
        .then(pl.lit(CUMULATIVE))
        .when(trailing)
        .then(pl.lit(TRAILING))
        .when(total)
        .then(pl.lit(CUMULATIVE))
        .when(turnover)
        .then(pl.lit(TURNOVER))
    )


def counted_instead() -> pl.Expr:
    """payers or reviews where that is what sales_basis rests on, a lower end of the pieces; null where pieces are."""
    bases = zip((TRAILING, CUMULATIVE, TURNOVER), SALES_TEXTS, strict=True)
    return pl.coalesce(
        pl.when(pl.col("sales_basis") == basis).then(pl.col(f"{text}_read").struct.field("counted_instead"))
        for basis, text in bases
    )


def displayed_sales() -> list[pl.Expr]:
    """pieces_*, value_* and sales_total_* from sales_basis, price_yuan and the counts read.

    30 days are scaled by 28/30. Of a counter pieces and value are null until an earlier reading gives the flow
    (`with_cumulative_flows`); of turnover, pieces are value / price."""
    counter = pl.col("sales_total_text_read").struct
    return [
        *(_pieces(end).alias(f"pieces_{end}") for end in ENDS),
        *(_value(end).alias(name) for end, name in VALUE_NAMES.items()),
        counter.field("low").alias("sales_total_low"),
        counter.field("high").alias("sales_total_high"),
    ]


def with_cumulative_flows(current: pl.DataFrame, four_weeks_earlier: pl.DataFrame) -> pl.DataFrame:
    """listing_weeks with pieces and value of counters filled in: C(W) - C(W - 4 weeks), METHOD 3.3.

    `four_weeks_earlier` holds the listing_weeks of any weeks; each row finds the one 28 days before it, so one week
    and a whole history (handed in twice) give the same. Without a base both stay null. A counter that fell was
    reset: the flow lies between 0 and the new reading, and its middle is null; no flow is ever negative."""
    base = four_weeks_earlier.filter(pl.col("sales_total_low").is_not_null()).select(
        *LISTING,
        (pl.col("week") + FLOW_SPAN).alias("week"),
        pl.col("sales_total_low").alias("base_low"),
        pl.col("sales_total_high").alias("base_high"),
    )
    joined = current.join(base, on=[*LISTING, "week"], how="left", validate="m:1", maintain_order="left")
    is_counter = (pl.col("sales_basis") == CUMULATIVE).fill_null(False)
    pieces = {end: pl.when(is_counter).then(flow).otherwise(pl.col(f"pieces_{end}")) for end, flow in _flow().items()}
    value = {
        end: pl.when(is_counter).then(pieces[end] * pl.col("price_yuan")).otherwise(pl.col(VALUE_NAMES[end]))
        for end in ENDS
    }
    return joined.with_columns(
        *(pieces[end].alias(f"pieces_{end}") for end in ENDS),
        *(value[end].alias(VALUE_NAMES[end]) for end in ENDS),
    ).select(current.columns)


def _flow() -> dict[str, pl.Expr]:
    """Bounds and middle of the flow between two readings; null where there is no base, high null where open."""
    low, high = pl.col("sales_total_low"), pl.col("sales_total_high")
    base_low, base_high = pl.col("base_low"), pl.col("base_high")
    has_base = base_low.is_not_null()
    is_reset = high.fill_null(low) < base_low
    # An open base may have stood anywhere above its low end, so nothing certain has flowed since.
    least = pl.when(is_reset).then(0.0).otherwise(pl.max_horizontal(low - base_high, 0.0))
    most = pl.when(is_reset).then(high).otherwise(high - base_low)
    middle = pl.max_horizontal(_middle(low, high) - _middle(base_low, base_high), 0.0)
    return {
        "low": pl.when(has_base).then(least),
        "mid": pl.when(has_base & ~is_reset).then(middle),
        "high": pl.when(has_base).then(most),
    }


def _middle(low: pl.Expr, high: pl.Expr) -> pl.Expr:
    return (low + high.fill_null(low)) / 2


def _pieces(end: str) -> pl.Expr:
    trailing, turnover, basis = _per_28_days(0, end), _per_28_days(2, end), pl.col("sales_basis")
    return pl.when(basis == TRAILING).then(trailing).when(basis == TURNOVER).then(turnover / pl.col("price_yuan"))


def _value(end: str) -> pl.Expr:
    trailing, turnover, basis = _per_28_days(0, end), _per_28_days(2, end), pl.col("sales_basis")
    return pl.when(basis == TRAILING).then(trailing * pl.col("price_yuan")).when(basis == TURNOVER).then(turnover)


def _per_28_days(text: int, end: str) -> pl.Expr:
    return pl.col(f"{SALES_TEXTS[text]}_read").struct.field(end) * 28 / 30
