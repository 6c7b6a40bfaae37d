"""Sentences on how the week's data came about: pages, refused offers, quality rules."""

import polars as pl

from reports.facts import Facts
from reports.numbers import share_text
from reports.phrases import Say
from transforms.recapture import MISSED

READ = ("listing", "empty")  # outcomes that reach figures


def pages_text(say: Say, facts: Facts) -> str:
    """How many of the week's planned pages were read."""
    this_week = facts.pages.filter(pl.col("week") == facts.week)
    planned = int(this_week["page_count"].sum())
    if not planned:
        return say("quality_pages_none")
    read = int(this_week.filter(pl.col("outcome").is_in(READ))["page_count"].sum())
    return say("quality_pages", count=f"{planned:,}", read=f"{read:,}", share=share_text(say, read / planned))


def missed_text(say: Say, facts: Facts) -> str | None:
    """Where most listings were missed as lists moved while they were read; nothing where no page was read again."""
    known = [belt for belt in facts.belts if MISSED in facts.readings.get(belt.belt, {})]
    if not known:
        return None
    most = max(known, key=lambda belt: facts.readings[belt.belt][MISSED].level.value)
    level = facts.readings[most.belt][MISSED].level
    ends = {name: share_text(say, getattr(level, name)) for name in ("low", "high")}
    return say("quality_missed", belt=most.name(say.language), share=share_text(say, level.value), **ends)


def rejects_text(say: Say, facts: Facts) -> str:
    """How many offers of the week were refused."""
    count = int(facts.rejects["offer_count"].sum())
    return say("quality_rejects", count=f"{count:,}") if count else say("quality_rejects_none")


def gates_text(say: Say, facts: Facts) -> str:
    """How many quality rules failed on batches that hold the week, and how many of them bring quarantine."""
    total, failed = len(facts.checks), facts.failed_checks
    if not total:
        return say("quality_gates_none")
    if not len(failed):
        return say("quality_gates_passed", count=f"{total:,}")
    stops = int((failed["severity"] == "stop").sum())
    return say("quality_gates_failed", failed=f"{len(failed):,}", total=f"{total:,}", stops=f"{stops:,}")
