"""How far it is open which listings are of a belt: its displayed sales by the hard rule, without and with all of whom
only a wider area is known (METHOD 6)."""

from collections.abc import Iterator

import numpy as np

from transforms.figures import Figure
from transforms.membership import belt_bounds
from transforms.metric import Metric
from transforms.publication import Decision
from transforms.samples import Sample
from transforms.uncertainty import Interval

MEMBERSHIP = "displayed_sales_membership"
METHOD = "hard rule, bounds of membership v1"


def membership_metrics() -> list[Metric]:
    """Levels of one belt and week, where membership is estimated of any listing."""
    definition = (
        "Displayed sales of listings whose weight in the belt is 0.8 or more, whole; low without and high with "
        "the whole of every listing that may be of the belt. No row where all are sure; displayed_sales is by weight."
    )
    definition_zh = (
        "归属权重不低于0.8的商品的全部展示成交额；下限不计、上限全计归属系估计的商品。"
        "归属全部确定时无此行，displayed_sales按权重计。"
    )
    names = ("Displayed sales by the hard rule of membership", "按硬性归属规则的展示成交额")
    return [Metric(MEMBERSHIP, "yuan", *names, definition, definition_zh, "METHOD 6")]


def membership_figure(own: Sample, name: str, decision: Decision) -> Iterator[Figure]:
    """The row of a week, whose displayed sales are read under `name`; lost pages are stood for as in their level."""
    is_estimated = (own.weight > 0) & (own.weight < 1)
    if not is_estimated.any():
        return
    yuan = np.nan_to_num(own.read(name))
    if own.expansion is not None:
        pages = own.expansion.at(own.rows)
        yuan = yuan * pages.meant / pages.stored
    found = belt_bounds(yuan, own.weight, is_estimated)
    known = not np.isnan(found.high)
    interval = Interval(found.hard, found.low, found.high) if known else Interval(None)
    yield Figure(MEMBERSHIP, "level", "none", interval, "yuan", *own.counts, METHOD, decision)
