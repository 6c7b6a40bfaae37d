"""The part of a build that goes by category: offers -> listing_weeks and rejects -> belts.

A unit whose offers, configuration and method are those of the file that stands is not made again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from configs.belts import Belt
from configs.register import Configs
from configs.tables import table
from flows.checks import is_quarantined
from flows.drift import renew_traits
from transforms.clean import Cleaned, cleaned
from transforms.counter_window import READ
from transforms.counters import BASIS_WEEKS
from transforms.place import placed
from transforms.sales import CUMULATIVE, with_cumulative_flows
from warehouse import lake

METHOD = "listing-weeks-8"
BATCH = 20  # categories: a call for each would cost more than the rows of one week do


@dataclass
class CategoryReport:
    """What was done for one category."""

    category: str
    made: dict[str, list[date]] = field(default_factory=dict)
    offers: int = 0
    accepted: int = 0
    rejected: int = 0

    @property
    def weeks(self) -> list[date]:
        """The weeks that were made anew, on any marketplace."""
        return sorted({week for weeks in self.made.values() for week in weeks})


def clean_batches(categories: Sequence[str], weeks: Sequence[date] | None) -> list[list[str]]:
    """The categories in the batches that they are cleaned in: a whole history alone, of single weeks many together."""
    size = 1 if weeks is None else BATCH
    return [list(categories[first : first + size]) for first in range(0, len(categories), size)]


def clean_categories(
    home: Path, configs: Configs, categories: Sequence[str], weeks: Iterable[date] | None
) -> list[CategoryReport]:
    """Make the categories' listing weeks and rejects for the given weeks (None: all) wherever they are stale; one
    report for each.

    A unit is stale until its listings are placed, which is done only after the gate: a build that was killed before
    that cleans and validates it again. Categories that are cleaned together come out as each does alone.
    """
    reports = {category: CategoryReport(category) for category in categories}
    wanted = None if weeks is None else set(weeks)
    stale: dict[str, dict[str, list[date]]] = {}
    for marketplace, week, category in lake.offer_units(home):
        is_wanted = category in reports and (wanted is None or week in wanted)
        if is_wanted and _is_stale(home, configs, marketplace, week, category):
            stale.setdefault(marketplace, {}).setdefault(category, []).append(week)
    for marketplace, units in stale.items():
        _clean(home, configs, marketplace, units, reports)
    return list(reports.values())


def _is_stale(home: Path, configs: Configs, marketplace: str, week: date, category: str) -> bool:
    made_of = _made_of(home, configs, marketplace, week, category)
    return lake.fingerprint_of(lake.partition(home, "listing_belts", marketplace, week, category)) != made_of


def _made_of(home: Path, configs: Configs, marketplace: str, week: date, category: str) -> str:
    """The fingerprint of everything that a unit's listing weeks are made from."""
    belts = sorted(configs.belts_of(category))
    digests = [configs.digests.get(f"belts/{belt}.yaml", "") for belt in belts]
    own = configs.digests.get(f"marketplaces/{marketplace}.yaml", "")
    offers = [
        lake.fingerprint_of(path) or lake.digest_of(path)
        for path in lake.offer_files(home, marketplace, week, category)
    ]
    if configs.marketplaces.get(marketplace) and configs.marketplaces[marketplace].sales.basis == CUMULATIVE:
        for back in counter_weeks(week):
            offers += _counters_made_of(home, marketplace, back, category)
    aliases = str(sorted(configs.aliases.items()))  # another belt's alias may place a listing of this category
    return lake.fingerprint([METHOD, own, aliases, *digests, *offers])


def _counters_made_of(home: Path, marketplace: str, week: date, category: str) -> list[str]:
    """What the counters of an earlier week are made from, and whether they stand in quarantine."""
    paths = lake.offer_files(home, marketplace, week, category)
    held = bool(paths) and is_quarantined(home, marketplace, category, week)
    return [f"counters {lake.fingerprint_of(path) or lake.digest_of(path)} {held}" for path in paths]


def counter_weeks(week: date) -> list[date]:
    """The four weeks whose readings tell what the counters of a week have flowed since the first of them."""
    return [week - timedelta(weeks=back) for back in range(BASIS_WEEKS, 0, -1)]


