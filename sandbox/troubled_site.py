"""Troubled belts over real HTTP: their offers as JSON answers, a page that was lost as one that is not there.

It shows the pages of one week at a time, on 127.0.0.1 only.
"""

import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polars as pl
import yaml

from sandbox.troubled import BASE_WEEK, CATEGORY, MARKETPLACES, PAGE_SIZE, WEEK, TroubledBelt

QUOTED = (
    "listing_id",
    "merchant_id",
    "merchant_name_text",
    "title_text",
    "price_text",
    "unit_text",
    "sales_30d_text",
    "sales_total_text",
    "seller_place_text",
)


class TroubledSite:
    """Answers for a belt's marketplaces in the week that `week` says."""

    def __init__(self, belt: TroubledBelt) -> None:
        self.week = BASE_WEEK
        self._pages = {
            (str(name), week, page): cards.select(QUOTED).to_dicts()
            for (name, week, page), cards in belt.offers.partition_by(
                "marketplace", "week", "page", as_dict=True, maintain_order=True
            ).items()
        }
        self._counts = {
            (name, week): _page_count(belt, name, week)
            for name in MARKETPLACES
            for week in belt.offers["week"].unique()
        }

    def has_first_pages(self) -> bool:
        """Whether page 1, which tells how many there are, is there in every week."""
        return all((name, week, 1) in self._pages for name, week in self._counts)

    def answer(self, path: str) -> bytes | None:
        """The body of a page, None for one that is not there."""
        parts = urlsplit(path)
        name, page = parts.path.strip("/"), int(parse_qs(parts.query).get("page", ["1"])[-1])
        cards = self._pages.get((name, self.week, page))
        if cards is None:
            return None
        return json.dumps({"pages": self._counts[name, self.week], "offers": cards}, ensure_ascii=False).encode()


@contextmanager
def serving(belt: TroubledBelt) -> Iterator[tuple[TroubledSite, str]]:
    """The site and its base url, in a thread of this process."""
    site = TroubledSite(belt)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = None if self.path == "/robots.txt" else site.answer(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def write_marketplaces(home: Path, url: str) -> None:
    """Writes <home>/configs/marketplaces/<name>.yaml of each marketplace, served at `url`."""
    folder = home / "configs" / "marketplaces"
    folder.mkdir(parents=True, exist_ok=True)
    for name, basis in MARKETPLACES.items():
        content = {
            "name": name,
            "title": {"en": name, "zh": name},
            "hosts": ["127.0.0.1"],
            "allow_loopback": True,
            "listing": {
                "url": f"{url}/{name}?category={{category}}&page={{page}}",
                "first_page": 1,
                "page_size": PAGE_SIZE,
                "depth": 99,
            },
            "rate": {"requests_per_second": 200.0, "concurrency": 4},
            "sort": "booked",
            "categories": {CATEGORY: CATEGORY},
            "sales": {"basis": basis},
            "outcomes": {"empty": ["none"]},
            "layouts": [
                {
                    "name": "offers",
                    "kind": "json",
                    "cards": "offers",
                    "pages": "pages",
                    "fields": {
                        **{column: column for column in QUOTED},
                        "listing_id": {"path": "listing_id", "required": True},
                    },
                }
            ],
        }
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _page_count(belt: TroubledBelt, name: str, week: date) -> int:
    """How many pages there were before some were lost."""
    offers = belt.offers.filter((pl.col("marketplace") == name) & (pl.col("week") == week))
    then, now = belt.shares[name]
    share = {BASE_WEEK: then, WEEK: now}.get(week, 1.0)
    return math.floor(offers["page"].n_unique() / share + 0.5)
