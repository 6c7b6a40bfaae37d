"""From the page archive to offers: what the stored pages of a category say, quoted."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from configs.errors import BeltwatchError
from configs.marketplaces import Marketplace, quoted_columns
from configs.tables import Table, table
from spiders.archive import ArchiveError, read_page
from spiders.card_columns import Card
from spiders.columns import column
from spiders.contacts import without_contact, without_contacts
from spiders.decode import BodyTooLarge, CutBody, UnreadableText, decoded, text_of
from spiders.garbage import few_collections
from spiders.layouts import LayoutError
from spiders.layouts import read_page as read_text
from spiders.page_names import page_names


class PageFailure(NamedTuple):
    """A page that the ledger calls a listing and that cannot be read as one now."""

    page: int
    reason: str


@dataclass(frozen=True)
class _PageOffers:
    """The cards of one page, what holds for all of them, and the page's text, of which only the first keeps it all."""

    facts: dict[str, Any]
    cards: list[Card]
    characters: int
    text: str = ""


@dataclass(frozen=True)
class CategoryReading:
    """Table offers of one category and week, the pages that could not be read, the characters of all pages together,
    and what the parts of the first page are called (page_names)."""

    offers: pl.DataFrame
    failures: list[PageFailure]
    characters: int
    names: list[str]


def parse_category(
    home: Path, marketplace: Marketplace, week: date, category: str, pages: pl.DataFrame, purpose: str = "listing"
) -> tuple[pl.DataFrame, list[PageFailure]]:
    """Offers and failures of `read_category`."""
    reading = read_category(home, marketplace, week, category, pages, purpose)
    return reading.offers, reading.failures


def read_category(
    home: Path, marketplace: Marketplace, week: date, category: str, pages: pl.DataFrame, purpose: str = "listing"
) -> CategoryReading:
    """The stored pages of one category and week, read; offers are sorted by page and position.

    `pages` holds rows of table pages; those of this category and week whose outcome is `listing` are read, once each.
    Only pages of the purpose `listing` are offers of the week: an overlap would show more of a week than its base a
    year ago can, and which capture stands for a listing would hang on when it was read. A page that fails gives no
    offers and one failure. No text holds personal contact data.
    """
    wanted = pages.filter(
        pl.col("marketplace") == marketplace.name,
        pl.col("week") == week,
        pl.col("category") == category,
        pl.col("outcome") == "listing",
        pl.col("purpose") == purpose,
        pl.col("read") == 1,
    ).sort("page")
    parsed: list[_PageOffers] = []
    failures: list[PageFailure] = []
    with few_collections():
        for row in wanted.iter_rows(named=True):
            try:
                parsed.append(_page_offers(home, marketplace, row, keep_text=not parsed))
            except (BeltwatchError, CutBody, BodyTooLarge, UnreadableText) as error:
                failures.append(PageFailure(row["page"], without_contact(str(error))))
    same = {"marketplace": marketplace.name, "category": category, "week": week}
    names = page_names(parsed[0].text) if parsed else []
    return CategoryReading(_table(parsed, same), failures, sum(page.characters for page in parsed), names)


def _page_offers(home: Path, marketplace: Marketplace, row: dict[str, Any], keep_text: bool) -> _PageOffers:
    locator = f"{row['category']} {row['week']} page {row['page']} ({row['archive_file']}@{row['archive_offset']})"
    archived = read_page(home, row["archive_file"], row["archive_offset"])
    body = decoded(archived.body, archived.header("Content-Encoding"))
    digest = sha256(body).hexdigest()
    if row["sha256"] is not None and row["sha256"] != digest:
        raise ArchiveError(f"the archive holds another body than the ledger says, on {locator}; restore the file")
    text = text_of(body, archived.header("Content-Type"))
    reading = read_text(text, marketplace, locator)
    if reading is None:
        signs = ", ".join(layout.sign for layout in marketplace.layouts)
        raise LayoutError(f"{marketplace.name}: found no layout that fits, expected one of {signs}, on {locator}")
    facts = {
        "seen_at": archived.fetched_at,
        "page": row["page"],
        "page_digest": digest,
        "archive_file": row["archive_file"],
        "archive_offset": row["archive_offset"],
    }
    return _PageOffers(facts, reading.cards, len(text), text if keep_text else "")


def _table(parsed: list[_PageOffers], same: dict[str, Any]) -> pl.DataFrame:
    offers = table("offers")
    if not parsed:
        return offers.empty()
    facts = _frame(offers, {name: [page.facts[name] for page in parsed] for name in parsed[0].facts})
    pages = [number for number, page in enumerate(parsed) for _ in page.cards]
    values: dict[str, list[Any]] = {
        "position": [place for page in parsed for place in range(1, len(page.cards) + 1)],
        **{name: [card.get(name) for page in parsed for card in page.cards] for name in quoted_columns()},
    }
    quoted = _frame(offers, values).with_columns(**{key: pl.lit(value) for key, value in same.items()})
    return without_contacts(offers.conform(quoted.hstack(facts[pages])))


def _frame(shape: Table, values: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame([column(one.name, one.type, values[one.name]) for one in shape.columns if one.name in values])
