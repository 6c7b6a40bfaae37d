"""What totals, counts and concentrations come to: the level of a segment, and its change between two ends.

Shares and quantiles are made for all segments at once (transforms/share_tables.py, quantile_tables.py).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from transforms.concentration import Found as Concentrated
from transforms.concentration import Statistic, concentration, concentration_level, concentration_ratio
from transforms.forms import Concentration, Count, Total
from transforms.metric import LevelMetric
from transforms.ordered import FloatArray, sums_by, total
from transforms.publication import BaseFacts
from transforms.reads import names_of
from transforms.samples import Estimate, Sample, counts_of
from transforms.uncertainty import Interval, mapped

FULL_COUNT, EXPANDED = "full count v1", "count expanded by pages stored v1"
IN_FULL = (FULL_COUNT, EXPANDED)
CONCENTRATION, CONCENTRATION_CHANGE = "concentration, two windows v1", "ratio of concentrations, two windows v1"


def level(metric: LevelMetric, sample: Sample) -> Estimate | None:
    """The level of a total, a count or a concentration; None where it reads nothing, and of a concentration where the
    window before was not read, so that it would be a bare point."""
    names, form = names_of(metric), metric.form
    if isinstance(form, Count):
        return _count(sample, form)
    known = sample.known(names[0])
    if isinstance(form, Total):
        return _total(sample, *names) if len(known.weight) or not form.is_partial else None
    assert isinstance(form, Concentration)
    found = _concentration(known, names)[form.statistic]
    if found is None or found.error is None or _is_as_it_were(known, names):
        return None
    interval = concentration_level(found, form.statistic)
    return Estimate(interval, *known.counts, _facts(known, names), CONCENTRATION)


def change(metric: LevelMetric, base: Sample, current: Sample) -> Estimate | None:
    """The change of a concentration between two ends whose merchants are numbered alike; None where the current end has
    no level, or for totals and counts. The value is None where the base has none, or none with an interval."""
    form, names = metric.form, names_of(metric)
    if not isinstance(form, Concentration):
        return None
    then, now = base.known(names[0]), current.known(names[0])
    before, after = (_concentration(end, names)[form.statistic] for end in (then, now))
    if after is None or after.error is None or _is_as_it_were(now, names):
        return None
    counts = now.kept(id(then), lambda: counts_of(then, now))  # `base` keeps `then`, so that its id stays its own
    if before is None:
        return Estimate(Interval(None), *counts, None, CONCENTRATION_CHANGE)
    ratio = Interval(None)
    if before.error is not None:
        ratio = mapped(concentration_ratio(before, after), lambda end: end - 1)
    return Estimate(ratio, *counts, _facts(then, names), CONCENTRATION_CHANGE)


def _count(sample: Sample, form: Count) -> Estimate:
    if sample.expansion is None:
        return Estimate(Interval(sample.counts[0 if form.of == "merchants" else 1]), *sample.counts, None, FULL_COUNT)
    is_in = sample.counted
    own = sample.expansion.at(sample.rows[is_in])
    whole = own.merchants(sample.merchant[is_in]) if form.of == "merchants" else own.total(np.ones(is_in.sum()))
    return Estimate(whole, *sample.counts, None, EXPANDED)


def _total(sample: Sample, name: str) -> Estimate:
    yuan = sample.weight * np.nan_to_num(sample.read(name))
    facts = sample.facts(sums_by(sample.merchant, yuan, sample.size))
    if sample.expansion is None:
        return Estimate(Interval(total(yuan)), *sample.counts, facts, FULL_COUNT)
    return Estimate(sample.expansion.at(sample.rows).total(yuan), *sample.counts, facts, EXPANDED)


def _concentration(known: Sample, names: Sequence[str]) -> Mapping[Statistic, Concentrated | None]:
    """The statistics over the merchants; each of their listings carries what they had in the window before."""

    def make() -> Mapping[Statistic, Concentrated | None]:
        earlier = np.zeros(known.size)
        np.maximum.at(earlier, known.merchant, np.nan_to_num(known.read(names[1])))
        return concentration(_yuan(known, names), earlier)

    return known.kept(("concentration", *names), make)


def _is_as_it_were(known: Sample, names: Sequence[str]) -> bool:
    """Whether the quantity nowhere differs from what it is held against."""
    return len(names) > 2 and np.array_equal(known.read(names[0]), known.read(names[2]), equal_nan=True)


def _yuan(known: Sample, names: Sequence[str]) -> FloatArray:
    return known.kept(
        ("yuan", names[0]), lambda: sums_by(known.merchant, known.weight * known.read(names[0]), known.size)
    )


def _facts(known: Sample, names: Sequence[str]) -> BaseFacts:
    return known.kept(("facts", names[0]), lambda: known.facts(_yuan(known, names)))
