"""Pages read by their layouts: from decoded text to what each card says, quoted and not interpreted."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from jmespath.exceptions import JMESPathError
from selectolax.lexbor import LexborHTMLParser

from configs.errors import BeltwatchError
from configs.layouts import HtmlLayout, JsonLayout, Layout, ScriptLayout
from configs.marketplaces import Marketplace
from spiders import html_cards
from spiders.card_columns import Card, read_cards
from spiders.fields import Misfit, column_reader, text_reader
from spiders.html_bounds import refuse_bombs
from spiders.html_page import Nodes, cards_of, nodes_of
from spiders.js_literal import LiteralError
from spiders.json_answer import answer_of
from spiders.paths import Cards, Column, walk
from spiders.script import literal_after

MAX_CARDS = 2_000  # a page of the sites seen shows 20 to 120
COUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)(万)?\+?")


class LayoutError(BeltwatchError):
    """A page that has a layout's marker and does not fit the layout."""


@dataclass(frozen=True)
class PageReading:
    """What one page says: its cards in page order, each one value per column of the layout, None where not shown.

    `category_said` and `page_said` are what it shows and which page of it; None where the layout has no rule for them,
    an empty text and -1 where it has one that finds nothing.
    """

    layout: str
    cards: list[Card]
    pages_said: int | None
    listings_said: int | None
    category_said: str | None = None
    page_said: int | None = None


def read_page(text: str, marketplace: Marketplace, locator: str) -> PageReading | None:
    """The page as the first layout that fits reads it; None where it has the sign of none.

    LayoutError where layouts' signs are there and none of them fits; `locator` names the page in it.
    """
    page, failure = _Page(text), None
    for layout in marketplace.layouts:
        try:
            reading = _read(page, layout)
        except (LiteralError, Misfit, JMESPathError) as error:
            failure = failure or LayoutError(f"{marketplace.name}/{layout.name}: {error}, on {locator}")
            continue
        if reading is not None:
            return reading
    if failure is not None:
        raise failure
    return None


class _Page:
    """A page as layouts look at it, parsed once for all of a kind."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def tree(self) -> LexborHTMLParser:
        refuse_bombs(self.text)
        return html_cards.tree_of(self.text)

    @cached_property
    def answer(self) -> Any:
        return answer_of(self.text)


def _read(page: _Page, layout: Layout) -> PageReading | None:
    if layout.unless is not None and layout.unless in page.text:
        return None
    if isinstance(layout, ScriptLayout):
        return _read_script(page, layout)
    if layout.marker is not None and layout.marker not in page.text:
        return None
    return _read_json(page, layout) if isinstance(layout, JsonLayout) else _read_html(page, layout)


def _read_script(page: _Page, layout: ScriptLayout) -> PageReading | None:
    """Cards in a literal after a marker in a script; the marker is the sign, and what follows it must fit."""
    data = literal_after(page.text, layout.marker, layout.encoding)
    if data is None:
        return None
    return _data_reading(layout, data, walk(layout.cards)(data))


def _read_json(page: _Page, layout: JsonLayout) -> PageReading | None:
    """Cards in a JSON answer; an answer that has nothing at their path, as one that reports an error, is another."""
    if page.answer is None:
        return None
    cards = walk(layout.cards)(page.answer)
    return None if cards is None else _data_reading(layout, page.answer, cards)


def _data_reading(layout: ScriptLayout | JsonLayout, data: Any, cards: Any) -> PageReading:
    if not isinstance(cards, list):
        raise Misfit(f"cards {layout.cards!r} found {_named(cards)}, expected a list")
    _refuse_many(layout, len(cards))
    pages, items = (
        _count(rule.path, text_reader(rule)(data)) if rule else None for rule in (layout.pages, layout.items)
    )
    shown = [text_reader(rule)(data) or "" if rule else None for rule in (layout.category, layout.page)]
    read = read_cards(Cards(cards), (Cards([card]) for card in cards), *_data_readers(layout))
    return PageReading(layout.name, read, pages, items, shown[0], _number(shown[1]))


def _read_html(page: _Page, layout: HtmlLayout) -> PageReading | None:
    """Cards that are HTML nodes; a page without any is not of this layout."""
    root = page.tree.root
    cards = nodes_of(layout.cards)(root) if root is not None else []
    if root is None or not cards:
        return None
    _refuse_many(layout, len(cards))
    said = {name: read(Nodes([root]))[0] for name, read in _page_readers(layout).items()}
    counts = {"pages": layout.pages, "items": layout.items}
    pages, items = (_count(rule.place, said[name]) if rule else None for name, rule in counts.items())
    shown = [said[name] or "" if name in said else None for name in ("category", "page")]
    read = read_cards(cards_of(root, cards), (Nodes([card]) for card in cards), *_html_readers(layout))
    return PageReading(layout.name, read, pages, items, shown[0], _number(shown[1]))


def _refuse_many(layout: Layout, cards: int) -> None:
    if cards > MAX_CARDS:
        raise Misfit(f"cards {layout.cards!r} found {cards} cards, expected at most {MAX_CARDS}")


@cache
def _data_readers(layout: ScriptLayout | JsonLayout) -> tuple[dict[str, Column], dict[str, str]]:
    """A reader of each column, and the paths of those that every card must have."""
    readers = {column: column_reader(column, rule) for column, rule in layout.fields.items()}
    return readers, {column: rule.path for column, rule in layout.fields.items() if rule.required}


@cache
def _page_readers(layout: HtmlLayout) -> dict[str, html_cards.Texts]:
    """Readers of what a page says of itself, as far as the layout has rules for it."""
    rules = {name: getattr(layout, name) for name in ("pages", "items", "category", "page")}
    return {name: html_cards.text_reader(name, rule) for name, rule in rules.items() if rule is not None}


@cache
def _html_readers(layout: HtmlLayout) -> tuple[dict[str, html_cards.Values], dict[str, str]]:
    """A reader of each column, and the places of those that every card must have."""
    readers = {column: html_cards.html_reader(column, rules) for column, rules in layout.fields.items()}
    required = {column: rules for column, rules in layout.fields.items() if any(rule.required for rule in rules)}
    return readers, {column: " or ".join(rule.place for rule in rules) for column, rules in required.items()}


def _count(place: str, found: str | None) -> int | None:
    """A number of pages or listings, 2.3万+ as 23000; None where the page does not say it."""
    if found is None:
        return None
    hit = COUNT.fullmatch(found.strip())
    number = Decimal(hit[1].replace(",", "")) * (10_000 if hit[2] else 1) if hit else None
    if number is None or number % 1:
        raise Misfit(f"{place!r} found {found!r}, expected a whole number")
    return int(number)


def _number(shown: str | None) -> int | None:
    """The number of the page that is shown; -1 for anything else, which no page bears."""
    if shown is None:
        return None
    text = shown.strip()
    return int(text) if text.isascii() and text.isdigit() else -1


def _named(value: Any) -> str:
    return {dict: "a mapping", str: "a text", type(None): "nothing"}.get(type(value), repr(value))
