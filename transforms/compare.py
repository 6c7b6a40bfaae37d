"""The figures of one belt and week: levels, changes on the year with their intervals, and the split of the change."""

from collections.abc import Collection, Iterator
from datetime import date

import polars as pl

from configs.errors import BeltwatchError
from configs.publication import PublicationRules
from transforms.attrition import attrition_bracket
from transforms.bounds import HARD_BOUNDS, LOWER, hard_bounds, lower_change
from transforms.churn import churn, net_panel
from transforms.coverage import Coverage
from transforms.ends import Ends, Segments, read_segments
from transforms.estimates import FULL_COUNT
from transforms.figures import Figure, figures_frame
from transforms.footing import Footings
from transforms.imputation import imputed_change
from transforms.measured import Measures, measured_figures
from transforms.metric import LevelMetric
from transforms.metrics import left_out, metrics_in
from transforms.ordered import total
from transforms.page_spread import with_spread
from transforms.panels import NO_FOOTINGS, Panel, placed_listings
from transforms.publication import BaseFacts, Decision, base_facts, decide, decide_level
from transforms.reads import names_of
from transforms.samples import Estimate
from transforms.secondary import with_secondary
from transforms.segments import ALL, MARKETPLACE, is_broad
from transforms.split import ONE_SIDED, split_sides
from transforms.uncertainty import Interval, one_sided_fraction, ratio_change, signed_fraction

MATCHED, TOTAL, SPLIT, SHARE, CHURN, BRACKET = (
    "matched-merchant ratio, jackknife v1",
    "total ratio, jackknife v1",
    "Bennet split, jackknife v1",
    "matched share v1",
    "share of merchants, jackknife v1",
    "attrition bracket v1",
)
MATCHED_DRAWN, TOTAL_DRAWN = (
    "matched-merchant ratio, jackknife and imputation v1",
    "total ratio, jackknife and imputation v1",
)
WORST_CASE, LOWER_ENDS = "worst cases of displays v1", "ratio of lower ends, jackknife v1"
NET = next(metric for metric in metrics_in(ALL) if metric.id == "net_sales")


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

    `current` and `base` are listing_weeks rows of `week` and `base_week`, with `weight` and `rule` of the belt, and
    where they are known `earlier_price_yuan` and `cost_floor_yuan` (transforms/prices.py); rows that are outside the
    belt at their week may be there with weight null, so that the base week's weight decides over them. `base` None or
    without rows: the yoy rows exist, suppressed with reason `no_base`; `current` without rows: all are, with
    `no_data`; `quarantined`: all are, with `quarantined`. Segments are `all` and every cut that has a listing at
    either end: levels take what is in it that week, changes what was in it at the base. A metric that nothing is known
    of has no row. Nothing is asked of the ledger here: `read_belt` takes the footings of both ends.
    """
    _check_week(current, week)
    if base is not None:
        _check_week(base, base_week)
    return week_figures(read_belt(current, base), belt, week, coverage, rules, quarantined)


def read_belt(current: pl.DataFrame, base: pl.DataFrame | None, footings: Footings = NO_FOOTINGS) -> Segments:
    """What `week_figures` works on; arguments as of `belt_figures`."""
    now = placed_listings(current)
    return read_segments(now, now.clear() if base is None else placed_listings(base), footings)


def week_figures(
    segments: Segments,
    belt: str,
    week: date,
    coverage: Coverage,
    rules: PublicationRules,
    quarantined: bool = False,
    reordered: Collection[str] = (),
    measured: tuple[Measures, Measures] = ({}, {}),
) -> pl.DataFrame:
    """`belt_figures` for what is read already, so that the year to date can use it too; `reordered` are marketplaces of
    the belt that list in another order than they did at the base: nothing is compared with them in it. `measured` is
    what is measured of the belt's past up to the week, and up to the base."""
    figures = with_secondary([*_all_figures(segments, coverage, rules)])
    figures += measured_figures(*measured, coverage, rules)
    if reordered:
        figures = [figure.barred("sort_changed") if _is_in(figure, reordered) else figure for figure in figures]
    if quarantined:
        figures = [figure.barred("quarantined") for figure in figures]
    return figures_frame(figures, belt, week, coverage)


