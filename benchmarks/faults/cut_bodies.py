"""Bodies cut at a hundred points, in every coding and every way of telling their length: is any taken for whole?

Each cut goes through the classifier; a good part of them through real HTTP too, where the server announces more than it
sends, leaves out the last chunk, or says nothing of the length and hangs up. The whole bodies are the other side of the
coin: they must be listings, or the count would be 0 for the wrong reason.
"""

import gzip
import threading
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import brotli
import yaml
import zstandard

from benchmarks.faults.table import FaultRow
from configs.calendar import starts_at, week_of
from configs.clock import Clock
from configs.marketplaces import Marketplace
from configs.settings import Settings
from sandbox.economy import build
from sandbox.pages import Site
from sandbox.scenario import PRACTICE, load
from sandbox.world import TEMPLATES
from spiders.crawl import CrawlOptions, crawl
from spiders.foreign_warc import Source, read_capture
from spiders.ledger import Ledger
from spiders.outcome import classify
from spiders.pages import STORED, ArchivedPage, PageKey, PlannedPage

CUT_POINTS = 100
CHUNK_BYTES = 1000
OVER_HTTP = 20  # of them, in each of the ways below
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda body: zstandard.ZstdCompressor().compress(body),
    "": bytes,
}
WAYS = ("length", "chunked", "open")  # how a server tells where a body ends; the last tells nothing
END = "</html>"
HTML = ("Content-Type", "text/html; charset=utf-8")


