from datetime import date
from pathlib import Path
from typing import Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

import configs
from configs.errors import ConfigError
from configs.nearest import did_you_mean
from configs.yaml_lines import KeyedError, data_of, line_of, load_model, node_of


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int
    kind: Literal["red", "blue"] = "red"
    when: date | None = None


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    parts: list[Part] = []
    by_name: dict[str, Part] | None = None
    ratio: float = 0.5
    is_on: bool = False


def sentence(folder: Path, text: str, model: type[BaseModel] = Whole) -> str:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_model(path, model)
    assert error.value.exit_code == 64
    return str(error.value).removeprefix(str(path))


def test_a_valid_file(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(
        "name: x\nparts:\n- {size: 1}\n- size: 2\n  kind: blue\nby_name: {a: {size: 3, when: 2026-11-16}}\n"
    )
    whole = load_model(path, Whole)
    assert [part.size for part in whole.parts] == [1, 2]
    assert whole.by_name == {"a": Part(size=3, when=date(2026, 11, 16))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: x\nparts:\n- size: 1\n- size: 2\n  kynd: blue\n", ":5: found unknown key kynd; did you mean kind?"),
        ("name: x\nby_name:\n  a: {size: 1}\n  b:\n    sise: 2\n", ":5: found unknown key sise; did you mean size?"),
        ("nam: x\n", ":1: found unknown key nam; did you mean name?"),
        ("name: x\nparts:\n- kind: red\n", ":3: found no parts.0.size, expected it to be given"),
        (
            "name: x\nparts:\n- size: 1\n  kind: bleu\n",
            ":4: found parts.0.kind: bleu, expected one of red, blue; did you mean blue?",
        ),
        ("name: 71\n", ":1: found name: 71, expected a text (put it in quotes)"),
        ("name: 2026-11-16\n", ":1: found name: 2026-11-16, expected a text (put it in quotes)"),
        ("name: x\nparts: 3\n", ":2: found parts: 3, expected a list"),
        ("name: x\nparts: [3]\n", ":2: found parts.0: 3, expected a mapping of keys to values"),
        ("name: x\nratio: much\n", ":2: found ratio: 'much', expected a number"),
        ("name: x\nis_on: perhaps\n", ":2: found is_on: 'perhaps', expected true or false"),
        ("name: x\non: true\n", ":1: found a key that YAML reads as True, expected a text (put it in quotes)"),
        ("name: x\nparts:\n- size: 1.5\n", ":3: found parts.0.size: 1.5, expected a whole number"),
        ("- 1\n", ":1: found the file: a list, expected a mapping of keys to values"),
        ("", ":1: found the file: nothing, expected a mapping of keys to values"),
        ("name: x\nname: y\n", ":2: found key name again, expected it on line 1 only"),
        ("name: [\n", ":2: found no valid YAML"),
    ],
)
def test_one_sentence_with_the_line(tmp_path: Path, text: str, expected: str) -> None:
    assert sentence(tmp_path, text).startswith(expected)


def test_a_validator_can_point_below_itself(tmp_path: Path) -> None:
    from pydantic import field_validator

    class Pointed(BaseModel):
        weights: dict[str, int]

        @field_validator("weights")
        @classmethod
        def _positive(cls, weights: dict[str, int]) -> dict[str, int]:
            for name, weight in weights.items():
                if weight < 0:
                    raise KeyedError(f"found weight {weight}, expected none below zero", name)
            return weights

    text = "weights:\n  a: 1\n  b: -2\n"
    assert sentence(tmp_path, text, Pointed) == ":3: found weight -2, expected none below zero"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_model(tmp_path / "none.yaml", Whole)
    path = tmp_path / "file.yaml"
    path.write_bytes("name: 毛巾".encode("gbk"))
    with pytest.raises(ConfigError, match="expected UTF-8"):
        load_model(path, Whole)


def test_line_of_a_key_or_value(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("name: x\nparts:\n  - towels\n  - {socks: 2}\n")
    assert [line_of(path, word) for word in ("parts", "towels", "socks", "nowhere")] == [2, 3, 4, 1]


def test_few_valid_words_are_listed_where_none_is_near() -> None:
    assert did_you_mean("towls", ["towels", "socks"]) == "; did you mean towels?"
    assert did_you_mean("zzz", ["towels", "socks"]) == "; valid are towels, socks"
    assert did_you_mean("zzz", map(str, range(100))) == ""


def test_a_merged_mapping_may_be_overridden_and_errors_name_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    text = "name: a\nby_name:\n  first: &first {size: 1, kind: blue}\n  second: {<<: *first, size: 2}\n"
    path.write_text(text, encoding="utf-8")
    found = load_model(path, Whole).by_name
    assert found == {"first": Part(size=1, kind="blue"), "second": Part(size=2, kind="blue")}
    assert sentence(tmp_path, text.replace("size: 2", "size: much")).startswith(":4: found by_name.second.size")


def test_both_parsers_of_yaml_read_the_shipped_files_alike() -> None:
    for path in Path(configs.__file__).parent.glob("**/*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert data_of(node_of(text)) == yaml.safe_load(text), path
