"""Bombs over real HTTP: a server of bodies in files, and a crawl of them whose child's memory is looked at."""

import resource
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from configs.calendar import week_of
from configs.clock import Clock
from configs.marketplaces import Marketplace
from configs.settings import Settings
from spiders.crawl import CrawlOptions, crawl
from spiders.ledger import Ledger
from spiders.pages import PageKey, PlannedPage

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)  # a Wednesday: no midnight ends the week
PER_MB = 1 << 20 if sys.platform == "darwin" else 1 << 10


class Server(BaseHTTPRequestHandler):
    """Answers page number n with the n-th file, in its content coding; `chunked` and `length` are plain bodies."""

    protocol_version = "HTTP/1.1"
    folder: ClassVar[Path]
    codings: ClassVar[Sequence[str]]

    def do_GET(self) -> None:
        """Sends a file, or that there is no robots.txt."""
        parts = urlsplit(self.path)
        self.close_connection = True
        if parts.path == "/robots.txt":
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        number = int(parse_qs(parts.query)["beginPage"][0]) - 1
        body, coding = (self.folder / f"{number}.body").read_bytes(), self.codings[number]
        self.send_response(200)
        if coding not in ("chunked", "length", ""):
            self.send_header("Content-Encoding", coding)
        is_chunked = coding == "chunked"
        self.send_header(*(("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(len(body)))))
        self.end_headers()
        try:
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if is_chunked else body)
        except OSError:
            return  # the crawler has had enough

    def log_message(self, format: str, *args: object) -> None:
        """Keeps quiet."""


def crawled(folder: Path, marketplace: Marketplace, codings: Sequence[str]) -> dict[str, Any]:
    """Kinds of all pages (None for one that is open), seconds of the crawl, and the peak of its child in MB."""
    Server.folder, Server.codings = folder, codings
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/list?keywords={{category}}&beginPage={{page}}"
    listing = marketplace.listing.model_copy(update={"url": url})
    marketplace = marketplace.model_copy(update={"listing": listing})
    settings = Settings(home=folder / "home")
    ledger = Ledger(settings.ledger_url)
    keys = [PageKey(marketplace.name, week_of(NOW), "towels", number + 1) for number in range(len(codings))]
    ledger.plan(PlannedPage(key, marketplace.page_url(key.category, key.page)) for key in keys)
    began = time.perf_counter()
    options = CrawlOptions(clock=Clock(NOW, datetime.now(UTC), 1.0), retry_seconds=0.02, attempts=1)
    crawl(settings.home, settings, marketplace, week_of(NOW), options)
    seconds = time.perf_counter() - began
    rows = ledger.rows().sort("page")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / PER_MB
    return {"kinds": rows["outcome"].to_list(), "seconds": seconds, "peak_mb": peak}
