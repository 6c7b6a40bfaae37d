"""How soon a price war shows in each indicator, and how often one shows that is none: planted wars through the line.

    python -m benchmarks.price_wars [--wars 8] [--calm 8] [--seed 1]

Two years of belts of 60 merchants, archived, backfilled, parsed and built. In half of them most merchants cut their
prices over eight weeks from a known week on. An indicator is in alarm where its level leaves the belt's own past year
(transforms/alarms.py). False alarms are those of belts in peace, and of the others before their war, per belt-year.
"""

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import yaml

from benchmarks.week_of_pages import ELSEWHERE, belts_of_one_county, spot
from configs.belts import Belt, CostFloor
from configs.calendar import WEEK
from configs.places import children, place
from configs.register import load
from flows.handing_over import backfill_files
from flows.line import Line
from flows.progress import Reporter
from flows.workplace import looked_at
from sandbox.scenario import PRACTICE, Scenario
from sandbox.world import lay_out, write_marketplaces
from transforms.alarms import LEAST_WEEKS, LEFT_OUT, alarms

FIRST_WEEK, LIVE_WEEK = date(2024, 11, 18), date(2026, 11, 16)
FIRST_JUDGED = FIRST_WEEK + (LEAST_WEEKS + LEFT_OUT + 4) * WEEK  # cuts look back four weeks
EARLIEST_WAR, LATEST_WAR = date(2026, 1, 5), date(2026, 7, 6)
IN_TIME = 13 * WEEK
MERCHANTS = 60
WAR = {"weeks": 8, "change": -0.4, "share": 0.7, "sigma": 0.3}
TYPICAL_PRICE_YUAN = 10.0
FLOOR_SHARE = 0.55  # of the typical price: where material alone begins to cost more
SIZES = ("displayed_sales", "merchants", "listings")  # no indicators of prices


def main() -> int:
    """Runs the campaign and prints its table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.price_wars", description=__doc__.splitlines()[0])
    parser.add_argument("--wars", type=int, default=8, help="belts with a price war")
    parser.add_argument("--calm", type=int, default=8, help="belts without")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other belts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = detection(Path(folder), arguments.wars, arguments.calm, arguments.seed)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True, tbl_width_chars=140, float_precision=2):
        print(table)
    return 0


def detection(home: Path, wars: int, calm: int, seed: int) -> pl.DataFrame:
    """One row per metric: of `wars` planted wars those that raise an alarm within 13 weeks, median weeks until then,
    and false alarms per belt-year; soonest first."""
    begins = war_weeks(wars, seed)
    belts = _write_belts(home, wars + calm)
    starts: dict[str, date | None] = {belt.id: begins[at] if at < wars else None for at, belt in enumerate(belts)}
    scenario = _scenario(belts, starts)
    world = lay_out(home, scenario, seed)
    write_marketplaces(home, "http://127.0.0.1:9")
    work, reporter = looked_at(home), Reporter()
    backfill_files(work, list(world.archives.values()), PRACTICE, reporter)
    line = Line(work, [PRACTICE], reporter)
    line.parse(None)
    line.build(None)
    work.ledger.close()
    return summary(alarms(_readings(home)), starts)


def war_weeks(wars: int, seed: int) -> list[date]:
    """When the wars begin: Mondays anywhere in the first half of the last year."""
    span = (LATEST_WAR - EARLIEST_WAR) // WEEK
    return [EARLIEST_WAR + int(step) * WEEK for step in np.random.default_rng(seed).integers(0, span + 1, wars)]


def summary(judged: pl.DataFrame, starts: dict[str, date | None]) -> pl.DataFrame:
    """The table of `detection` from judged readings and the Monday on which each belt's war begins (None: never)."""
    known = judged.filter(pl.col("deviation").is_not_null() & (pl.col("week") >= FIRST_JUDGED))
    begun = pl.DataFrame({"belt": list(starts), "start": list(starts.values())}, schema_overrides={"start": pl.Date()})
    placed = known.join(begun, on="belt", how="inner", validate="m:1")
    is_peace = pl.col("start").is_null() | (pl.col("week") < pl.col("start"))
    peace = (
        placed.filter(is_peace)
        .group_by("metric")
        .agg(false_alarms_per_belt_year=52 * pl.col("is_onset").sum() / pl.len())
    )
    shown = placed.filter(~is_peace & (pl.col("week") <= pl.col("start") + IN_TIME) & pl.col("is_alarm"))
    first = shown.group_by("belt", "metric").agg(((pl.col("week") - pl.col("start")).min() / WEEK).alias("weeks"))
    soon = first.group_by("metric").agg(wars_shown=pl.len(), median_weeks=pl.col("weeks").median())
    wars = sum(start is not None for start in starts.values())
    table = peace.join(soon, on="metric", how="left", validate="1:1").with_columns(
        pl.col("wars_shown").fill_null(0), wars=pl.lit(wars)
    )
    names = ["metric", "wars", "wars_shown", "median_weeks", "false_alarms_per_belt_year"]
    return table.select(names).sort(pl.col("median_weeks"), "metric", nulls_last=True)


