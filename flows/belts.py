"""The part of a build that goes by belt: listing weeks and their belts -> figures, ready to be released."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from configs.belts import Belt
from configs.register import Configs
from flows.belt_weeks import BeltWeeks
from warehouse import lake

INDEX_PREFIX = "index:"  # in the place of a belt: the file of its price index
REGIONS_FILE = "region:all"  # in the place of a belt, none of which can be called so; all regions of a week


def build_belt(home: Path, configs: Configs, belt: Belt, weeks: Iterable[date] | None, coverage: pl.DataFrame) -> int:
    """Make one belt's figures for the given weeks and the weeks that rest on them (None: all weeks of which there
    are listings) wherever they are stale; returns how many weeks were made. `coverage` has the rows of `pages_read`."""
    made = BeltWeeks(home, configs, belt, coverage)
    wanted = set(made.known if weeks is None else weeks)
    fingerprints = {week: made.fingerprint(week) for week in made.known if wanted & made.rests_on(week)}
    stale = {
        week: made_of
        for week, made_of in fingerprints.items()
        if lake.fingerprint_of(lake.figures_file(home, week, belt.id)) != made_of
    }
    made.read(stale)
    for week, made_of in stale.items():
        lake.write(lake.figures_file(home, week, belt.id), made.figures(week), made_of)
    return len(stale)


def drop_unknown_belts(home: Path, configs: Configs) -> None:
    """Remove built figures of belts that are configured no longer, so that the next release withdraws them."""
    for folder in (home / "figures").glob("week=*"):
        week = date.fromisoformat(folder.name.removeprefix("week="))
        indices = (f"{INDEX_PREFIX}{name}" for name in configs.belts)
        known = {lake.figures_file(home, week, name) for name in (*configs.belts, *indices, REGIONS_FILE)}
        for path in folder.glob("*.parquet"):
            if path not in known:
                path.unlink()
