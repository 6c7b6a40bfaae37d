"""What becomes of a site's pages when it is changed under a layout: the page is whole, and says something else."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.faults.live_week import CATEGORY, WEEK, Asked, Reply, Wrong
from benchmarks.faults.wrong_pages import other_category_disguised, text_of
from spiders.script import literal_after

MARKER = "var pageConfig ="
Card = dict[str, Any]


def cards(change: Callable[[Card], None]) -> Wrong:
    """The right page with each of its cards changed."""

    def changed(data: dict[str, Any]) -> None:
        for card in data["listOffer"]:
            change(card)

    return whole(changed)


def whole(change: Callable[[dict[str, Any]], None]) -> Wrong:
    """The right page with its data changed."""

    def drifted(asked: Asked) -> Reply:
        data: dict[str, Any] = literal_after(asked.text, MARKER) or {}
        change(data)
        head, _, rest = asked.text.partition(MARKER)
        tail = rest[rest.index("var p4pObject") :]
        return Reply(f"{head}{MARKER} {json.dumps(data, ensure_ascii=False)}\n{tail}".encode())

    return drifted


def price(card: Card) -> float:
    """The price paid, in yuan."""
    offer = card["attr"]["tradePrice"]["offerPrice"]
    return float(offer["strPriceMoney"]) if "strPriceMoney" in offer else offer["priceMoney"]["cent"] / 100


def set_price(card: Card, text: str) -> None:
    """The price as a text, wherever the layout looks for it."""
    card["attr"]["tradePrice"]["offerPrice"] |= {"strPriceMoney": text, "value": None, "priceMoney": None}


def hide_price(card: Card) -> None:
    """The price is put in by a script now."""
    set_price(card, "{{price}}")


def move_unit(card: Card) -> None:
    """A price of twelve, and no unit."""
    set_price(card, f"{price(card) * 12:.2f}")
    card["attr"]["tradeQuantity"]["unit"] = ""


def glue_digits(card: Card) -> None:
    """The smallest order stands right behind the price."""
    set_price(card, f"{price(card):.2f}{card['attr']['tradeQuantity']['quantityBegin']}")


def swap_fields(card: Card) -> None:
    """Price and sales have changed places."""
    sold = card["attr"]["tradeQuantity"]["quantitySumMonth"]
    card["attr"]["tradeQuantity"]["quantitySumMonth"] = f"{price(card):.0f}"
    set_price(card, str(sold))


def show_list_price(card: Card) -> None:
    """Where there is a price before discount, it stands in the place of the price paid."""
    before = (card.get("discountPrice") or {}).get("price")
    if before:
        set_price(card, str(before))


def shift_sales(card: Card) -> None:
    """The sales of all time stand where those of a month did."""
    card["attr"]["tradeQuantity"]["quantitySumMonth"] = card["attr"]["tradeQuantity"]["saleQuantity"]


def lose_encoding(card: Card) -> None:
    """Chinese has become question marks."""
    card["title"] = "?" * len(card["title"])
    card["attr"]["company"] |= {"province": "??", "city": "????"}


def move_place(card: Card) -> None:
    """All sellers are where the site is."""
    card["attr"]["company"] |= {"province": "浙江", "city": "杭州市滨江区"}


def reuse_ids(data: dict[str, Any]) -> None:
    """Ids of listings have been given to others."""
    ids = [(card["attr"]["id"], card["offerid"]) for card in data["listOffer"]]
    for card, (id_, offer) in zip(data["listOffer"], ids[3:] + ids[:3], strict=True):
        card["attr"]["id"], card["offerid"] = id_, offer


def halve(data: dict[str, Any]) -> None:
    """Every other card is gone."""
    data["listOffer"] = data["listOffer"][::2]


def rename(text: str) -> str:
    """The list of cards has another name."""
    return text.replace('"listOffer"', '"cardItems"')


DRIFTS: dict[str, Wrong] = {
    "renamed list of cards": text_of(lambda asked: rename(asked.text)),
    "price put in by a script": cards(hide_price),
    "unit moved": cards(move_unit),
    "glued digits": cards(glue_digits),
    "price x 100": cards(lambda card: set_price(card, f"{price(card) * 100:.0f}")),
    "fields swapped": cards(swap_fields),
    "half of the cards": whole(halve),
    "stale copy of last week": text_of(lambda asked: asked.site.page(CATEGORY, asked.page, WEEK - timedelta(weeks=1))),
    "another currency": cards(lambda card: set_price(card, f"{price(card) / 7.2:.2f}")),
    "list price read as price": cards(show_list_price),
    "sales column shifted": cards(shift_sales),
    "ids given to others": whole(reuse_ids),
    "encoding lost": cards(lose_encoding),
    "place of the site for the seller's": cards(move_place),
    "another category in disguise": text_of(other_category_disguised),
}
