"""What one week's report is about: everything it needs from the warehouse, read once, in a fixed order."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import polars as pl

from configs.calendar import WEEK, YEAR, year_ago
from reports.calendar_notes import WeekCalendar, week_calendar
from reports.phrases import Language
from reports.readings import DownShare, Number, Reader, Reading, day, down_shares, history, readings, segments
from reports.studies import AssistantEffect, PriceIndex, assistant_effects, festival_changes, price_indices

NO_DATA, NO_BASE = "no_data", "no_base"
GATES = ("offers", "listing_weeks", "figures")  # in the order in which data pass them
PARTS = ("price", "volume", "mix", "entry", "exit")  # as published in belt_yoy: <part>_effect


@dataclass(frozen=True)
class BeltChange:
    """One belt in the week: its matched change on the year and its total's split (fractions of the base total).

    `verdict` is its interval against zero; `fdr_verdict` says whether it counts among the belts that have moved, false
    discoveries over all belts being held down (transforms/false_discovery.py). `moved_before` is that of last week."""

    belt: str
    name_en: str
    name_zh: str
    province_code: str | None
    province_zh: str | None
    verdict: str
    fdr_verdict: str
    yoy_change: float | None
    low: float | None
    high: float | None
    total_change: float | None
    price_effect: float | None
    volume_effect: float | None
    mix_effect: float | None
    entry_effect: float | None
    exit_effect: float | None
    displayed_sales: float | None
    merchants: float | None
    listings: float | None
    matched_merchants: int | None
    matched_share: float | None
    coverage_share: float | None
    grade: str | None
    reason: str
    moved_before: str | None
    base_after: date | None

    def name(self, language: Language) -> str:
        """The belt's name in a language."""
        return self.name_zh if language == "zh" else self.name_en

    @property
    def published(self) -> tuple[float, float, float]:
        """The change and its interval; asking a withheld belt for them is a fault."""
        if self.yoy_change is None or self.low is None or self.high is None:
            raise ValueError(f"{self.belt}: its change is withheld ({self.reason})")
        return self.yoy_change, self.low, self.high

    @property
    def parts(self) -> dict[str, float]:
        """The split of the total change by part, signed, in published order; empty where it is not published."""
        effects = {part: getattr(self, f"{part}_effect") for part in PARTS}
        return {} if self.total_change is None or None in effects.values() else effects

    @property
    def first_week(self) -> date | None:
        """The first week that will have a base a year earlier, by what has been read so far."""
        return self.base_after + YEAR if self.base_after else None


@dataclass(frozen=True)
class Gate:
    """How the rules of one gate ended: passed, failed with a warning, failed with quarantine."""

    name: str
    passed: int
    warned: int
    stopped: int


@dataclass(frozen=True)
class Facts:
    """One week: changes that are published (deepest first) and withheld, what stands beside them, how it came about.

    `down_shares` is by region (a province's code, or china); `history`, `readings` and `segments` are by belt: the
    change of past weeks by week, every metric's levels by metric, and the change by segment; so are `indices`,
    `assistants` and `festivals`, of belts that have one. `floors` are the belts' cost floors with their sources;
    `calendar` is in what both ends are unlike.
    """

    week: date
    changes: list[BeltChange]
    withheld: list[BeltChange]
    down_shares: dict[str, DownShare]
    history: dict[str, dict[date, float]]
    readings: dict[str, dict[str, Reading]]
    segments: dict[str, dict[str, Number]]
    indices: dict[str, PriceIndex]
    assistants: dict[str, AssistantEffect]
    festivals: dict[str, Number]
    calendar: WeekCalendar
    floors: list[dict[str, Any]]
    pages: pl.DataFrame
    rejects: pl.DataFrame
    checks: pl.DataFrame
    release: dict[str, Any] | None
    vintages: dict[str, int]

    @property
    def base(self) -> date:
        """The week compared with."""
        return year_ago(self.week)

    @property
    def failed_checks(self) -> pl.DataFrame:
        """Quality rules that failed; severity `stop` before `warn`."""
        return self.checks.filter(~pl.col("is_passed"))

    @property
    def gates(self) -> list[Gate]:
        """The gates that data passed, in their order."""
        found = self.checks["gate"].unique().sort().to_list()
        return [self._gate(name) for name in sorted(found, key=_place_of_gate)]

    def _gate(self, name: str) -> Gate:
        rules = self.checks.filter(pl.col("gate") == name)
        failed = rules.filter(~pl.col("is_passed"))
        stopped = int((failed["severity"] == "stop").sum())
        return Gate(name, len(rules) - len(failed), len(failed) - stopped, stopped)

    @property
    def belts(self) -> list[BeltChange]:
        """Published belts in ranking order, then those withheld."""
        return [*self.changes, *self.withheld]

    @property
    def is_too_short(self) -> bool:
        """Whether there are belts, but for none of them anything was read a year ago."""
        return bool(self.withheld) and not self.changes and all(belt.reason == NO_BASE for belt in self.withheld)

    def moved(self, verdict: str) -> list[BeltChange]:
        """Published belts that count as down, up or unclear, over all belts at once; deepest first."""
        return [change for change in self.changes if change.fdr_verdict == verdict]


