"""A robots.txt of every kind: is any page fetched against it, and is what it allows fetched?

Each kind is one crawl of a small site in a real child process. A page is fetched where the site was asked for it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.faults.small_site import CATEGORIES, PAGES, Answers, Told, marketplace_at, path_of, serving
from benchmarks.faults.table import FaultRow
from configs.calendar import starts_at, week_of
from configs.clock import Clock
from configs.settings import Settings
from spiders.crawl import CrawlError, CrawlOptions, crawl
from spiders.ledger import Ledger
from spiders.pages import PageKey, PlannedPage

WEEK = week_of(datetime(2026, 11, 18, tzinfo=UTC))
ALL = {path_of(category, page) for category in CATEGORIES for page in range(1, PAGES + 1)}
TOWELS = {path for path in ALL if "towels" in path}
DENY = b"User-agent: *\nDisallow: /\n"
TIMEOUT_SECONDS = 1.0
STEPS = ("/1", "/2", "/3", "/4", "/5", "/6")
HEAD = b"User-agent: *\n"
FILLING = b"# " + b"x" * 97 + b"\n"


@dataclass(frozen=True)
class Kind:
    """One kind of robots.txt: what the site answers to a path, and the pages that may not be fetched under it."""

    name: str
    answers: Answers
    forbidden: set[str]


def kinds() -> Iterator[Kind]:
    """All kinds; the first four are the short campaign's."""
    yield Kind("denies all", at(200, DENY), ALL)
    yield Kind("503", at(503), ALL)
    yield Kind("redirects to a file that denies", redirects("/a", "/b", end=Told(200, DENY)), ALL)
    yield Kind("megabyte, denies first", at(200, HEAD + b"Disallow: /list/towels\n" + FILLING * 10_486), TOWELS)
    yield Kind(
        "malformed", at(200, b"\x00\xff\xfe<html>\n: :\nDisallow\n" + HEAD + b"garbage\nDisallow: /list/towels"), TOWELS
    )
    yield Kind("404", at(404, b"<h1>404</h1>"), set())
    yield Kind("410", at(410), set())
    yield Kind("401", at(401), set())
    yield Kind("429", at(429), ALL)
    yield Kind("500", at(500), ALL)
    yield Kind("timeout", lambda path, _: Told(200, b"", seconds=3 * TIMEOUT_SECONDS) if is_robots(path) else None, ALL)
    yield Kind("hangs up", at(0), ALL)
    yield Kind(
        "ends early", lambda path, _: Told(200, HEAD, {"Content-Length": "999"}) if is_robots(path) else None, ALL
    )
    yield Kind("five redirects to one that denies", redirects(*STEPS[:5], end=Told(200, DENY)), ALL)
    yield Kind("six redirects", redirects(*STEPS, end=Told(200, b"")), ALL)
    yield Kind("redirects to itself", redirects("/robots.txt", end=Told(200, b"")), ALL)
    yield Kind("redirects to another site", redirects("http://127.0.0.2/robots.txt", end=Told(404)), ALL)
    yield Kind("redirects to 503", redirects("/a", end=Told(503)), ALL)
    yield Kind("redirects to 404", redirects("/a", end=Told(404)), set())
    yield Kind("denies behind 500 KiB", at(200, FILLING * 5_300 + DENY), set())
    yield Kind("byte order mark", at(200, b"\xef\xbb\xbf" + DENY), ALL)
    yield Kind("ends lines with CR", at(200, DENY.replace(b"\n", b"\r")), ALL)
    yield Kind("names us in capitals", at(200, b"USER-AGENT: BeltWatch/2.0\nDISALLOW: /list/towels\n"), TOWELS)
    yield Kind(
        "has groups to be merged",
        at(
            200,
            b"User-agent: beltwatch\nDisallow: /x\n\n"
            + HEAD
            + b"Allow: /\n\nUser-agent: beltwatch\nDisallow: /list/towels",
        ),
        TOWELS,
    )
    yield Kind("allows a crawler whose name ours begins with", at(200, b"User-agent: belt\nAllow: /\n\n" + DENY), ALL)
    yield Kind("denies by a longer rule", at(200, HEAD + b"Allow: /list\nDisallow: /list/towels\n"), TOWELS)
    yield Kind("allows by a longer rule", at(200, HEAD + b"Disallow: /\nAllow: /list/luggage\n"), TOWELS)
    yield Kind("has a star and an end", at(200, HEAD + b"Disallow: /*/towels/*$\n"), TOWELS)


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """A crawl for each kind."""
    against = not_fetched = 0
    chosen = [*kinds()][: 4 if is_short else None]
    for number, kind in enumerate(chosen):
        fetched = _fetched(folder / str(number), kind)
        against += len(fetched & kind.forbidden)
        not_fetched += len(ALL - kind.forbidden - fetched)
    return FaultRow(
        fault=f"{len(chosen)} kinds of robots.txt: {', '.join(kind.name for kind in chosen)}",
        counts={"pages fetched against it": against, "pages not fetched that it allows": not_fetched},
    )


def at(status: int, body: bytes = b"") -> Answers:
    """A site whose robots.txt is answered so."""
    return lambda path, _: Told(status, body) if is_robots(path) else None


def redirects(*targets: str, end: Told) -> Answers:
    """A site whose robots.txt is moved from place to place, and `end` at the last."""
    steps = dict(zip(["/robots.txt", *targets], targets, strict=False))

    def answers(path: str, _: str) -> Told | None:
        if path in steps:
            return Told(302, b"", {"Location": steps[path]})
        return end if path == targets[-1] else None

    return answers


def is_robots(path: str) -> bool:
    """Whether a path is that of robots.txt."""
    return path == "/robots.txt"


def _fetched(home: Path, kind: Kind) -> set[str]:
    """Paths of pages that the site was asked for in a crawl of all of them."""
    settings = Settings(home=home)
    with serving(kind.answers) as site:
        marketplace = marketplace_at("127.0.0.1", site.port)
        ledger = Ledger(settings.ledger_url)
        keys = [PageKey(marketplace.name, WEEK, name, page) for name in CATEGORIES for page in range(1, PAGES + 1)]
        ledger.plan(PlannedPage(key, marketplace.page_url(key.category, key.page)) for key in keys)
        now = starts_at(WEEK) + timedelta(days=2)
        options = CrawlOptions(
            clock=Clock(now, datetime.now(UTC)), attempts=2, retry_seconds=0.02, timeout_seconds=TIMEOUT_SECONDS
        )
        try:
            crawl(home, settings, marketplace, WEEK, options)
        except CrawlError as error:
            if "stay open" not in str(error):
                raise
        finally:
            ledger.close()
        time.sleep(0.05)
        return set(site.asked) & ALL
