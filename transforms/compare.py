"""The figures of one belt and week: levels, changes on the year with their intervals, and the split of the change."""

from collections.abc import Collection, Iterator
from datetime import date

import polars as pl

from configs.errors import BeltwatchError
from configs.publication import PublicationRules
from transforms.bounds import HARD_BOUNDS, LOWER
from transforms.coverage import Coverage
from transforms.ends import Ends, Segments
from transforms.estimates import IN_FULL
from transforms.expansion import Cells
from transforms.figures import Figure, figures_frame
from transforms.footing import Footings
from transforms.linked_split import montgomery_figures
from transforms.membership_figures import MEMBERSHIP, membership_figure
from transforms.metric import LevelMetric
from transforms.metrics import left_out, metrics_in
from transforms.panels import NO_FOOTINGS
from transforms.placed import place
from transforms.publication import BaseFacts, decide, decide_level, suppressed, with_interval
from transforms.read_ends import NO_CELLS, read_segments
from transforms.reads import names_of
from transforms.sales_changes import merchant_changes, net_change, sales_changes
from transforms.samples import Estimate
from transforms.secondary import with_secondary
from transforms.segments import ALL, MARKETPLACE, is_broad
from transforms.split import MONTGOMERY

SALES = next(metric for metric in metrics_in(ALL) if metric.id == "displayed_sales")


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


def read_belt(
    current: pl.DataFrame, base: pl.DataFrame | None, footings: Footings = NO_FOOTINGS, cells: Cells = NO_CELLS
) -> Segments:
    """What `week_figures` works on; arguments as of `belt_figures`."""
    now = place(current)
    return read_segments(now, now.emptied() if base is None else place(base), footings, cells=cells)


def week_figures(
    segments: Segments,
    belt: str,
    week: date,
    coverage: Coverage,
    rules: PublicationRules,
    quarantined: bool = False,
    reordered: Collection[str] = (),
    told: Collection[Figure] = (),
) -> pl.DataFrame:
    """`belt_figures` for what is read already, so that the year to date can use it too; `reordered` are marketplaces of
    the belt that list in another order than they did at the base: nothing is compared with them in it. `told` are
    figures of the belt as a whole that rest on more than the two weeks."""
    figures = with_secondary([*_all_figures(segments, coverage, rules), *told])
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
            is_other = name != segments.whole.segment
            kept_back = {HARD_BOUNDS, LOWER, MEMBERSHIP, *MONTGOMERY, *left_out(name)} if is_other else ()
            yield from (figure.of_segment(name) for figure in whole if figure.metric not in kept_back)
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
    if is_broad(ends.segment):
        yield from merchant_changes(ends, coverage, rules)
    if ends.segment == ALL:
        yield from montgomery_figures(ends, coverage, rules)
        yield from net_change(ends, coverage, rules)
    yield from _changes(segments, ends, coverage, rules)


def _levels(segments: Segments, ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    for metric in metrics_in(ends.segment):
        found = segments.level(metric, ends)
        if found is not None:
            decision = decide_level(coverage.current_share, rules, _level_facts(metric, found))
            decision = decision if found.method in IN_FULL else with_interval(decision, found.interval)
            if found.method in IN_FULL and found.interval.value is None:
                decision = suppressed("low_coverage")  # of one of its categories
            counts = found.merchants, found.listings
            yield Figure(metric.id, "level", "none", found.interval, metric.unit, *counts, found.method, decision)
    if ends.segment == ALL:
        yield from membership_figure(ends.own, names_of(SALES)[0], decide_level(coverage.current_share, rules))


def _level_facts(metric: LevelMetric, found: Estimate) -> BaseFacts | None:
    """What a level is judged by: nothing for numbers of merchants and listings, which pages show to everyone."""
    return None if metric.unit == "count" else found.facts


def _changes(segments: Segments, ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The changes of shares and quantiles, over all merchants of either end, each judged by its own base."""
    for metric in metrics_in(ends.segment):
        found = segments.change(metric, ends)
        if found is not None:
            decision = with_interval(decide(found.facts, coverage.lower_share, rules), found.interval)
            counts = found.merchants, found.listings
            unit = metric.change_unit
            yield Figure(metric.id, "yoy", "total", found.interval, unit, *counts, found.method, decision)
