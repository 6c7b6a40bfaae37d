"""The part of a build that goes by belt: listing weeks and their belts -> figures, ready to be released."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from configs.belts import Belt
from configs.calendar import year_ago
from configs.register import Configs
from configs.tables import table
from flows.quality import quarantined_weeks
from transforms.compare import Coverage, belt_figures
from transforms.coverage import share
from warehouse import lake

METHOD = "figures-1"
MERCHANT = ["marketplace", "merchant_id"]
LISTING = ["marketplace", "category", "week", "merchant_id", "listing_id"]


def build_belt(home: Path, configs: Configs, belt: Belt, weeks: Iterable[date] | None, coverage: pl.DataFrame) -> int:
    """Make one belt's figures for the given weeks and the weeks a year after them (None: all weeks of which there
    are listings) wherever they are stale; returns how many weeks were made. `coverage` is that of all pages."""
    units = _units(home, belt)
    known = sorted({week for _, week, _ in units})
    wanted = set(known if weeks is None else weeks)
    targets = [week for week in known if week in wanted or year_ago(week) in wanted]
    quarantine = _quarantine(home, units)
    stale = []
    for week in targets:
        made_of = _made_of(home, configs, belt, week, units, coverage, quarantine)
        if lake.fingerprint_of(lake.figures_file(home, week, belt.id)) != made_of:
            stale.append((week, made_of))
    rows = _placed(home, belt, units, {day for week, _ in stale for day in (week, year_ago(week))})
    for week, made_of in stale:
        figures = _week_figures(configs, belt, week, rows, units, coverage, quarantine)
        lake.write(lake.figures_file(home, week, belt.id), figures, made_of)
    return len(stale)


def drop_unknown_belts(home: Path, configs: Configs) -> None:
    """Remove built figures of belts that are configured no longer, so that the next release withdraws them."""
    for path in (home / "figures").glob("week=*/*.parquet"):
        if path.stem not in configs.belts:
            path.unlink()


Unit = tuple[str, date, str]


def _units(home: Path, belt: Belt) -> list[Unit]:
    return [unit for unit in lake.units(home, "listing_belts") if unit[2] in belt.categories]


def _quarantine(home: Path, units: list[Unit]) -> set[date]:
    pairs = sorted({(marketplace, category) for marketplace, _, category in units})
    return {week for marketplace, category in pairs for week in quarantined_weeks(home, marketplace, category)}


def _made_of(
    home: Path, configs: Configs, belt: Belt, week: date, units: list[Unit], coverage: pl.DataFrame, stopped: set[date]
) -> str:
    ends = (week, year_ago(week))
    files = [lake.partition(home, "listing_belts", *unit) for unit in units if unit[1] in ends]
    covered = [str(_share(coverage, units, end)) for end in ends]
    held = [str(end) for end in ends if end in stopped]
    digests = [configs.digests["publication.yaml"], configs.digests[f"belts/{belt.id}.yaml"]]
    return lake.fingerprint([METHOD, *digests, *(lake.fingerprint_of(path) or "" for path in files), *covered, *held])


def _placed(home: Path, belt: Belt, units: list[Unit], weeks: set[date]) -> dict[date, pl.DataFrame]:
    """Week to the listing weeks of the belt's categories, with the belt's weight and rule; null where it is outside."""
    wanted = [unit for unit in units if unit[1] in weeks]
    listings = lake.read(table("listing_weeks"), (lake.partition(home, "listing_weeks", *unit) for unit in wanted))
    belts = lake.read(table("listing_belts"), (lake.partition(home, "listing_belts", *unit) for unit in wanted))
    own = belts.filter(pl.col("belt") == belt.id).select(*LISTING, "weight", "rule")
    joined = listings.join(own, on=LISTING, how="left", validate="1:1").sort(LISTING)
    return {key[0]: part for key, part in joined.partition_by("week", as_dict=True).items()}


def _week_figures(
    configs: Configs,
    belt: Belt,
    week: date,
    rows: dict[date, pl.DataFrame],
    units: list[Unit],
    coverage: pl.DataFrame,
    stopped: set[date],
) -> pl.DataFrame:
    base = year_ago(week)
    empty = table("listing_weeks").empty().with_columns(weight=pl.lit(0.0), rule=pl.lit(""))
    then = rows.get(base, empty).filter(pl.col("weight").is_not_null())
    return belt_figures(
        current=_own(rows.get(week, empty), then, belt),
        base=then,
        belt=belt.id,
        week=week,
        base_week=base,
        coverage=Coverage(_share(coverage, units, week), _share(coverage, units, base)),
        rules=configs.publication,
        quarantined=week in stopped or base in stopped,
    )


def _own(rows: pl.DataFrame, base: pl.DataFrame, belt: Belt) -> pl.DataFrame:
    """The rows inside the belt, and those whose place alone puts them outside, of merchants who were in it at the
    base: that week decides."""
    inside = pl.col("weight").is_not_null()
    is_sold = pl.col("title_text").str.contains_any(belt.title_words) if belt.title_words else pl.lit(True)
    moved = rows.filter(~inside & is_sold.fill_null(False)).join(
        base.select(MERCHANT).unique(), on=MERCHANT, how="semi"
    )
    return pl.concat([rows.filter(inside), moved])


def _share(coverage: pl.DataFrame, units: list[Unit], week: date) -> float | None:
    own = [(marketplace, category) for marketplace, day, category in units if day == week]
    frame = pl.DataFrame(own, schema={"marketplace": pl.String, "category": pl.String}, orient="row")
    return share(coverage, frame, week)
