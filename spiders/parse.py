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
from spiders.columns import column
from spiders.contacts import without_contact, without_contacts
from spiders.decode import BodyTooLarge, CutBody, UnreadableText, decoded, text_of
from spiders.layouts import Card, LayoutError
from spiders.layouts import read_page as read_text


class PageFailure(NamedTuple):
    """A page that the ledger calls a listing and that cannot be read as one now."""

    page: int
    reason: str


@dataclass(frozen=True)
class _PageOffers:
    """The cards of one page, and what holds for all of them."""

    facts: dict[str, Any]
    cards: list[Card]


def parse_category(
    home: Path, marketplace: Marketplace, week: date, category: str, pages: pl.DataFrame
) -> tuple[pl.DataFrame, list[PageFailure]]:
    """Table offers of one category and week, sorted by page and position, and the pages that could not be read.

    `pages` holds rows of table pages; those of this category and week whose outcome is `listing` are read, once each
    (overlaps and revisits are not offers of the week). A page that fails gives no offers and one failure. No text
    holds personal contact data.
    """
    wanted = pages.filter(
        pl.col("marketplace") == marketplace.name,
        pl.col("week") == week,
        pl.col("category") == category,
        pl.col("outcome") == "listing",
        pl.col("purpose") == "listing",
        pl.col("read") == 1,
    ).sort("page")
    parsed: list[_PageOffers] = []
    failures: list[PageFailure] = []
    for row in wanted.iter_rows(named=True):
        try:
            parsed.append(_page_offers(home, marketplace, row))
        except (BeltwatchError, CutBody, BodyTooLarge, UnreadableText) as error:
            failures.append(PageFailure(row["page"], without_contact(str(error))))
    same = {"marketplace": marketplace.name, "category": category, "week": week}
    return _table(parsed, same), failures


def _page_offers(home: Path, marketplace: Marketplace, row: dict[str, Any]) -> _PageOffers:
    locator = f"{row['category']} {row['week']} page {row['page']} ({row['archive_file']}@{row['archive_offset']})"
    archived = read_page(home, row["archive_file"], row["archive_offset"])
    body = decoded(archived.body, archived.header("Content-Encoding"))
    digest = sha256(body).hexdigest()
    if row["sha256"] is not None and row["sha256"] != digest:
        raise ArchiveError(f"the archive holds another body than the ledger says, on {locator}; restore the file")
    reading = read_text(text_of(body, archived.header("Content-Type")), marketplace, locator)
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
    return _PageOffers(facts, reading.cards)


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
