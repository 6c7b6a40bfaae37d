"""The ground that charts are drawn on: sizes, axis, labels, and the way to SVG.

Every size is set here and Vega's own layout is off, because its layout measures texts with the fonts at hand: equal
input would give other bytes on another machine. Altair is imported where a chart is drawn: it costs half a second.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from reports.numbers import MINUS

if TYPE_CHECKING:
    import altair as alt

INK, QUIET, FAINT, PAPER = "#1d2733", "#5f6a74", "#e4e2dc", "#ffffff"
TEXT_PX = 13
TICK_STEPS = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)
MOST_TICKS = 6
WIDEST_NAME = 250
LABEL_LIFT = 0.38  # rows by which a label stands above its line on narrow pages
PLACEHOLDER = re.compile(r">@(\d+)@<")


@dataclass(frozen=True)
class Shape:
    """Pixels. Labels stand left of the plot, or above their line on narrow pages; `percent` is the unit as written."""

    width: int
    row: int
    left: int
    right: int
    is_narrow: bool
    percent: str

    @property
    def plot(self) -> int:
        """Width of the plot itself."""
        return self.width - self.left - self.right


def wide(labels: Sequence[tuple[str, str]], percent: str) -> Shape:
    """For screens and paper: names at the left and numbers at the right, each as wide as they need."""
    left = min(max(text_width(name) for name, _ in labels), WIDEST_NAME) + 18
    right = max(text_width(number) for _, number in labels) + 10
    return Shape(800, row=30, left=int(left), right=int(right), is_narrow=False, percent=percent)


def narrow(percent: str) -> Shape:
    """For phones: label and number above the line."""
    return Shape(330, row=50, left=8, right=8, is_narrow=True, percent=percent)


def text_width(text: str) -> float:
    """Pixels that a text needs at most: a Chinese character is one em wide, others are counted as 0.6."""
    return sum(TEXT_PX if east_asian_width(letter) in "WF" else 0.6 * TEXT_PX for letter in text)


def fitted(text: str, pixels: float) -> str:
    """The text, or its beginning with an ellipsis where it is wider than the pixels."""
    if text_width(text) <= pixels:
        return text
    while text and text_width(text + "…") > pixels:
        text = text[:-1]
    return text + "…"


def domain_of(ends: Sequence[float]) -> tuple[float, float]:
    """A range that holds zero and all ends, with a little room."""
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = max((high - low) * 0.04, 0.01)
    return low - margin, high + margin


def x_axis(domain: tuple[float, float], shape: Shape) -> "alt.X":
    """Changes from left to right, with a few round ticks at the top."""
    import altair as alt

    sign = f"(datum.value > 0 ? '+' : datum.value < 0 ? '{MINUS}' : '')"
    axis = alt.Axis(
        values=ticks_of(domain, shape),
        labelExpr=f"{sign} + round(abs(datum.value) * 100) + '{shape.percent}'",
        labelOverlap=False,
        labelBound=False,
        labelFlush=False,
        labelLimit=0,
        labelPadding=8,
        labelColor=QUIET,
        labelFontSize=12,
        orient="top",
        title=None,
        domain=False,
        ticks=False,
        gridColor=FAINT,
    )
    return alt.X("from:Q", scale=alt.Scale(domain=list(domain), nice=False, zero=False), axis=axis)


def ticks_of(domain: tuple[float, float], shape: Shape) -> list[float]:
    """A few round changes, less those at the edges whose labels would leave the drawing."""
    low, high = domain
    step = next((step for step in TICK_STEPS if (high - low) / step <= MOST_TICKS), TICK_STEPS[-1])
    ticks = [round(index * step, 4) for index in range(int(low / step), int(high / step) + 1)]
    per_pixel = (high - low) / shape.plot
    half_label = text_width(f"+100{shape.percent}") / 2
    leftmost, rightmost = low + (half_label - shape.left) * per_pixel, high - (half_label - shape.right) * per_pixel
    return [tick for tick in ticks if leftmost <= tick <= rightmost]


def y_axis(count: int, shape: Shape) -> "alt.Y":
    """Rows 0 to count - 1 from top to bottom; on narrow pages with room for the label above each line."""
    import altair as alt

    shift = LABEL_LIFT / 2 if shape.is_narrow else 0.0
    scale = alt.Scale(domain=[-0.5 - shift, count - 0.5 - shift], nice=False, zero=False, reverse=True)
    return alt.Y("row:Q", scale=scale, axis=None)


def layer_of(values: list[dict[str, Any]]) -> "alt.Chart":
    """A layer on its own values."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=values))


def zero_line() -> "alt.Chart":
    """The line that a verdict is about."""
    return layer_of([{"from": 0}]).mark_rule(color=INK, strokeWidth=1, aria=False).encode(x="from:Q")


def drawn(layers: Sequence["alt.Chart"], labels: Sequence[tuple[str, str]], shape: Shape) -> str:
    """The layers with each row's name and number, as SVG of exactly the shape's size."""
    import altair as alt
    import vl_convert

    chart = alt.layer(*layers, *_label_layers(len(labels), shape)).properties(
        width=shape.plot,
        height=len(labels) * shape.row,
        padding={"left": shape.left, "right": shape.right, "top": 26, "bottom": 4},
        autosize=alt.AutoSizeParams(type="none"),
    )
    chart = chart.configure(background="transparent", font="sans-serif").configure_view(stroke=None)
    version = "_".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    svg = str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False), vl_version=version))
    return _filled(svg, [text for pair in _fitted_labels(labels, shape) for text in pair])


def _label_layers(count: int, shape: Shape) -> list["alt.Chart"]:
    """Names and numbers as placeholders `@n@`: Vega would measure each Chinese text for 3 ms, by the fonts at hand."""
    import altair as alt

    lift = LABEL_LIFT if shape.is_narrow else 0
    rows = [{"at": row - lift, "name": f"@{2 * row}@", "number": f"@{2 * row + 1}@"} for row in range(count)]
    base = layer_of(rows).encode(y="at:Q")
    common: dict[str, Any] = {"fontSize": TEXT_PX, "baseline": "middle", "color": INK, "limit": 0, "aria": False}
    names = base.mark_text(align="left" if shape.is_narrow else "right", **common)
    numbers = base.mark_text(align="right", **common)
    name_x, number_x = (0, shape.plot) if shape.is_narrow else (-14, shape.plot + shape.right - 4)
    bands = base.mark_rule(color=PAPER, strokeWidth=22, aria=False).encode(x=alt.value(0), x2=alt.value(shape.plot))
    return [
        *([bands] if shape.is_narrow else []),  # no line of the plot runs through a label
        names.encode(x=alt.value(name_x), text="name:N"),
        numbers.encode(x=alt.value(number_x), text="number:N"),
    ]


def _fitted_labels(labels: Sequence[tuple[str, str]], shape: Shape) -> list[tuple[str, str]]:
    """Names cut to the room that numbers leave them."""
    taken = max((text_width(number) for _, number in labels), default=0)
    room = shape.plot - taken - 8 if shape.is_narrow else shape.left - 14
    return [(fitted(name, room), number) for name, number in labels]


def _filled(svg: str, texts: list[str]) -> str:
    return PLACEHOLDER.sub(lambda found: f">{escape(texts[int(found[1])])}<", svg)
