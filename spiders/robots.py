"""robots.txt, fail-closed: what cannot be read forbids (RFC 9309 2.3.1). Scrapy itself takes it for a permission."""

import asyncio
import logging
import random
import time
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from spiders.middleware import NotSent
from spiders.reach import MOST_HOPS, OutOfReach, check_hop, target_of
from spiders.robots_rules import Rules, read_rules

logger = logging.getLogger(__name__)

MAX_AGE_SECONDS = 86_400.0  # RFC 9309 2.4
ASK_AGAIN_SECONDS = 2.0  # a host whose robots.txt did not answer is not asked for it at every page
TRIES = 4  # a host that answers with an error is asked again before its pages count a failed attempt
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
        """Raises RobotsRefusal, RobotsUnreadable or RobotsUnreachable where the request must not be sent."""
        if request.meta.get("is_robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        host = self._hosts.setdefault(origin, _Host())
        async with host.reading:
            if host.ask_at <= time.monotonic():
                host.rules, host.is_down, host.why = await self._ask(origin)
                host.ask_at = time.monotonic() + (MAX_AGE_SECONDS if host.rules else ASK_AGAIN_SECONDS)
        if host.rules is None:
            fault = RobotsUnreachable if host.is_down else RobotsUnreadable
            raise fault(f"{origin}/robots.txt cannot be had ({host.why})")
        if not host.rules.allows(request.url):
            raise RobotsRefusal(f"{origin}/robots.txt forbids it")

    async def _ask(self, origin: str) -> tuple[Rules | None, bool, str]:
        """The rules of a host (None where it cannot be told which they are), whether it is down, and what it gave."""
        spider: Any = self._crawler.spider
        response: Response | None = None
        for _ in range(TRIES):
            if response is not None:
                await asyncio.sleep(spider.retry_seconds * (1 + random.random()))
            try:
                response = await self._follow(f"{origin}/robots.txt")
            except NotSent:
                raise
            except Exception as error:  # every way of not answering forbids alike
                logger.warning("%s/robots.txt: %s", origin, error)
                return None, not isinstance(error, OutOfReach), str(error)
            if not _is_passing(response):
                break
        assert response is not None
        rules = _rules(response, self._agent)
        if rules:
            spider.manners.slow_down(urlsplit(origin).hostname or "", rules.seconds_between)
        return rules, False, f"status {response.status}"

    async def _follow(self, url: str) -> Response:
        """The answer at the end of the redirects (RFC 9309 2.3.1.2); OutOfReach where they lead away or never end."""
        spider: Any = self._crawler.spider
        assert self._crawler.engine is not None
        for _ in range(MOST_HOPS + 1):
            headers = {"Accept-Encoding": "identity"}
            request = Request(url, NO_CALLBACK, headers=headers, meta={"is_robots": True}, priority=FIRST)
            response = await self._crawler.engine.download_async(request)
            target = target_of(url, response.status, (response.headers.get("Location") or b"").decode("latin-1"))
            if target is None:
                return response
            check_hop(url, target, spider.marketplace)
            url = target
        raise OutOfReach(f"more than {MOST_HOPS} redirects")


class _Host:
    """What is known of one host's robots.txt."""

    def __init__(self) -> None:
        self.reading = asyncio.Lock()
        self.rules: Rules | None = None
        self.is_down = False
        self.why = ""
        self.ask_at = 0.0


def _is_passing(response: Response) -> bool:
    """Whether the answer is a failure that may be over soon."""
    return response.status == 429 or response.status >= 500


def _rules(response: Response, agent: str) -> Rules | None:
    if 200 <= response.status < 300 and "dataloss" not in response.flags:
        return read_rules(response.body, agent)
    if 400 <= response.status < 500 and response.status != 429:
        return read_rules(b"", agent)
    logger.warning("%s answered %d: nothing is fetched from there", response.url, response.status)
    return None
