"""Configuration: shipped files, the overlay of a data home, and the sentence for each kind of mistake."""

from pathlib import Path

import pytest

from configs.errors import ConfigError
from configs.register import load

BELT = """id: {id}
name: {{en: Test belt, zh: 测试带}}
places:
  - {{code: {code}}}
categories: [{category}]
evidence: a test
evidence_grade: none
"""


def overlay(home: Path, name: str, text: str) -> Path:
    path = home / "configs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def belt(**changes: str) -> str:
    return BELT.format(**({"id": "test-belt", "code": "330782", "category": "towels"} | changes))


def test_shipped_configuration_is_sound(tmp_path: Path) -> None:
    configs = load(tmp_path)
    assert configs.belts["baigou-luggage"].aliases["白沟"] == "130684"
    assert "alibaba-1688" in configs.marketplaces
    assert configs.publication.merchants_minimum == 10
    assert set(configs.gates) == {"batch_traits", "figures", "listing_weeks", "offers", "pages"}


def test_a_belt_is_one_file(tmp_path: Path) -> None:
    overlay(tmp_path, "belts/test-belt.yaml", belt())
    configs = load(tmp_path)
    assert configs.belts["test-belt"].province_code == "330000"
    assert "gaoyang-towels" in configs.belts


def test_a_file_of_the_home_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    before = load(tmp_path).digests["publication.yaml"]
    overlay(tmp_path, "publication.yaml", "merchants_minimum: 3\n")
    configs = load(tmp_path)
    assert configs.publication.merchants_minimum == 3
    assert configs.digests["publication.yaml"] != before


def test_categories_of_the_home_are_added(tmp_path: Path) -> None:
    overlay(tmp_path, "categories.yaml", "milk: {en: milk, zh: 牛奶}\n")
    overlay(tmp_path, "belts/test-belt.yaml", belt(category="milk"))
    assert {"milk", "towels"} <= set(load(tmp_path).categories)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (belt(code="120141"), r"test-belt.yaml:4: place 120141 is no division code; did you mean 120114"),
        (belt(category="towls"), r"test-belt.yaml:5: category 'towls' is not known; did you mean 'towels'"),
        (belt().replace("evidence_grade", "evidence_grad"), r"test-belt.yaml:7: .*evidence_grad.*evidence_grade"),
        (belt().replace("none", "sure"), r"test-belt.yaml:7: .*strong, weak, none"),
        (belt(id="other"), "belt id is 'other', expected 'test-belt'"),
        ("id: [", r"test-belt.yaml:\d: found no valid YAML"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_line(tmp_path: Path, text: str, expected: str) -> None:
    overlay(tmp_path, "belts/test-belt.yaml", text)
    with pytest.raises(ConfigError, match=expected) as raised:
        load(tmp_path)
    assert "\n" not in str(raised.value)
