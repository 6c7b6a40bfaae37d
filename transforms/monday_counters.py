"""Cumulative counters read on any day, put at the Mondays on which weeks begin. Source: METHOD 2.1."""

from collections.abc import Sequence

import polars as pl

ZONE = "Asia/Shanghai"


def monday_counters(readings: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """One row per `key` and week, sorted by them: what the counter stood at on Monday 00:00 in Asia/Shanghai.

    `readings` has `key`, `seen_at` (an instant) and `sales_total`, an instant once per key. Between two readings a
    counter is taken to grow evenly, so that a crawl that is days late still gives flows of seven days. Nothing is said
    of Mondays before the first reading or after the last, nor of those between two of which the later is lower: that
    was a reset.
    """
    following = [pl.col(name).shift(-1).over(key).alias(f"next_{name}") for name in ("seen_at", "sales_total")]
    spans = readings.lazy().drop_nulls("sales_total").sort(*key, "seen_at").with_columns(following)
    is_grown = pl.col("next_sales_total") >= pl.col("sales_total")
    ended = spans.with_columns(
        pl.when(is_grown).then(name).alias(name) for name in ("next_seen_at", "next_sales_total")
    )
    at_mondays = ended.with_columns(monday=_mondays()).explode("monday").drop_nulls("monday")
    elapsed, whole = pl.col("monday") - pl.col("seen_at"), pl.col("next_seen_at") - pl.col("seen_at")
    part = (elapsed.dt.total_microseconds() / whole.dt.total_microseconds()).fill_null(0.0)
    grown = part * (pl.col("next_sales_total") - pl.col("sales_total")).fill_null(0)
    week = pl.col("monday").dt.convert_time_zone(ZONE).dt.date()
    return at_mondays.select(*key, week.alias("week"), pl.col("sales_total") + grown).sort(*key, "week").collect()


def _mondays() -> pl.Expr:
    """The Mondays from a reading up to, not including, the next; for the last one only its own instant."""
    first = pl.col("seen_at").dt.convert_time_zone(ZONE)
    floor = first.dt.truncate("1w")
    start = pl.when(floor == first).then(floor).otherwise(floor.dt.offset_by("1w"))
    end = pl.coalesce(pl.col("next_seen_at").dt.convert_time_zone(ZONE), first.dt.offset_by("1us"))
    mondays = pl.datetime_ranges(start, end, interval="1w", closed="left")
    return mondays.list.eval(pl.element().dt.convert_time_zone("UTC"))
