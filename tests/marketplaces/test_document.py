"""docs/marketplace-file.md tells the truth: its examples are read as it says, and it names every key."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

import configs
from configs.expressions import ADDED_FUNCTIONS
from configs.marketplaces import (
    FieldRule,
    HtmlLayout,
    HtmlRule,
    JsonLayout,
    Listing,
    Marketplace,
    Outcomes,
    Rate,
    Sales,
    ScriptLayout,
    Title,
    read_marketplace,
)
from spiders.layouts import read_page

DOCUMENT = (Path(configs.__file__).parent.parent / "docs" / "marketplace-file.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
EXAMPLES = [tuple(BLOCKS[place : place + 3]) for place in range(0, len(BLOCKS), 3)]
MODELS = [
    Marketplace,
    Title,
    Listing,
    Rate,
    Sales,
    Outcomes,
    ScriptLayout,
    JsonLayout,
    HtmlLayout,
    FieldRule,
    HtmlRule,
]


def file_of(folder: Path, text: str) -> Path:
    path = folder / f"{text.split()[1]}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_there_is_one_example_of_each_kind(tmp_path: Path) -> None:
    assert [[language for language, _ in example] for example in EXAMPLES] == [
        ["yaml", "html", "json"],
        ["yaml", "html", "json"],
        ["yaml", "js", "json"],
    ]
    kinds = [read_marketplace(file_of(tmp_path, example[0][1])).layouts[0].kind for example in EXAMPLES]
    assert kinds == ["script", "html", "json"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0][1].split()[1])
def test_examples_are_read_as_they_say(tmp_path: Path, example: tuple[tuple[str, str], ...]) -> None:
    (_, text), (_, page), (_, wanted) = example
    marketplace = read_marketplace(file_of(tmp_path, text))
    reading = read_page(page, marketplace, "the document")
    assert reading is not None
    expected = json.loads(wanted)
    assert reading.cards == expected["offers"]
    assert (reading.pages_said, reading.listings_said) == (expected["pages_said"], expected["listings_said"])
    for category in marketplace.categories:
        assert marketplace.category_of_url(marketplace.page_url(category, 3)) == (category, 3)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_explained(model: type[BaseModel]) -> None:
    for key in model.model_fields:
        assert re.search(rf"`(?:\w+\.)?{key}`", DOCUMENT), f"docs/marketplace-file.md does not explain {key}"


def test_every_added_function_is_explained() -> None:
    assert [name for name in ADDED_FUNCTIONS if f"`{name}(" not in DOCUMENT] == []
