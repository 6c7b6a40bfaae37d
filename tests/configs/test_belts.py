"""The shipped belts against the reference list, and the sentence for each mistake that a belt's file may hold."""

import csv
import os
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from configs.belts import Belt, read_belt
from configs.errors import ConfigError
from configs.place_names import locate
from configs.places import place
from configs.register import SHIPPED, Configs, load

SHARED = Path(os.environ.get("BELTWATCH_SHARED", Path(__file__).parents[3] / "shared"))
REFERENCE = SHARED / "data" / "belts.csv"
FILES = sorted((SHIPPED / "belts").glob("*.yaml"))
GRADES = {
    "news story 2024-08": ("news story 2024-08", "strong"),
    "Hebei 2018 list of specialised counties and towns": (
        "Hebei 2018 list of specialised counties and towns",
        "strong",
    ),
    "CNTAC 2022 list of textile clusters": ("CNTAC 2022 list of textile clusters", "strong"),
    "secondary web page, weak": ("secondary web page", "weak"),
    "none: general knowledge, to be verified": ("general knowledge, to be verified", "none"),
}
TOWNS = {
    "白沟": "130684", "古镇": "442000", "小榄": "442000", "织里": "330502", "虎门": "441900", "大唐": "330681",
    "濮院": "330483", "盛泽": "320509", "横扇": "320509", "叠石桥": "320614", "澄海": "440515", "潮南": "440514",
    "柳市": "330382", "桥头": "330324", "西柳": "210381", "杭集": "321002", "黄桥": "321283", "沙集": "320324",
    "狮岭": "440114",
}  # fmt: skip
TEXT = """id: test-belt
name: {en: Test belt, zh: 测试带}
places:
  - {code: 330782, aliases: [稠城]}
categories: [towels]
cost_floor: {yuan: 2.5, unit: piece, date: 2026-01-31, source: a price list}
evidence: a test
evidence_grade: none
valid_from: 2020-01-01
valid_to: 2030-01-01
"""


@cache
def shipped() -> Configs:
    return load(Path("/nonexistent"))


def reference() -> list[dict[str, str]]:
    if not REFERENCE.exists():
        pytest.skip(f"{REFERENCE} is not on this machine")
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(home: Path, text: str, name: str = "test-belt") -> Path:
    path = home / "configs" / "belts" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return home


def read_test_belt(home: Path) -> Belt:
    return read_belt(home / "configs" / "belts" / "test-belt.yaml")


def test_every_reference_belt_has_its_file_and_no_other() -> None:
    assert sorted(shipped().belts) == sorted(row["id"] for row in reference())


def test_every_file_says_what_the_reference_says() -> None:
    for row in reference():
        belt = shipped().belts[row["id"]]
        assert (belt.name.en, belt.name.zh) == (row["belt_en"], row["belt_zh"])
        assert belt.categories == [row["category"]]
        assert belt.places[0].code == row["division_code"]
        assert (belt.evidence, belt.evidence_grade) == GRADES[row["evidence"]]


def test_every_code_is_that_of_the_named_division() -> None:
    for row in reference():
        found = place(shipped().belts[row["id"]].places[0].code)
        assert found is not None
        assert found.name == (row["county"] or row["city"] or row["province"])
        above = [found.province_code, *([found.city_code] if found.city_code else []), found.code]
        assert [part.name for code in dict.fromkeys(above) if (part := place(code))] == [
            name for name in (row["province"], row["city"], row["county"]) if name
        ]


def test_categories_are_those_of_the_belts() -> None:
    used = {category for belt in shipped().belts.values() for category in belt.categories}
    assert used == set(shipped().categories)


