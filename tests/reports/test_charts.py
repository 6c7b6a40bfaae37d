"""Charts keep their text as text, inside their frame, at the planted places; equal input gives equal bytes."""

import re

import pytest

from reports.canvas import Shape, fitted, narrow, text_width, wide
from reports.charts import PART_COLOURS, TONES, IntervalRow, SplitRow, interval_chart, split_chart

ROWS = [
    IntervalRow("武清地毯", "-50%", "down", -0.5, -0.53, -0.47),
    IntervalRow('<b>"Baigou" & co', "+1%", "unclear", 0.01, -0.02, 0.04),
    IntervalRow("Up far", "+80%", "up", 0.8, 0.1, 2.7),
]
LABELS = [(row.name, row.number) for row in ROWS]
SHAPES = [wide(LABELS, "%"), narrow("%")]
PARTS = {"price": -0.2, "volume": -0.4, "mix": 0.05, "entry": 0.1, "exit": -0.05}


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def x_of(svg: str, layer: int, tag: str = "path") -> list[float]:
    """Horizontal places of the marks of one layer, as drawn."""
    group = re.search(rf'<g class="[^"]*layer_{layer}_marks"[^>]*>(.*?)</g>', svg, re.DOTALL)
    assert group
    return [float(x) for x in re.findall(rf'<{tag} transform="translate\(([-\d.]+),', group[1])]


@pytest.mark.parametrize("shape", SHAPES)
def test_names_numbers_and_ticks_are_text_and_escaped(shape: Shape) -> None:
    svg = interval_chart(ROWS, shape)
    assert {"武清地毯", "&lt;b&gt;&quot;Baigou&quot; &amp; co", "Up far", "-50%", "+1%", "0%"} <= set(texts(svg))
    assert "@" not in svg
    assert "<b>" not in svg


@pytest.mark.parametrize("shape", SHAPES)
def test_points_stand_where_they_were_planted(shape: Shape) -> None:
    svg = interval_chart(ROWS, shape)
    zero = x_of(svg, 0, "line")[0]
    down, unclear, up = x_of(svg, 2)
    assert (down - zero) / (up - zero) == pytest.approx(-0.5 / 0.8)
    assert (unclear - zero) / (up - zero) == pytest.approx(0.01 / 0.8)


def test_verdicts_are_told_by_colour_and_by_shape() -> None:
    svg = interval_chart(ROWS, SHAPES[0])
    assert all(colour in svg for colour in TONES.values())
    assert svg.count(f'fill="#ffffff" stroke="{TONES["unclear"]}"') == 1


def test_an_interval_that_leaves_the_chart_ends_in_an_arrow() -> None:
    assert len(x_of(interval_chart(ROWS, SHAPES[0]), 3)) == 1
    assert 'layer_3_marks" aria-hidden="true"/>' in interval_chart(ROWS[:2], SHAPES[0])


@pytest.mark.parametrize("shape", SHAPES)
def test_split_bars_have_the_planted_lengths(shape: Shape) -> None:
    svg = split_chart([SplitRow("Wuqing", "-50%", PARTS, sum(PARTS.values()))], shape)
    bars = re.findall(r'd="M([-\d.]+),[-\d.]+h([-\d.]+)v[^"]*"[^>]*fill="(#\w+)"', svg)
    drawn = {colour: float(length) for _, length, colour in bars}
    scale = drawn[PART_COLOURS["price"]] / 0.2
    assert {part: drawn[colour] / scale for part, colour in PART_COLOURS.items()} == pytest.approx(
        {part: abs(effect) for part, effect in PARTS.items()}
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_equal_rows_give_equal_bytes_of_the_stated_size(shape: Shape) -> None:
    svg = interval_chart(ROWS, shape)
    assert svg == interval_chart(list(ROWS), shape)
    assert f'width="{shape.width}"' in svg


def test_long_names_are_cut_to_their_room() -> None:
    name = "正定日用化学品及洗涤用品产业带（含周边乡镇）与其他一切用品"
    shape = wide([(name, "-1%")], "%")
    assert shape.plot > shape.width / 2
    shown = next(
        text
        for text in texts(interval_chart([IntervalRow(name, "-1%", "down", -0.1, -0.2, -0.05)], shape))
        if "正" in text
    )
    assert shown.endswith("…")
    assert text_width(shown) < shape.left
    assert fitted("short", 100) == "short"
