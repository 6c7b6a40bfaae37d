"""Lists that re-sort while they are read: after every request for a page of a list, some of its listings have moved.

Each list depends on its seed and on the requests for its own pages alone. The site shows no more than `pages` pages of
it, and there is always more behind the last. Listings sell and so change their score; now and then one climbs from
anywhere to the very top.
"""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

PAGE_PATH = re.compile(r"^/list/(?P<number>\d+)/(?P<page>\d+)$")
LOOPBACK = "127.0.0.1"
STEP = 0.1  # of the standard deviation of all scores, by which one that moves does


class MovingList:
    """One list; between two requests a part `restless` of its scores change (0.5 to 5 %, by its seed)."""

    def __init__(self, seed: int) -> None:
        self._dice = np.random.default_rng(seed)
        self.pages, self.page_size = int(self._dice.integers(8, 21)), int(self._dice.integers(15, 41))
        behind = int(self._dice.integers(1, 10 * self.page_size))
        self._scores = self._dice.normal(size=self.pages * self.page_size + behind)
        self.restless = float(np.exp(self._dice.uniform(np.log(0.005), np.log(0.05))))
        self._climbs = float(self._dice.uniform(0, 0.15))

    @property
    def within_reach(self) -> list[int]:
        """The listings that stand on the pages that are shown, in their order."""
        order: list[int] = np.argsort(-self._scores, kind="stable")[: self.pages * self.page_size].tolist()
        return order

    def read(self, page: int) -> list[int]:
        """The listings of one page; then the list moves."""
        shown = self.within_reach[(page - 1) * self.page_size : page * self.page_size]
        self._move()
        return shown

    def _move(self) -> None:
        moved = self._dice.random(len(self._scores)) < self.restless
        self._scores[moved] += STEP * self._dice.normal(size=int(moved.sum()))
        if self._dice.random() < self._climbs:
            self._scores[self._dice.integers(len(self._scores))] = self._scores.max() + STEP


@contextmanager
def serving(lists: Sequence[MovingList]) -> Iterator[int]:
    """The port at which the lists are served, page by page, as /list/NUMBER/PAGE."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            match = PAGE_PATH.match(self.path)
            body = _page(lists[int(match["number"])], int(match["page"])) if match else b""
            self.send_response(200 if match else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _page(moving: MovingList, page: int) -> bytes:
    offers = [{"id": number, "shop": number // 3} for number in moving.read(page)]
    return (
        f"<html><script>var pageConfig = {json.dumps({'pages': moving.pages, 'list': offers})}</script></html>".encode()
    )
