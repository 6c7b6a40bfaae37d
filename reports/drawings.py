"""The charts of a week as blocks: what they show comes from the figures, how it looks from charts.py."""

from markupsafe import Markup

from reports.blocks import Chart
from reports.canvas import INK, narrow, wide
from reports.charts import PART_COLOURS, TONES, IntervalRow, SplitRow, interval_chart, split_chart
from reports.facts import BeltChange, Facts
from reports.numbers import signed
from reports.phrases import Say
from reports.words import named_change


def interval_block(say: Say, facts: Facts) -> Chart:
    """Every published change with its interval, deepest first."""
    rows = [_interval_row(say, belt) for belt in facts.changes]
    labels = [(row.name, row.number) for row in rows]
    percent = say("percent", number="")
    return Chart(
        wide=Markup(interval_chart(rows, wide(labels, percent))),
        narrow=Markup(interval_chart(rows, narrow(percent))),
        spoken=_spoken(say, labels),
        legend=[(TONES[verdict], say(verdict)) for verdict in TONES],
        caption=say("ranking_caption"),
    )


def split_block(say: Say, facts: Facts) -> Chart | None:
    """The split of every belt whose total is published, in the order of the ranking; None where there is none."""
    rows = [_split_row(say, belt) for belt in facts.changes if belt.parts]
    if not rows:
        return None
    labels = [(row.name, row.number) for row in rows]
    percent = say("percent", number="")
    legend = [(colour, say(f"part_{part}")) for part, colour in PART_COLOURS.items()]
    return Chart(
        wide=Markup(split_chart(rows, wide(labels, percent))),
        narrow=Markup(split_chart(rows, narrow(percent))),
        spoken=_spoken(say, labels),
        legend=[*legend, (INK, say("part_total"))],
        caption=say("split_caption"),
    )


def _interval_row(say: Say, belt: BeltChange) -> IntervalRow:
    change, low, high = belt.published
    return IntervalRow(belt.name(say.language), named_change(say, belt), belt.verdict, change, low, high)


def _split_row(say: Say, belt: BeltChange) -> SplitRow:
    total = sum(belt.parts.values())
    number = say("percent", number=signed(total))
    return SplitRow(belt.name(say.language), number, belt.parts, total)


def _spoken(say: Say, pairs: list[tuple[str, str]]) -> str:
    """The chart in words: each belt with its number."""
    return say("list").join(f"{name} {number}" for name, number in pairs)