def test_chinese_category_names_are_each_used_once() -> None:
    counted = Counter(names.zh for names in shipped().categories.values())
    assert max(counted.values()) == 1, counted.most_common(1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_comment_beside_a_code_names_its_division(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("  - {code: ")]
    assert len(lines) == len(shipped().belts[path.stem].places)
    for line in lines:
        assert (found := locate(line.split("#")[1]))
        assert found.code == line[11:17]


def test_an_alias_means_one_place() -> None:
    meant: dict[str, set[str]] = {}
    for belt in shipped().belts.values():
        for alias, code in belt.aliases.items():
            meant.setdefault(alias, set()).add(code)
    assert {alias for alias, codes in meant.items() if len(codes) > 1} == set()


def test_no_alias_is_another_divisions_name() -> None:
    for alias, code in shipped().aliases.items():
        found = locate(alias)
        assert found is None or found.code == code, alias


def test_no_alias_takes_another_divisions_address_away() -> None:
    # 桥头 is a town of 东莞 too, 大唐 a word of 西安, 黄桥 a town of 苏州, 古镇 of any old town.
    texts = {
        "广东 东莞市桥头镇": "441900",
        "陕西 西安市大唐不夜城": "610100",
        "江苏 苏州市相城区黄桥街道": "320507",
        "浙江 嘉兴市 桐乡市乌镇古镇": "330483",
    }
    for text, code in texts.items():
        assert (found := locate(text, shipped().aliases))
        assert found.code == code


@pytest.mark.parametrize(("town", "code"), TOWNS.items())
def test_a_town_on_a_page_is_found(town: str, code: str) -> None:
    part = place(code)
    assert part
    province, city = place(part.province_code), place(part.city_code or part.code)
    assert province
    assert city
    for text in (town, f"{province.short_name} {town}镇", f"{province.name}{city.name}{town}"):
        assert (found := locate(text, shipped().aliases)), text
        assert found.code == code, text


def test_no_two_belts_share_a_place_and_a_category_without_title_words() -> None:
    counted = Counter(
        (part.code, category)
        for belt in shipped().belts.values()
        if not belt.title_words
        for part in belt.places
        for category in belt.categories
    )
    assert max(counted.values()) == 1, counted.most_common(1)


def test_the_one_cost_floor_is_the_storys() -> None:
    floors = {name: belt.cost_floor for name, belt in shipped().belts.items() if belt.cost_floor}
    assert list(floors) == ["shanghai-mooncakes"]
    floor = floors["shanghai-mooncakes"]
    assert (floor.yuan, floor.unit, floor.on, floor.source) == (
        1.0,
        "piece",
        date(2024, 8, 1),
        "news story of August 2024",
    )


def test_mooncakes_follow_the_mid_autumn_festival() -> None:
    assert {name: belt.festival for name, belt in shipped().belts.items() if belt.festival} == {
        "shanghai-mooncakes": "mid_autumn"
    }


def test_every_key_of_a_file_is_read(tmp_path: Path) -> None:
    belt: Belt = load(written(tmp_path, TEXT)).belts["test-belt"]
    assert belt.aliases == {"稠城": "330782"}
    assert belt.cost_floor
    assert (belt.cost_floor.yuan, belt.cost_floor.on) == (2.5, date(2026, 1, 31))
    assert (belt.valid_from, belt.valid_to) == (date(2020, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        ("", None),
        (", low_yuan: 2", (2.0, 2.5)),
        (", high_yuan: 3", (2.5, 3.0)),
        (", low_yuan: 2, high_yuan: 3", (2.0, 3.0)),
    ],
)
def test_a_cost_floor_may_have_a_range(tmp_path: Path, more: str, ends: tuple[float, float] | None) -> None:
    floor = read_test_belt(written(tmp_path, TEXT.replace("yuan: 2.5", f"yuan: 2.5{more}"))).cost_floor
    assert floor
    assert floor.ends == ends


def test_an_abolished_code_means_the_division_of_today(tmp_path: Path) -> None:
    home = written(tmp_path, TEXT.replace("330782", "320684"))  # 海门市, a district since 2020
    assert read_test_belt(home).places[0].code == "320614"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("330782", "330728", r":4: place 330728 is no division code; did you mean 33\d{4} \(.+\)\?"),
        ("330782", "130684106", r":4: place 130684106 is no division code; did you mean 130684 \(高碑店市\)\?"),
        ("[稠城]", "[Choucheng]", r":4: found alias 'Choucheng', expected a name of two or more Chinese characters"),
        ("[稠城]", "[稠]", r":4: found alias '稠', expected"),
        ("[稠城]", "[稠城, 保定]", r":4: found alias 保定, which is the name of 130600 \(保定市\), expected"),
        ("330782", "33078x", r":4: place 33078x is no division code; did you mean 33\d{4} \(.+\)\?"),
        ("330782", "yiwu", r":4: place yiwu is no division code; expected the six digits of GB/T 2260"),
        ("[稠城]", "[稠城, 稠城]", r":3: found 稠城 twice in places, expected each once"),
        ("aliases", "alias", r":4: found unknown key alias.*did you mean aliases"),
        ("[towels]", "[towles]", r":5: category 'towles' is not known; did you mean 'towels'"),
        ("[towels]", "[towels, towels]", r":5: found towels twice in categories"),
        ("[towels]", "[]", r":5: found categories"),
        ("yuan: 2.5", "yuan: 0", r":6: found cost_floor.yuan: 0, expected that it should be greater than 0"),
        ("unit: piece", "unit: pieces", r":6: found cost_floor.unit: pieces, expected one of piece, metre, gram"),
        ("date: 2026-01-31", "date: January", r":6: found cost_floor.date: 'January', expected"),
        ("yuan: 2.5", "yuan: 2.5, low_yuan: 3", r":6: found low_yuan 3\.0, expected it not to be above yuan 2\.5"),
        ("yuan: 2.5", "yuan: 2.5, high_yuan: 2", r":6: found high_yuan 2\.0, expected it not to be below yuan 2\.5"),
        (", source: a price list", "", r":6: found no cost_floor.source, expected it to be given"),
        ("zh: 测试带", "cn: 测试带", r":2: found unknown key cn"),
        ("categories:", "categorys:", r":5: found unknown key categorys.*did you mean categories"),
        ("grade: none", "grade: good", r":8: found evidence_grade: good, expected one of strong, weak, none"),
        ("2030-01-01", "2019-01-01", r":10: found valid_to 2019-01-01, expected a day after valid_from 2020-01-01"),
        ("id: test-belt", "id: best-belt", r":1: belt id is 'best-belt', expected 'test-belt' as the file is named"),
    ],
)
def test_a_mistake_is_refused_with_file_and_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    home = written(tmp_path, TEXT.replace(old, new))
    read = load if "towles" in new else read_test_belt  # a belt alone knows no categories
    with pytest.raises(ConfigError, match=r"test-belt\.yaml" + expected) as raised:
        read(home)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_is_plain(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 120
    assert list(yaml.safe_load(text))[:3] == ["id", "name", "places"]
    # A wrong code is refused by its line only if the code is where people look for it.
    assert text.splitlines()[3].startswith("  - {code: ")


@pytest.mark.parametrize("name", ["wuqing-carpets", "zhongshan-locks", "xiantao-nonwovens"])
def test_a_wrong_code_in_a_shipped_file_is_refused(tmp_path: Path, name: str) -> None:
    belt = shipped().belts[name]
    text = (SHIPPED / "belts" / f"{name}.yaml").read_text(encoding="utf-8")
    home = written(tmp_path, text.replace(belt.places[0].code, "999999"), name)
    with pytest.raises(ConfigError, match=rf"{name}\.yaml:4: place 999999 is no division code; did you mean"):
        read_belt(home / "configs" / "belts" / f"{name}.yaml")
