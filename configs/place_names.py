"""The place that a text names: "河北 保定市高阳县" is 130628."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from unicodedata import normalize

from configs.place_history import former_names
from configs.places import RANK, Place, all_places, place, short_name, within, written_below

NOT_IDEOGRAPHS = re.compile(r"[^\u4e00-\u9fff]+")
LONGEST_NAME = 15
NICKNAMES = {"652700": "博州", "652800": "巴州", "653000": "克州"}  # behind their province only: 巴州 is in 巴中, too
TOWN_ENDS = re.compile(r"镇|乡|街道|新城|工业|开发区|园区|商贸|市场")


def locate(text: str | None, aliases: Mapping[str, str] | None = None) -> Place | None:
    """The finest division that a text names for certain: "河北 保定市高阳县" is 130628.

    Each further name must lie in the one before it; a name that several divisions bear gives what they have in
    common (江苏 鼓楼区 is Jiangsu, 鼓楼区 alone is None). A bare short name that cities and counties share means the
    city (西安). Old names mean the division of today (海门市 is 海门区), also behind the city of their time (四平
    公主岭). `aliases` maps other names, such as towns, to codes. As towns bear ordinary words (古镇), one counts only
    where the text begins with it or goes on with it behind a division that holds it (广东 中山市古镇镇)."""
    words = [word for word in NOT_IDEOGRAPHS.split(normalize("NFKC", text or "")) if word]
    plain = "".join(words)
    found, end = _named(plain)
    hit = [alias for alias in aliases or () if alias in plain]
    for alias in sorted(hit, key=lambda name: (-len(name), name)):
        town = place((aliases or {})[alias][:6])
        if town and (found is None or found.holds(town)) and _is_a_town(alias, words, found, end):
            return town
    return found


def _is_a_town(alias: str, words: list[str], found: Place | None, end: int) -> bool:
    """Whether an alias stands where a place's name does, and is no word within another name (西塘古镇, 大唐不夜城).

    Behind a city (or in a county of its own) it begins a word, or what is left behind the names that were found; behind
    a province or nothing, it also ends its word, or only what towns and their markets are called follows."""
    plain, starts, ends, at = "".join(words), {end}, set[int](), 0
    for word in words:
        starts, ends, at = starts | {at}, ends | {at + len(word)}, at + len(word)
    is_bare = found is None or found.level == "province"
    for start in (hit.start() for hit in re.finditer(alias, plain)):
        stop = start + len(alias)
        if not is_bare and start in starts:
            return True
        if is_bare and start == end and (stop in ends or TOWN_ENDS.match(plain, stop)):
            return True
    return False


def _named(plain: str) -> tuple[Place | None, int]:
    """The division that is named, and where its names end; None and 0 where none is."""
    start = 0
    while start < len(plain):
        # Short county names are ordinary words (新城, 大同): alone they count only where the text begins.
        table = _leading_names() if start == 0 else _scope_names("")
        name = _longest(table, plain, start)
        common = _common(table[name]) if name else None
        if name and common:
            return _refined(common, plain, start + len(name))
        start += len(name or " ")
    return None, 0


def _refined(found: Place, plain: str, end: int) -> tuple[Place, int]:
    """Follow the names behind `end` down from `found`."""
    while found.level != "county":
        name, length = _next_name(found, plain[end:])
        below = _common(_scope_names(found.code)[name]) if name else None
        if below is None or below == found or not (found.holds(below) or below in written_below(found.code)):
            return found, end
        found, end = below, end + length
    return found, end


def _next_name(above: Place, rest: str) -> tuple[str | None, int]:
    """The next name below `above` and where it ends; `above` may be repeated first (天津 天津市 武清区)."""
    table = _scope_names(above.code)
    repeated = max((len(name) for name in above.names if rest.startswith(name)), default=0)
    for start in sorted({0, repeated}):
        name = _longest(table, rest, start)
        if name:
            return name, start + len(name)
    for start in range(1, len(rest)):
        name = _longest(table, rest, start)
        if name and any(name in part.full_names for part in table[name]):
            return name, start + len(name)
    return None, 0


def _longest(table: Mapping[str, tuple[Place, ...]], text: str, start: int) -> str | None:
    for length in range(min(LONGEST_NAME, len(text) - start), 1, -1):
        name = text[start : start + length]
        if name in table:
            return name
    return None


def _common(places: tuple[Place, ...]) -> Place | None:
    """What is certain of a name: of the divisions that bear it the highest, or what holds them all."""
    top = min(RANK[part.level] for part in places)
    bearers = [part for part in places if RANK[part.level] == top]
    for code in (bearers[0].code, bearers[0].city_code, bearers[0].province_code):
        above = place(code) if code else None
        if above and all(above.holds(part) for part in bearers):
            return above
    return None


@cache
def _scope_names(code: str) -> dict[str, tuple[Place, ...]]:
    """Names below a division; for "" those that may open an address anywhere in a text."""
    if code:
        return _index((name, part) for part in (*within(code), *written_below(code)) for name in _names_below(part))
    return _index(
        (name, part) for part in all_places() for name in (part.full_names if part.level == "county" else part.names)
    )


@cache
def _leading_names() -> dict[str, tuple[Place, ...]]:
    cities = ((name, part) for part in all_places() if part.level == "city" for name in _former_shorts(part))
    nicknames = set(NICKNAMES.values())
    return _index((*((name, part) for part in all_places() for name in part.names if name not in nicknames), *cities))


def _names_below(part: Place) -> tuple[str, ...]:
    nickname = NICKNAMES.get(part.code)
    return *part.names, *_former_shorts(part), *([nickname] if nickname else [])


def _former_shorts(part: Place) -> list[str]:
    """Short forms of its former names (襄樊, 胶南), but for those that a division of today bears (绍兴, 东山)."""
    return [short for name in former_names().get(part.code, ()) if (short := short_name(name)) not in _names_of_today()]


@cache
def _names_of_today() -> set[str]:
    return {name for part in all_places() for name in (part.name, part.short_name)}


def _index(pairs: Iterable[tuple[str, Place]]) -> dict[str, tuple[Place, ...]]:
    index: dict[str, tuple[Place, ...]] = {}
    for name, part in pairs:
        if part not in index.get(name, ()):
            index[name] = (*index.get(name, ()), part)
    return index
