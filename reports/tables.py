"""The page's tables. A number's cell carries the exact value beside its text, for machines."""

from datetime import date
from typing import Any

from reports.blocks import Cell, Table
from reports.facts import BeltChange, Facts
from reports.numbers import change_text, date_text, instant_text, interval_text, share_text, signed, yuan_text
from reports.phrases import Say
from reports.words import evidence_text, reason_text

OUTCOMES = ("listing", "empty", "blocked", "login", "changed", "cut", "refused", "error", "open")
FAILED_SHOWN = 20
NOTHING = Cell("\N{EN DASH}")
RESULT = ("rank", "belt", "change", "interval", "verdict")
RANKING = (*RESULT, "total", "level", "merchants", "matched_share", "coverage", "grade")
IN_WORDS = ("belt", "verdict", "grade")


def ranking_table(say: Say, facts: Facts) -> Table:
    """One row per published belt, deepest change first."""
    rows = [_ranking_row(say, rank, belt) for rank, belt in enumerate(facts.changes, start=1)]
    return _table(say, "ranking_caption", RANKING, rows, IN_WORDS)


def withheld_table(say: Say, facts: Facts) -> Table:
    """One row per belt whose change is withheld: the reason, and what there is instead."""
    rows = [
        [_name(say, belt), Cell(reason_text(say, belt.reason), tone="words"), _evidence(say, belt)]
        for belt in facts.withheld
    ]
    names = ("belt", "reason", "evidence")
    return _table(say, "withheld_caption", names, rows, names)


def pages_table(say: Say, facts: Facts) -> Table:
    """One row per marketplace and week (this one and a year ago): pages planned, and by those outcomes that occur."""
    counts = {(row["marketplace"], row["week"], row["outcome"]): row["page_count"] for row in facts.pages.to_dicts()}
    outcomes = [name for name in OUTCOMES if any(found == name for _, _, found in counts)]
    batches = list(dict.fromkeys((marketplace, week) for marketplace, week, _ in counts))
    rows = [_pages_row(say, batch, outcomes, counts) for batch in batches]
    head = [say("column_marketplace"), say("column_week"), say("column_planned")]
    head += [say(f"outcome_{name}") for name in outcomes]
    return Table(say("quality_pages_caption"), head, rows, [False, False] + [True] * (len(head) - 2))


def rejects_table(say: Say, facts: Facts) -> Table:
    """One row per marketplace and reason: offers refused this week."""
    rows = [
        [Cell(row["marketplace"]), Cell(say.or_code("reject", row["reason"])), _count(row["offer_count"])]
        for row in facts.rejects.to_dicts()
    ]
    return _table(say, "quality_rejects_caption", ("marketplace", "reason", "count"), rows, ("marketplace", "reason"))


def gates_table(say: Say, facts: Facts) -> Table:
    """One row per quality rule that failed, those with quarantine first; at most twenty."""
    failed = facts.failed_checks.head(FAILED_SHOWN).to_dicts()
    names = ("gate", "marketplace", "category", "rule", "observed", "expected")
    rows = [[*(Cell(str(row[name])) for name in names), Cell(say(f"severity_{row['severity']}"))] for row in failed]
    return _table(say, "quality_gates_caption", (*names, "severity"), rows, (*names, "severity"))


def release_table(say: Say, facts: Facts, release: dict[str, Any]) -> Table:
    """The particulars of the release, one per row."""
    counts = {name: f"{release[f'{name}_count']:,}" for name in ("new", "changed", "withdrawn")}
    vintages = {name: f"{facts.vintages[f'{name}_count']:,}" for name in ("current", "replaced")}
    particulars = [
        ("release_id", release["release"]),
        ("release_sequence", str(release["sequence"])),
        ("release_at", instant_text(say, release["released_at"])),
        ("release_parent", release["parent"] or say("none")),
        ("release_counts", say("release_counts_text", **counts)),
        ("release_week", say("release_week_text", **vintages)),
        ("release_reason", release["reason"]),
        ("release_method", release["method"]),
    ]
    rows = [[Cell(say(key), tone="quiet"), Cell(text)] for key, text in particulars]
    return Table(say("release_caption"), [], rows, [False, False])


def _table(say: Say, caption: str, names: tuple[str, ...], rows: list[list[Cell]], in_words: tuple[str, ...]) -> Table:
    head = [say(f"column_{name}") for name in names]
    return Table(say(caption), head, rows, [name not in in_words for name in names])


def _ranking_row(say: Say, rank: int, belt: BeltChange) -> list[Cell]:
    change, low, high = belt.published
    return [
        Cell(str(rank)),
        _name(say, belt),
        Cell(change_text(say, change, low, high), change, tone=f"strong {belt.verdict}"),
        Cell(interval_text(say, low, high)),
        Cell(say(belt.verdict), tone=f"verdict {belt.verdict}"),
        _change(say, belt.total_change),
        NOTHING if belt.displayed_sales is None else Cell(yuan_text(say, belt.displayed_sales), belt.displayed_sales),
        NOTHING if belt.matched_merchants is None else _count(belt.matched_merchants),
        Cell(share_text(say, belt.matched_share), belt.matched_share),
        Cell(share_text(say, belt.coverage_share), belt.coverage_share),
        Cell(belt.grade or NOTHING.text),
    ]


def _pages_row(
    say: Say, batch: tuple[str, date], outcomes: list[str], counts: dict[tuple[str, date, str], int]
) -> list[Cell]:
    pages = {outcome: counts.get((*batch, outcome), 0) for outcome in OUTCOMES}
    marketplace, week = batch
    shown = [_count(pages[outcome]) for outcome in outcomes]
    return [Cell(marketplace), Cell(date_text(say, week)), _count(sum(pages.values())), *shown]


def _name(say: Say, belt: BeltChange) -> Cell:
    """The belt's name, and under it the province (Chinese page) or the Chinese name (English page)."""
    small = belt.province_zh if say.language == "zh" else belt.name_zh
    return Cell(belt.name(say.language), small=small or "", tone="name")


def _evidence(say: Say, belt: BeltChange) -> Cell:
    return Cell(evidence_text(say, belt) or NOTHING.text, tone="words")


def _change(say: Say, change: float | None) -> Cell:
    return NOTHING if change is None else Cell(say("percent", number=signed(change)), change)


def _count(count: int) -> Cell:
    return Cell(f"{count:,}", float(count))
