"""robots.txt, fail-closed: what cannot be read forbids (RFC 9309 2.3.1). Scrapy itself takes it for a permission."""

import asyncio
import logging
import time
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

logger = logging.getLogger(__name__)

MAX_AGE_SECONDS = 86_400.0  # RFC 9309 2.4
ASK_AGAIN_SECONDS = 2.0  # a host whose robots.txt did not answer is not asked for it at every page
MAX_BYTES = 512 << 10  # RFC 9309 2.5: at least 500 KiB are to be read
FIRST = 1000  # priority of the request for robots.txt


class RobotsRefusal(IgnoreRequest):
    """The site's robots.txt forbids the page."""


class RobotsUnreadable(IgnoreRequest):
    """The site answers, but not with a robots.txt, and so nothing may be fetched now."""


class RobotsUnreachable(IgnoreRequest):
    """The site does not answer."""


class RobotsMiddleware:
    """Lets a request pass only where the host's robots.txt was read and allows it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"].partition("/")[0]
        self._hosts: dict[str, _Host] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises RobotsRefusal or RobotsUnreachable where the request must not be sent."""
        if request.meta.get("is_robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        host = self._hosts.setdefault(origin, _Host())
        async with host.reading:
            if host.ask_at <= time.monotonic():
                host.rules, host.is_down = await self._ask(origin)
                host.ask_at = time.monotonic() + (MAX_AGE_SECONDS if host.rules else ASK_AGAIN_SECONDS)
        if host.rules is None:
            fault = RobotsUnreachable if host.is_down else RobotsUnreadable
            raise fault(f"{origin}/robots.txt cannot be had")
        if not host.rules.can_fetch(request.url, self._agent):
            raise RobotsRefusal(f"{origin}/robots.txt forbids it")

    async def _ask(self, origin: str) -> tuple[Protego | None, bool]:
        """The rules of a host (None where it cannot be told which they are), and whether it is down."""
        headers = {"Accept-Encoding": "identity"}
        meta = {"is_robots": True}
        request = Request(f"{origin}/robots.txt", NO_CALLBACK, headers=headers, meta=meta, priority=FIRST)
        assert self._crawler.engine is not None
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # every way of not answering forbids alike
            logger.warning("%s/robots.txt: %s", origin, error)
            return None, True
        return _rules(response), False


class _Host:
    """What is known of one host's robots.txt."""

    def __init__(self) -> None:
        self.reading = asyncio.Lock()
        self.rules: Protego | None = None
        self.is_down = False
        self.ask_at = 0.0


def _rules(response: Response) -> Protego | None:
    if 200 <= response.status < 300 and "dataloss" not in response.flags:
        return Protego.parse(response.body[:MAX_BYTES].decode("utf-8", errors="replace"))
    if 400 <= response.status < 500 and response.status != 429:
        return Protego.parse("")
    logger.warning("%s answered %d: nothing is fetched from there", response.url, response.status)
    return None
