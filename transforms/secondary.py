"""Secondary suppression: where a total and all but one of its parts are shown, the hidden part can be reckoned out.

Source: METHOD 1.6. A hidden part is safe when it is hidden beside another, so the shown part with the fewest merchants
is hidden with it. That looks at merchants and never at a value: the rules of publication do not depend on results.
"""

from collections.abc import Iterable, Sequence

from transforms.figures import Figure

SECRET = ("few_merchants", "few_effective", "dominance")  # reasons that keep a factory's figure from readers
ADDS_UP = {("displayed_sales", "none"), ("displayed_sales", "total")}  # metric and panel of sums of yuan


def with_secondary(figures: Sequence[Figure]) -> list[Figure]:
    """The figures of one belt and week, some parts suppressed with reason `secondary`; order and number stay.

    Parts of the belt are the segments of one kind, as mode=... or merchant_years=...; whether they make up all of it
    is not asked: a merchant more or less outside hides nobody.
    """
    hidden = {place for family in _families(figures) for place in _to_hide(figures, family)}
    return [figure.barred("secondary") if place in hidden else figure for place, figure in enumerate(figures)]


def _families(figures: Sequence[Figure]) -> Iterable[list[int]]:
    """Places of the parts of each published total, by metric, comparison, panel and kind of segment."""
    totals: set[tuple[str, str, str]] = set()
    families: dict[tuple[tuple[str, str, str], str], list[int]] = {}
    for place, figure in enumerate(figures):
        if (figure.metric, figure.panel) not in ADDS_UP:
            continue
        key = figure.metric, figure.comparison, figure.panel
        if figure.segment != "all":
            families.setdefault((key, figure.segment.partition("=")[0]), []).append(place)
        elif figure.decision.is_published:
            totals.add(key)
    return [places for (key, _), places in families.items() if key in totals]


def _to_hide(figures: Sequence[Figure], family: list[int]) -> list[int]:
    shown = [place for place in family if figures[place].decision.is_published]
    hidden = [figures[place].decision.reason for place in family if place not in shown]
    if len(hidden) != 1 or hidden[0] not in SECRET or not shown:
        return []
    return [min(shown, key=lambda place: (figures[place].merchants, figures[place].listings, figures[place].segment))]
