"""`beltwatch discover`: where belts may be that are not configured, from the listings of one week of each category."""

from datetime import date
from pathlib import Path

import polars as pl

from configs.errors import InputError
from configs.tables import table
from flows.show import write_rows
from flows.workplace import Workplace
from transforms.discovery import belt_candidates
from warehouse import lake

READ = [
    "marketplace", "category", "week", "merchant_id", "listing_id", "title_text", "merchant_name_text", "place_code",
    "value_yuan",
]  # fmt: skip


def discover(work: Workplace, week: date | None, format: str, out: Path | None) -> None:
    """Write the candidates of the last week of each category, at the latest `week`."""
    rows = last_listings(work.home, week)
    write_rows(belt_candidates(rows, work.configs.belts, rows["week"].max()), format, out)  # type: ignore[arg-type]


def last_listings(home: Path, week: date | None) -> pl.DataFrame:
    """The columns READ of listing_weeks in the last week of each marketplace and category; InputError for none."""
    last: dict[tuple[str, str], date] = {}
    for marketplace, day, category in lake.units(home, "listing_weeks"):
        if week is None or day <= week:
            last[marketplace, category] = max(day, last.get((marketplace, category), day))
    if not last:
        until = f" up to {week}" if week else ""
        raise InputError(f"{home} has no listings{until}; expected some there; make them with `beltwatch build`")
    schema = {name: kind for name, kind in table("listing_weeks").polars_schema().items() if name in READ}
    paths = [lake.partition(home, "listing_weeks", name, day, category) for (name, category), day in last.items()]
    rows = [pl.read_parquet(path, columns=READ, hive_partitioning=False) for path in paths]
    return pl.concat([pl.DataFrame(schema=schema).select(READ), *rows])
