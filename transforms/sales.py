"""Displayed sales on the 28-day basis: what the texts of one page say, and flows of counters that only grow."""

import polars as pl

from transforms.count_forms import COUNTED_INSTEAD
from transforms.counter_window import per_28_days, readings, with_base, with_falls
from transforms.counters import Reading, flow_bounds
from transforms.displays import KIND, reading_points

TRAILING, CUMULATIVE, TURNOVER = "trailing_30d", "cumulative", "turnover_30d"
# The texts that show sales; "<text>_read" is the struct that numbers.count made of one.
SALES_TEXTS = ("sales_30d_text", "sales_total_text", "turnover_30d_text")
READ_OF_BASIS = {
    basis: f"{text}_read" for basis, text in zip((TRAILING, CUMULATIVE, TURNOVER), SALES_TEXTS, strict=True)
}
ENDS = ("low", "mid", "high")
VALUE_NAMES = {"low": "value_low_yuan", "mid": "value_yuan", "high": "value_high_yuan"}
RESET = "counter_reset"  # flag of a counter that was set back within the four weeks


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
    """payers, orders or reviews where sales_basis rests on those, a lower end of the pieces; null where on pieces."""
    return pl.coalesce(
        pl.when(pl.col("sales_basis") == basis).then(pl.col(read).struct.field("counted_instead"))
        for basis, read in READ_OF_BASIS.items()
    )


def displayed_sales() -> list[pl.Expr]:
    """pieces_*, value_* and sales_total_* from sales_basis, price_yuan, the counts read, and what lies behind them
    where they are floored: bin_point in the middle, bin_high at the end (transforms/displays.py).

    30 days are scaled by 28/30. Of a counter pieces and value are null until an earlier reading gives the flow
    (`with_cumulative_flows`); of turnover, pieces are value / price."""
    counter = pl.col("sales_total_text_read").struct
    return [
        *(_pieces(end).alias(f"pieces_{end}") for end in ENDS),
        *(_value(end).alias(name) for end, name in VALUE_NAMES.items()),
        counter.field("low").alias("sales_total_low"),
        pl.coalesce(pl.when(pl.col("sales_basis") == CUMULATIVE).then("bin_high"), counter.field("high")).alias(
            "sales_total_high"
        ),
    ]


def with_cumulative_flows(
    current: pl.DataFrame, earlier: pl.DataFrame, parameters: pl.DataFrame | None = None
) -> pl.DataFrame:
    """listing_weeks with pieces and value of counters filled in: C(W) - C(W - 4 weeks), METHOD 3.3.

    `earlier` holds the listing_weeks of any weeks (columns READ of transforms/counter_window.py); each row finds those
    up to 28 days before it, so one week and a whole history (handed in twice) give the same. Without a base four weeks
    before, or where the base counted something else (payers, orders, reviews), both stay null. A counter that fell in
    any of the weeks was reset: its runs flowed something at least, the most is open, the middle null, and the row bears
    the flag RESET; no flow is ever negative. Readings of other days of the week are told per 28 days. `parameters`
    (transforms/displays.py) tell what to expect behind a floored reading. Both readings are read with those of the
    later week: the same display is then the same size, and a drift of the parameters is no flow."""
    past = readings(earlier, _counted())
    based = with_base(current, past).with_columns(_alike())
    is_counter = (pl.col("sales_basis") == CUMULATIVE).fill_null(False)
    flowing = with_falls(_with_middles(based, parameters), past, _counted()).with_columns(**_flow())
    pieces = {end: pl.when(is_counter).then(f"flow_{end}").otherwise(pl.col(f"pieces_{end}")) for end in ENDS}
    value = {
        end: pl.when(is_counter).then(pieces[end] * pl.col("price_yuan")).otherwise(pl.col(VALUE_NAMES[end]))
        for end in ENDS
    }
    return flowing.with_columns(
        *(pieces[end].alias(f"pieces_{end}") for end in ENDS),
        *(value[end].alias(VALUE_NAMES[end]) for end in ENDS),
        pl.when(is_counter & pl.col("is_reset")).then(_flagged()).otherwise("flags").alias("flags"),
    ).select(current.columns)


