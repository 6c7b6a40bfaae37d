"""The change on the year by segment of a belt: one table for each kind of segment, one column for each segment."""

from reports.blocks import Block, Cell, Details, Table
from reports.facts import BeltChange, Facts
from reports.numbers import change_text, interval_text
from reports.phrases import Say
from reports.provinces import grouped_rows
from reports.readings import SEGMENT_KINDS, Number
from reports.tables import NOTHING, belt_cell


def segment_details(say: Say, facts: Facts) -> list[Block]:
    """A folded table for each kind of segment that some belt has published ones of."""
    found: list[Block] = []
    for kind in SEGMENT_KINDS:
        belts = [belt for belt in facts.belts if _of_kind(facts, belt, kind)]
        if belts:
            summary = say(f"segments_{kind}")
            found.append(Details(summary, [_table(say, facts, kind, belts)], say("belts_counted", count=len(belts))))
    return found


def _table(say: Say, facts: Facts, kind: str, belts: list[BeltChange]) -> Table:
    names = {name for belt in belts for name in _of_kind(facts, belt, kind)}
    columns = sorted(names, key=lambda name: (_years(name), name))

    def row(belt: BeltChange) -> list[Cell]:
        segments = _of_kind(facts, belt, kind)
        return [
            belt_cell(say, belt),
            _whole(say, belt),
            *(_change(say, segments.get(name)) for name in columns),
        ]

    titles = [say.or_code(kind, name) for name in columns]
    if kind == "merchant_years":
        titles = [say("years", years=name.replace("-", "\N{EN DASH}")) for name in columns]
    head = [say("column_belt"), say("column_whole"), *titles]
    numeric = [False] + [True] * (len(columns) + 1)
    return Table(say("ranking_caption"), head, grouped_rows(say, belts, row), numeric, is_matrix=True)


def _of_kind(facts: Facts, belt: BeltChange, kind: str) -> dict[str, Number]:
    """The belt's segments of a kind by what follows the equals sign."""
    segments = facts.segments.get(belt.belt, {})
    return {name.partition("=")[2]: number for name, number in segments.items() if name.startswith(f"{kind}=")}


def _years(name: str) -> int:
    """The first year of a band such as 0-1 or 10+; 0 for names without a number."""
    digits = name.partition("-")[0].rstrip("+")
    return int(digits) if digits.isdecimal() else 0


def _whole(say: Say, belt: BeltChange) -> Cell:
    if belt.yoy_change is None or belt.low is None or belt.high is None:
        return NOTHING
    return _change(say, Number(belt.yoy_change, belt.low, belt.high, "change"))


def _change(say: Say, number: Number | None) -> Cell:
    """The change in the tone of its verdict, and beneath it interval and verdict."""
    if number is None or number.low is None or number.high is None:
        return NOTHING
    small = f"{interval_text(say, number.low, number.high)} {say(number.verdict)}"
    return Cell(change_text(say, number.value, number.low, number.high), number.value, small, number.verdict)
