"""Counters that only grow: reset-free runs, bounds tightened within them, flows over any span, levels between ticks.

A history has one row per listing (LISTING) and week, sales_total_low and sales_total_high (null where open), and may
have `kind` (pieces, payers, reviews ...): a listing that begins to show another kind begins anew, since a difference of
two kinds is no flow. Source: METHOD 3.3.
"""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

LISTING = ["marketplace", "category", "merchant_id", "listing_id"]
RUN = [*LISTING, "run"]
LOW, HIGH = "sales_total_low", "sales_total_high"
BASIS_WEEKS = 4  # flows are told per 28 days
TAKEN_BACK = 0.02  # of a counter: a fall by less is orders taken back
WEEKLY = timedelta(weeks=1)


@dataclass(frozen=True)
class Reading:
    """What one reading of a counter says: at least `low`, at most `high` (null where open)."""

    low: pl.Expr
    high: pl.Expr


def is_reset(now: Reading, certain: pl.Expr) -> pl.Expr:
    """Whether a counter that stood at `certain` or more must have fallen: put up anew, or set back.

    An interval does not reach its upper end (1.2万+ is below 1.3万), an exact reading does. An open display below what
    was certain fell too: what it hides would have been shown on the same grid. A fall that is TAKEN_BACK at most, as
    far as the display tells, is orders that were refunded, and the run goes on."""
    is_interval = now.low < now.high
    is_below = (now.high.fill_null(now.low) < certain) | ((now.high == certain) & is_interval).fill_null(False)
    return is_below & (now.low < certain * (1 - TAKEN_BACK))


def flow_bounds(
    now: Reading, before: Reading, reset: pl.Expr, flowed: pl.Expr | None = None
) -> tuple[pl.Expr, pl.Expr]:
    """Least and most that flowed between two readings, null where there is no earlier one, never negative.

    After a reset at least `flowed` (0), and the most is open: what was sold between the last reading before it and the
    reset stands on no counter. An open earlier reading may have stood anywhere above its lower end, so nothing certain
    has flowed since."""
    has_base = before.low.is_not_null()
    least = pl.when(reset).then(0.0 if flowed is None else flowed).otherwise(_not_negative(now.low - before.high))
    most = pl.when(~reset).then(pl.when(now.high.is_not_null()).then(_not_negative(now.high - before.low)))
    return pl.when(has_base).then(least), pl.when(has_base).then(most)


def _not_negative(flow: pl.Expr) -> pl.Expr:
    return pl.max_horizontal(flow, 0.0)


def with_runs(history: pl.DataFrame) -> pl.DataFrame:
    """Adds `run`, the number of each listing's reset-free run from 0; sorted by listing and week.

    A run ends where a reading stays below what was certain before, however long before, or where the kind changes."""
    kind, is_told = pl.col("kind"), "kind" in history.columns
    changed = kind.ne_missing(kind.shift()).over(LISTING) if is_told else pl.lit(False)
    rows = history.sort(*LISTING, "week").with_columns(begins=changed)
    while True:
        rows = rows.with_columns(run=pl.col("begins").cast(pl.Int64).cum_sum().over(LISTING))
        certain = pl.col(LOW).cum_max().shift().over(RUN)
        fell = is_reset(Reading(pl.col(LOW), pl.col(HIGH)), certain)
        first = fell & (fell.cast(pl.Int64).cum_sum().over(RUN) == 1)
        found = rows.with_columns(begins=pl.col("begins") | first.fill_null(False))
        if found["begins"].sum() == rows["begins"].sum():
            return rows.drop("begins").with_columns(run=pl.col("run") - pl.col("run").min().over(LISTING))
        rows = found


def tightened(history: pl.DataFrame, with_future: bool = False) -> pl.DataFrame:
    """The history with `run` and bounds that what else is known of the run allows: a counter never falls within it.

    A lower end holds for all later weeks. An upper end holds for all earlier ones: that uses the future, and is for
    revised vintages only."""
    rows = with_runs(history).with_columns(pl.col(LOW).cum_max().over(RUN))
    if not with_future:
        return rows
    latest_first = pl.col(HIGH).fill_null(float("inf")).reverse().cum_min().reverse().over(RUN)
    return rows.with_columns(pl.when(latest_first.is_finite()).then(latest_first).alias(HIGH))


def flows(runs: pl.DataFrame, weeks: int = BASIS_WEEKS) -> pl.DataFrame:
    """One row per row of `with_runs` or `tightened`: flow_low, flow_mid, flow_high per 28 days, and is_reset.

    The flow is that since the reading `weeks` earlier (52: a long difference, in which the width of the bins weighs a
    thirteenth of what it weighs in 4), null without one. After a reset its middle and its upper end are null."""
    earlier = runs.select(
        *LISTING,
        (pl.col("week") + weeks * WEEKLY).alias("week"),
        pl.col(LOW).alias("base_low"),
        pl.col(HIGH).alias("base_high"),
        pl.col("run").alias("base_run"),
        *([pl.col("kind").alias("base_kind")] if "kind" in runs.columns else []),
    )
    joined = runs.join(earlier, on=[*LISTING, "week"], how="left", validate="1:1", maintain_order="left")
    if "kind" in runs.columns:
        is_same = pl.col("kind").eq_missing(pl.col("base_kind"))
        joined = joined.with_columns(pl.when(is_same).then(name).alias(name) for name in ("base_low", "base_high"))
    now, before = Reading(pl.col(LOW), pl.col(HIGH)), Reading(pl.col("base_low"), pl.col("base_high"))
    reset = pl.col("run") != pl.col("base_run")
    least, most = flow_bounds(now, before, reset)
    middle = pl.max_horizontal(_middle(now) - _middle(before), 0.0)
    scale = BASIS_WEEKS / weeks
    return joined.select(
        *runs.columns,
        flow_low=least * scale,
        flow_mid=pl.when(before.low.is_not_null() & ~reset).then(middle * scale),
        flow_high=most * scale,
        is_reset=reset.fill_null(False) & before.low.is_not_null(),
    )


def tick_levels(runs: pl.DataFrame) -> pl.DataFrame:
    """Adds `level`: where the counter stood, on a straight line between the weeks in which its display changed.

    In such a week it passed the lower end of the new display; an exact reading is a point of the line as well. Before
    the first and after the last of them it is null. For revised vintages only: the line uses the future."""
    shown, before = pl.col(LOW), pl.col(LOW).shift().over(RUN)
    is_tick = (shown > before).fill_null(False) | (pl.col(HIGH) == shown).fill_null(False)
    ticks = runs.with_columns(level=pl.when(is_tick).then(shown))
    return ticks.with_columns(pl.col("level").interpolate_by("week").over(RUN))


def since_last_tick(runs: pl.DataFrame) -> pl.DataFrame:
    """Adds `rate_high`: the most that can flow per 28 days since the display last changed (null where open or unknown);
    the least is 0."""
    shown = pl.col(LOW)
    is_tick = (shown > shown.shift().over(RUN)).fill_null(False)
    ticked = pl.when(is_tick).then("week").forward_fill().over(RUN)
    elapsed = (pl.col("week") - ticked).dt.total_days() / 7
    rate = (pl.col(HIGH) - shown) * BASIS_WEEKS / elapsed
    return runs.with_columns(rate_high=pl.when(elapsed > 0).then(rate))


def _middle(reading: Reading) -> pl.Expr:
    return (reading.low + reading.high.fill_null(reading.low)) / 2
