"""What done pages turn out to be when looked at again: after a second read, or by a mended marketplace file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from configs.errors import BeltwatchError
from configs.marketplaces import Marketplace
from spiders.archive import read_page
from spiders.backfill import WORKER
from spiders.keeper import facts_of, locator
from spiders.outcome import classify
from spiders.pages import PageFacts, PageKey

Row = dict[str, Any]
FACTS = tuple(PageFacts.__dataclass_fields__)
UNDECIDED = "said that there is nothing; the second read"  # begins the reason of a first read that nobody knows of


def key_of(row: Row) -> PageKey:
    """The ledger's key of a row of table pages."""
    return PageKey(*(row[name] for name in PageKey._fields))


def facts_in(row: Row) -> PageFacts:
    """What a row of table pages says of a fetch that is done."""
    return PageFacts(**{name: row[name] for name in FACTS})


def reclassified(home: Path, marketplace: Marketplace, rows: list[Row]) -> Iterator[tuple[PageKey, PageFacts]]:
    """The archived pages among rows of table pages that the marketplace file takes for something else than the ledger
    says; a record that cannot be read stays what it is, and parse names it. Of a category that the file maps no longer
    nothing is said."""
    for row in rows:
        if row["state"] != "done" or row["archive_file"] is None or row["category"] not in marketplace.categories:
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
    if its second read says so too; where that shows listings it stands instead; else nobody knows (`changed`). What
    else was found of a first read stays, so that confirming twice is confirming once."""
    first = {(row["page"]): row for row in rows if row["purpose"] == "listing" and row["read"] == 1}
    for row in rows:
        if row["purpose"] != "listing" or row["read"] != 2 or row["page"] not in first:
            continue
        before = first[row["page"]]
        if before["outcome"] != "empty" and not _is_undecided(before):
            continue
        facts = _after_second(before, row)
        if facts != facts_in(before):
            yield key_of(before), facts


def decidable(rows: list[Row], found: Mapping[PageKey, PageFacts]) -> dict[PageKey, PageFacts]:
    """What `reclassified` found of a week that is over, in which no page can be read a second time.

    A first read of our own crawl without a second one that now says that there is nothing stays what it was published
    as: it would be believed only after a second read. One of a foreign archive is believed, as backfill does.
    """
    settled = {row["page"] for row in rows if row["purpose"] == "listing" and (row["read"] == 2 or is_foreign(row))}
    return {
        key: facts
        for key, facts in found.items()
        if facts.outcome != "empty" or key.purpose != "listing" or key.read != 1 or key.page in settled
    }


def is_foreign(row: Row) -> bool:
    """Whether a row of table pages is of another crawler's archive: nobody planned it or can ask for it again."""
    return bool(row["worker"] == WORKER)


def _is_undecided(row: Row) -> bool:
    return row["outcome"] == "changed" and (row["reason"] or "").startswith(UNDECIDED)


def _after_second(first: Row, second: Row) -> PageFacts:
    if second["state"] == "done" and second["outcome"] in ("listing", "empty"):
        return facts_in({**second, "reason": f"the second read: {second['reason']}"})
    became = f"was {second['outcome']}" if second["state"] == "done" else "is open"
    return facts_in({**first, "outcome": "changed", "reason": f"{UNDECIDED} {became}"})
