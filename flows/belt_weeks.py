"""One belt's weeks while their figures are made: what is read or worked out for one week serves others too."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from configs.belts import Belt
from configs.calendar import year_ago
from configs.register import Configs
from configs.tables import figures_draft
from flows.belt_rows import BeltRows
from flows.festival_base import FestivalBases, festival_weeks, season_ends
from flows.footings import BeltFootings
from flows.moving_lists import missed_figures
from flows.portions import Portions
from flows.quality import quarantined_weeks
from flows.rests import rests_on
from flows.season import season_figures
from transforms import year_to_date
from transforms.adoption import READINGS, adoption_reading, adoption_readings, reading_weeks
from transforms.assistant import assistant_figures
from transforms.compare import week_figures
from transforms.coverage import Coverage, lowest, shares
from transforms.ends import Ends
from transforms.festival_figures import as_festival, festival_figures
from transforms.figures import Figure
from transforms.linked_split import linked_figures
from transforms.measured import Measures, measure, measured_figures
from transforms.paired import paired
from transforms.panels import pairs_of_many
from transforms.placed import Placed
from transforms.read_ends import read_segments
from transforms.relaunched import Compared, Relaunched, relaunched
from transforms.survivors import sold_titles, survival_figure, visit, visit_weeks
from transforms.view import View
from warehouse import lake

METHOD = "figures-12"


@dataclass
class BeltWeeks:
    """One belt's weeks; `read` comes before any figures."""

    home: Path
    configs: Configs
    belt: Belt
    coverage: pl.DataFrame
    readings: dict[date, year_to_date.Reading] = field(default_factory=dict)
    seen: dict[date, Measures] = field(default_factory=dict)
    linked: dict[date, Relaunched | None] = field(default_factory=dict)  # which pairs were relaunched since the base

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
        self.own_festival = self.festivals[0] if self.belt.festival else None
        self.bases = FestivalBases(self.festivals, self._placed_base, self.own_festival)

    def rests_on(self, week: date) -> set[date]:
        """What `rests_on` says, and the weeks of the base on the festival's phase, and of the season's."""
        return rests_on(week) | festival_weeks(week, self.festivals) | season_ends(week, self.own_festival)

    def fingerprint(self, week: date) -> str:
        """What the figures of a week are made from."""
        ends = sorted(self.rests_on(week))
        names = ("publication.yaml", "calendar.yaml", f"belts/{self.belt.id}.yaml")
        digests = [self.configs.digests[name] for name in names]
        inputs = [f"{end} {digest}" for end in ends for digest in self.made_of.get(end, [])]
        covered = [f"{self.covered(end)} {self.footings.told(end)}" for end in ends]
        held = [str(end) for end in ends if end in self.stopped]
        return lake.fingerprint([METHOD, *digests, *inputs, *covered, *held])

    def read(self, weeks: Iterable[date]) -> None:
        """Read the listing weeks of the belt's categories that the figures of some weeks rest on."""
        self.made = made = set(weeks)
        ends = {end for week in made for end in self.rests_on(week)}
        self.rows = BeltRows(self.home, self.belt, [unit for unit in self.units if unit[1] in ends], self.stopped)
        self.is_sold = sold_titles(self.rows.past.titles, self.belt.title_words)
        compared = {window for week in made for window in year_to_date.windows(week)} | made
        looked_at = {day for week in made for day in reading_weeks(week)}
        sizes, adopting = ({week: self.rows[week].height for week in weeks} for weeks in (compared, looked_at))
        self.pairs = Portions(sizes, self._many_pairs)
        self.adoptions = Portions(adopting, self._adoptions, READINGS)

    def _many_pairs(self, weeks: list[date]) -> Mapping[date, pl.DataFrame]:
        ends = {week: self._ends(week) for week in weeks}
        sides = [(now.rows, then.rows, self.footings.of(week, year_ago(week))) for week, (now, then) in ends.items()]
        pairs = dict(zip(weeks, pairs_of_many(sides), strict=True))
        made = [week for week in weeks if week in self.made]
        compared = [Compared(pairs[week], self.rows[week], self.rows[year_ago(week)]) for week in made]
        self.linked.update(zip(made, relaunched(compared), strict=True))
        return pairs

    def _ends(self, week: date) -> tuple[Placed, Placed]:
        """The listings of a week, and those of a year ago."""
        base = year_ago(week)
        return self.rows.placed(week, base), self.rows.placed(base)

    def figures(self, week: date) -> pl.DataFrame:
        """The figures of one week, sorted by key."""
        base = year_ago(week)
        footings, cells = self.footings.of(week, base), self.footings.cells(week)
        segments = read_segments(*self._ends(week), footings, self.pairs[week], cells)
        self.readings[week] = year_to_date.reading(segments.whole.pairs, segments.whole.sales)
        weekly = week_figures(
            segments,
            belt=self.belt.id,
            week=week,
            coverage=Coverage(self.covered(week), self.covered(base)),
            rules=self.configs.publication,
            quarantined=bool({week, base} & self.stopped),
            reordered=self.footings.reordered(week, base),
            told=[*self.told(week), *self.relaunched(week, segments.whole)],
        )
        to_date = [self.to_date(week), season_figures(self, week)]
        others = [self.festival(week, weekly), *to_date, self.assistant(week), self.missed(week)]
        return pl.concat([weekly, *others]).sort(figures_draft().key)

    def festival(self, week: date, weekly: pl.DataFrame) -> pl.DataFrame:
        """The changes of one week on the festival's phase; `weekly` has the plain ones. A belt with a festival of its
        own has them in every week, the others only near the Spring Festival, where both alignments differ."""
        mix = self.bases.mix(week)
        if mix.is_plain:
            return as_festival(weekly if self.belt.festival else weekly.clear())
        base, weeks = self.bases.base(mix), [day for day, _ in mix.parts]
        now = self.rows.placed(week, mix.week).rows
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
        return self.rows.placed(week).rows if week in self.rows else None

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
            readings={day: self.adoptions[day] for day in used},
            belt=self.belt.id,
            week=week,
            coverage=Coverage(lowest(map(self.covered, used)), None),
            rules=self.configs.publication,
            quarantined=week in self.stopped,
        )

    def told(self, week: date) -> Iterator[Figure]:
        """What rests on the weeks between a week and its base too: what is measured of the past, and who is still
        there."""
        base, past, rules = year_ago(week), self.rows.past, self.configs.publication
        coverage = Coverage(self.covered(week), self.covered(base))
        yield from measured_figures(self.measures(week), self.measures(base), coverage, rules)
        depths = self.footings.depths(week, base)
        weeks = [day for day in visit_weeks(week) if day in (base, week) or past.at(day)]
        visits = [visit(day, self.footings.stored(day, week, base), depths, past) for day in weeks]
        yield survival_figure(past, visits, self.is_sold, coverage, rules)

    def relaunched(self, week: date, ends: Ends) -> Iterator[Figure]:
        """What entry and exit hold of listings that only changed their ids, and the split without that; nothing where
        no titles are known."""
        found = self.linked[week]
        if found is not None:
            coverage = Coverage(self.covered(week), self.covered(year_ago(week)))
            yield from linked_figures(ends, found, coverage, self.configs.publication)

    def missed(self, week: date) -> pl.DataFrame:
        """What the lists of one week did not show, as they moved while they were read."""
        units = [unit for unit in self.units if unit[1] == week]
        args = self.home, self.configs, self.belt.id, week, units, self.covered(week), week in self.stopped
        return missed_figures(*args)

    def _adoptions(self, weeks: list[date]) -> Mapping[date, pl.DataFrame]:
        nothing = adoption_reading(self.rows[weeks[0]].clear())
        return dict.fromkeys(weeks, nothing) | adoption_readings(pl.concat([self.rows[week] for week in weeks]))

    def _is_whole(self, week: date) -> bool:
        covered = self.covered(week)
        return week not in self.stopped and (covered is None or covered >= self.configs.publication.coverage_minimum)

    def measures(self, week: date) -> Measures:
        """What is measured of the belt's past up to one week."""
        if week not in self.seen:
            self.seen[week] = measure(View(self.rows.past, week))
        return self.seen[week]

    def reading(self, week: date) -> year_to_date.Reading:
        """What the years to date take from one week."""
        if week not in self.readings:
            (now, then), pairs = self._ends(week), self.pairs[week]
            self.readings[week] = year_to_date.reading(pairs, paired(pairs, then.shown, now.shown))
        return self.readings[week]

    def covered(self, week: date) -> float | None:
        """Pages stored over pages expected of the belt's categories in one week."""
        return self.shares.get(week)
