"""Where Scrapy's requests meet the rules: first whether an address may be asked at all, last when."""

from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response

from configs.marketplaces import Marketplace
from spiders.keeper import REFUSALS
from spiders.manners import Manners
from spiders.reach import NotConnected, check_url
from spiders.retry_after import asked_seconds


class NotSent(IgnoreRequest):
    """The crawl ends; the request waited for its turn and was never sent."""


class ReachMiddleware:
    """Lets no request pass to an address that is not the marketplace's."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises OutOfReach where the request must not be sent."""
        spider: Any = self._crawler.spider
        marketplace: Marketplace = spider.marketplace
        check_url(request.url, marketplace)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Says why a host has no address: the resolver handed none out that may be connected to."""
        from twisted.internet import reactor

        refusals: dict[str, str] = getattr(reactor.nameResolver, "refusals", {})
        reason = refusals.get((urlsplit(request.url).hostname or "").strip("[]"))
        if isinstance(exception, CannotResolveHostError) and reason:
            raise NotConnected(reason) from exception


class MannersMiddleware:
    """Holds each request until it is its turn, and tells at once where a host wants to be left alone."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises NotSent where the crawl ends while the request waits."""
        is_robots = bool(request.meta.get("is_robots"))
        turn = await self._manners.turn(_host(request), is_robots, lambda: not self._crawler.crawling)
        if turn is None:
            raise NotSent(f"{request.url} was not asked for any more")
        request.meta["is_probe"] = turn

    def process_response(self, request: Request, response: Response) -> Response:
        """Hears 429 and 503 before any other request takes its turn."""
        if response.status in REFUSALS:
            seconds = asked_seconds(_header(response, "Retry-After"), _header(response, "Date"), datetime.now(UTC))
            is_robots = bool(request.meta.get("is_robots"))
            self._manners.refused(_host(request), request.meta["is_probe"], seconds, is_robots)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Notes that no answer came; a request that was not sent says nothing."""
        if not isinstance(exception, IgnoreRequest) and "is_probe" in request.meta:
            self._manners.silent(_host(request), request.meta["is_probe"])

    @property
    def _manners(self) -> Manners:
        spider: Any = self._crawler.spider
        manners: Manners = spider.manners
        return manners


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or ""


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")
