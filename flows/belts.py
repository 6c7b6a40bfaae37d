"""The part of a build that goes by belt: listing weeks and their belts -> figures, ready to be released."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from configs.belts import Belt
from configs.calendar import year_ago
from configs.register import Configs
from configs.tables import figures_draft, table
from flows.categories import COUNTERS
from flows.festival_base import FestivalBases, festival_weeks
from flows.footings import BeltFootings
from flows.moving_lists import missed_figures
from flows.quality import quarantined_weeks
from transforms import year_to_date
from transforms.adoption import adoption_reading, reading_weeks
from transforms.assistant import assistant_figures
from transforms.compare import read_belt, week_figures
from transforms.coverage import Coverage, lowest, share
from transforms.displays import KIND
from transforms.ends import read_pairs
from transforms.festival_figures import as_festival, festival_figures
from transforms.panels import (
    LISTING,
    MERCHANT,
    READ,
    READ_BY_METRICS,
    READ_OF_DISPLAYS,
    placed_listings,
)
from transforms.prices import with_cost_floor, with_earlier_prices
from transforms.sales import CUMULATIVE
from warehouse import lake

METHOD = "figures-7"
UNIT_KEY = ["marketplace", "category", "week", "merchant_id", "listing_id"]
ADDED = (
    "weight",
    "cost_floor_yuan",
    "earlier_price_yuan",
    "sales_mu",
    "sales_sigma",
)  # columns that are not stored with a listing
INDEX_PREFIX = "index:"  # in the place of a belt: the file of its price index
REGIONS_FILE = "region:all"  # in the place of a belt, none of which can be called so; all regions of a week
Unit = tuple[str, date, str]


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
    made.read({end for week in stale for end in made.rests_on(week)})
    for week, made_of in stale.items():
        lake.write(lake.figures_file(home, week, belt.id), made.figures(week), made_of)
    return len(stale)


def rests_on(week: date) -> set[date]:
    """The weeks whose listings the figures of a week are made from: itself, a year ago, four weeks before either, the
    windows of both years to date, and the readings of the assistant's effect, most of which are those windows. Near a
    festival there are more (`BeltWeeks.rests_on`)."""
    ends = {week, week - COUNTERS, *year_to_date.windows(week)}
    return ends | {year_ago(end) for end in ends} | set(reading_weeks(week))


def drop_unknown_belts(home: Path, configs: Configs) -> None:
    """Remove built figures of belts that are configured no longer, so that the next release withdraws them."""
    for folder in (home / "figures").glob("week=*"):
        week = date.fromisoformat(folder.name.removeprefix("week="))
        indices = (f"{INDEX_PREFIX}{name}" for name in configs.belts)
        known = {lake.figures_file(home, week, name) for name in (*configs.belts, *indices, REGIONS_FILE)}
        for path in folder.glob("*.parquet"):
            if path not in known:
                path.unlink()


@dataclass
class BeltWeeks:
    """One belt's weeks while its figures are made: what is read or worked out for one week serves others too."""

    home: Path
    configs: Configs
    belt: Belt
    coverage: pl.DataFrame
    rows: dict[date, pl.DataFrame] = field(default_factory=dict)
    readings: dict[date, pl.DataFrame] = field(default_factory=dict)
    adopters: dict[date, pl.DataFrame] = field(default_factory=dict)
    shares: dict[date, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.units = [unit for unit in lake.units(self.home, "listing_belts") if unit[2] in self.belt.categories]
        self.known = sorted({week for _, week, _ in self.units})
        pairs = sorted({(marketplace, category) for marketplace, _, category in self.units})
        self.stopped = {week for pair in pairs for week in quarantined_weeks(self.home, *pair)}
        files = ((week, lake.partition(self.home, "listing_belts", m, week, c)) for m, week, c in self.units)
        read = self.coverage.filter(pl.col("category").is_in(self.belt.categories))
        self.footings = BeltFootings(self.home, read, self.units)
        self.made_of: dict[date, list[str]] = {}
        for week, path in files:
            self.made_of.setdefault(week, []).append(lake.fingerprint_of(path) or "")
        self.festivals = self.configs.calendar.followed_by(self.belt.festival)
        self.bases = FestivalBases(self.festivals, self._placed_base)

    def rests_on(self, week: date) -> set[date]:
        """What `rests_on` says, and the weeks of the base on the festival's phase."""
        return rests_on(week) | festival_weeks(week, self.festivals)

    def fingerprint(self, week: date) -> str:
        """What the figures of a week are made from."""
        ends = sorted(self.rests_on(week))
        names = ("publication.yaml", "calendar.yaml", f"belts/{self.belt.id}.yaml")
        digests = [self.configs.digests[name] for name in names]
        inputs = [f"{end} {digest}" for end in ends for digest in self.made_of.get(end, [])]
        covered = [f"{self.covered(end)} {self.footings.told(end)}" for end in ends]
        held = [str(end) for end in ends if end in self.stopped]
        return lake.fingerprint([METHOD, *digests, *inputs, *covered, *held])

    def read(self, weeks: set[date]) -> None:
        """Read the listing weeks of the belt's categories, with the belt's weight and rule (null outside it)."""
        wanted = [unit for unit in self.units if unit[1] in weeks]
        listings = _read(self.home, "listing_weeks", wanted, [*UNIT_KEY, "title_text", "pack_count", *_read_columns()])
        placed = _read(self.home, "listing_belts", wanted, [*UNIT_KEY, "belt", "weight", "rule"])
        own = placed.filter(pl.col("belt") == self.belt.id).drop("belt")
        joined = self._with_laws(listings.join(own, on=UNIT_KEY, how="left", validate="1:1"), wanted).sort(UNIT_KEY)
        self.rows = {key[0]: part for key, part in joined.partition_by("week", as_dict=True).items()}
        self.empty = joined.clear()

    def _with_laws(self, listings: pl.DataFrame, units: list[Unit]) -> pl.DataFrame:
        """Adds sales_mu and sales_sigma, the lognormal of each listing's kind of sales, if displays hide anything that
        is drawn: flows of counters are not."""
        paths = [path for unit in units if (path := lake.sales_parameters_file(self.home, *unit)).exists()]
        read = [pl.read_parquet(path, columns=[*KIND, "mu", "sigma"]) for path in paths]
        laws = pl.concat(read).filter(pl.col("sales_basis") != CUMULATIVE).unique() if read else None
        if laws is None or laws.is_empty():
            return listings
        named = laws.rename({"mu": "sales_mu", "sigma": "sales_sigma"})
        return listings.join(named, on=KIND, how="left", validate="m:1")

    def figures(self, week: date) -> pl.DataFrame:
        """The figures of one week, sorted by key."""
        base = year_ago(week)
        segments = read_belt(self.inside(week, base), self.inside(base), self.footings.of(week, base))
        self.readings[week] = year_to_date.reading(segments.whole.pairs, segments.whole.sales)
        weekly = week_figures(
            segments,
            belt=self.belt.id,
            week=week,
            coverage=Coverage(self.covered(week), self.covered(base)),
            rules=self.configs.publication,
            quarantined=bool({week, base} & self.stopped),
            reordered=self.footings.reordered(week, base),
        )
        others = [self.festival(week, weekly), self.to_date(week), self.assistant(week), self.missed(week)]
        return pl.concat([weekly, *others]).sort(figures_draft().key)

    def festival(self, week: date, weekly: pl.DataFrame) -> pl.DataFrame:
        """The changes of one week on the festival's phase; `weekly` has the plain ones. A belt with a festival of its
        own has them in every week, the others only near the Spring Festival, where both alignments differ."""
        mix = self.bases.mix(week)
        if mix.is_plain:
            return as_festival(weekly if self.belt.festival else weekly.clear())
        base, weeks = self.bases.base(mix), [day for day, _ in mix.parts]
        now = placed_listings(self.inside(week, mix.week))
        is_stopped = bool({week, *weeks} & self.stopped)
        is_reordered = any(self.footings.reordered(week, day) for day in weeks)
        return festival_figures(
            now,
            now.clear() if base is None else base,
            belt=self.belt.id,
            week=week,
            coverage=Coverage(self.covered(week), lowest(map(self.covered, weeks))),
            rules=self.configs.publication,
            barred="quarantined" if is_stopped else "sort_changed" if is_reordered else None,
        )

    def _placed_base(self, week: date) -> pl.DataFrame | None:
        return placed_listings(self.inside(week)) if week in self.rows else None

    def to_date(self, week: date) -> pl.DataFrame:
        """The year to date up to one week."""
        windows = year_to_date.windows(week)
        bases = [year_ago(window) for window in windows]
        return year_to_date.year_to_date(
            readings={window: self.reading(window) for window in windows if window in self.rows},
            belt=self.belt.id,
            week=week,
            coverage=Coverage(lowest(map(self.covered, windows)), lowest(map(self.covered, bases))),
            rules=self.configs.publication,
            quarantined=bool({*windows, *bases} & self.stopped),
            reordered=any(map(self.footings.reordered, windows, bases)),
        )

    def assistant(self, week: date) -> pl.DataFrame:
        """The effect of the assistant: from the week, and those readings that passed their gates and lack few pages."""
        known = [day for day in reading_weeks(week) if day in self.rows]
        used = [day for day in known if day == week or self._is_whole(day)]
        return assistant_figures(
            readings={day: self.adoption(day) for day in used},
            belt=self.belt.id,
            week=week,
            coverage=Coverage(lowest(map(self.covered, used)), None),
            rules=self.configs.publication,
            quarantined=week in self.stopped,
        )

    def missed(self, week: date) -> pl.DataFrame:
        """What the lists of one week did not show, as they moved while they were read."""
        units = [unit for unit in self.units if unit[1] == week]
        args = self.home, self.configs, self.belt.id, week, units, self.covered(week), week in self.stopped
        return missed_figures(*args)

    def adoption(self, week: date) -> pl.DataFrame:
        """What the effect of the assistant takes from one week."""
        if week not in self.adopters:
            self.adopters[week] = adoption_reading(self.rows[week])
        return self.adopters[week]

    def _is_whole(self, week: date) -> bool:
        covered = self.covered(week)
        return week not in self.stopped and (covered is None or covered >= self.configs.publication.coverage_minimum)

    def reading(self, week: date) -> pl.DataFrame:
        """What the years to date take from one week."""
        if week not in self.readings:
            base = year_ago(week)
            now, then = placed_listings(self.inside(week, base)), placed_listings(self.inside(base))
            self.readings[week] = year_to_date.reading(*read_pairs(now, then, self.footings.of(week, base)))
        return self.readings[week]

    def inside(self, week: date, base: date | None = None) -> pl.DataFrame:
        """The rows inside the belt, and those whose place alone puts them outside, of merchants who were in it at the
        base: that week decides. Each with the belt's cost floor and its own price of four weeks earlier."""
        rows = self.rows.get(week, self.empty)
        kept = rows.filter(pl.col("weight").is_not_null())
        if base is not None:
            kept = pl.concat([kept, self._moved(rows, base)])
        before = None if week - COUNTERS in self.stopped else self.rows.get(week - COUNTERS)
        return with_cost_floor(with_earlier_prices(kept, before), self.belt.cost_floor)

    def covered(self, week: date) -> float | None:
        """Pages stored over pages expected of the belt's categories in one week."""
        if week not in self.shares:
            own = [(marketplace, category) for marketplace, day, category in self.units if day == week]
            frame = pl.DataFrame(own, schema={"marketplace": pl.String, "category": pl.String}, orient="row")
            self.shares[week] = share(self.coverage, frame, week)
        return self.shares[week]

    def _moved(self, rows: pl.DataFrame, base: date) -> pl.DataFrame:
        words = self.belt.title_words
        is_sold = pl.col("title_text").str.contains_any(words) if words else pl.lit(True)
        then = self.rows.get(base, self.empty).filter(pl.col("weight").is_not_null())
        outside = rows.filter(pl.col("weight").is_null() & is_sold.fill_null(False))
        return outside.join(then.select(MERCHANT).unique(), on=MERCHANT, how="semi")


def _read_columns() -> list[str]:
    """The stored columns that comparisons and metrics read."""
    return [name for name in (*READ, *READ_BY_METRICS, *READ_OF_DISPLAYS) if name not in (*LISTING, *ADDED)]


def _read(home: Path, name: str, units: list[Unit], columns: list[str]) -> pl.DataFrame:
    """Some columns of some units; a belt reads up to 28 weeks at once, so that titles alone would fill the memory."""
    paths = [lake.partition(home, name, *unit) for unit in units]
    schema = {column: kind for column, kind in table(name).polars_schema().items() if column in columns}
    frames = [pl.read_parquet(path, columns=columns, hive_partitioning=False) for path in paths if path.exists()]
    return pl.concat([pl.DataFrame(schema=schema).select(columns), *frames])
