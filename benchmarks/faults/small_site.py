"""A site of a few pages on loopback that answers as it is told, and counts what it is asked for."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from configs.marketplaces import Marketplace

CATEGORIES = {"towels": "towels", "luggage": "luggage"}
PAGES = 2


@dataclass(frozen=True)
class Told:
    """An answer: status, headers beside the length, body; `seconds` pass before it, and status 0 hangs up instead."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


Answers = Callable[[str, str], Told | None]


@dataclass
class SmallSite:
    """`answers` says what a path on a host gets, where it is not the page that stands there; `asked` counts paths."""

    answers: Answers
    asked: Counter[str] = field(default_factory=Counter)
    port: int = 0


@contextmanager
def serving(answers: Answers) -> Iterator[SmallSite]:
    """The site while the block runs."""
    site = SmallSite(answers)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def path_of(category: str, page: int) -> str:
    """The path of a listing page."""
    return f"/list/{category}/{page}"


def marketplace_at(host: str, port: int, **changes: Any) -> Marketplace:
    """The marketplace file of a site."""
    return Marketplace.model_validate(
        {
            "name": "small",
            "title": {"en": "Small", "zh": "小"},
            "hosts": [host],
            "allow_loopback": True,
            "listing": {"url": f"http://{host}:{port}/list/{{category}}/{{page}}", "page_size": 1},
            "rate": {"requests_per_second": 200, "concurrency": 2},
            "categories": CATEGORIES,
            "sales": {"basis": "trailing_30d"},
            "layouts": [
                {
                    "name": "small-2026",
                    "kind": "json",
                    "cards": "offers",
                    "pages": "pages",
                    "fields": {"listing_id": {"path": "id", "required": True}, "price_text": "price"},
                }
            ],
        }
        | changes
    )


def _listing(path: str) -> Told:
    """The page of a path: one card."""
    content = {"pages": PAGES, "offers": [{"id": path, "price": "3.50"}]}
    return Told(200, json.dumps(content).encode(), {"Content-Type": "application/json"})


def _handler(site: SmallSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked[self.path] += 1
            told = site.answers(self.path, self.headers.get("Host", "")) or _listing(self.path)
            time.sleep(told.seconds)
            if told.status == 0:
                self.close_connection = True
                return
            with suppress(ConnectionError):  # who asked did not wait for the answer
                self._send(told)
            self.close_connection = len(told.body) < int(told.headers.get("Content-Length", 0))

        def _send(self, told: Told) -> None:
            self.send_response(told.status)
            for name, value in ({"Content-Length": str(len(told.body))} | dict(told.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    return Handler
