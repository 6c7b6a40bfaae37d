"""Tables of the price index, the assistant's effect and the festival's phase: one row per belt that has one."""

from collections.abc import Callable, Collection

from reports.blocks import Cell, Table
from reports.facts import BeltChange, Facts
from reports.numbers import change_text, date_text, interval_text, signed
from reports.phrases import Say
from reports.provinces import grouped_rows
from reports.readings import Number
from reports.tables import NOTHING, belt_cell, count_cell
from reports.values import bounds_text, signless


def index_table(say: Say, facts: Facts) -> Table | None:
    """Change on the year and level of each belt's price index, and the week or month that it stands at."""

    def row(belt: BeltChange) -> list[Cell]:
        found = facts.indices[belt.belt]
        kind = say("index_flash") if found.is_flash else say("index_month")
        return [
            belt_cell(say, belt),
            change_cell(say, found.change),
            Cell(say(found.change.verdict), tone=f"verdict {found.change.verdict}"),
            _level(say, found.level),
            Cell(date_text(say, found.week), small=kind),
        ]

    return _table(
        say, facts, facts.indices, "index_caption", ("index_change", "verdict", "index_level", "index_at"), row
    )


def assistant_table(say: Say, facts: Facts) -> Table | None:
    """The gain of merchants with the assistant, what it may be called, and the trend before."""

    def row(belt: BeltChange) -> list[Cell]:
        found = facts.assistants[belt.belt]
        return [
            belt_cell(say, belt),
            change_cell(say, found.gain),
            Cell(say("assistant_effect" if found.is_effect else "assistant_association"), tone="words"),
            _trend(say, found.pretrend),
            count_cell(found.merchants),
        ]

    names = ("assistant_gain", "assistant_label", "assistant_trend", "assistant_merchants")
    return _table(say, facts, facts.assistants, "assistant_caption", names, row)


def festival_table(say: Say, facts: Facts) -> Table | None:
    """The change against the same days and against the same phase of the festival, side by side."""

    def row(belt: BeltChange) -> list[Cell]:
        phase = facts.festivals[belt.belt]
        plain = NOTHING if belt.yoy_change is None else change_cell(say, Number(*belt.published, "change"))
        verdict = Cell(say(phase.verdict), tone=f"verdict {phase.verdict}")
        return [belt_cell(say, belt), plain, change_cell(say, phase), verdict]

    names = ("festival_plain", "festival_phase", "verdict")
    return _table(say, facts, facts.festivals, "festival_caption", names, row)


def change_cell(say: Say, number: Number) -> Cell:
    """A change in the tone of its verdict, its interval beneath."""
    low, high = number.low, number.high
    if low is None or high is None:
        return Cell(say("percent", number=signed(number.value)), number.value)
    return Cell(
        change_text(say, number.value, low, high),
        number.value,
        interval_text(say, low, high),
        f"strong {number.verdict}",
    )


def _level(say: Say, level: Number | None) -> Cell:
    return NOTHING if level is None else Cell(signless(level.value), level.value, bounds_text(say, level))


def _trend(say: Say, trend: Number | None) -> Cell:
    if trend is None or trend.low is None or trend.high is None:
        return NOTHING
    small = interval_text(say, trend.low, trend.high)
    return Cell(change_text(say, trend.value, trend.low, trend.high), trend.value, small)


def _table(
    say: Say,
    facts: Facts,
    found: Collection[str],
    caption: str,
    names: tuple[str, ...],
    row: Callable[[BeltChange], list[Cell]],
) -> Table | None:
    """A table with the belts that are in `found`, by province; None where there is none."""
    belts = [belt for belt in facts.belts if belt.belt in found]
    if not belts:
        return None
    head = [say(f"column_{name}") for name in ("belt", *names)]
    is_number = [name not in ("belt", "verdict", "assistant_label", "index_at") for name in ("belt", *names)]
    return Table(say(caption), head, grouped_rows(say, belts, row), is_number)
