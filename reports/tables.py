"""The page's tables of belts. A number's cell carries the exact value beside its text, for machines."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from reports.blocks import NO_DRAWING, Cell, Table
from reports.facts import BeltChange, Facts
from reports.numbers import change_text, date_text, interval_text, share_text, signed, yuan_text
from reports.phrases import Say
from reports.provinces import grouped_rows
from reports.sparks import Scale, scale_of, sparkline
from reports.words import evidence_text, reason_text

NOTHING = Cell("\N{EN DASH}")
RESULT = ("rank", "belt", "change", "verdict", "weeks")
RANKING = (*RESULT, "total", "level", "merchants", "matched_share", "coverage", "grade")
IN_WORDS = ("belt", "verdict", "weeks", "grade")


def ranking_table(say: Say, facts: Facts, belts: Sequence[BeltChange], is_grouped: bool = True) -> Table:
    """One row per given belt, with its rank among all that are published; by province, or in the given order."""
    ranks = {belt.belt: rank for rank, belt in enumerate(facts.changes, start=1)}
    scale = spark_scale(facts)

    def row(belt: BeltChange) -> list[Cell]:
        return [Cell(str(ranks[belt.belt])), *_ranking_cells(say, facts, belt, scale)]

    rows = grouped_rows(say, belts, row, facts) if is_grouped else [row(belt) for belt in belts]
    head = [say(f"column_{name}") for name in RANKING]
    numeric = [name not in IN_WORDS for name in RANKING]
    return Table(say("ranking_caption"), head, rows, numeric, wide_only=(RANKING.index("weeks"),))


def spark_scale(facts: Facts) -> Scale:
    """One scale for the lines of every belt that is ranked."""
    return scale_of(facts.history.get(belt.belt, {}) for belt in facts.changes)


def levels_table(say: Say, belts: Sequence[BeltChange]) -> Table:
    """One row per belt by province: what is displayed now, and the first week that can have a change on the year."""

    def row(belt: BeltChange) -> list[Cell]:
        first = Cell(date_text(say, belt.first_week)) if belt.first_week else NOTHING
        return [
            belt_cell(say, belt),
            _yuan(say, belt.displayed_sales),
            _whole(belt.merchants),
            _whole(belt.listings),
            first,
        ]

    rows = grouped_rows(say, belts, row)
    head = [say(f"column_{name}") for name in ("belt", "level", "merchants_seen", "listings_seen", "first_change")]
    return Table(say("levels_caption"), head, rows, [False, True, True, True, False])


def withheld_table(say: Say, belts: Sequence[BeltChange]) -> Table:
    """One row per belt whose change is withheld: the reason, and what there is instead."""
    rows = [
        [name_cell(say, belt), Cell(reason_text(say, belt.reason), tone="words"), _evidence(say, belt)]
        for belt in belts
    ]
    return table_of(say, "withheld_caption", ("belt", "reason", "evidence"), rows, 3)


def table_of(say: Say, caption: str, names: Sequence[str], rows: list[list[Cell]], words: int) -> Table:
    """A table with the columns of these names, of which the first `words` hold words and the others numbers."""
    head = [say(f"column_{name}") for name in names]
    return Table(say(caption), head, rows, [place >= words for place in range(len(names))])


def name_cell(say: Say, belt: BeltChange) -> Cell:
    """The belt's name, and under it the province (Chinese page) or the Chinese name (English page)."""
    small = belt.province_zh if say.language == "zh" else belt.name_zh
    return Cell(belt.name(say.language), small=small or "", tone="name")


def belt_cell(say: Say, belt: BeltChange, drawing: Markup = NO_DRAWING) -> Cell:
    """The belt's name under its province, with the Chinese name on the English page."""
    small = belt.name_zh if say.language == "en" else ""
    return Cell(belt.name(say.language), small=small, tone="name", drawing=drawing)


def count_cell(count: int) -> Cell:
    """A count with thousands separators."""
    return Cell(f"{count:,}", float(count))


def _ranking_cells(say: Say, facts: Facts, belt: BeltChange, scale: Scale) -> list[Cell]:
    change, low, high = belt.published
    history = facts.history.get(belt.belt, {})
    line = sparkline(history, facts.week, scale, belt.verdict, _spoken(say, history))
    return [
        belt_cell(say, belt, line),
        Cell(change_text(say, change, low, high), change, interval_text(say, low, high), f"strong {belt.verdict}"),
        Cell(say(belt.verdict), tone=f"verdict {belt.verdict}"),
        Cell("", drawing=line),
        _change(say, belt.total_change),
        _yuan(say, belt.displayed_sales),
        _whole(belt.matched_merchants),
        _matched_share(say, belt.matched_share),
        Cell(share_text(say, belt.coverage_share), belt.coverage_share),
        Cell(belt.grade or NOTHING.text),
    ]


def _matched_share(say: Say, share: float | None) -> Cell:
    """A belt with a matched change has one; where it would tell what one or two merchants sold it is withheld."""
    return Cell(say("withheld")) if share is None else Cell(share_text(say, share), share)


def _spoken(say: Say, history: dict[date, float]) -> str:
    """The line in words: how many weeks, and where it stood first and last."""
    weeks = sorted(history)
    if not weeks:
        return say("spark_none")
    first, last = (say("percent", number=signed(history[week])) for week in (weeks[0], weeks[-1]))
    return say("spark_spoken", count=len(weeks), first=first, last=last)


def _evidence(say: Say, belt: BeltChange) -> Cell:
    return Cell(evidence_text(say, belt) or NOTHING.text, tone="words")


def _change(say: Say, change: float | None) -> Cell:
    return NOTHING if change is None else Cell(say("percent", number=signed(change)), change)


def _yuan(say: Say, yuan: float | None) -> Cell:
    return NOTHING if yuan is None else Cell(yuan_text(say, yuan), yuan)


def _whole(count: float | None) -> Cell:
    return NOTHING if count is None else count_cell(round(count))
