"""The price war: every metric that has a level, but those of size, for each belt that has published ones.

Titles, units and definitions are those of the catalogue of metrics: a new metric is shown without a change here.
"""

from collections.abc import Sequence

from reports.blocks import Bullets, Cell, Table
from reports.facts import BeltChange, Facts
from reports.numbers import date_text
from reports.phrases import Say
from reports.provinces import grouped_rows
from reports.readings import Number, Reading
from reports.studies import OWN_SECTION
from reports.tables import NOTHING, belt_cell, table_of
from reports.values import bounds_text, difference_text, signless, value_text
from transforms.crowding import churn_metrics
from transforms.metric import Metric
from transforms.metrics import metrics

SIZES = ("displayed_sales", "merchants", "listings", "belts_down_share", *OWN_SECTION)  # these stand elsewhere
PILLARS = ("price", "crowding", "service", "")
ARROWS = {"up": "\N{BLACK UP-POINTING TRIANGLE}", "down": "\N{BLACK DOWN-POINTING TRIANGLE}"}


def measures_of(facts: Facts) -> list[Metric]:
    """The metrics that some belt of the week has a published level of, in the order of the catalogue."""
    shown = {metric for belt in facts.belts for metric in facts.readings.get(belt.belt, {})}
    return [metric for metric in (*metrics(), *churn_metrics()) if metric.id in shown and metric.id not in SIZES]


def by_pillar(measures: Sequence[Metric]) -> dict[str, list[Metric]]:
    """The measures of each pillar of the price war that has any, in the order of PILLARS; those of none come last,
    under the empty name. There is no composite of them: what a pillar says is in its measures."""
    found = {pillar: [measure for measure in measures if (measure.pillar or "") == pillar] for pillar in PILLARS}
    return {pillar: own for pillar, own in found.items() if own}


def belts_with(facts: Facts, measures: Sequence[Metric]) -> list[BeltChange]:
    """The belts that have at least one of the measures."""
    ids = {measure.id for measure in measures}
    return [belt for belt in facts.belts if ids & facts.readings.get(belt.belt, {}).keys()]


def has_year_ago(facts: Facts, measures: Sequence[Metric]) -> bool:
    """Whether any of the measures has a published level of a year ago."""
    ids = {measure.id for measure in measures}
    return any(
        reading.year_ago is not None
        for belt in facts.belts
        for metric, reading in facts.readings.get(belt.belt, {}).items()
        if metric in ids
    )


def title(say: Say, metric: Metric) -> str:
    """A metric's name in the page's language."""
    return metric.zh if say.language == "zh" else metric.en


def levels_matrix(say: Say, facts: Facts, measures: Sequence[Metric]) -> Table:
    """One row per belt by province, one column per measure: its level, and beneath it that of a year ago."""

    def row(belt: BeltChange) -> list[Cell]:
        found = facts.readings[belt.belt]
        return [belt_cell(say, belt), *(_level(say, found.get(measure.id)) for measure in measures)]

    head = [say("column_belt"), *(title(say, measure) for measure in measures)]
    rows = grouped_rows(say, belts_with(facts, measures), row)
    return Table(say("pressure_caption"), head, rows, [False] + [True] * len(measures), is_matrix=True)


def measures_table(say: Say, facts: Facts, measures: Sequence[Metric]) -> Table:
    """One row per measure: belts that have it, those surely higher and lower than a year ago, lowest and highest."""
    names = ("measure", "belts", "higher", "lower", "lowest", "highest")
    rows = [_measure_row(say, facts, measure) for measure in measures]
    head = [say(f"column_{name}") for name in names]
    return Table(say("pressure_measures_caption"), head, rows, [False, True, True, True, False, False])


def exact_table(say: Say, facts: Facts, measures: Sequence[Metric]) -> Table:
    """One row per measure under each belt: level with interval, a year ago, and the change with interval."""
    rows: list[list[Cell]] = []
    for belt in belts_with(facts, measures):
        rows.append([Cell(belt.name(say.language), tone="group")])
        found = facts.readings[belt.belt]
        rows.extend(_exact_row(say, measure, found[measure.id]) for measure in measures if measure.id in found)
    names = ("measure", "now", "interval", "year_ago", "change", "interval")
    return table_of(say, "pressure_caption", names, rows, 1)


