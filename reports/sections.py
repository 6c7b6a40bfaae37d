"""The page's sections, in the order of publication. A section is one function of facts; None leaves it out."""

from collections.abc import Callable

from reports import drawings, quality_words, tables, words
from reports.blocks import Block, Bullets, Paragraph, Section, Tally
from reports.facts import Facts
from reports.phrases import Say

SectionFunction = Callable[[Say, Facts], list[Block] | None]
SECTIONS: list[SectionFunction] = []


def section(function: SectionFunction) -> SectionFunction:
    """Publish a section after those above it; its heading is the phrase `<name>_section`, its link `#<name>`."""
    SECTIONS.append(function)
    return function


def sections_of(say: Say, facts: Facts) -> list[Section]:
    """All sections that have something to say about the week."""
    found = []
    for function in SECTIONS:
        blocks = function(say, facts)
        if blocks:
            name = function.__name__
            found.append(Section(name, say(f"{name}_section"), blocks))
    return found


@section
def headline(say: Say, facts: Facts) -> list[Block]:
    """The headline and how many belts stand behind it."""
    blocks: list[Block] = [Paragraph(words.headline(say, facts), "lead")]
    if hint := words.headline_hint(say, facts):
        blocks.append(Paragraph(hint))
    if facts.changes or facts.withheld:
        blocks.append(Tally(words.tally(say, facts)))
    return blocks


@section
def attention(say: Say, facts: Facts) -> list[Block] | None:
    """What a reader with five minutes should look at."""
    found = words.attention(say, facts)
    return [Bullets(found)] if found else None


@section
def ranking(say: Say, facts: Facts) -> list[Block] | None:
    """Every published change, deepest first."""
    return [tables.ranking_table(say, facts)] if facts.changes else None


@section
def intervals(say: Say, facts: Facts) -> list[Block] | None:
    """Every published change with its interval, drawn."""
    return [Paragraph(say("intervals_text")), drawings.interval_block(say, facts)] if facts.changes else None


@section
def split(say: Say, facts: Facts) -> list[Block] | None:
    """What the total change of each belt is made of, where the split is published."""
    block = drawings.split_block(say, facts)
    return [Paragraph(say("split_text")), block] if block else None


@section
def withheld(say: Say, facts: Facts) -> list[Block] | None:
    """What was not published and why: reasons, never values."""
    if not facts.withheld:
        return [Paragraph(say("withheld_none"))] if facts.changes else None
    return [Paragraph(say("withheld_text")), tables.withheld_table(say, facts)]


@section
def reading(say: Say, _: Facts) -> list[Block] | None:
    """How to read the page."""
    subjects = ("sales", "matched", "interval", "verdict", "split", "grade", "rounding", "survivors")
    return [Bullets([("", say(f"reading_{subject}")) for subject in subjects])]


@section
def quality(say: Say, facts: Facts) -> list[Block] | None:
    """Pages by outcome, refused offers by reason, and quality rules."""
    return [
        Paragraph(quality_words.pages_text(say, facts)),
        *([tables.pages_table(say, facts)] if len(facts.pages) else []),
        Paragraph(quality_words.rejects_text(say, facts)),
        *([tables.rejects_table(say, facts)] if len(facts.rejects) else []),
        Paragraph(quality_words.gates_text(say, facts)),
        *([tables.gates_table(say, facts)] if not facts.checks["is_passed"].all() else []),
    ]


@section
def release(say: Say, facts: Facts) -> list[Block] | None:
    """The release that the page was made from."""
    if facts.release is None:
        return [Paragraph(say("release_none"))]
    return [tables.release_table(say, facts, facts.release)]