def _counted() -> pl.Expr:
    """What a counter counts instead of pieces; null for pieces, and where the flags speak of another text."""
    flags = pl.when(pl.col("sales_basis") == CUMULATIVE).then("flags")
    return pl.coalesce(pl.when(flags.list.contains(kind)).then(pl.lit(kind)) for kind in COUNTED_INSTEAD)


def _alike() -> list[pl.Expr]:
    """The base's ends, null where it counts something else; one display at both ends has the narrower of both bins."""
    same = pl.col("base_counted").eq_missing(_counted())
    is_one = pl.col("base_low") == pl.col("sales_total_low")
    narrower = pl.min_horizontal("base_high", "sales_total_high")
    return [
        pl.when(same).then("base_low").alias("base_low"),
        pl.when(same).then(pl.when(is_one).then(narrower).otherwise("base_high")).alias("base_high"),
        pl.when(same & is_one).then(narrower).otherwise("sales_total_high").alias("now_high"),
    ]


def _with_middles(joined: pl.DataFrame, parameters: pl.DataFrame | None) -> pl.DataFrame:
    """Adds `now_mid` and `base_mid`, what to expect behind the two readings."""
    ends = (("sales_total_low", "now_high"), ("base_low", "base_high"))
    if parameters is None or parameters.is_empty():
        middles = [((pl.col(low) + pl.col(high).fill_null(pl.col(low))) / 2) for low, high in ends]
        return joined.with_columns(now_mid=middles[0], base_mid=middles[1])
    laws = parameters.select(*KIND, "mu", "sigma").unique()
    known = joined.join(laws, on=KIND, how="left", validate="m:1", maintain_order="left")
    columns = {name: known[name].fill_null(float("nan")).to_numpy() for name in (*ends[0], *ends[1], "mu", "sigma")}
    now, base = (reading_points(columns[low], columns[high], columns["mu"], columns["sigma"]) for low, high in ends)
    return joined.with_columns(now_mid=pl.Series(now).fill_nan(None), base_mid=pl.Series(base).fill_nan(None))


def _flow() -> dict[str, pl.Expr]:
    """Bounds and middle of the flow between two readings; null where there is no base, high null where open."""
    now = Reading(pl.col("sales_total_low"), pl.col("now_high"))
    before = Reading(pl.col("base_low"), pl.col("base_high"))
    reset, scale = pl.col("is_reset"), per_28_days()
    least, most = flow_bounds(now, before, reset, pl.col("flowed_low"))
    middle = pl.max_horizontal(pl.col("now_mid") - pl.col("base_mid"), 0.0)
    return {
        "flow_low": least * scale,
        "flow_mid": pl.when(before.low.is_not_null() & ~reset).then(middle * scale),
        "flow_high": most * scale,
    }


def _flagged() -> pl.Expr:
    return pl.concat_list(pl.col("flags").fill_null([]), pl.lit(RESET)).list.unique().list.sort()


def _pieces(end: str) -> pl.Expr:
    trailing, turnover, basis = _per_28_days(0, end), _per_28_days(2, end), pl.col("sales_basis")
    return pl.when(basis == TRAILING).then(trailing).when(basis == TURNOVER).then(turnover / pl.col("price_yuan"))


def _value(end: str) -> pl.Expr:
    trailing, turnover, basis = _per_28_days(0, end), _per_28_days(2, end), pl.col("sales_basis")
    return pl.when(basis == TRAILING).then(trailing * pl.col("price_yuan")).when(basis == TURNOVER).then(turnover)


def _per_28_days(text: int, end: str) -> pl.Expr:
    read = pl.col(f"{SALES_TEXTS[text]}_read").struct.field(end)
    behind = {"mid": "bin_point", "high": "bin_high"}
    return (pl.coalesce(behind[end], read) if end in behind else read) * 28 / 30
