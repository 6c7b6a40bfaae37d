"""What done pages turn out to be when looked at again: after a second read, or by a mended marketplace file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from configs.errors import BeltwatchError
from configs.marketplaces import Marketplace
from spiders.archive import read_page
from spiders.keeper import facts_of, locator
from spiders.outcome import classify
from spiders.pages import PageFacts, PageKey

Row = dict[str, Any]
FACTS = tuple(PageFacts.__dataclass_fields__)


def key_of(row: Row) -> PageKey:
    """The ledger's key of a row of table pages."""
    return PageKey(*(row[name] for name in PageKey._fields))


def facts_in(row: Row) -> PageFacts:
    """What a row of table pages says of a fetch that is done."""
    return PageFacts(**{name: row[name] for name in FACTS})


def reclassified(home: Path, marketplace: Marketplace, rows: list[Row]) -> Iterator[tuple[PageKey, PageFacts]]:
    """The archived pages among rows of table pages that the marketplace file takes for something else than the ledger
    says; a record that cannot be read stays what it is, and parse names it."""
    for row in rows:
        if row["state"] != "done" or row["archive_file"] is None:
            continue
        key = key_of(row)
        try:
            page = read_page(home, row["archive_file"], row["archive_offset"])
        except BeltwatchError:
            continue
        outcome = classify(page, marketplace, locator(key), key)
        facts = facts_of(outcome, page, (row["archive_file"], row["archive_offset"]))
        if facts.sha256 == row["sha256"] and facts.outcome != row["outcome"]:
            yield key, facts


def confirmed(rows: list[Row]) -> Iterator[tuple[PageKey, PageFacts]]:
    """The first reads that their second ones make something else of. A page that said that there is nothing is `empty`
    if its second read says so too; where that shows listings it stands instead; else nobody knows (`changed`)."""
    first = {(row["page"]): row for row in rows if row["purpose"] == "listing" and row["read"] == 1}
    for row in rows:
        if row["purpose"] != "listing" or row["read"] != 2 or row["page"] not in first:
            continue
        before = first[row["page"]]
        facts = _after_second(before, row)
        if facts != facts_in(before):
            yield key_of(before), facts


def _after_second(first: Row, second: Row) -> PageFacts:
    if second["state"] == "done" and second["outcome"] in ("listing", "empty"):
        return facts_in({**second, "reason": f"the second read: {second['reason']}"})
    became = f"was {second['outcome']}" if second["state"] == "done" else "is open"
    return facts_in({**first, "outcome": "changed", "reason": f"said that there is nothing; the second read {became}"})
