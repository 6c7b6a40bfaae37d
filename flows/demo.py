"""The demonstration: the whole line on the practice marketplace, and the truth beside what was measured."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Column, Table

from configs.calendar import starts_at
from configs.errors import BeltwatchError
from flows.handing_over import backfill_files, ingest_files
from flows.progress import Reporter
from flows.weekly import prefect_in_advance, run_history, run_week
from flows.workplace import Workplace
from warehouse import open as open_warehouse
from warehouse.vintages import manifests

MARKETPLACE = "practice"
MEASURED_WITHIN = 0.03  # of what was realised, for every belt
BELTS_PER_MISS = 8  # of so many belts one planted change may lie outside of its interval, which covers 95 of 100
CRAWL_STARTS = timedelta(hours=2)  # as the schedule does: Monday 02:00 Asia/Shanghai


def run_demo(work: Workplace, scenario_name: str, seed: int) -> None:
    """Lay out the practice world, read its past from its archive and its present over HTTP, publish, compare."""
    from sandbox.scenario import load
    from sandbox.site import serving
    from sandbox.world import claim, lay_out, write_marketplaces

    scenario = load(scenario_name)
    live = starts_at(scenario.live_week) + CRAWL_STARTS
    work = replace(
        work, settings=work.settings.model_copy(update={"now": live, "clock_since": None, "clock_speed": 1.0})
    )
    reporter = Reporter()
    claim(work.home, scenario, seed)  # before Prefect is started, which takes ten seconds
    await_prefect = prefect_in_advance(work.home)
    before = [manifest.release for manifest in manifests(work.home)]
    with reporter.step("practice") as step:
        world = lay_out(work.home, scenario, seed, step.advance)
        step.say(f"{len(scenario.past_weeks)} archived weeks of {scenario.name}, seed {seed}")
    log = work.home / "sandbox" / "requests.log"
    with serving(scenario_name, seed, live, log, port=_port(work.home)) as url:
        write_marketplaces(work.home, url)
        names = list(world.archives)
        for name, folder in world.archives.items():
            backfill_files(work, [folder], name, reporter)
        if world.handed_over:
            ingest_files(work, world.handed_over, MARKETPLACE, reporter)
        reporter.head("history")
        await_prefect()
        stopped = run_history(work, names, reporter)
        reporter.head(f"week {scenario.live_week}")
        stopped += run_week(work, scenario.live_week, names, reporter)
    reporter.summary()
    rows = recovered(work.home, scenario.live_week)
    _show(work.home, rows, scenario.live_week, [m.release for m in manifests(work.home)][len(before) :])
    if stopped:
        raise BeltwatchError(f"the practice world was stopped by a gate, which it never should: {stopped[0]}")
    refuse_untrue(rows)


def _port(home: Path) -> int:
    """The port of the home's practice marketplace file, so that the file need not change; 0 where there is none."""
    from urllib.parse import urlsplit

    import yaml

    path = home / "configs" / "marketplaces" / f"{MARKETPLACE}.yaml"
    if not path.exists():
        return 0
    return urlsplit(yaml.safe_load(path.read_text(encoding="utf-8"))["listing"]["url"]).port or 0


def recovered(home: Path, week: object) -> pl.DataFrame:
    """One row per belt: planted and realised change, and what was measured of it with its interval."""
    truth = pl.read_parquet(home / "sandbox" / "truth.parquet").filter(
        pl.col("metric") == "displayed_sales",
        pl.col("comparison") == "yoy",
        pl.col("segment") == "all",
        pl.col("panel") == "matched",
        pl.col("week") == week,
    )
    with open_warehouse(home) as reader:
        measured = reader.sql(
            "select y.*, b.name_en from belt_yoy y join belts b using (belt) where alignment = 'plain'"
        ).filter(pl.col("week") == week)
    return (
        truth.select("belt", "planted", "realised").join(measured, on="belt", how="left", validate="1:1").sort("belt")
    )


def verdict_on(rows: pl.DataFrame) -> str:
    """How many of the belts that `recovered` gives were measured near what was realised and around what was planted."""
    near, inside = _near(rows).sum(), _inside(rows).sum()
    all_belts, points = rows.height, round(100 * MEASURED_WITHIN)
    measured = f"{near} of {all_belts} belts within {points} points of what was realised"
    return f"{measured}; planted inside {inside} of {all_belts} intervals"


def refuse_untrue(rows: pl.DataFrame) -> None:
    """BeltwatchError where a belt was measured too far off, or more planted changes lie outside than chance puts there.

    That holds for any seed: the practice world is balanced, so that what it realises is near what was planted and
    intervals, made for merchants drawn by chance, cover it more often than they promise."""
    far = rows.filter(~_near(rows))["belt"].to_list()
    outside = rows.filter(~_inside(rows))["belt"].to_list()
    if far:
        raise BeltwatchError(f"{verdict_on(rows)}, expected all to be: see {', '.join(far)}")
    if len(outside) > rows.height // BELTS_PER_MISS:
        expected = f"expected at most {rows.height // BELTS_PER_MISS} outside: see {', '.join(outside)}"
        raise BeltwatchError(f"{verdict_on(rows)}, {expected}")
    if rows.is_empty():
        raise BeltwatchError("no belt of the practice world was measured, expected each of them to be")


def _near(rows: pl.DataFrame) -> pl.Series:
    return rows.select(
        ((pl.col("yoy_change") - pl.col("realised")).abs() <= MEASURED_WITHIN).fill_null(False)
    ).to_series()


def _inside(rows: pl.DataFrame) -> pl.Series:
    return rows.select(pl.col("planted").is_between("low", "high").fill_null(False)).to_series()


def _show(home: Path, rows: pl.DataFrame, week: object, new: list[str]) -> None:
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)
    belt = Column("belt", no_wrap=True)
    table = Table(belt, "planted", "realised", "measured", "interval", "verdict", box=None, pad_edge=False)
    for row in rows.iter_rows(named=True):
        interval = "suppressed" if row["low"] is None else f"[{row['low']:+.1%}, {row['high']:+.1%}]"
        measured = row["reason"] or "none" if row["yoy_change"] is None else f"{row['yoy_change']:+.1%}"
        table.add_row(
            row["name_en"] or row["belt"],
            f"{row['planted']:+.1%}",
            f"{row['realised']:+.1%}",
            measured,
            interval,
            row["verdict"],
        )
    console.print(f"\nWeek of {week}: displayed sales of observed listings against 364 days earlier, matched merchants")
    console.print(table)
    names = ("price_effect", "volume_effect", "mix_effect", "entry_effect", "exit_effect")
    effects = pl.sum_horizontal(*names, ignore_nulls=False)  # of belts whose split is told in full
    gap = rows.select((effects - pl.col("total_change")).abs().max()).item()
    split = "The split into price, volume, mix, entry and exit"
    if gap is None:
        console.print(f"{split} is told in full for no belt: it would tell what one or two merchants sold.")
    else:
        console.print(f"{split} adds up to the total change within {gap:.1e}.")
    console.print(f"{verdict_on(rows)}.")
    if new:
        console.print(f"Published release {new[-1]}.")
    else:
        console.print("Nothing changed since the last time: no new release, no row added.")
    console.print(f"Look at  {_last_report(home)}")
    console.print(f"Ask      {sys.argv[0]} sql --home {home} \"select * from belt_yoy where week = '{week}'\"")


def _last_report(home: Path) -> Path:
    release = manifests(home)[-1].release
    return home / "reports" / release / "index.html"
