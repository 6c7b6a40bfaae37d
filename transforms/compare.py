"""The figures of one belt and week: levels, changes on the year with their intervals, and the split of the change."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from configs.errors import BeltwatchError
from configs.publication import PublicationRules
from configs.tables import figures_draft
from transforms.metrics import listings, merchants, metrics
from transforms.ordered import total
from transforms.panels import (
    Panel,
    listing_pairs,
    listing_panel,
    matched_panel,
    merchant_panel,
    placed_listings,
    total_panel,
)
from transforms.publication import Decision, base_facts, decide, decide_level, suppressed
from transforms.split import ONE_SIDED, split_change
from transforms.uncertainty import Interval, one_sided_fraction, ratio_change, signed_fraction

LEVEL, MATCHED, TOTAL, SPLIT, SHARE = (
    "full count v1",
    "matched-merchant ratio, jackknife v1",
    "total ratio, jackknife v1",
    "Bennet split, jackknife v1",
    "matched share v1",
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Pages stored over pages planned at both ends, 0-1; None where the plan is unknown."""

    current_share: float | None
    base_share: float | None

    @property
    def lower_share(self) -> float | None:
        """The lower of both ends; None where either is unknown."""
        if self.current_share is None or self.base_share is None:
            return None
        return min(self.current_share, self.base_share)


@dataclass(frozen=True)
class Ends:
    """One segment of a belt at both ends, by the listing: each week's own rows, and both side by side."""

    segment: str
    current: pl.DataFrame
    pairs: pl.DataFrame

    def cut(self, marketplace: str) -> "Ends":
        """The part that stands on one marketplace."""
        here = pl.col("marketplace") == marketplace
        return Ends(f"marketplace={marketplace}", self.current.filter(here), self.pairs.filter(here))


@dataclass(frozen=True)
class Figure:
    """One row of table figures but for belt, week, coverage and release."""

    metric: str
    comparison: str
    panel: str
    interval: Interval
    unit: str
    merchants: int
    listings: int
    method: str
    decision: Decision
    segment: str = "all"


def belt_figures(
    current: pl.DataFrame,
    base: pl.DataFrame | None,
    belt: str,
    week: date,
    base_week: date,
    coverage: Coverage,
    rules: PublicationRules,
    quarantined: bool = False,
) -> pl.DataFrame:
    """One row per figure of a belt and week, sorted by key; the columns are those of `figures_draft`.

    `current` and `base` are listing_weeks rows of `week` and `base_week`, with `weight` and `rule` of the belt; rows
    that are outside the belt at their week may be there with weight null, so that the base week's weight decides
    over them. `base` None or without rows: the yoy rows exist, suppressed with reason `no_base`; `current` without
    rows: all are, with `no_data`; `quarantined`: all are, with `quarantined`. Segments are `all` and one for each
    marketplace of either end. Levels have no interval, being full counts.
    """
    _check_week(current, week)
    now = placed_listings(current)
    then = now.clear() if base is None else placed_listings(_check_week(base, base_week))
    ends = Ends("all", now.filter(pl.col("weight") > 0), listing_pairs(now, then))
    figures = [
        _barred(figure, "quarantined") if quarantined else figure for figure in _all_figures(ends, coverage, rules)
    ]
    return _frame(figures, belt, week, coverage)


def _check_week(rows: pl.DataFrame, week: date) -> pl.DataFrame:
    found = rows["week"].unique().sort().to_list()
    if found not in ([], [week]):
        raise BeltwatchError(f"listing rows of week {week} hold the weeks {[str(other) for other in found]}")
    return rows


def _all_figures(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The figures of segment `all` and of each marketplace; a belt's only marketplace is the belt itself."""
    whole = list(_segment_figures(ends, coverage, rules))
    yield from whole
    names = pl.concat([ends.current["marketplace"], ends.pairs["marketplace"]]).unique().sort().to_list()
    for name in names:
        part = ends.cut(name)
        if len(names) == 1:
            yield from (replace(figure, segment=part.segment) for figure in whole)
        else:
            yield from _segment_figures(part, coverage, rules)


def _segment_figures(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    for figure in (*_levels(ends, coverage, rules), *_changes(ends, coverage, rules)):
        named = replace(figure, segment=ends.segment)
        yield _barred(named, "no_data") if ends.current.is_empty() else named


def _levels(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    decision = decide_level(coverage.current_share, rules)
    counts = merchants(ends.current), listings(ends.current)
    for metric in metrics():
        level = Interval(metric.measure(ends.current))
        yield Figure(metric.id, "level", "none", level, metric.unit, *counts, LEVEL, decision)


def _changes(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """All yoy figures of a segment. Each panel is judged by how its own base value is spread."""
    matched, whole = matched_panel(ends.pairs), total_panel(ends.pairs)
    share = _share(matched, whole)
    has_base = ends.pairs["base_value_yuan"].is_not_null().any()
    like_for_like, in_all = (
        decide(
            base_facts(matched.merchants, panel.base, share or 0.0) if has_base else None, coverage.lower_share, rules
        )
        for panel in (matched, whole)
    )
    yield _change("displayed_sales", "matched", matched, MATCHED, like_for_like)
    yield _change("displayed_sales", "total", whole, TOTAL, in_all)
    yield _change("merchants", "total", merchant_panel(ends.pairs), TOTAL, in_all)
    yield _change("listings", "total", listing_panel(ends.pairs), TOTAL, in_all)
    for name, effect in split_change(ends.pairs).items():
        fraction = one_sided_fraction if name in ONE_SIDED else signed_fraction
        interval = fraction(effect.yuan, effect.without_yuan, whole.base)
        yield Figure(name, "yoy", "total", interval, "change", whole.merchants, whole.listings, SPLIT, in_all)
    counts = matched.merchants, matched.listings
    yield Figure("matched_share", "yoy", "matched", Interval(share), "share", *counts, SHARE, like_for_like)


def _change(metric: str, name: str, panel: Panel, method: str, decision: Decision) -> Figure:
    interval = ratio_change(panel.base, panel.current)
    return Figure(metric, "yoy", name, interval, "change", panel.merchants, panel.listings, method, decision)


def _share(matched: Panel, whole: Panel) -> float | None:
    """Share of the base value that is matched; None where the base shows no value."""
    base = total(whole.base)
    return total(matched.base) / base if base > 0 else None


def _barred(figure: Figure, reason: str) -> Figure:
    return replace(figure, decision=suppressed(reason))


def _frame(figures: list[Figure], belt: str, week: date, coverage: Coverage) -> pl.DataFrame:
    draft = figures_draft()
    rows = pl.DataFrame([_row(figure, belt, week, coverage) for figure in figures], schema=draft.polars_schema())
    return draft.conform(rows).sort(draft.key)


def _row(figure: Figure, belt: str, week: date, coverage: Coverage) -> dict[str, object]:
    is_level, decision = figure.comparison == "level", figure.decision
    shown = figure.interval if decision.is_published else Interval(None)
    return {
        "belt": belt,
        "week": week,
        "metric": figure.metric,
        "segment": figure.segment,
        "comparison": figure.comparison,
        "alignment": "none" if is_level else "plain",
        "panel": figure.panel,
        "value": shown.value,
        "low": shown.low,
        "high": shown.high,
        "unit": figure.unit,
        "merchants": figure.merchants,
        "listings": figure.listings,
        "coverage_share": coverage.current_share if is_level else coverage.lower_share,
        "grade": decision.grade,
        "status": decision.status,
        "reason": decision.reason,
        "method": figure.method,
    }
