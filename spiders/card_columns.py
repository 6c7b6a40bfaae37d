"""The cards of a page read column by column, whatever they are made of."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from spiders.fields import Misfit

Card = dict[str, Any]
Found = TypeVar("Found")
Readers = Mapping[str, Callable[[Found], list[Any]]]


def read_cards(page: Found, cards: Iterable[Found], readers: Readers[Found], required: Mapping[str, str]) -> list[Card]:
    """What each card of a page says: one value per column, as its reader finds it.

    `page` stands for all cards and each of `cards` for one: all are read at once, and where that fails one after the
    other, to name the one at fault in the Misfit. `required`: columns that every card must have, and where they stand.
    """
    with suppress(ValueError):
        read = _read(page, readers)
        if not any(card[column] is None for column in required for card in read):
            return read
    return [_read_alone(card, readers, required, place) for place, card in enumerate(cards, start=1)]


def _read(cards: Found, readers: Readers[Found]) -> list[Card]:
    columns = [reader(cards) for reader in readers.values()]
    return [dict(zip(readers, row, strict=True)) for row in zip(*columns, strict=True)]


def _read_alone(card: Found, readers: Readers[Found], required: Mapping[str, str], place: int) -> Card:
    try:
        (values,) = _read(card, readers)
    except ValueError as error:
        raise Misfit(f"card {place}: {error}") from None
    for column, path in required.items():
        if values[column] is None:
            raise Misfit(f"required {column} ({path!r}) found nothing on card {place}, expected a value")
    return values
