"""What is known of one planned fetch: its key, its address, and, once it is done, what it turned out to be."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

STORED = ("listing", "empty")  # the outcomes that reach figures


class PageKey(NamedTuple):
    """The ledger's key: a purpose is `listing`, `overlap` or `revisit`; `read` counts repetitions from 1."""

    marketplace: str
    week: date
    category: str
    page: int
    purpose: str = "listing"
    read: int = 1


@dataclass(frozen=True)
class PlannedPage:
    """One page that we intend to read; `attempts` counts the fetches that have ended so far."""

    key: PageKey
    url: str
    attempts: int = 0


@dataclass(frozen=True)
class PageFacts:
    """What one fetch gave. `sha256` is of the body after content decoding, `bytes` the length as fetched."""

    outcome: str
    reason: str | None = None
    archive_file: str | None = None
    archive_offset: int | None = None
    sha256: str | None = None
    status: int | None = None
    bytes: int | None = None
    fetched_at: datetime | None = None
    cards: int | None = None
    pages_said: int | None = None
    listings_said: int | None = None


@dataclass(frozen=True)
class ArchivedPage:
    """One answer of a site as it was received: headers in their order, the body still content-coded.

    `is_cut` says that the transfer ended before the length that the site had announced, `is_open_ended` that it had
    announced none: the end of the connection was the end of the body, wherever that was.
    """

    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    fetched_at: datetime
    is_cut: bool = False
    is_open_ended: bool = False

    def header(self, name: str) -> str:
        """The values of a header joined by commas; empty where it is absent."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())
