"""What a metric is, and how a function becomes one.

A metric is one function without arguments that says what is measured, in one of the forms of transforms/forms.py. All
else follows: level, interval and change on the year, a column of belt_weeks, an entry in the catalogue, a line in the
report. Its docstring is its definition. A metric without anything to measure (no cost floor, no badges) has no row.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Literal, TypeVar

from transforms.forms import Balance, Form, Measured, Median, Share

CUTS = ("marketplace", "mode", "assistant", "merchant_years")  # kinds of segments that most metrics are published in
FEW_CUTS = ("marketplace", "mode")
ALONE: tuple[str, ...] = ()  # of a belt as a whole only
Pillar = Literal["price", "crowding", "service"]


@dataclass(frozen=True)
class Metric:
    """One metric: its id in table figures, the unit of its level, its names, what it is, the source of its formula, and
    the pillar of the price war that it stands for, if any."""

    id: str
    unit: str
    en: str
    zh: str
    definition: str
    definition_zh: str
    source: str
    pillar: Pillar | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class LevelMetric(Metric):
    """A metric of one belt and week; `cuts` are the kinds of segments in which it is published beside the belt."""

    form: Form
    cuts: Collection[str] = CUTS

    @property
    def change_unit(self) -> str:
        """The unit of its change on the year: points of share for differences, else a fraction."""
        is_difference = isinstance(self.form, Share | Balance | Median) or (
            isinstance(self.form, Measured) and self.form.changes_by == "difference"
        )
        return "share" if is_difference else "change"

    def is_in(self, segment: str) -> bool:
        """Whether it is published in a segment."""
        kind, _, name = segment.partition("=")
        return not name or kind in self.cuts


F = TypeVar("F", bound=Form)
_MADE: dict[str, list[LevelMetric]] = {}


def metric(
    *,
    unit: str,
    en: str,
    zh: str,
    definition_zh: str,
    source: str,
    cuts: Collection[str] = CUTS,
    pillar: Pillar | None = None,
) -> Callable[[Callable[[], F]], Callable[[], F]]:
    """Makes a function a metric, under its own name; its docstring is the definition."""

    def enter(measure: Callable[[], F]) -> Callable[[], F]:
        definition = " ".join(cleandoc(measure.__doc__ or "").split())
        name = measure.__name__
        made = LevelMetric(name, unit, en, zh, definition, definition_zh, source, measure(), cuts, pillar=pillar)
        _MADE.setdefault(measure.__module__, []).append(made)
        return measure

    return enter


def metrics_of(module: str) -> list[LevelMetric]:
    """The metrics of one module, in the order in which they stand."""
    return list(_MADE.get(module, ()))
