"""Tables on how the data came about: pages, refused offers, quality rules, and the release."""

from datetime import date
from typing import Any

from reports.blocks import Cell, Table
from reports.facts import Facts
from reports.numbers import date_text, instant_text
from reports.phrases import Say
from reports.tables import count_cell, table_of

OUTCOMES = ("listing", "empty", "blocked", "login", "changed", "cut", "refused", "error", "open")
FAILED_SHOWN = 20


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
        [Cell(row["marketplace"]), Cell(say.or_code("reject", row["reason"])), count_cell(row["offer_count"])]
        for row in facts.rejects.to_dicts()
    ]
    return table_of(say, "quality_rejects_caption", ("marketplace", "reason", "count"), rows, 2)


def gates_summary(say: Say, facts: Facts) -> Table:
    """One row per gate, in the order in which data pass them: rules, and how they ended."""
    rows = []
    for gate in facts.gates:
        counts = (gate.passed, gate.warned, gate.stopped)
        rows.append([Cell(say.or_code("gate", gate.name)), *(count_cell(count) for count in counts)])
    return table_of(say, "quality_gates_summary", ("gate", "passed", "warned", "stopped"), rows, 1)


def gates_table(say: Say, facts: Facts) -> Table:
    """One row per quality rule that failed, those with quarantine first; at most twenty."""
    failed = facts.failed_checks.head(FAILED_SHOWN).to_dicts()
    names = ("gate", "marketplace", "category", "rule", "observed", "expected")
    rows = [
        [
            Cell(say.or_code("gate", row["gate"])),
            *(Cell(str(row[name])) for name in names[1:]),
            Cell(say(f"severity_{row['severity']}")),
        ]
        for row in failed
    ]
    return table_of(say, "quality_gates_caption", (*names, "severity"), rows, 7)


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


def _pages_row(
    say: Say, batch: tuple[str, date], outcomes: list[str], counts: dict[tuple[str, date, str], int]
) -> list[Cell]:
    pages = {outcome: counts.get((*batch, outcome), 0) for outcome in OUTCOMES}
    marketplace, week = batch
    shown = [count_cell(pages[outcome]) for outcome in outcomes]
    return [Cell(marketplace), Cell(date_text(say, week)), count_cell(sum(pages.values())), *shown]
