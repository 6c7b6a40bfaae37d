"""What the practice site answers to a path, and its log of requests; no sockets here."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sandbox.faults import FAULTS, Answer, Fault
from sandbox.goods import GoodsSite
from sandbox.pages import Site

LISTING_PATH = "/selloffer/offer_search.htm"
GOODS_PATH = re.compile(r"^/goods/list-(?P<category>[a-z0-9-]+)-(?P<page>\d{1,5})\.html$")
ROBOTS = "User-agent: *\nDisallow: /member/\nAllow: /\n"
HTML = "text/html; charset=utf-8"


class Desk:
    """Answers requests for both sites' pages of the present day, meets faults, and counts and logs every request."""

    def __init__(
        self, sites: tuple[Site, GoodsSite], today: Callable[[], date], log: Path, faults: list[Fault]
    ) -> None:
        (self.site, self.goods), self.today, self.log, self.faults = sites, today, log, faults
        self._lock = threading.Lock()
        self._first_at: float | None = None
        self._seen: Counter[str] = Counter()
        self._bodies: dict[tuple[str, int, date], bytes] = {}
        # a site started again goes on counting, so that a number names one request of the whole log
        self._count = sum(1 for _ in log.open("rb")) if log.exists() else 0

    def answer(self, path: str, agent: str) -> tuple[int, Answer]:
        """The number of this request and the answer to it."""
        came_at = time.time()
        key, right = self._right(path)
        with self._lock:
            self._first_at = self._first_at or came_at
            self._count += 1
            self._seen[key] += 1
            number, request = self._count, self._seen[key]
            answer = self._met(key, request, right)
            entry = {"seq": number, "path": path, "page": key, "status": answer.status, "user_agent": agent}
            self._write({**entry, **dict(answer.headers), "came_at": round(came_at, 3)})
        return number, answer

    def _right(self, path: str) -> tuple[str, Answer]:
        """The page's key (category/number, html-category/number, robots or the path), the answer without faults."""
        parts = urlsplit(path)
        if parts.path == "/robots.txt":
            return "robots", Answer(200, "text/plain; charset=utf-8", ROBOTS.encode())
        goods = GOODS_PATH.match(parts.path)
        if goods:
            name, number = goods["category"], int(goods["page"])
            return f"html-{name}/{number}", Answer(200, HTML, self._goods_body(name, number))
        if parts.path != LISTING_PATH:
            return parts.path, Answer(404, HTML, b"<h1>404</h1>\n")
        query = parse_qs(parts.query, encoding="gbk", errors="replace")
        words, page = query.get("keywords", [""])[-1], query.get("beginPage", ["1"])[-1]
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0
        return f"{self.site.category_of(words) or words}/{number}", Answer(200, HTML, self._body(words, number))

    def _body(self, words: str, number: int) -> bytes:
        """The page's bytes, kept once rendered where the category exists."""
        with self._lock:
            key = words, number, self.today()
            if key in self._bodies:
                return self._bodies[key]
            body = self.site.page(*key).encode()
            if self.site.category_of(words):
                self._bodies[key] = body
            return body

    def _goods_body(self, category: str, number: int) -> bytes:
        with self._lock:
            return self.goods.page_of(category, number, self.today()).encode()

    def _met(self, key: str, request: int, right: Answer) -> Answer:
        for fault in self.faults:
            if fault.meets(key, request, time.time() - (self._first_at or 0.0)):
                return FAULTS[fault.name](right)
        return right

    def _write(self, entry: dict[str, object]) -> None:
        """One line of JSON; `at`, when it is answered, is the real time in seconds since 1970, as is `came_at`."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps({**entry, "at": round(time.time(), 3)}, ensure_ascii=False) + "\n")