def _readings(home: Path) -> pl.DataFrame:
    """Published levels of every metric of prices, by belt and week."""
    parts = [
        pl.read_parquet(path, hive_partitioning=False) for path in sorted((home / "figures").glob("week=*/*.parquet"))
    ]
    is_level = (pl.col("comparison") == "level") & (pl.col("segment") == "all") & (pl.col("status") == "published")
    levels = pl.concat(parts).filter(is_level & ~pl.col("metric").is_in(SIZES) & pl.col("value").is_not_null())
    one_listing = pl.when(pl.col("unit") == "share").then(1 / pl.col("listings")).otherwise(0.0)
    return levels.select("belt", "metric", "week", "value", grain=one_listing)


def _write_belts(home: Path, count: int) -> list[Belt]:
    """Shipped belts with a cost floor, as files of the home."""
    folder = home / "configs" / "belts"
    folder.mkdir(parents=True, exist_ok=True)
    planted = {"yuan": FLOOR_SHARE * TYPICAL_PRICE_YUAN, "unit": "piece", "date": FIRST_WEEK, "source": "planted"}
    floor = CostFloor.model_validate(planted)
    found = []
    for _, _, belt in belts_of_one_county(load(home), count):
        named = belt.model_copy(update={"cost_floor": floor, "festival": None, "categories": belt.categories[:1]})
        text = yaml.safe_dump(named.model_dump(mode="json", by_alias=True, exclude_none=True), allow_unicode=True)
        (folder / f"{belt.id}.yaml").write_text(text, encoding="utf-8")
        found.append(named)
    return found


def _scenario(belts: list[Belt], starts: dict[str, date | None]) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "price-wars",
            "title": {"en": "Price wars", "zh": "价格战"},
            "first_week": FIRST_WEEK,
            "live_week": LIVE_WEEK,
            "belts": [_plan(belt, starts[belt.id]) for belt in belts],
        }
    )


def _plan(belt: Belt, start: date | None) -> dict[str, object]:
    county = place(belt.places[0].code)
    assert county is not None
    near = [part for part in children(county.city_code or "") if part != county][:2]
    words = belt.name.zh
    return {
        "id": belt.id,
        "category": belt.categories[0],
        "keywords": words,
        "label": words,
        "place": {"code": county.code, **spot(county)},
        "near": [spot(part) for part in near],
        "elsewhere": [spot(part) for code in ELSEWHERE if (part := place(code))],
        "change": 0.0,
        "merchants": MERCHANTS,
        "typical_price_yuan": TYPICAL_PRICE_YUAN,
        "price_sigma": 0.3,
        "relaunch_share": 0.4,
        "things": [words, f"纯色{words}", f"儿童{words}"],
        "traits": ["加厚", "家用", "素色", "简约", "新款"],
        **({"price_war": {"start": start, **WAR}} if start else {}),
    }


if __name__ == "__main__":
    sys.exit(main())