def _clean(
    home: Path,
    configs: Configs,
    marketplace: str,
    units: Mapping[str, Sequence[date]],
    reports: Mapping[str, CategoryReport],
) -> None:
    """Clean some weeks of some categories of a marketplace in one go."""
    offers = {category: _offers(home, marketplace, category, weeks) for category, weeks in units.items()}
    for category, weeks in units.items():
        renew_traits(home, configs, marketplace, category, weeks, offers[category])
    done = cleaned(pl.concat(offers.values()), configs.marketplaces.get(marketplace), configs.aliases)
    for category, weeks in units.items():
        own = _with_flows(home, done.of(category), marketplace, category, weeks)
        for week in weeks:
            _write(home, configs, own, (marketplace, week, category))
        reports[category].made[marketplace] = list(weeks)
        reports[category].offers += offers[category].height
        reports[category].accepted += int(own.listing_weeks["offer_count"].sum())
        reports[category].rejected += own.rejects.height


def _offers(home: Path, marketplace: str, category: str, weeks: Sequence[date]) -> pl.DataFrame:
    paths = [path for week in weeks for path in lake.offer_files(home, marketplace, week, category)]
    return lake.read(table("offers"), paths)


def _write(home: Path, configs: Configs, own: Cleaned, unit: tuple[str, date, str]) -> None:
    """Write what one unit came to, `own` being what its category did."""
    marketplace, week, category = unit
    made_of = _made_of(home, configs, marketplace, week, category)
    is_now = pl.col("week") == week
    parameters = own.parameters.filter(is_now)
    current = own.listing_weeks.filter(is_now)
    _write_parameters(lake.sales_parameters_file(home, marketplace, week, category), parameters)
    lake.write(lake.partition(home, "listing_weeks", marketplace, week, category), current, made_of)
    lake.write(lake.partition(home, "rejects", marketplace, week, category), own.rejects.filter(is_now), made_of)


def _write_parameters(path: Path, parameters: pl.DataFrame) -> None:
    """What the displays of a unit told; no file where they hide nothing, not even one of an earlier method."""
    if parameters.is_empty():
        path.unlink(missing_ok=True)
    else:
        lake.write(path, parameters)


def _with_flows(home: Path, own: Cleaned, marketplace: str, category: str, weeks: Sequence[date]) -> Cleaned:
    """What a category's weeks came to; their cumulative counters with what was sold since four weeks earlier."""
    rows, is_counter = own.listing_weeks, pl.col("sales_basis") == CUMULATIVE
    if rows.filter(is_counter).is_empty():
        return own
    earlier = _readings(home, rows, marketplace, category, weeks)
    return replace(own, listing_weeks=with_cumulative_flows(rows, earlier, own.parameters.filter(is_counter)))


def _readings(home: Path, rows: pl.DataFrame, marketplace: str, category: str, weeks: Sequence[date]) -> pl.DataFrame:
    """What the counters read in the weeks before, some of which may be among the `rows` at hand; nothing of a week that
    was not read, or stands in quarantine."""
    before = sorted({back for week in weeks for back in counter_weeks(week)})
    used = [week for week in before if not is_quarantined(home, marketplace, category, week)]
    own = rows.select(READ).filter(pl.col("week").is_in(used))
    stood = [lake.partition(home, "listing_weeks", marketplace, week, category) for week in used if week not in weeks]
    return pl.concat(
        [own, *(pl.read_parquet(path, columns=READ, hive_partitioning=False) for path in stood if path.exists())]
    )


def place_category(home: Path, configs: Configs, category: str, weeks: Sequence[date]) -> None:
    """Belts of the listings of some weeks; city weights are pooled over the marketplaces that have the category."""
    belts = configs.belts_of(category)
    units = [unit for unit in lake.units(home, "listing_weeks") if unit[2] == category and unit[1] in set(weeks)]
    rows = lake.read(table("listing_weeks"), (lake.partition(home, "listing_weeks", *unit) for unit in units))
    batches = _by_definition(rows, belts, weeks)
    members, weights = (
        pl.concat(parts) for parts in zip(*(placed(batch, belts, day) for day, batch in batches), strict=True)
    )
    for marketplace, week, _ in units:
        part = members.filter((pl.col("marketplace") == marketplace) & (pl.col("week") == week))
        made_of = _made_of(home, configs, marketplace, week, category)
        lake.write(lake.partition(home, "listing_belts", marketplace, week, category), part, made_of)
    for week in weeks:
        lake.write(home / "parameters" / f"week={week}" / f"{category}.parquet", weights.filter(pl.col("week") == week))


def _by_definition(
    rows: pl.DataFrame, belts: Mapping[str, Belt], weeks: Sequence[date]
) -> list[tuple[date, pl.DataFrame]]:
    """The rows in batches within which every belt keeps its definition, with a day of each batch."""
    if any(belt.valid_from or belt.valid_to for belt in belts.values()):
        return [(week, rows.filter(pl.col("week") == week)) for week in weeks]
    return [(weeks[-1], rows)]