def floors_table(say: Say, facts: Facts) -> Table | None:
    """One row per belt with a cost floor: how much, since when, from where; None where no belt has one."""
    rows = []
    floors = {row["belt"]: row for row in facts.floors if row.get("cost_floor_yuan") is not None}
    for belt in facts.belts:
        if floor := floors.get(belt.belt):
            unit = say.or_code("unit", floor["cost_floor_unit"] or "piece")
            yuan = say("yuan_per", yuan=say("yuan", number=signless(floor["cost_floor_yuan"])), unit=unit)
            low, high = (floor.get(f"cost_floor_{end}_yuan") for end in ("low", "high"))
            between = "" if low is None or high is None else say("interval", low=signless(low), high=signless(high))
            on = date_text(say, floor["cost_floor_on"]) if floor["cost_floor_on"] else NOTHING.text
            source = Cell(floor["cost_floor_source"] or say("unknown"), tone="words")
            rows.append([belt_cell(say, belt), Cell(yuan, floor["cost_floor_yuan"], small=between), Cell(on), source])
    names = ("belt", "floor", "floor_on", "floor_source")
    return Table("", [say(f"column_{name}") for name in names], rows, [False] * 4) if rows else None


def definitions(say: Say, measures: Sequence[Metric]) -> Bullets:
    """What each measure is, by the catalogue."""
    texts = [metric.definition_zh if say.language == "zh" else metric.definition for metric in measures]
    names = [title(say, metric) for metric in measures]
    pairs = zip(names, texts, strict=True)
    return Bullets([("", say("measure_definition", title=name, text=text)) for name, text in pairs])


def _level(say: Say, reading: Reading | None) -> Cell:
    """The level, and beneath it the one of a year ago; an arrow where the change is sure."""
    if reading is None:
        return NOTHING
    before = value_text(say, reading.year_ago) if reading.year_ago else ""
    text = value_text(say, reading.level)
    verdict = reading.change.verdict if reading.change else ""
    if verdict not in ARROWS:
        return Cell(text, reading.level.value, small=before)
    return Cell(f"{ARROWS[verdict]}\N{NO-BREAK SPACE}{text}", reading.level.value, small=before, tone=verdict)


def _exact_row(say: Say, measure: Metric, reading: Reading) -> list[Cell]:
    level, change = reading.level, reading.change
    changed = [NOTHING, NOTHING]
    if change:
        tone = f"strong {change.verdict}" if change.low is not None else ""
        changed = [Cell(difference_text(say, change), change.value, tone=tone), _bounds(say, change, True)]
    before = Cell(value_text(say, reading.year_ago), reading.year_ago.value) if reading.year_ago else NOTHING
    return [
        Cell(title(say, measure), tone="words"),
        Cell(value_text(say, level), level.value, tone="strong"),
        _bounds(say, level),
        before,
        *changed,
    ]


def _bounds(say: Say, number: Number, is_difference: bool = False) -> Cell:
    return Cell(bounds_text(say, number, is_difference) or NOTHING.text)


def _measure_row(say: Say, facts: Facts, measure: Metric) -> list[Cell]:
    found = [
        (facts.readings[belt.belt][measure.id], belt)
        for belt in facts.belts
        if measure.id in facts.readings.get(belt.belt, {})
    ]
    verdicts = [reading.change.verdict for reading, _ in found if reading.change]
    counts = [
        Cell(f"{verdicts.count(verdict):,}", verdicts.count(verdict)) if verdicts else NOTHING
        for verdict in ("up", "down")
    ]
    found.sort(key=lambda pair: (pair[0].level.value, pair[1].belt))
    ends = [_end(say, *found[place]) for place in (0, -1)]
    return [Cell(title(say, measure), tone="words strong"), Cell(f"{len(found):,}", len(found)), *counts, *ends]


def _end(say: Say, reading: Reading, belt: BeltChange) -> Cell:
    """An extreme belt with its level."""
    return Cell(value_text(say, reading.level), reading.level.value, small=belt.name(say.language))
