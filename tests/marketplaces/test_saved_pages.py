"""Every saved page of every marketplace beside the offers that it holds, and a saved page for every shipped layout.

`<marketplace>/<name>.html` (or .json) stands beside `<name>.expected.json`: an address that such a page has, and its
offers read off the page by hand. A marketplace that is not shipped has its file in the folder, too.
"""

import json
from pathlib import Path

import pytest

import configs
from configs.marketplaces import Marketplace, quoted_columns, read_marketplace
from spiders.charset import text_of
from spiders.layouts import read_page

HERE = Path(__file__).parent
SHIPPED = sorted((Path(configs.__file__).parent / "marketplaces").glob("*.yaml"))
FILES = sorted([*SHIPPED, *HERE.glob("*/*.yaml")])
EXPECTED = sorted(HERE.glob("*/*.expected.json"))


def marketplace_of(expected: Path) -> Marketplace:
    return read_marketplace(next(path for path in FILES if path.stem == expected.parent.name))


def saved_page_of(expected: Path) -> Path:
    name = expected.name.removesuffix(".expected.json")
    (page,) = (path for path in expected.parent.glob(f"{name}.*") if path != expected)
    return page


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_saved_page_gives_its_offers(expected: Path) -> None:
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    reading = read_page(text_of(saved_page_of(expected).read_bytes()), marketplace_of(expected), expected.name)
    assert reading is not None
    assert reading.layout == wanted["layout"]
    assert (reading.pages_said, reading.listings_said) == (wanted["pages_said"], wanted["listings_said"])
    assert len(reading.cards) == len(wanted["offers"])
    for card, offer in zip(reading.cards, wanted["offers"], strict=True):
        assert card == offer


@pytest.mark.parametrize("shipped", FILES, ids=lambda path: path.stem)
def test_every_layout_has_a_saved_page(shipped: Path) -> None:
    saved = {
        json.loads(path.read_text(encoding="utf-8"))["layout"] for path in HERE.glob(f"{shipped.stem}/*.expected.json")
    }
    missing = [layout.name for layout in read_marketplace(shipped).layouts if layout.name not in saved]
    assert not missing, f"save a page of {missing} under tests/marketplaces/{shipped.stem} beside its expected offers"


@pytest.mark.parametrize("shipped", FILES, ids=lambda path: path.stem)
def test_expected_offers_name_columns_that_a_card_can_give(shipped: Path) -> None:
    for path in HERE.glob(f"{shipped.stem}/*.expected.json"):
        for offer in json.loads(path.read_text(encoding="utf-8"))["offers"]:
            assert set(offer) <= set(quoted_columns())
