"""Which window of periods each period of a series is estimated on, and where the new window meets the old series."""

from dataclasses import dataclass
from numbers import Integral
from typing import Literal

from configs.errors import InputError

Start = Literal["window", "expanding"]
RECALCULATED = ("movement", "window", "half", "mean")
PUBLISHED = ("wisp", "hasp", "mean_pub", "fbew")
SPLICES = (*RECALCULATED, *PUBLISHED)
DEFAULT_SPLICE = "mean_pub"  # METHOD 4.4


@dataclass(frozen=True)
class Step:
    """A period (the last of the window from `start` to before `stop`) is added to the series.

    It is linked at position `wanted` of the window, or at all but the last where that is None (mean splice); to the
    published series, or else to the window before, whose last period then carries the published level.
    """

    start: int
    stop: int
    wanted: int | None
    is_published: bool


@dataclass(frozen=True)
class Plan:
    """How a series of `size` periods grows: the first `block` of them stand on one window, the steps add the others."""

    size: int
    block: int
    steps: tuple[Step, ...]


def plan(size: int, window: int | None, splice: str | None, start: Start) -> Plan:
    """The plan of a series; raises InputError on a splice, a window or a start that there is not.

    Without a window and a splice all periods are one window. `fbew` expands from its base: every window - 1 periods
    the next one, without a window always the first period.
    """
    _check(window, splice, start)
    is_expanding = start == "expanding" or (splice == "fbew" and window is None)
    block = min(size, 1 if is_expanding else window or size)
    return Plan(size, block, tuple(_step(period, window, splice or DEFAULT_SPLICE) for period in range(block, size)))


def _check(window: int | None, splice: str | None, start: str) -> None:
    if splice is not None and splice not in SPLICES:
        raise InputError(f"{splice!r} is no splice; choose one of {', '.join(SPLICES)}")
    if start not in ("window", "expanding"):
        raise InputError(f"{start!r} is no start of a series; choose window or expanding")
    if window is not None and (isinstance(window, bool) or not isinstance(window, Integral)):
        raise InputError(f"a window is a whole number of periods, or None for all of them; this is {window!r}")
    if window is not None and window < 2:
        raise InputError(f"a window of {window} holds no comparison; it needs two periods at least")
    if window is None and splice not in (None, "fbew"):
        raise InputError(f"the splice {splice} needs a window: say how many periods it has")


def _step(period: int, window: int | None, splice: str) -> Step:
    """The step that adds a period: on an expanding window until there is a whole one."""
    if window is None or period < window:
        return Step(0, period + 1, 0, is_published=True)
    if splice == "fbew":
        base = (period - 1) // (window - 1) * (window - 1)
        return Step(base, period + 1, 0, is_published=True)
    wanted = {"movement": window - 2, "window": 0, "wisp": 0, "half": (window - 1) // 2, "hasp": (window - 1) // 2}
    return Step(period - window + 1, period + 1, wanted.get(splice), splice in PUBLISHED)
