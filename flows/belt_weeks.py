"""One belt's weeks while their figures are made: what is read or worked out for one week serves others too."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from configs.belts import Belt
from configs.calendar import year_ago
from configs.register import Configs
from configs.tables import figures_draft
from flows.belt_rows import BeltRows
from flows.festival_base import FestivalBases, festival_weeks
from flows.footings import BeltFootings
from flows.moving_lists import missed_figures
from flows.quality import quarantined_weeks
from flows.rests import rests_on
from transforms import year_to_date
from transforms.adoption import adoption_reading, reading_weeks
from transforms.assistant import assistant_figures
from transforms.compare import read_belt, week_figures
from transforms.coverage import Coverage, lowest, shares
from transforms.festival_figures import as_festival, festival_figures
from transforms.measured import Measures, measure
from transforms.panels import placed_listings
from transforms.read_ends import read_pairs
from transforms.view import View
from warehouse import lake

METHOD = "figures-8"


@dataclass
class BeltWeeks:
    """One belt's weeks; `read` comes before any figures."""

    home: Path
    configs: Configs
    belt: Belt
    coverage: pl.DataFrame
    readings: dict[date, pl.DataFrame] = field(default_factory=dict)
    adopters: dict[date, pl.DataFrame] = field(default_factory=dict)
    seen: dict[date, Measures] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.units = [unit for unit in lake.units(self.home, "listing_belts") if unit[2] in self.belt.categories]
        self.known = sorted({week for _, week, _ in self.units})
        names = {"marketplace": pl.String, "week": pl.Date, "category": pl.String}
        self.shares = shares(self.coverage, pl.DataFrame(self.units, schema=names, orient="row"))
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
        """Read the listing weeks of the belt's categories."""
        self.rows = BeltRows(self.home, self.belt, [unit for unit in self.units if unit[1] in weeks], self.stopped)

    def figures(self, week: date) -> pl.DataFrame:
        """The figures of one week, sorted by key."""
        base = year_ago(week)
        segments = read_belt(self.rows.inside(week, base), self.rows.inside(base), self.footings.of(week, base))
        self.readings[week] = year_to_date.reading(segments.whole.pairs, segments.whole.sales)
        weekly = week_figures(
            segments,
            belt=self.belt.id,
            week=week,
            coverage=Coverage(self.covered(week), self.covered(base)),
            rules=self.configs.publication,
            quarantined=bool({week, base} & self.stopped),
            reordered=self.footings.reordered(week, base),
            measured=(self.measures(week), self.measures(base)),
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
        now = placed_listings(self.rows.inside(week, mix.week))
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
        return placed_listings(self.rows.inside(week)) if week in self.rows else None

    def to_date(self, week: date) -> pl.DataFrame:
        """The year to date up to one week."""
        windows = year_to_date.windows(week)
        bases = [year_ago(window) for window in windows]
        return year_to_date.year_to_date(
            readings={window: self.reading(window) for window in windows if window == week or window in self.rows},
            belt=self.belt.id,
            week=week,
            coverage=Coverage(lowest(map(self.covered, windows)), lowest(map(self.covered, bases))),
            rules=self.configs.publication,
            quarantined=bool({*windows, *bases} & self.stopped),
            reordered=any(map(self.footings.reordered, windows, bases)),
        )

    def assistant(self, week: date) -> pl.DataFrame:
        """The effect of the assistant: from the week, and those readings that passed their gates and lack few pages."""
        known = [day for day in reading_weeks(week) if day == week or day in self.rows]
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

    def measures(self, week: date) -> Measures:
        """What is measured of the belt's past up to one week."""
        if week not in self.seen:
            self.seen[week] = measure(View(self.rows.past, week))
        return self.seen[week]

    def reading(self, week: date) -> pl.DataFrame:
        """What the years to date take from one week."""
        if week not in self.readings:
            base = year_ago(week)
            now, then = placed_listings(self.rows.inside(week, base)), placed_listings(self.rows.inside(base))
            self.readings[week] = year_to_date.reading(*read_pairs(now, then, self.footings.of(week, base)))
        return self.readings[week]

    def covered(self, week: date) -> float | None:
        """Pages stored over pages expected of the belt's categories in one week."""
        return self.shares.get(week)
