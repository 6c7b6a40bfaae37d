"""One week of a tiny practice world read over HTTP from a site that can be told to answer wrongly, up to the figures.

Every trial begins with a copy of one prepared home, whose past was read and built; the site keeps its address, so that
nothing but the answers differs.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl

from configs.calendar import starts_at
from flows.handing_over import backfill_files
from flows.line import Line
from flows.mapping import in_turn
from flows.progress import Reporter
from flows.workplace import Workplace, workplace
from sandbox.answers import Desk
from sandbox.economy import build
from sandbox.goods import GoodsSite
from sandbox.pages import Site
from sandbox.scenario import load
from sandbox.world import lay_out, write_marketplace
from spiders.crawl import CrawlOptions, crawl
from spiders.pages import STORED
from warehouse import lake

SCENARIO, MARKETPLACE, CATEGORY = "tiny", "practice", "towels"
WEEK = load(SCENARIO).live_week
NOW = starts_at(WEEK) + timedelta(hours=2)
FIGURE = ["belt", "week", "metric", "segment", "comparison", "alignment", "panel"]


@dataclass(frozen=True)
class Reply:
    """An answer of the site."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})


Wrong = Callable[["WrongSite", int, int, Reply], Reply]
"""What the site answers to the n-th request (from 1) of a page of CATEGORY, given its number and the right answer."""


class WrongSite:
    """The practice site, whose answers to some pages of one category pass through `wrong`."""

    def __init__(self, folder: Path) -> None:
        economy = build(load(SCENARIO), 1)
        self.site = Site(economy)
        self.desk = Desk((self.site, GoodsSite(economy)), lambda: WEEK, folder / "requests.log", [])
        self.wrong: Wrong | None = None
        self.pages: frozenset[int] | None = None
        self._asked: dict[int, int] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Ends the server."""
        self._server.shutdown()
        self._server.server_close()

    def set_wrong(self, wrong: Wrong | None, pages: frozenset[int] | None = None) -> None:
        """From now on some pages (None: all) of CATEGORY are answered wrongly."""
        self.wrong, self.pages, self._asked = wrong, pages, {}

    def page(self, category: str, number: int, day: date = WEEK) -> str:
        """The right page of a category."""
        return self.site.page_of(category, number, day)

    def answer(self, path: str) -> Reply:
        """What is sent for a path."""
        key, right = self.desk._right(path)
        reply = Reply(right.body, right.status, {"Content-Type": right.kind})
        name, _, number = key.partition("/")
        page = int(number) if number.isdigit() else 0
        if self.wrong is None or name != CATEGORY or (self.pages is not None and page not in self.pages):
            return reply
        self._asked[page] = self._asked.get(page, 0) + 1
        return self.wrong(self, page, self._asked[page], reply)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                reply = site.answer(self.path)
                self.send_response(reply.status)
                for name, value in (reply.headers | {"Content-Length": str(len(reply.body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: Any) -> None:
                """Keeps quiet."""

        return Handler


@dataclass(frozen=True)
class Week:
    """What came of a week: the ledger's pages, the figures of its belts, and what the gates stopped."""

    pages: pl.DataFrame
    figures: pl.DataFrame
    stopped: list[str]

    def taken_as_data(self, numbers: frozenset[int] | None) -> int:
        """How many of some pages of CATEGORY reach figures."""
        first = self.pages.filter(category=CATEGORY, purpose="listing", read=1)
        own = first if numbers is None else first.filter(pl.col("page").is_in(list(numbers)))
        return own.filter(pl.col("outcome").is_in(list(STORED))).height


def prepare(folder: Path, site: WrongSite) -> Path:
    """A home whose past, up to the week before, was read and built."""
    home = folder / "prepared"
    lay_out(home, load(SCENARIO), 1)
    write_marketplace(home, site.url)
    work = at_work(home)
    backfill_files(work, [home / "sandbox" / "archive" / MARKETPLACE], MARKETPLACE, Reporter())
    line = Line(work, [MARKETPLACE], Reporter(), each=in_turn)
    line.parse(None)
    line.build(None)
    work.ledger.close()
    return home


def read_week(home: Path, prepared: Path) -> Week:
    """The week crawled, parsed and built in a copy of a prepared home."""
    shutil.copytree(prepared, home)
    work = at_work(home)
    line = Line(work, [MARKETPLACE], Reporter(), each=in_turn)
    line.plan(WEEK)
    crawl(
        home,
        work.settings,
        work.configs.marketplace(MARKETPLACE),
        WEEK,
        CrawlOptions(clock=work.clock, retry_seconds=0.05),
    )
    line.parse([WEEK])
    line.build([WEEK])
    week = Week(work.ledger.rows(MARKETPLACE, WEEK), built_figures(home), line.stopped)
    work.ledger.close()
    shutil.rmtree(home)
    return week


def at_work(home: Path) -> Workplace:
    """The home at the world's present."""
    work = workplace(home)
    changes = {"now": NOW, "clock_since": None, "clock_speed": 1.0}
    return replace(work, settings=work.settings.model_copy(update=changes))


def built_figures(home: Path) -> pl.DataFrame:
    """The week's figures of belts, as they would be released."""
    paths = [lake.figures_file(home, WEEK, belt.plan.id) for belt in build(load(SCENARIO), 1).belts]
    return pl.concat([pl.read_parquet(path, hive_partitioning=False) for path in paths]).sort(FIGURE)


def figures_changed(found: pl.DataFrame, right: pl.DataFrame) -> int:
    """Published figures that another week does not publish with the same value and interval."""
    names = ["value", "low", "high", "status"]
    mine = found.filter(pl.col("status") == "published").select(*FIGURE, *names)
    joined = mine.join(right.select(*FIGURE, *names), on=FIGURE, how="left", validate="1:1", suffix="_right")
    is_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_right")) for name in names)
    return joined.filter(~is_same).height


def without_reason(found: pl.DataFrame) -> int:
    """Suppressed figures that do not say why."""
    return found.filter((pl.col("status") == "suppressed") & pl.col("reason").is_in(["none", ""])).height


@contextmanager
def site_in(folder: Path) -> Iterator[WrongSite]:
    """A site that is ended at the end."""
    site = WrongSite(folder)
    try:
        yield site
    finally:
        site.close()
