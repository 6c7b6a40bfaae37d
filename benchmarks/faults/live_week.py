"""One week of a tiny practice world read over HTTP from a site that can be told to answer wrongly, up to the figures.

Every trial begins with a copy of one prepared home, whose past was read and built; the site keeps its address, so that
nothing but the answers differs.
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from configs.calendar import starts_at, year_ago
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
PAST_WEEKS = 13  # so many weeks before are read, more than a band needs
QUIET = Reporter(Console(file=StringIO()))
FIGURE = ["belt", "week", "metric", "segment", "comparison", "alignment", "panel"]


@dataclass(frozen=True)
class Reply:
    """An answer of the site."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})


@dataclass(frozen=True)
class Asked:
    """A request for a page of CATEGORY: its number, the how manieth for it (from 1), and the right answer."""

    site: "WrongSite"
    page: int
    request: int
    right: Reply

    @property
    def text(self) -> str:
        """The right page."""
        return self.right.body.decode()


Wrong = Callable[[Asked], Reply]
"""What the site answers instead."""


class WrongSite:
    """The practice site, whose answers to some pages of one category pass through `wrong`."""

    def __init__(self, folder: Path) -> None:
        economy = build(load(SCENARIO), 1)
        self.site = Site(economy)
        self.desk = Desk((self.site, GoodsSite(economy)), lambda: WEEK, folder / "requests.log", [])
        self.wrong: Mapping[int, Wrong] = {}
        self.error: Exception | None = None
        self._asked: dict[int, int] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Ends the server; raises what went wrong in it."""
        self._server.shutdown()
        self._server.server_close()
        if self.error is not None:
            raise self.error

    @property
    def page_count(self) -> int:
        """Pages of CATEGORY."""
        return self.site.page_count(CATEGORY, WEEK)

    def set_wrong(self, wrong: Mapping[int, Wrong]) -> None:
        """From now on these pages of CATEGORY are answered wrongly."""
        self.wrong, self._asked = wrong, {}

    def page(self, category: str, number: int, day: date = WEEK) -> str:
        """The right page of a category."""
        return self.site.page_of(category, number, day)

    def answer(self, path: str) -> Reply:
        """What is sent for a path."""
        key, right = self.desk._right(path)
        reply = Reply(right.body, right.status, {"Content-Type": right.kind})
        name, _, number = key.partition("/")
        page = int(number) if number.isdigit() else 0
        if name != CATEGORY or page not in self.wrong:
            return reply
        self._asked[page] = self._asked.get(page, 0) + 1
        return self.wrong[page](Asked(self, page, self._asked[page], reply))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                try:
                    reply = site.answer(self.path)
                except (
                    Exception
                ) as error:  # told when the trial ends, or a page that is not answered passes for a fault
                    site.error = error
                    raise
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

    def taken_as_data(self, numbers: Iterable[int]) -> int:
        """How many of some pages of CATEGORY reach figures: a category that a gate has stopped reaches none."""
        return 0 if any(f"/{CATEGORY}:" in sentence for sentence in self.stopped) else self.read_as_listing(numbers)

    def read_as_listing(self, numbers: Iterable[int]) -> int:
        """How many of some pages of CATEGORY the ledger calls listings, whatever a gate made of their category."""
        own = self.pages.filter(pl.col("page").is_in(list(numbers)), category=CATEGORY, purpose="listing", read=1)
        return own.filter(pl.col("outcome").is_in(list(STORED))).height


def prepare(folder: Path, site: WrongSite) -> Path:
    """A home whose last weeks and the weeks a year ago were read and built."""
    home = folder / "prepared"
    lay_out(home, load(SCENARIO), 1)
    write_marketplace(home, site.url)
    work = at_work(home)
    past = [
        *(WEEK - timedelta(weeks=back) for back in range(1, PAST_WEEKS)),
        year_ago(WEEK),
        year_ago(WEEK) - timedelta(weeks=4),
    ]
    files = [home / "sandbox" / "archive" / MARKETPLACE / f"{MARKETPLACE}-{week}.warc.gz" for week in past]
    backfill_files(work, [path for path in files if path.exists()], MARKETPLACE, QUIET)
    line = Line(work, [MARKETPLACE], QUIET, each=in_turn)
    line.parse(None)
    line.build(None)
    work.ledger.close()
    return home


def read_week(home: Path, prepared: Path) -> Week:
    """The week crawled, parsed and built in a copy of a prepared home."""
    shutil.copytree(prepared, home)
    work = at_work(home)
    line = Line(work, [MARKETPLACE], QUIET, each=in_turn)
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
