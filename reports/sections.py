"""The page's sections, in the order of publication. A section is one function of facts; None leaves it out."""

from collections.abc import Callable, Sequence

from reports import (
    drawings,
    pressure_tables,
    quality_tables,
    quality_words,
    segment_tables,
    study_tables,
    tables,
    words,
)
from reports.blocks import Block, Bullets, Details, Paragraph, Section, Table, Tally, folded
from reports.calendar_notes import uneven_phase_text, uneven_text
from reports.facts import Facts
from reports.phrases import Say
from reports.provinces import CHINA, down_text, provinces_of
from transforms.metric import Metric

SectionFunction = Callable[[Say, Facts], list[Block] | None]
SECTIONS: list[SectionFunction] = []
MANY = 24  # from more belts than these on a section opens with what is short, and the rest is behind lines
DEEPEST = 10
MANY_FAILED = 6


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
    if rule := words.moved_text(say, facts):
        blocks.append(Paragraph(rule, "note"))
    if facts.changes and (uneven := uneven_text(say, facts.calendar)):
        blocks.append(Paragraph(uneven, "note"))
    return blocks


@section
def attention(say: Say, facts: Facts) -> list[Block] | None:
    """What a reader with five minutes should look at."""
    found = words.attention(say, facts)
    return [Bullets(found)] if found else None


@section
def ranking(say: Say, facts: Facts) -> list[Block] | None:
    """Every published change by province, the province of the deepest first; of many the ten deepest stand open."""
    if not facts.changes:
        return None
    china = down_text(say, facts, CHINA)
    blocks: list[Block] = [Paragraph(say("region_china", text=china))] if china else []
    line = say("ranking_line")
    if len(facts.changes) <= MANY:
        blocks.append(Paragraph(say("ranking_text", line=line), "note"))
        return [*blocks, tables.ranking_table(say, facts, facts.changes)]
    blocks.append(Paragraph(say("ranking_text_many", count=DEEPEST, line=line), "note"))
    blocks.append(tables.ranking_table(say, facts, facts.changes[:DEEPEST], is_grouped=False))
    return [*blocks, Paragraph(say("ranking_provinces"), "small-heading"), *_by_province(say, facts)]


def _by_province(say: Say, facts: Facts) -> list[Block]:
    """The ranking of each province behind a line that says how many of its belts are down."""
    found: list[Block] = []
    for province in provinces_of(say, facts.changes):
        side = down_text(say, facts, province.code) or say("belts_counted", count=len(province.belts))
        table = tables.ranking_table(say, facts, province.belts, is_grouped=False)
        found.append(Details(province.name, [table], side))
    return found


@section
def intervals(say: Say, facts: Facts) -> list[Block] | None:
    """Every published change with its interval, drawn."""
    if not facts.changes:
        return None
    count = len(facts.changes)
    chart: list[Block] = [drawings.interval_block(say, facts)]
    return [Paragraph(say("intervals_text")), *folded(say("all_belts_drawn", count=count), chart, count > MANY)]


@section
def split(say: Say, facts: Facts) -> list[Block] | None:
    """What the total change of each belt is made of, where the split is published."""
    block = drawings.split_block(say, facts)
    count = sum(bool(belt.parts) for belt in facts.changes)
    summary = say("all_belts_drawn", count=count)
    return [Paragraph(say("split_text")), *folded(summary, [block], count > MANY)] if block else None


@section
def levels(say: Say, facts: Facts) -> list[Block] | None:
    """In a first year: what is displayed now, and from which week on there will be changes on the year."""
    if not facts.is_too_short:
        return None
    table = tables.levels_table(say, facts.withheld)
    summary = say("all_belts_listed", count=len(facts.withheld))
    return [Paragraph(say("levels_text")), *folded(summary, [table], len(facts.withheld) > MANY)]


@section
def festival(say: Say, facts: Facts) -> list[Block] | None:
    """Around a festival: the change against the same phase of last year's beside the plain one."""
    found = _studied(say, "festival", study_tables.festival_table(say, facts))
    shown = [belt for belt in facts.floors if belt["belt"] in facts.festivals]
    uneven = uneven_phase_text(say, facts.calendar, shown)
    return [*found, Paragraph(uneven, "note")] if found and uneven else found


@section
def prices(say: Say, facts: Facts) -> list[Block] | None:
    """The belts' price indices."""
    return _studied(say, "prices", study_tables.index_table(say, facts))


