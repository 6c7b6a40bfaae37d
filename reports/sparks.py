"""A line of the last 52 weeks, small enough for a table: gaps where nothing was published, and the zero."""

from collections.abc import Iterable
from datetime import date

from markupsafe import Markup, escape

from configs.calendar import WEEK
from reports.readings import WEEKS_BACK

WIDTH, HEIGHT, MARGIN = 104, 34, 3
HIGHEST = 1.0  # a belt that more than doubled would press every other line into the zero
LEAST_SPAN = 0.1  # a quiet year must not look like a storm
Scale = tuple[float, float]


def scale_of(histories: Iterable[dict[date, float]]) -> Scale:
    """One scale for all lines of a page: all their changes (at most +100 %) and zero."""
    changes = [min(change, HIGHEST) for history in histories for change in history.values()]
    low, high = min([0.0, *changes]), max([0.0, *changes])
    return (low, high) if high - low >= LEAST_SPAN else (min(low, -LEAST_SPAN / 2), max(high, LEAST_SPAN / 2))


def sparkline(history: dict[date, float], last: date, scale: Scale, tone: str, spoken: str) -> Markup:
    """The changes (fractions) of the 52 weeks to `last`, and a dot in the tone of its verdict at the last of them."""
    points = {slot: (_x(slot), _y(history[week], scale)) for week, slot in _slots(last).items() if week in history}
    lines = "".join(_line([points[slot] for slot in run]) for run in _runs(sorted(points)))
    zero = _y(0.0, scale)
    dot = ""
    if WEEKS_BACK - 1 in points:
        x, y = points[WEEKS_BACK - 1]
        dot = f'<circle cx="{x:g}" cy="{y:g}" r="2.6"/>'
    return Markup(
        f'<svg class="spark {escape(tone)}" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(spoken)}"><path class="zero" d="M0 {zero:g}H{WIDTH}"/>'
        f'<path class="line" d="{lines}"/>{dot}</svg>'
    )


def _slots(last: date) -> dict[date, int]:
    """The place of each week from 0 (a year ago) to 51 (the last)."""
    return {last - WEEK * (WEEKS_BACK - 1 - slot): slot for slot in range(WEEKS_BACK)}


def _runs(slots: list[int]) -> list[list[int]]:
    """Slots in sequences without a gap."""
    runs: list[list[int]] = []
    for slot in slots:
        if runs and runs[-1][-1] == slot - 1:
            runs[-1].append(slot)
        else:
            runs.append([slot])
    return runs


def _line(points: list[tuple[float, float]]) -> str:
    """The way through the points; a week that stands alone is a stroke of no length, drawn as a round end."""
    (x, y), *further = points
    return f"M{x:g} {y:g}" + ("".join(f"L{x:g} {y:g}" for x, y in further) or "h0")


def _x(slot: int) -> float:
    return round(MARGIN + slot * (WIDTH - 2 * MARGIN) / (WEEKS_BACK - 1), 1)


def _y(change: float, scale: Scale) -> float:
    low, high = scale
    part = (min(max(change, low), high) - low) / (high - low)
    return round(HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN), 1)
