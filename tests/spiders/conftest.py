"""A small site of our own over real HTTP, which can be told how to fail, and which logs every request."""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from benchmarks.faults.postgres import postgres as postgres_server
from configs.marketplaces import Marketplace
from configs.settings import Settings

EMPTY_TEXT = "没有找到相关货源"
TOWELS, LUGGAGE = "毛巾", "箱包"

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A listing site: `pages` per category word; `failures` holds answers to give first, per (word, page)."""

    def __init__(self) -> None:
        self.pages = {TOWELS: 4, LUGGAGE: 3}
        self.failures: dict[tuple[str, int], list[Answer]] = defaultdict(list)
        self.robots: Answer = (404, {}, b"")
        self.log: list[tuple[str, int]] = []
        self.headers: list[dict[str, str]] = []
        self.delay = 0.0
        self.crawlers_wanted = threading.Barrier(1)  # so many must ask for robots.txt before anyone gets it
        self._lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def fetched(self) -> Counter[tuple[str, int]]:
        """How often each page was asked for."""
        return Counter(self.log)

    def answer(self, path: str) -> Answer:
        parts = urlsplit(path)
        if parts.path == "/robots.txt":
            self.crawlers_wanted.wait(60)
            return self.robots
        query = parse_qs(parts.query, encoding="gbk")
        key = (query["keywords"][0], int(query["beginPage"][0]))
        with self._lock:
            self.log.append(key)
            failures = self.failures[key]
            if failures:
                return failures[0] if len(failures) == 1 and failures[0][1].get("X-Always") else failures.pop(0)
        return 200, {"Content-Type": "text/html; charset=utf-8"}, listing_page(*key, self.pages[key[0]]).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.headers.append(dict(self.headers))
                threading.Event().wait(site.delay)
                status, headers, body = site.answer(self.path)
                if status == 0:  # hang up without an answer
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = len(body) < int(headers.get("Content-Length", 0))

            def log_message(self, *_: Any) -> None:
                """Keeps quiet."""

        return Handler


def listing_page(word: str, page: int, pages: int) -> str:
    """A page with two cards whose ids name the page; an empty one behind the last."""
    if page > pages:
        return f"<html><p>{EMPTY_TEXT}</p></html>"
    offers = [{"id": f"{word}-{page}-{place}", "title": f"{word}纯棉加厚", "price": "3.50"} for place in (1, 2)]
    data = {"pageCount": str(pages), "totalCount": str(2 * pages), "listOffer": offers}
    return f"<html><script>var pageConfig = {json.dumps(data, ensure_ascii=False)};</script></html>"


def marketplace_at(port: int, **changes: Any) -> Marketplace:
    """The marketplace file of the site."""
    address = f"http://127.0.0.1:{port}/offer_search.htm?keywords={{category}}&beginPage={{page}}"
    body: dict[str, Any] = {
        "name": "small",
        "title": {"en": "Small", "zh": "小"},
        "hosts": ["127.0.0.1"],
        "allow_loopback": True,
        "listing": {"url": address, "encoding": "gbk", "page_size": 2, "depth": 20, "overlap": 0},
        "rate": {"requests_per_second": 500, "concurrency": 2},
        "categories": {"towels": TOWELS, "luggage": LUGGAGE},
        "sales": {"basis": "trailing_30d"},
        "outcomes": {"empty": [EMPTY_TEXT], "blocked": ["访问受限"], "login": ["请登录后查看"]},
        "layouts": [
            {
                "name": "small-2026",
                "kind": "script",
                "marker": "var pageConfig =",
                "cards": "listOffer",
                "pages": "pageCount",
                "items": "totalCount",
                "fields": {
                    "listing_id": {"path": "id", "required": True},
                    "title_text": "title",
                    "price_text": "price",
                },
            }
        ],
    }
    return Marketplace.model_validate(body | changes)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real PostgreSQL."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture
def site() -> Iterator[Site]:
    """A site of two categories with four and three pages."""
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def small(site: Site) -> Marketplace:
    """The marketplace file of `site`."""
    return marketplace_at(site.server.server_port)


@pytest.fixture
def reshaped() -> Callable[..., Marketplace]:
    """Builds marketplace files like the small one, with changes."""
    return marketplace_at


@pytest.fixture
def home_settings(tmp_path: Path) -> Settings:
    """Settings of an empty home."""
    return Settings(home=tmp_path)