@section
def pressure(say: Say, facts: Facts) -> list[Block] | None:
    """Prices, cost and service: every further metric's level beside that of a year ago."""
    if not facts.belts:
        return None
    measures = pressure_tables.measures_of(facts)
    if not measures:
        return [Paragraph(say("pressure_none"))]
    count = len(pressure_tables.belts_with(facts, measures))
    is_many = count > MANY
    floors = pressure_tables.floors_table(say, facts)
    text = "pressure_text_many" if is_many else "pressure_text"
    if not pressure_tables.has_year_ago(facts, measures):
        text = "pressure_text_levels"
    return [
        Paragraph(say(text)),
        *([pressure_tables.measures_table(say, facts, measures)] if is_many else []),
        *_pillars(say, facts, measures, is_many),
        Details(say("pressure_exact"), [pressure_tables.exact_table(say, facts, measures)]),
        *([Details(say("floors_caption"), [floors])] if floors else []),
    ]


def _pillars(say: Say, facts: Facts, measures: Sequence[Metric], is_many: bool) -> list[Block]:
    """A matrix for each pillar under its heading, of many belts behind it; measures of no pillar stand behind a line
    where there are pillars, else as they are."""
    found: list[Block] = []
    pillars = pressure_tables.by_pillar(measures)
    for pillar, own in pillars.items():
        matrix, name = pressure_tables.levels_matrix(say, facts, own), say(f"pillar_{pillar or 'other'}")
        side = say("belts_counted", count=len(pressure_tables.belts_with(facts, own)))
        is_open = not is_many and (pillar or len(pillars) == 1)
        heading = [Paragraph(name, "small-heading")] if pillar and is_open else []
        found += [*heading, matrix] if is_open else [Details(name, [matrix], side)]
    return found


@section
def assistant(say: Say, facts: Facts) -> list[Block] | None:
    """What merchants gained from the marketplace's assistant."""
    return _studied(say, "assistant", study_tables.assistant_table(say, facts))


@section
def segments(say: Say, facts: Facts) -> list[Block] | None:
    """The change on the year by segment of a belt, for segments that are published."""
    found = segment_tables.segment_details(say, facts)
    return [Paragraph(say("segments_text")), *found] if found else None


def _studied(say: Say, name: str, table: Table | None) -> list[Block] | None:
    """A sentence on how to read the table, and the table, behind a line where there are many belts."""
    if table is None:
        return None
    count = sum(len(row) > 1 for row in table.rows)
    return [Paragraph(say(f"{name}_text")), *folded(say("all_belts_listed", count=count), [table], count > MANY)]


@section
def withheld(say: Say, facts: Facts) -> list[Block] | None:
    """What was not published and why: reasons, never values."""
    if not facts.withheld:
        return [Paragraph(say("withheld_none"))] if facts.changes else None
    table = tables.withheld_table(say, facts.withheld)
    count = len(facts.withheld)
    if count <= MANY // 2 and not facts.is_too_short:
        return [Paragraph(say("withheld_text")), table]
    reasons = Bullets(words.reasons(say, facts))
    return [Paragraph(say("withheld_text")), reasons, Details(say("all_belts_listed", count=count), [table])]


@section
def reading(say: Say, facts: Facts) -> list[Block] | None:
    """How to read the page."""
    measures = pressure_tables.measures_of(facts)
    subjects = ["sales", "matched", "interval", "verdict", "line", "split", "grade", "rounding", "survivors"]
    subjects += [*(["measures"] if measures else []), *(["segments"] if facts.segments else [])]
    subjects += ["pillars"] if any(measure.pillar for measure in measures) else []
    return [
        Bullets([("", say(f"reading_{subject}")) for subject in subjects]),
        *([Details(say("reading_definitions"), [pressure_tables.definitions(say, measures)])] if measures else []),
    ]


@section
def quality(say: Say, facts: Facts) -> list[Block] | None:
    """Pages by outcome, listings missed between pages, refused offers by reason, and the three gates."""
    failed = len(facts.failed_checks)
    summary = say("quality_gates_failed_shown", count=failed)
    return [
        Paragraph(quality_words.pages_text(say, facts)),
        *([quality_tables.pages_table(say, facts)] if len(facts.pages) else []),
        *([Paragraph(missed)] if (missed := quality_words.missed_text(say, facts)) else []),
        Paragraph(quality_words.rejects_text(say, facts)),
        *([quality_tables.rejects_table(say, facts)] if len(facts.rejects) else []),
        Paragraph(quality_words.gates_text(say, facts)),
        *([quality_tables.gates_summary(say, facts)] if facts.gates else []),
        *(folded(summary, [quality_tables.gates_table(say, facts)], failed > MANY_FAILED) if failed else []),
    ]


@section
def release(say: Say, facts: Facts) -> list[Block] | None:
    """The release that the page was made from."""
    if facts.release is None:
        return [Paragraph(say("release_none"))]
    return [quality_tables.release_table(say, facts, facts.release)]