def _is_in(figure: Figure, marketplaces: Collection[str]) -> bool:
    """Whether a figure compares anything on one of some marketplaces."""
    alone = figure.segment.removeprefix(MARKETPLACE) if figure.segment.startswith(MARKETPLACE) else None
    return not figure.is_level and (alone is None or alone in marketplaces)


def _check_week(rows: pl.DataFrame, week: date) -> None:
    found = rows["week"].unique().sort().to_list()
    if found not in ([], [week]):
        raise BeltwatchError(f"listing rows of week {week} hold the weeks {[str(other) for other in found]}")


def _all_figures(segments: Segments, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The figures of every segment; a belt's only marketplace is the belt itself, but for what only belts have."""
    whole = list(_segment_figures(segments, segments.whole, coverage, rules))
    for name in segments.names:
        if is_broad(name) and (name == segments.whole.segment or segments.is_whole(name)):
            of_belts = () if name == segments.whole.segment else (HARD_BOUNDS, LOWER)
            absent = {*of_belts, *left_out(name)}
            yield from (figure.of_segment(name) for figure in whole if figure.metric not in absent)
        else:
            yield from _segment_figures(segments, segments.cut(name), coverage, rules)


def _segment_figures(segments: Segments, ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The figures of one segment; of a cut only the levels or changes that it has listings for, and those metrics that
    are published in it."""
    levels, changes = _levels(segments, ends, coverage, rules), _all_changes(segments, ends, coverage, rules)
    is_empty, stands_nowhere = not len(ends.own.weight), not (len(ends.base.weight) or len(ends.current.weight))
    if is_broad(ends.segment):
        found = [figure.barred("no_data") if is_empty else figure for figure in (*levels, *changes)]
    else:
        compared = [] if stands_nowhere else list(changes)
        is_gone = not len(ends.current.weight)
        found = [*([] if is_empty else levels), *(f.barred("no_data") if is_gone else f for f in compared)]
    yield from (figure.of_segment(ends.segment) for figure in found)


def _all_changes(segments: Segments, ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    if "displayed_sales" not in left_out(ends.segment):
        yield from sales_changes(ends, coverage, rules)
    if ends.segment == ALL:
        yield from _net_change(ends, coverage, rules)
    yield from _changes(segments, ends, coverage, rules)


def _levels(segments: Segments, ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    for metric in metrics_in(ends.segment):
        found = segments.level(metric, ends)
        if found is not None:
            decision = decide_level(coverage.current_share, rules, _level_facts(metric, found, ends.segment))
            counts = found.merchants, found.listings
            yield Figure(metric.id, "level", "none", found.interval, metric.unit, *counts, found.method, decision)


def _level_facts(metric: LevelMetric, found: Estimate, segment: str) -> BaseFacts | None:
    """What a level is judged by: nothing for counts and for the sales of a belt or marketplace."""
    is_open = metric.unit == "count" or (found.method == FULL_COUNT and is_broad(segment))
    return None if is_open else found.facts


def _changes(segments: Segments, ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The changes of shares and quantiles, over all merchants of either end, each judged by its own base."""
    for metric in metrics_in(ends.segment):
        found = segments.change(metric, ends)
        if found is not None:
            facts = None if found.interval.value is None else found.facts
            decision = decide(facts, coverage.lower_share, rules)
            counts = found.merchants, found.listings
            unit = metric.change_unit
            yield Figure(metric.id, "yoy", "total", found.interval, unit, *counts, found.method, decision)


def sales_changes(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The change of displayed sales; of a belt or marketplace the split of it too, and the change of the counts."""
    matched, whole = ends.matched, ends.whole
    share = matched_share(matched, whole)
    has_base = bool(ends.has_base.any())
    like_for_like, in_all = (
        sales_decision(panel, matched, share, has_base, coverage, rules, ceiling_share(panel))
        for panel in (matched, whole)
    )
    yield ratio_figure("displayed_sales", "yoy", "matched", matched, like_for_like)
    yield ratio_figure("displayed_sales", "yoy", "total", whole, in_all)
    if ends.segment == ALL:
        yield from _bounds_figures(matched, like_for_like)
    if not is_broad(ends.segment):
        return
    yield ratio_figure("merchants", "yoy", "total", ends.merchants, in_all)
    yield ratio_figure("listings", "yoy", "total", ends.listings, in_all)
    for name, interval in churn(ends.merchants):
        counts = ends.merchants.merchants, ends.merchants.listings
        yield Figure(name, "yoy", "total", interval, "share", *counts, CHURN, in_all)
    for name, effect in split_sides(ends.sides).items():
        fraction = one_sided_fraction if name in ONE_SIDED else signed_fraction
        interval = fraction(effect.yuan, effect.without_yuan, whole.base)
        yield Figure(name, "yoy", "total", interval, "change", whole.merchants, whole.listings, SPLIT, in_all)
    counts = matched.merchants, matched.listings
    bracket = attrition_bracket(ends.pairs, matched, ends.footings) if ends.footings else None
    if bracket is not None:
        yield Figure("displayed_sales_bracket", "yoy", "matched", bracket, "change", *counts, BRACKET, like_for_like)
    yield Figure("matched_share", "yoy", "matched", Interval(share), "share", *counts, SHARE, like_for_like)


def _bounds_figures(matched: Panel, decision: Decision) -> Iterator[Figure]:
    """Beside the matched change what can be said of it without a model, where displays hide anything."""
    if matched.bounds is None or not matched.bounds.hide:
        return
    change = ratio_change(matched.base, matched.current).value
    found = [(HARD_BOUNDS, hard_bounds(matched.bounds, change), WORST_CASE)]
    if matched.draws is not None:  # of counters the lower ends are the differences that displayed sales are
        found.append((LOWER, lower_change(matched.bounds), LOWER_ENDS))
    for metric, interval, method in found:
        counts = matched.merchants, matched.listings
        yield Figure(metric, "yoy", "matched", interval, "change", *counts, method, decision)


def _net_change(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The change of sales net of returns; nothing where no return rate is observed this week."""
    if not len(ends.current.known(*names_of(NET)).weight):
        return
    counts = ends.pairs.select(pl.when("is_matched").then("counts").otherwise(0.0)).to_series().to_numpy()
    panel = net_panel(ends.base, ends.current, names_of(NET)[0], counts)
    base = total(ends.matched.base)
    share = total(panel.base) / base if base > 0 else None
    decision = sales_decision(panel, panel, share, len(panel.base) > 0, coverage, rules)
    yield ratio_figure(NET.id, "yoy", "matched", panel, decision)


def sales_decision(
    panel: Panel,
    matched: Panel,
    share: float | None,
    has_base: bool,
    coverage: Coverage,
    rules: PublicationRules,
    ceiling: float = 0.0,
) -> Decision:
    """The decision on a panel of displayed sales, by how its own base value is spread, what is matched, and how much of
    it stands at the ceiling of what is displayed."""
    facts = base_facts(matched.merchants, panel.base, share or 0.0, ceiling) if has_base else None
    return decide(facts, coverage.lower_share, rules)


def ceiling_share(panel: Panel) -> float:
    """Share of the base value that stands at the ceiling of what is displayed."""
    return panel.bounds.ceiling_share if panel.bounds else 0.0


def matched_share(matched: Panel, whole: Panel) -> float | None:
    """Share of the base value that is matched; None where the base shows no value."""
    base = total(whole.base)
    return total(matched.base) / base if base > 0 else None


def ratio_figure(metric: str, comparison: str, name: str, panel: Panel, decision: Decision) -> Figure:
    """The change of the sums of a panel."""
    if panel.draws is None:
        interval, method = ratio_change(panel.base, panel.current), MATCHED if name == "matched" else TOTAL
    else:
        interval = imputed_change(panel.base, panel.current, panel.draws)
        method = MATCHED_DRAWN if name == "matched" else TOTAL_DRAWN
    interval = with_spread(interval, panel.lost)
    return Figure(metric, comparison, name, interval, "change", panel.merchants, panel.listings, method, decision)
