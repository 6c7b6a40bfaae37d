"""Secondary suppression: where a hidden figure could be reckoned out of shown ones, one of these is hidden with it.

Source: METHOD 1.6. Where a total and all but one of its parts are shown, the hidden part is known; it is safe when it
is hidden beside another, so the shown part with the fewest merchants is hidden with it. Where a change is secret, so is
this week's level, or both levels would give it; and where a level is secret, so is the total change (the level of a
year ago stands), with what adds up to it and the matched share. That looks at merchants and never at a value: the rules
of publication do not depend on results.
"""

from collections.abc import Iterable, Mapping, Sequence

from transforms.figures import Figure
from transforms.membership_figures import MEMBERSHIP
from transforms.publication import SECRET
from transforms.segments import is_broad
from transforms.split import EFFECTS, LINKED, MONTGOMERY

HIDDEN = (*SECRET, "secondary")
LEVEL = ("displayed_sales", "level", "none")
CHANGE = ("displayed_sales", "yoy", "total")
ANOTHER_LEVEL = (MEMBERSHIP, "level", "none")  # nearly the same sum
SPLITS = (*EFFECTS, *MONTGOMERY, *LINKED)
TELL_THE_CHANGE = (*((effect, "yoy", "total") for effect in SPLITS), ("matched_share", "yoy", "matched"))
ADDS_UP = {("displayed_sales", "none"), *((name, "total") for name in ("displayed_sales", *EFFECTS))}  # over segments
WHETHER_ANY_WENT = ("exit_share", "survival_52w")  # the one is all but the other's complement
Key = tuple[str, str, str]  # metric, comparison, panel


def with_secondary(figures: Sequence[Figure]) -> list[Figure]:
    """The figures of one belt and week, some suppressed with reason `secondary`; order and number stay.

    Parts of the belt are the segments of one kind, as mode=... or merchant_years=...; whether they make up all of it
    is not asked: a merchant more or less outside hides nobody. Only a belt and its marketplaces compare the same
    listings in levels and in changes.
    """
    found = list(figures)
    while hidden := _to_hide(found):
        found = [figure.barred("secondary") if place in hidden else figure for place, figure in enumerate(found)]
    return found


def _to_hide(figures: Sequence[Figure]) -> set[int]:
    hidden = {place for family in _families(figures) for place in _part_to_hide(figures, family)}
    for places in _broad(figures).values():
        hidden.update(_around_the_change(figures, places))
    return {place for place in hidden if figures[place].decision.is_published}


def _families(figures: Sequence[Figure]) -> Iterable[list[int]]:
    """Places of the parts of each published total, by metric, comparison, panel and kind of segment."""
    totals: set[Key] = set()
    families: dict[tuple[Key, str], list[int]] = {}
    for place, figure in enumerate(figures):
        if (figure.metric, figure.panel) not in ADDS_UP:
            continue
        if figure.segment != "all":
            families.setdefault((_key(figure), figure.segment.partition("=")[0]), []).append(place)
        elif figure.decision.is_published:
            totals.add(_key(figure))
    return [places for (key, _), places in families.items() if key in totals]


def _part_to_hide(figures: Sequence[Figure], family: list[int]) -> list[int]:
    shown = [place for place in family if figures[place].decision.is_published]
    hidden = [figures[place].decision.reason for place in family if place not in shown]
    if len(hidden) != 1 or hidden[0] not in HIDDEN or not shown:
        return []
    return [min(shown, key=lambda place: (figures[place].merchants, figures[place].listings, figures[place].segment))]


def _broad(figures: Sequence[Figure]) -> Mapping[str, dict[Key, int]]:
    """The places of a belt's figures, and of those of its marketplaces, by what they are."""
    found: dict[str, dict[Key, int]] = {}
    for place, figure in enumerate(figures):
        if is_broad(figure.segment):
            found.setdefault(figure.segment, {})[_key(figure)] = place
    return found


def _around_the_change(figures: Sequence[Figure], places: Mapping[Key, int]) -> Iterable[int]:
    """What a secret level or total change of one segment takes with it."""
    reasons = {key: figures[place].decision.reason for key, place in places.items()}
    if reasons.get(CHANGE) in SECRET:
        yield from _of(places, LEVEL)
    if reasons.get(LEVEL) in HIDDEN:
        yield from _of(places, CHANGE, ANOTHER_LEVEL)
    if reasons.get(CHANGE) in HIDDEN:
        yield from _of(places, *TELL_THE_CHANGE)
    went, stays = ((name, "yoy", "total") for name in WHETHER_ANY_WENT)
    if reasons.get(went) == "secondary":
        yield from _of(places, stays)


def _of(places: Mapping[Key, int], *keys: Key) -> Iterable[int]:
    return (places[key] for key in keys if key in places)


def _key(figure: Figure) -> Key:
    return figure.metric, figure.comparison, figure.panel