def gather(reader: Reader, week: date) -> Facts:
    """All facts of a week's report, from the current release."""
    rows = [_belt_change(row) for row in reader.sql(_changes(week)).iter_rows(named=True)]
    published = [row for row in rows if row.verdict != "suppressed"]
    releases = reader.sql("select * from releases order by sequence desc limit 1").to_dicts()
    return Facts(
        week=week,
        changes=sorted(published, key=lambda row: (row.yoy_change, row.belt)),
        withheld=[row for row in rows if row.verdict == "suppressed"],
        down_shares=down_shares(reader, week),
        history=history(reader, week),
        readings=readings(reader, week),
        segments=segments(reader, week),
        indices=price_indices(reader, week),
        assistants=assistant_effects(reader, week),
        festivals=festival_changes(reader, week),
        calendar=week_calendar(reader, week),
        floors=reader.sql(_FLOORS).to_dicts(),
        pages=reader.sql(_pages(week)),
        rejects=reader.sql(_rejects(week)),
        checks=reader.sql(_checks(week)),
        release=releases[0] if releases else None,
        vintages=reader.sql(_vintages(week)).to_dicts()[0],
    )


def _place_of_gate(name: str) -> int:
    return GATES.index(name) if name in GATES else len(GATES)


def _belt_change(row: dict[str, Any]) -> BeltChange:
    """A row of the warehouse; whatever is not fully published carries no value at all."""
    known = {field.name: row[field.name] for field in fields(BeltChange)}
    is_whole = None not in (known["yoy_change"], known["low"], known["high"])
    if row["status"] == "published" and known["verdict"] != "suppressed" and is_whole:
        return BeltChange(**known)
    values = ["yoy_change", "low", "high", "total_change", *(f"{part}_effect" for part in PARTS)]
    if known["reason"] != NO_BASE:  # with no base only the comparison is lacking
        values += ["displayed_sales", "merchants", "listings"]
    reason = NO_DATA if known["reason"] in (None, "none") else known["reason"]
    verdicts = dict.fromkeys(("verdict", "fdr_verdict"), "suppressed")
    return BeltChange(**{**known, **dict.fromkeys(values), **verdicts, "reason": reason})


# All columns: the cost floor may be younger than the warehouse that is read
_FLOORS = "select * from belts order by belt"


def _changes(week: date) -> str:
    """One row per belt of the week (regions have none here), with last week's verdict and the base to come."""
    return f"""select y.*, coalesce(b.name_en, y.belt) as name_en, coalesce(b.name_zh, y.belt) as name_zh,
  b.province_code, b.province_zh, w.displayed_sales, w.merchants, w.listings,
  v.fdr_verdict as moved_before, n.base_after
from belt_yoy y
left join belts b on b.belt = y.belt
left join belt_weeks w on w.belt = y.belt and w.week = y.week
left join belt_yoy v on v.belt = y.belt and v.alignment = y.alignment and v.week = {day(week - WEEK)}
left join (
  select belt, min(week) as base_after from belt_weeks
  where displayed_sales is not null and week > {day(year_ago(week))} group by belt
) n on n.belt = y.belt
where y.week = {day(week)} and y.alignment = 'plain' and y.belt <> 'china' and y.belt not like 'region:%'
order by y.belt"""


def _pages(week: date) -> str:
    """One row per marketplace, week (this one, and a year ago) and outcome: planned pages of the listing."""
    return f"""select marketplace, week, coalesce(outcome, 'open') as outcome, count(*) as page_count from pages
where purpose = 'listing' and read = 1 and week in ({day(week)}, {day(year_ago(week))})
group by 1, 2, 3 order by marketplace, week desc, outcome"""


def _rejects(week: date) -> str:
    """One row per marketplace and reason: offers of the week that were refused, most frequent first."""
    return f"""select marketplace, reason, count(*) as offer_count from rejects where week = {day(week)}
group by 1, 2 order by offer_count desc, marketplace, reason"""


def _checks(week: date) -> str:
    """One row per rule of a gate on a batch that holds the week; failed ones first."""
    return f"""select * from checks where first_week <= {day(week)} and week >= {day(week)}
order by is_passed, severity, gate, marketplace, category, rule"""


def _vintages(week: date) -> str:
    """One row: figures of the week that are current, and that a later release replaced."""
    return f"""select count(*) - count(superseded_at) as current_count, count(superseded_at) as replaced_count
from figures where week = {day(week)}"""
