"""The catalogue of metrics, in the order in which they are published.

A metric is one function over the rows of one belt and week (`placed_listings`), giving its level. Levels are full
counts of what was displayed to the depth that was read: no sample, hence no interval.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from transforms.ordered import floats, group_starts, total
from transforms.panels import COUNTED_WEIGHT, MERCHANT

Measure = TypeVar("Measure", bound=Callable[[pl.DataFrame], float])


@dataclass(frozen=True)
class Metric:
    """One metric: its id in table figures, the unit of its values, its names, the source of its formula."""

    id: str
    unit: str
    en: str
    zh: str
    source: str


@dataclass(frozen=True)
class LevelMetric(Metric):
    """A metric that has a level."""

    measure: Callable[[pl.DataFrame], float]


_CATALOGUE: list[LevelMetric] = []


def metric(*, unit: str, en: str, zh: str, source: str, id: str | None = None) -> Callable[[Measure], Measure]:
    """Enters a function in the catalogue, under its own name unless `id` is given."""

    def enter(measure: Measure) -> Measure:
        _CATALOGUE.append(LevelMetric(id or measure.__name__, unit, en, zh, source, measure))
        return measure

    return enter


def metrics() -> list[LevelMetric]:
    """The metrics that have levels, in the order in which they are published."""
    return list(_CATALOGUE)


def comparison_metrics() -> list[Metric]:
    """The metrics that exist only in comparisons, in the order in which they are published."""
    return [
        Metric("price_effect", "change", "Price effect", "价格效应", "METHOD 1.4"),
        Metric("volume_effect", "change", "Volume effect", "销量效应", "METHOD 1.4"),
        Metric("mix_effect", "change", "Mix effect", "结构效应", "METHOD 1.4"),
        Metric("entry_effect", "change", "Entry effect", "进入效应", "METHOD 1.4"),
        Metric("exit_effect", "change", "Exit effect", "退出效应", "METHOD 1.4"),
        Metric("matched_share", "share", "Matched share of base value", "匹配份额", "METHOD 1.3"),
    ]


@metric(unit="yuan", en="Displayed sales", zh="展示成交额", source="METHOD 0, 3.3")
def displayed_sales(rows: pl.DataFrame) -> float:
    """Yuan per 28 days: value times weight in the belt; listings that show no sales add nothing."""
    return total(floats(rows["weight"]) * floats(rows["value_yuan"]))


@metric(unit="count", en="Merchants", zh="商家数", source="METHOD 6")
def merchants(rows: pl.DataFrame) -> int:
    """Merchants with a listing whose weight in the belt is 0.8 or more, whether it shows sales or not."""
    return len(group_starts(_counted(rows), MERCHANT))


@metric(unit="count", en="Listings", zh="商品数", source="METHOD 6")
def listings(rows: pl.DataFrame) -> int:
    """Listings whose weight in the belt is 0.8 or more, whether they show sales or not."""
    return _counted(rows).height


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("weight") >= COUNTED_WEIGHT)
