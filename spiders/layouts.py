"""Pages read by their layouts: from decoded text to what each card says, quoted and not interpreted."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from configs.errors import BeltwatchError
from configs.marketplaces import Layout, Marketplace
from spiders.fields import column_reader
from spiders.js_literal import LiteralError
from spiders.paths import Walk, walk
from spiders.script import literal_after

Card = dict[str, Any]


class LayoutError(BeltwatchError):
    """A page that has a layout's marker and does not fit the layout."""


@dataclass(frozen=True)
class PageReading:
    """What one page says: its cards in page order, each one value per column of the layout, None where not shown."""

    layout: str
    cards: list[Card]
    pages_said: int | None
    listings_said: int | None


def read_page(text: str, marketplace: Marketplace, locator: str) -> PageReading | None:
    """The page as the first layout that fits reads it; None where it has the marker of none.

    LayoutError where layouts' markers are there and none of them fits; `locator` names the page in it.
    """
    failure: LayoutError | None = None
    for layout in marketplace.layouts:
        try:
            reading = READERS[layout.kind](text, layout)
        except (LiteralError, _Misfit) as error:
            failure = failure or LayoutError(f"{marketplace.name}/{layout.name}: {error}, on {locator}")
            continue
        if reading is not None:
            return reading
    if failure is not None:
        raise failure
    return None


class _Misfit(Exception):
    """What does not fit a layout, without the names of marketplace and page."""


def _read_script(text: str, layout: Layout) -> PageReading | None:
    """Cards in an object literal after a marker in a script."""
    data = literal_after(text, layout.marker)
    return None if data is None else _read_data(data, layout)


def _read_data(data: Any, layout: Layout) -> PageReading:
    cards = walk(layout.cards)(data)
    if not isinstance(cards, list):
        raise _Misfit(f"cards {layout.cards!r} found {_named(cards)}, expected a list")
    readers, required = _readers(layout)
    return PageReading(
        layout=layout.name,
        cards=[_read_card(card, readers, required, place) for place, card in enumerate(cards, start=1)],
        pages_said=_count(data, layout.pages),
        listings_said=_count(data, layout.items),
    )


def _read_card(card: Any, readers: dict[str, Walk], required: dict[str, str], place: int) -> Card:
    try:
        values = {column: read(card) for column, read in readers.items()}
    except ValueError as error:
        raise _Misfit(f"card {place}: {error}") from None
    for column, path in required.items():
        if values[column] is None:
            raise _Misfit(f"required {column} ({path!r}) found nothing on card {place}, expected a value")
    return values


@cache
def _readers(layout: Layout) -> tuple[dict[str, Walk], dict[str, str]]:
    """A reader of each column, and the paths of those that every card must have."""
    readers = {column: column_reader(column, rule) for column, rule in layout.fields.items()}
    return readers, {column: rule.path for column, rule in layout.fields.items() if rule.required}


def _count(data: Any, path: str | None) -> int | None:
    """A number of pages or listings; None where the layout names no place for it or the page does not say it."""
    found = walk(path)(data) if path is not None else None
    if found is None or found == "":
        return None
    digits = str(found).replace(",", "").strip()
    if isinstance(found, bool) or not digits.isdecimal():
        raise _Misfit(f"{path!r} found {found!r}, expected a whole number")
    return int(digits)


def _named(value: Any) -> str:
    return {dict: "a mapping", str: "a text", type(None): "nothing"}.get(type(value), repr(value))


# How each kind of layout is read; a new kind is one function here.
READERS: dict[str, Callable[[str, Layout], PageReading | None]] = {"script": _read_script}
