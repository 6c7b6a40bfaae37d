"""The two drawings of a week, as SVG whose text stays text.

Up is blue and down is orange: red means up in China, and red beside green is lost on many eyes. Unclear is hollow, so
that nothing hangs on colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.canvas import INK, PAPER, Shape, domain_of, drawn, layer_of, x_axis, y_axis, zero_line

TONES = {"down": "#c2570c", "up": "#1f5fa8", "unclear": "#5f6a74"}
PART_COLOURS = {"price": "#43337a", "volume": "#8f7fc4", "mix": "#cdc4e6", "entry": "#e3b04b", "exit": "#8a6424"}
FARTHEST = 1.5  # an interval that reaches beyond +150 % would press every other line into the zero


@dataclass(frozen=True)
class IntervalRow:
    """One belt of the interval chart: fractions, and the number as the page writes it."""

    name: str
    number: str
    verdict: str
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class SplitRow:
    """One belt of the split: signed parts (fractions of the base total), and their sum, also as the page writes it."""

    name: str
    number: str
    parts: dict[str, float]
    total: float


def interval_chart(rows: Sequence[IntervalRow], shape: Shape) -> str:
    """Points with their intervals and a zero line, in the given order; an arrow where an interval leaves the chart."""
    import altair as alt

    domain = domain_of([min(end, FARTHEST) for row in rows for end in (row.low, row.high)])
    base = layer_of([_interval_values(index, row, domain) for index, row in enumerate(rows)])
    y, colour = y_axis(len(rows), shape), alt.Color("colour:N", scale=None)
    lines = base.mark_rule(strokeWidth=2.5, strokeCap="round", opacity=0.6, aria=False)
    points = base.mark_point(size=90, strokeWidth=2, opacity=1, aria=False)
    arrows = base.transform_filter("datum.is_beyond")
    arrows = arrows.mark_point(shape="triangle-right", size=70, opacity=1, filled=True, aria=False)
    layers = [
        zero_line(),
        lines.encode(x=x_axis(domain, shape), x2="to:Q", y=y, color=colour),
        points.encode(x="at:Q", y=y, stroke=colour, fill=alt.Fill("fill:N", scale=None)),
        arrows.encode(x="to:Q", y=y, color=colour),
    ]
    return drawn(layers, [(row.name, row.number) for row in rows], shape)


def split_chart(rows: Sequence[SplitRow], shape: Shape) -> str:
    """Bars of signed parts stacked to both sides of zero, and a tick at their sum."""
    import altair as alt

    pieces = [piece for index, row in enumerate(rows) for piece in _pieces(index, row)]
    domain = domain_of([piece["to"] for piece in pieces] + [row.total for row in rows])
    y = y_axis(len(rows), shape)
    bars = layer_of(pieces).mark_bar(size=14, stroke=PAPER, strokeWidth=0.8, aria=False)
    totals = layer_of([{"row": index, "at": row.total} for index, row in enumerate(rows)])
    ticks = totals.mark_tick(thickness=3, size=24, color=INK, opacity=1, aria=False)
    layers = [
        bars.encode(x=x_axis(domain, shape), x2="to:Q", y=y, color=alt.Color("colour:N", scale=None)),
        zero_line(),
        ticks.encode(x="at:Q", y=y),
    ]
    return drawn(layers, [(row.name, row.number) for row in rows], shape)


def _interval_values(index: int, row: IntervalRow, domain: tuple[float, float]) -> dict[str, Any]:
    low, high = domain
    colour = TONES[row.verdict]
    return {
        "row": index,
        "from": min(max(row.low, low), high),
        "to": min(row.high, high),
        "at": min(row.change, high),
        "colour": colour,
        "fill": PAPER if row.verdict == "unclear" else colour,
        "is_beyond": row.high > high,
    }


def _pieces(index: int, row: SplitRow) -> list[dict[str, Any]]:
    """The parts of one belt end to end: rises to the right of zero, falls to the left, each in published order."""
    ends = {True: 0.0, False: 0.0}
    pieces = []
    for part, effect in row.parts.items():
        start = ends[effect > 0]
        ends[effect > 0] = start + effect
        pieces.append({"row": index, "from": start, "to": start + effect, "colour": PART_COLOURS[part]})
    return pieces
