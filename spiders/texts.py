"""Values found on a card as the texts that offers hold: quoted, never interpreted."""

import html
import re
from decimal import Decimal
from typing import Any

from configs.tables import TIER

# A tag has a letter after its bracket: "<50cm" in a title is no tag.
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
QUANTITY, PRICE = TIER
EXACT_LIMIT = 2**53  # beyond it a float no longer tells neighbouring integers apart
MOST_FEN = 99
YES_NO = {"true": True, "1": True, "false": False, "0": False}


def text_of(value: Any) -> str | None:
    """A text as it stands, a number as its shortest text; None for blank, null, mappings and lists."""
    if type(value) is str:  # a quarter quicker than isinstance, and asked 40 times a card
        return value if value and not value.isspace() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return None


def number_text(value: int | float) -> str:
    """The shortest text that is the number, without exponent: 12.0 is "12", 1.70 is "1.7"; ValueError where inexact."""
    if isinstance(value, int):
        return str(value)
    if not abs(value) < EXACT_LIMIT:
        raise ValueError(f"{value!r} is no number that can be quoted exactly")
    if value.is_integer():
        return str(int(value))
    shortest = repr(value)
    return format(Decimal(shortest), "f") if "e" in shortest else shortest


def without_markup(text: str) -> str:
    """The text without tags, its entities read, its ends trimmed."""
    if "<" in text:
        text = TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return text.strip()


def money(value: Any) -> str | None:
    """A price as text: texts and numbers as they stand, {cent: 171} and {integer: 1, decimals: 71} as "1.71".

    decimals are hundredths: {integer: 1, decimals: 5} is "1.05". A mapping that holds the price under
    strPriceMoney or priceMoney is read there first. None where there is no price.
    """
    if type(value) is not dict:
        return text_of(value)
    if len(value) == 2 and type(yuan := value.get("integer")) is int and type(fen := value.get("decimals")) is int:
        return f"{yuan}.{fen:02d}" if fen <= MOST_FEN else None  # most are just that
    for key in ("strPriceMoney", "priceMoney"):
        found = money(value[key]) if key in value else None
        if found is not None:
            return found
    cents = _whole(value["cent"]) if "cent" in value else None
    if cents is not None:
        return f"{cents // 100}.{cents % 100:02d}"
    integer, hundredths = _whole(value.get("integer")), _whole(value.get("decimals", 0))
    if integer is None or hundredths is None or hundredths > MOST_FEN:
        return text_of(value.get("integer")) if integer is None else None
    return f"{integer}.{hundredths:02d}"


def joined(parts: Any, separator: str) -> str | None:
    """The texts of a list that are not blank, with the separator between them; None where none is left."""
    if not isinstance(parts, list):
        return None
    texts = [part if type(part) is str else text_of(part) or "" for part in parts]
    return separator.join([bare for text in texts if (bare := text.strip())]) or None


def texts_of(value: Any) -> list[str] | None:
    """The texts of a list that are not blank; a single text is a list of one, anything else None."""
    if isinstance(value, list):
        return [text for one in value if (text := one if type(one) is str else text_of(one)) and not text.isspace()]
    text = text_of(value)
    return None if text is None else [text]


def yes_or_no(value: Any) -> bool | None:
    """True and false, also as "true", "false", 1 and 0; None for blank and null; ValueError for anything else."""
    text = text_of(value)
    if text is None:
        return None
    answer = YES_NO.get(text.strip().lower())
    if answer is None:
        raise ValueError(f"{value!r} is neither true nor false; compare it in the path, as in: itemType == 'p4p'")
    return answer


def tiers_of(value: Any) -> list[dict[str, str | None]] | None:
    """The tiers of a list of {min_quantity_text, price_text}; None where there are none."""
    if not isinstance(value, list):
        return None
    pairs = [(text_of(tier.get(QUANTITY)), text_of(tier.get(PRICE))) for tier in value if isinstance(tier, dict)]
    return [{QUANTITY: quantity, PRICE: price} for quantity, price in pairs if quantity or price] or None


def _whole(value: Any) -> int | None:
    """A whole number, also as digits in a text; None for anything else."""
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    return None