class Server(BaseHTTPRequestHandler):
    """Answers page number n with the n-th job: coding, way, the body as coded, and how much of it is sent."""

    protocol_version = "HTTP/1.1"
    jobs: ClassVar[list[tuple[str, str, bytes, int]]] = []

    def do_GET(self) -> None:
        """Sends a body as far as its job says, and hangs up."""
        parts = urlsplit(self.path)
        self.close_connection = True
        if parts.path == "/robots.txt":
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        coding, way, body, sent = self.jobs[int(parse_qs(parts.query)["beginPage"][0]) - 1]
        self.send_response(200)
        for name, value in (HTML, ("Content-Encoding", coding), *_length(way, body)):
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(_transfer(way, body, sent))

    def log_message(self, format: str, *args: object) -> None:
        """Keeps quiet."""


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Cuts of one practice page."""
    page = _page()
    points = CUT_POINTS // 10 if is_short else CUT_POINTS
    at_rest = _classified(page, points) | {"chunked": _archived(folder / "other.warc", page, points)}
    over_http: Counter[str] = Counter()
    for end in (None,) if is_short else (None, END):
        over_http += _crawled(folder / f"home-{end is None}", page, OVER_HTTP // 10 if is_short else OVER_HTTP, end)
    return FaultRow(
        fault=f"bodies cut at {points} points x {len(at_rest)} codings, and over HTTP in {len(WAYS)} ways",
        counts={
            "cut bodies taken as whole": sum(at_rest.values()) + over_http["cut, stored"],
            "bodies without a proof taken as whole": over_http["whole and not to be proved, stored"],
            "whole bodies not taken": over_http["whole"] - over_http["whole, stored"],
            "cut bodies without an outcome": over_http["cut"] - over_http["cut, done"],
        },
        seen={"cut bodies over HTTP": over_http["cut"], "cut bodies classified": points * len(at_rest)},
    )


def _page() -> bytes:
    """A page whose last byte counts: a line end behind it would be no loss."""
    scenario = load("tiny")
    return Site(build(scenario, 1)).page_of("towels", 1, scenario.live_week).rstrip().encode()


def _points(body: bytes, count: int) -> list[int]:
    """Lengths that a body is cut to, from nothing to all but a byte."""
    return [(len(body) - 1) * number // (count - 1) for number in range(count)]


def _classified(page: bytes, points: int) -> dict[str, int]:
    """By coding, how many cuts of its body pass for whole where nothing but the body tells."""
    marketplace = _marketplace("http://127.0.0.1:9", 1, END)
    taken: dict[str, int] = {}
    for coding, squeeze in CODINGS.items():
        headers = [HTML, ("Content-Encoding", coding)]
        whole = squeeze(page)
        assert classify(_answer(headers, whole), marketplace, "whole").kind == "listing"
        cuts = [_answer(headers, whole[:length]) for length in _points(whole, points)]
        taken[coding or "plain"] = sum(classify(cut, marketplace, "cut").kind in STORED for cut in cuts)
    return taken


def _archived(path: Path, page: bytes, points: int) -> int:
    """How many cuts of a chunked body pass for whole in the archive of another crawler, which did not mark them."""
    coded = _chunked(page)
    path.write_bytes(b"".join(_record(coded[:length]) for length in [len(coded), *_points(coded[:-4], points)]))
    marketplace = _marketplace("http://127.0.0.1:9", 1, END)
    whole, *cuts = [classify(read_capture(one)[0], marketplace, "cut").kind for one in Source(path).captures()]
    assert (whole, len(cuts)) == ("listing", points)
    return sum(kind in STORED for kind in cuts)


def _record(body: bytes) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://127.0.0.1:9/\r\nWARC-Date: 2026-11-16T02:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/http; msgtype=response\r\n"
    )
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def _answer(headers: list[tuple[str, str]], body: bytes) -> ArchivedPage:
    fetched_at = starts_at(load("tiny").live_week)
    return ArchivedPage("http://127.0.0.1:9/", 200, headers, body, fetched_at, is_open_ended=True)


def _crawled(home: Path, page: bytes, points: int, end: str | None) -> Counter[str]:
    """Crawls bodies whole and cut, in every coding and way: how many of each there were, done and stored."""
    Server.jobs = []
    for coding, squeeze in CODINGS.items():
        whole = squeeze(page)
        for way in WAYS:
            lengths = [len(whole), *_points(whole, points)]
            Server.jobs += [(coding, way, whole, length) for length in lengths]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        return _outcomes(home, _marketplace(f"http://127.0.0.1:{server.server_port}", len(Server.jobs), end))
    finally:
        server.shutdown()
        server.server_close()


def _outcomes(home: Path, marketplace: Marketplace) -> Counter[str]:
    home.mkdir()
    now = datetime(2026, 11, 18, 4, tzinfo=UTC)  # a Wednesday: no midnight ends the week
    settings = Settings(home=home)
    ledger = Ledger(settings.ledger_url)
    ledger.plan(_planned(marketplace, week_of(now)))
    options = CrawlOptions(clock=Clock(now, datetime.now(UTC), 1.0), retry_seconds=0.02, attempts=1)
    crawl(home, settings, marketplace, week_of(now), options)
    counts: Counter[str] = Counter()
    for found in ledger.rows().iter_rows(named=True):
        coding, way, body, sent = Server.jobs[found["page"] - 1]
        is_proved = marketplace.outcomes.end is not None or coding or way != "open"
        name = "cut" if sent < len(body) else "whole" if is_proved else "whole and not to be proved"
        counts.update([name])
        counts[f"{name}, done"] += found["state"] == "done"
        counts[f"{name}, stored"] += found["outcome"] in STORED
    ledger.close()
    return counts


def _planned(marketplace: Marketplace, week: date) -> list[PlannedPage]:
    keys = [PageKey(PRACTICE, week, "towels", number) for number in range(1, len(Server.jobs) + 1)]
    return [PlannedPage(key, marketplace.page_url("towels", key.page)) for key in keys]


def _marketplace(url: str, depth: int, end: str | None) -> Marketplace:
    content = yaml.safe_load(TEMPLATES[PRACTICE].read_text(encoding="utf-8"))
    parts = urlsplit(content["listing"]["url"])
    content["listing"] |= {"url": f"{url}{parts.path}?{parts.query}", "depth": depth}
    content["outcomes"]["end"] = end
    for layout in content["layouts"]:  # every answer shows the same page, whatever was asked for
        layout.pop("page", None)
        layout.pop("category", None)
    content["rate"] = {"requests_per_second": 500.0, "concurrency": 4}
    return Marketplace.model_validate(content)


def _length(way: str, body: bytes) -> list[tuple[str, str]]:
    if way == "length":
        return [("Content-Length", str(len(body)))]
    return [("Transfer-Encoding", "chunked")] if way == "chunked" else [("Connection", "close")]


def _transfer(way: str, body: bytes, sent: int) -> bytes:
    """What goes over the wire, as much of it as of the body."""
    coded = _chunked(body) if way == "chunked" else body
    return coded[: len(coded) * sent // len(body)]


def _chunked(body: bytes) -> bytes:
    chunks = [body[start : start + CHUNK_BYTES] for start in range(0, len(body), CHUNK_BYTES)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])
