"""The changes of displayed sales of one segment: matched and total, what they are made of, who came and went."""

from collections.abc import Iterator

import numpy as np

from configs.publication import PublicationRules
from transforms.attrition import attrition_bracket
from transforms.bounds import HARD_BOUNDS, LOWER, hard_bounds, lower_change
from transforms.churn import churn, net_panel
from transforms.coverage import Coverage
from transforms.edges import at_edge_change
from transforms.effect_figures import effect_figures
from transforms.ends import Ends
from transforms.figures import Figure
from transforms.imputation import imputed_change
from transforms.metrics import metrics_in
from transforms.movers import guarded, movers, reasons_of, tells_of_few, unmatched
from transforms.ordered import floats, total
from transforms.page_spread import with_spread
from transforms.panels import Panel
from transforms.publication import SECRET, Decision, base_facts, decide, suppressed, with_interval
from transforms.reads import names_of
from transforms.segments import ALL, is_broad
from transforms.split import split_change
from transforms.uncertainty import Interval, ratio_change

MATCHED, TOTAL, SPLIT, SHARE, BRACKET = (
    "matched-merchant ratio, jackknife v1",
    "total ratio, jackknife v1",
    "Bennet split, jackknife v1",
    "matched share v1",
    "attrition bracket v1",
)
MATCHED_DRAWN, TOTAL_DRAWN = (
    "matched-merchant ratio, jackknife and imputation v1",
    "total ratio, jackknife and imputation v1",
)
CHURN = "share of merchants, jackknife v2"
WORST_CASE, LOWER_ENDS = "worst cases of displays v1", "ratio of lower ends, jackknife v1"
NET = next(metric for metric in metrics_in(ALL) if metric.id == "net_sales")


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
    all_sales = unless_secret_now(in_all, whole, rules)
    yield ratio_figure("displayed_sales", "yoy", "total", whole, all_sales)
    if ends.segment == ALL:
        yield from _bounds_figures(matched, like_for_like)
    if not is_broad(ends.segment):
        return
    yield ratio_figure("merchants", "yoy", "total", ends.merchants, in_all)
    yield ratio_figure("listings", "yoy", "total", ends.listings, in_all)
    effects = split_change(ends.pairs)
    told = (*effect_figures(effects, whole, all_sales, SPLIT), *_matching_figures(ends, share, like_for_like))
    yield from guarded(told, reasons_of(movers(effects, matched, whole), rules))


def _matching_figures(ends: Ends, share: float | None, decision: Decision) -> Iterator[Figure]:
    """What the matched change leaves open, and how much it rests on: a sum over a sum, no estimate of anything."""
    counts = ends.matched.merchants, ends.matched.listings
    bracket = attrition_bracket(ends.pairs, ends.matched, ends.footings) if ends.footings else None
    if bracket is not None:
        yield Figure("displayed_sales_bracket", "yoy", "matched", bracket, "change", *counts, BRACKET, decision)
    yield Figure("matched_share", "yoy", "matched", Interval(share), "share", *counts, SHARE, decision)


def merchant_changes(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """Merchants who came and went, where displayed sales of all merchants may be compared, and where it does not tell
    what one or two of them sold."""
    decision = total_decision(ends, coverage, rules)
    if decision.is_published and tells_of_few(*unmatched(ends.matched, ends.whole), rules):
        decision = suppressed("secondary")
    counts = ends.merchants.merchants, ends.merchants.listings
    for name, interval in churn(ends.merchants):
        yield Figure(name, "yoy", "total", interval, "share", *counts, CHURN, with_interval(decision, interval))


def total_decision(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Decision:
    """The decision on what is told of all merchants of either end."""
    share = matched_share(ends.matched, ends.whole)
    return sales_decision(ends.whole, ends.matched, share, bool(ends.has_base.any()), coverage, rules)


def split_decision(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Decision:
    """The decision on the total change of displayed sales, and on what it is made of."""
    share, has_base = matched_share(ends.matched, ends.whole), bool(ends.has_base.any())
    ceiling = ceiling_share(ends.whole)
    decision = sales_decision(ends.whole, ends.matched, share, has_base, coverage, rules, ceiling)
    return unless_secret_now(decision, ends.whole, rules)


def net_change(ends: Ends, coverage: Coverage, rules: PublicationRules) -> Iterator[Figure]:
    """The change of sales net of returns; nothing where no return rate is observed this week."""
    if not len(ends.current.known(names_of(NET)[0]).weight):
        return
    counts = floats(ends.pairs["counts"]) * floats(ends.pairs["is_matched"])
    panel = net_panel(ends.base, ends.current, names_of(NET)[0], counts)
    base = total(ends.matched.base)
    share = total(panel.base) / base if base > 0 else None
    decision = sales_decision(panel, panel, share, len(panel.base) > 0, coverage, rules)
    yield ratio_figure(NET.id, "yoy", "matched", panel, decision)


def _bounds_figures(matched: Panel, decision: Decision) -> Iterator[Figure]:
    """Beside the matched change what can be said of it without a model, where displays hide anything."""
    if matched.bounds is None or not matched.bounds.hide:
        return
    change = ratio_change(matched.base, matched.current).value
    found = [(HARD_BOUNDS, hard_bounds(matched.bounds, change), WORST_CASE)]
    if matched.draws is not None:  # of counters the lower ends are the differences that displayed sales are
        found.append((LOWER, lower_change(matched.bounds), LOWER_ENDS))
    for metric, interval, method in found:
        counts, own = (matched.merchants, matched.listings), with_interval(decision, interval)
        yield Figure(metric, "yoy", "matched", interval, "change", *counts, method, own)


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


def unless_secret_now(decision: Decision, whole: Panel, rules: PublicationRules) -> Decision:
    """The decision on a total change, which with the level of a year ago would tell this week's: `secondary` where that
    is secret. It looks at who sells and not at how much more or less, and the matched change stays."""
    now = base_facts(int(np.count_nonzero(whole.current)), whole.current, 1.0)
    is_secret = decide(now, None, rules).reason in SECRET
    return suppressed("secondary") if decision.is_published and is_secret else decision


def ceiling_share(panel: Panel) -> float:
    """Share of the base value that stands at the ceiling of what is displayed."""
    return panel.bounds.ceiling_share if panel.bounds else 0.0


def matched_share(matched: Panel, whole: Panel) -> float | None:
    """Share of the base value that is matched; None where the base shows no value."""
    base = total(whole.base)
    return total(matched.base) / base if base > 0 else None


def ratio_figure(metric: str, comparison: str, name: str, panel: Panel, decision: Decision) -> Figure:
    """The change of the sums of a panel, never as a bare point."""
    if panel.draws is None:
        interval, method = ratio_change(panel.base, panel.current), MATCHED if name == "matched" else TOTAL
    else:
        interval = imputed_change(panel.base, panel.current, panel.draws)
        method = MATCHED_DRAWN if name == "matched" else TOTAL_DRAWN
    interval = at_edge_change(with_spread(interval, panel.lost), panel.base, panel.current)
    own = with_interval(decision, interval)
    return Figure(metric, comparison, name, interval, "change", panel.merchants, panel.listings, method, own)
