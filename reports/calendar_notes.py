"""What the calendar makes unlike at both ends of a week's comparisons (table weeks), and the sentences that say so."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.phrases import Say
from reports.readings import Reader, day

UNEVEN = ("promotion_days", "promotion_peak", "presale", "working_days")  # in the order of the sentence
UNEVEN_PHASE = ("promotion_peak", "promotion_days", "working_days", "other_holiday")


@dataclass(frozen=True)
class WeekCalendar:
    """The 28 days up to a week and up to the one 364 days earlier, as counted in table weeks. `plain` are the flags of
    that comparison, `phases` those on the phase of each festival in whose window the week lies."""

    promotions: list[str]
    promotion_days: tuple[int | None, int | None]
    working_days: tuple[int | None, int | None]
    plain: list[str]
    phases: dict[str, list[str]]

    def phase_of(self, festival: str | None) -> list[str]:
        """The flags on the phase that a belt with this festival of its own follows; none outside the windows."""
        own = self.phases.get(festival) if festival else None
        return self.phases.get("spring_festival", []) if own is None else own


def week_calendar(reader: Reader, week: date) -> WeekCalendar:
    """What table weeks tells of a week; nothing where the warehouse is older than these columns."""
    rows = reader.sql(f"select * from weeks where week = {day(week)}").to_dicts()
    row = rows[0] if rows else {}
    phases = {name: row.get(f"{name}_flags") for name in ("spring_festival", "mid_autumn")}
    return WeekCalendar(
        promotions=_listed(row.get("promotions")),
        promotion_days=(row.get("promotion_days"), row.get("promotion_days_year_ago")),
        working_days=(row.get("working_days"), row.get("working_days_year_ago")),
        plain=_listed(row.get("plain_flags")),
        phases={name: _listed(flags) for name, flags in phases.items() if flags is not None},
    )


def uneven_text(say: Say, calendar: WeekCalendar) -> str:
    """One sentence on a week whose two ends are unlike by the calendar; empty where they are alike."""
    names = say("list").join(say.or_code("promotion", name) for name in calendar.promotions)
    numbers = {"promotion_days": calendar.promotion_days, "working_days": calendar.working_days}
    clauses = []
    for flag in UNEVEN:
        if flag in calendar.plain:
            now, then = numbers.get(flag, (None, None))
            clauses.append(say(f"calendar_{flag}", promotions=names, now=now, then=then))
    return say("calendar_uneven", clauses=say("and").join(clauses)) if clauses else ""


def uneven_phase_text(say: Say, calendar: WeekCalendar, belts: Iterable[Mapping[str, Any]]) -> str:
    """One sentence on what is unlike even on the festival's phase that any of these rows of table belts follows."""
    found = {flag for belt in belts for flag in calendar.phase_of(belt["festival"])}
    words = [say(f"calendar_phase_{flag}") for flag in UNEVEN_PHASE if flag in found]
    return say("calendar_phase_uneven", what=say("list").join(words)) if words else ""


def _listed(codes: str | list[str] | None) -> list[str]:
    """A list as the warehouse keeps it (JSON) or gives it."""
    return list(json.loads(codes)) if isinstance(codes, str) else list(codes or [])
