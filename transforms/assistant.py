"""The figures of the AI assistant in one belt and week: what its adopters won over those who do not have it (yet).

Adoption is a choice of the merchant, so a difference is an association unless adopters went along with the others
before they adopted; `method` says which of the two a figure is (transforms/pretrends.py has the rule).
"""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import polars as pl

from configs.publication import PublicationRules
from transforms.adoption import Panel, adoption_panel
from transforms.assistant_metrics import assistant_metrics
from transforms.coverage import Coverage
from transforms.figures import Figure, figures_frame
from transforms.group_time import Effects, group_time_effects
from transforms.pretrends import PreTrend, after, pre_trend
from transforms.publication import Decision, base_facts, decide_level, suppressed
from transforms.uncertainty import Interval, mapped

READINGS_NEEDED = 13  # a year; the first weeks of an archive have no readings before adoption
EFFECT, ASSOCIATION = "staggered differences, effect v1", "staggered differences, association v1"


def assistant_figures(
    readings: Mapping[date, pl.DataFrame],
    belt: str,
    week: date,
    coverage: Coverage,
    rules: PublicationRules,
    quarantined: bool = False,
) -> pl.DataFrame:
    """Rows of `figures_draft`, comparison `level`, segment `all`: the effect, and what speaks for or against it.

    `readings` maps those of the `reading_weeks` of `week` that can be used to their `adoption_reading`; `coverage` is
    the lowest of them. No rows where no merchant has the assistant at any of them. Suppressed with `no_data` where the
    week itself has no listings, `no_base` where there are fewer than 13 readings, and otherwise by the rules for
    levels, with the scarcer of adopters and others as the merchants, and adopters' readings as what each contributes.
    """
    if not any(bool(part["has_assistant"].any()) for part in readings.values()):
        return figures_frame([], belt, week, coverage)
    panel = adoption_panel(readings, week)
    effects = group_time_effects(panel.adoption)
    decision = _decision(effects, coverage, rules)
    if reason := _objection(readings, week, quarantined):
        decision = suppressed(reason)
    return figures_frame(list(_figures(panel, effects, decision)), belt, week, coverage)


def _objection(readings: Mapping[date, pl.DataFrame], week: date, quarantined: bool) -> str | None:
    if quarantined:
        return "quarantined"
    if week not in readings or readings[week].is_empty():
        return "no_data"
    return "no_base" if len(readings) < READINGS_NEEDED else None


def _decision(effects: Effects, coverage: Coverage, rules: PublicationRules) -> Decision:
    """The scarcer side decides: ten adopters beside ten others at least."""
    counts = effects.count[:, after(effects)].sum(axis=1)
    controls = int(np.count_nonzero(effects.is_control[:, after(effects)].any(axis=1)))
    adopters = counts[counts > 0]
    return decide_level(coverage.current_share, rules, base_facts(min(len(adopters), controls), adopters, 1.0))


def _figures(panel: Panel, effects: Effects, decision: Decision) -> Iterator[Figure]:
    whole, trend = effects.over(after(effects)).interval(), pre_trend(effects)
    is_in = effects.takes_part(after(effects))
    counts = int(np.count_nonzero(is_in)), panel.listings(is_in)
    method = EFFECT if decision.is_published and trend.is_effect else ASSOCIATION
    for metric, interval in zip(assistant_metrics(), _intervals(whole, trend), strict=True):
        if interval.value is not None or not decision.is_published:
            yield Figure(metric.id, "level", "none", interval, metric.unit, *counts, method, decision)


def _intervals(whole: Interval, trend: PreTrend) -> Iterator[Interval]:
    """In the order of `assistant_metrics`; logarithms put back."""
    yield mapped(whole, np.expm1)
    yield mapped(trend.drift, np.expm1)
    yield Interval(trend.breakdown(whole))
