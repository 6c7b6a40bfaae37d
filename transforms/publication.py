"""Whether a comparison is published, and with which grade: by the base period and coverage, never by the result.

Source: METHOD 1.6, DESIGN 9. A wide interval is `unclear`; it is no reason here, because selecting by width
breaks the intervals that remain.
"""

from dataclasses import dataclass

import numpy as np

from configs.publication import PublicationRules
from transforms.ordered import FloatArray, IntArray
from transforms.uncertainty import Interval, effective_number, top_shares


@dataclass(frozen=True, slots=True)
class BaseFacts:
    """What the rules look at: the number of matched merchants, how the base value is spread, how much of it is matched,
    and how much of it stands at the ceiling of what is displayed."""

    merchants: int
    effective: float
    top1_share: float
    top2_share: float
    matched_share: float
    ceiling_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """status `published` or `suppressed`, the reason code of table figures, and the grade of what is published."""

    status: str
    reason: str
    grade: str | None = None

    @property
    def is_published(self) -> bool:
        """Whether the row may carry a value."""
        return self.status == "published"


PUBLISHED = Decision("published", "none")
SECRET = ("few_merchants", "few_effective", "dominance")  # reasons that keep a factory's figure from readers


def base_facts(merchants: int, base: FloatArray, matched_share: float, ceiling_share: float = 0.0) -> BaseFacts:
    """The facts of one panel: `base` is each merchant's base yuan, `merchants` those matched."""
    first, second = top_shares(base, 2)
    return BaseFacts(merchants, effective_number(base), first, second, matched_share, ceiling_share)


def facts_of_rows(merchants: IntArray, base: FloatArray) -> list[BaseFacts]:
    """The facts of many panels at once, one row each, all of whose base is matched."""
    whole, squares = base.sum(axis=1), (base**2).sum(axis=1)
    largest = -np.sort(-base, axis=1)[:, :2].cumsum(axis=1) if base.shape[1] > 1 else np.repeat(base, 2, axis=1)
    effective = np.divide(whole**2, squares, out=np.zeros_like(whole), where=squares > 0)
    tops = np.divide(largest, whole[:, None], out=np.zeros_like(largest), where=whole[:, None] > 0)
    columns = (merchants, effective, tops[:, 0], tops[:, 1])
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [BaseFacts(count, even, first, second, 1.0) for count, even, first, second in rows]


def decide(facts: BaseFacts | None, coverage: float | None, rules: PublicationRules) -> Decision:
    """The decision on one comparison; `facts` None where there is no base, `coverage` None where it is unknown.

    The reason given is the first that applies: too few pages come before what follows from them.
    """
    if facts is None:
        return suppressed("no_base")
    for reason, applies in _objections(facts, coverage, rules):
        if applies:
            return suppressed(reason)
    is_grade_a = facts.merchants >= rules.merchants_grade_a and coverage is not None
    return Decision("published", "none", "A" if is_grade_a else "B")


def decide_level(coverage: float | None, rules: PublicationRules, facts: BaseFacts | None = None) -> Decision:
    """The decision on a level, which has no grade.

    A number of merchants or listings (`facts` None) is published unless too few pages were read. All else rests on what
    merchants do: the week is its own base, and its facts decide, by the rules that keep secrets; what is matched is
    nothing to a level.
    """
    if facts is None:
        return suppressed("low_coverage") if _is_low(coverage, rules) else PUBLISHED
    decision = decide(facts, coverage, rules)
    return PUBLISHED if decision.is_published else decision


def with_interval(decision: Decision, interval: Interval) -> Decision:
    """The decision on what is never published as a bare point: shares, prices, concentration, and their changes."""
    return suppressed("no_interval") if decision.is_published and interval.low is None else decision


def suppressed(reason: str) -> Decision:
    """A row without value, for the reason given."""
    return Decision("suppressed", reason)


def _objections(facts: BaseFacts, coverage: float | None, rules: PublicationRules) -> list[tuple[str, bool]]:
    dominated = facts.top1_share > rules.top1_share_maximum or facts.top2_share > rules.top2_share_maximum
    return [
        ("low_coverage", _is_low(coverage, rules)),
        ("few_merchants", facts.merchants < rules.merchants_minimum),
        ("dominance", dominated),  # before what it brings about: with half in one hand fewer than four are left
        ("few_effective", facts.effective < rules.effective_minimum),
        ("low_match", facts.matched_share < rules.matched_share_minimum),
        ("at_ceiling", facts.ceiling_share > rules.ceiling_share_maximum),
    ]


def _is_low(coverage: float | None, rules: PublicationRules) -> bool:
    return coverage is not None and coverage < rules.coverage_minimum
