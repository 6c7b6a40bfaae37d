"""What the weekly readings of a counter tell of the four weeks up to the last of them: whether it was set back, what
flowed in each run at least, and how many days lie between. Source: METHOD 2.1, 3.3.
"""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from transforms.counters import BASIS_WEEKS, HIGH, LISTING, LOW, WEEKLY, Reading, is_reset

READ = [*LISTING, "week", "seen_at", "sales_basis", "flags", LOW, HIGH]  # what is read of the weeks before
BASIS_DAYS = 7 * BASIS_WEEKS
SAME_DAY = 0.5  # days: a crawl that takes hours, or goes on after a pause, is still that of its day
OFF_DAYS = 7  # two days of two weeks lie less than this further apart, or less far, than the weeks do
DAY = timedelta(days=1) / timedelta(microseconds=1)


def with_base(current: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """Adds base_low, base_high, base_counted and base_seen_at, of the reading four weeks before, in the rows' order.

    `past` is what `readings` made of any weeks."""
    base = past.select(*LISTING, _weeks_on(BASIS_WEEKS), pl.exclude(*LISTING, "week").name.prefix("base_"))
    return current.join(base, on=[*LISTING, "week"], how="left", validate="m:1", maintain_order="left")


def readings(rows: pl.DataFrame, counted: pl.Expr) -> pl.DataFrame:
    """The counters of listing weeks: low, high, seen_at, and what they count (`counted`)."""
    shown = rows.filter(pl.col(LOW).is_not_null())
    return shown.select(*LISTING, "week", low=LOW, high=HIGH, counted=counted, seen_at="seen_at")


def with_falls(based: pl.DataFrame, past: pl.DataFrame, counted: pl.Expr) -> pl.DataFrame:
    """Adds to rows of `with_base` (base_low null where nothing may be subtracted, now_high) `is_reset`, whether the
    counter was set back since the base, and `flowed_low`, the sum of what its runs flowed at least.

    Readings in between of something else, or none, tell nothing. What was sold between the last reading before a fall
    and the fall is not shown, and neither is where the counter began anew: at least 0 for both."""
    state = based.select(
        certain="base_low", last_low="base_low", start_high="base_high", flowed_low=pl.lit(0.0), is_reset=pl.lit(False)
    )
    for reading in _later_readings(based, past, counted):
        state = _after(pl.concat([state, reading], how="horizontal"))
    return based.with_columns(
        state["is_reset"], state.select(flowed_low=pl.col("flowed_low") + _run_flow()).to_series()
    )


def per_28_days() -> pl.Expr:
    """What a flow between seen_at and base_seen_at is multiplied by: 1 where both were read on one day of the week, or
    where the instants are not those of their weeks."""
    days = (pl.col("seen_at") - pl.col("base_seen_at")).dt.total_microseconds() / DAY
    off = (days - BASIS_DAYS).abs()
    return pl.when((off > SAME_DAY) & (off < OFF_DAYS)).then(BASIS_DAYS / days).otherwise(1.0)


def _weeks_on(weeks: int) -> pl.Expr:
    return (pl.col("week") + weeks * WEEKLY).alias("week")


def _later_readings(based: pl.DataFrame, past: pl.DataFrame, counted: pl.Expr) -> Iterator[pl.DataFrame]:
    """Ends (low, high) of the readings after the base, the latest last; null where there is none of the same kind."""
    keys = based.select(*LISTING, "week", own=counted)
    for weeks in range(BASIS_WEEKS - 1, 0, -1):
        before = past.select(*LISTING, _weeks_on(weeks), "low", "high", "counted")
        found = keys.join(before, on=[*LISTING, "week"], how="left", validate="m:1", maintain_order="left")
        same = pl.col("own").eq_missing(pl.col("counted"))
        yield found.select(pl.when(same).then(end).alias(end) for end in ("low", "high"))
    yield based.select(low=LOW, high="now_high")


def _after(state: pl.DataFrame) -> pl.DataFrame:
    """What is known after one more reading (low, high; null where there is none)."""
    fell = is_reset(Reading(pl.col("low"), pl.col("high")), pl.col("certain")).fill_null(False)
    told = state.with_columns(fell=fell)
    return told.select(
        certain=pl.when("fell").then("low").otherwise(pl.max_horizontal("certain", "low")),
        last_low=pl.coalesce("low", "last_low"),
        start_high=pl.when("fell").then("high").otherwise("start_high"),
        flowed_low=pl.col("flowed_low") + pl.when("fell").then(_run_flow()).otherwise(0.0),
        is_reset=pl.col("is_reset") | pl.col("fell"),
    )


def _run_flow() -> pl.Expr:
    """What flowed in a run at least; one that began behind an open display may have begun anywhere above."""
    return pl.max_horizontal(pl.col("last_low") - pl.col("start_high"), 0.0)
