"""The one Scrapy spider. It fetches what its keeper has leased, one request per page, and hands every answer over."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.keeper import Keeper
from spiders.pages import ArchivedPage, PageKey, PlannedPage
from spiders.robots import RobotsRefusal, RobotsUnreadable

POLL_SECONDS = 0.25  # how soon pages are seen that others give back, or whose time to be asked again has come
RENEWALS_PER_LEASE = 4
BROKEN = "keeping failed"


class ListingSpider(Spider):
    """Leases as many pages as may be fetched at once, so that no page waits under a lease."""

    name = "listing"

    def __init__(self, keeper: Keeper, on_page: Callable[[], None], lease_seconds: float, **named: Any) -> None:
        super().__init__(**named)
        marketplace = keeper.desk.marketplace
        self.allowed_domains = marketplace.hosts
        self._keeper = keeper
        self._on_page = on_page
        self._places = marketplace.rate.concurrency
        self._renew_every = lease_seconds / RENEWALS_PER_LEASE
        self._renewed = time.monotonic()
        self._held: set[PageKey] = set()
        self._is_broken = False
        self._free = asyncio.Event()

    async def start(self) -> AsyncIterator[Request]:
        """Requests for leased pages, until no page of this unit is open or the week is over."""
        while not self._is_finished():
            for planned in self._keeper.lease(self._places - len(self._held)):
                self._held.add(planned.key)
                yield self._request(planned)
            self._renew()
            self._free.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._free.wait(), POLL_SECONDS)

    def answered(self, response: Response, planned: PlannedPage) -> None:
        """Keeps an answer, whatever its status."""
        page = ArchivedPage(
            url=response.url,
            status=response.status,
            headers=_headers(response),
            body=response.body,
            fetched_at=self._keeper.desk.clock(),
            is_cut="dataloss" in response.flags,
            is_open_ended="partial" in response.flags,
        )
        self._end(planned, lambda: self._keeper.keep(planned, page))

    def unanswered(self, failure: Failure) -> None:
        """Counts an attempt without an answer; a page that robots.txt forbids is refused for good."""
        planned: PlannedPage = failure.request.cb_kwargs["planned"]  # type: ignore[attr-defined]
        reason = f"{type(failure.value).__name__}: {failure.value}"
        if isinstance(failure.value, RobotsRefusal):
            self._end(planned, lambda: self._keeper.refuse(planned, reason))
        else:
            kind = "refused" if isinstance(failure.value, RobotsUnreadable) else "error"
            self._end(planned, lambda: self._keeper.fail(planned, reason, kind))

    def closed(self, _reason: str) -> None:
        """Gives leases back, whatever ended the spider."""
        self._keeper.close()

    def _request(self, planned: PlannedPage) -> Request:
        named = {"planned": planned}
        return Request(planned.url, self.answered, errback=self.unanswered, cb_kwargs=named, dont_filter=True)

    def _end(self, planned: PlannedPage, keep: Callable[[], object]) -> None:
        try:
            keep()
        except Exception as error:
            # a full disk or a lost database: go on fetching and every page would be lost in the same way
            self._is_broken = True
            self.logger.exception("page %s of %s cannot be kept", planned.key.page, planned.key.category)
            raise CloseSpider(BROKEN) from error
        finally:
            self._held.discard(planned.key)
            self._free.set()
        self._on_page()

    def _is_finished(self) -> bool:
        return self._is_broken or (not self._held and self._keeper.is_finished())

    def _renew(self) -> None:
        if time.monotonic() - self._renewed >= self._renew_every:
            self._keeper.renew()
            self._renewed = time.monotonic()


def _headers(response: Response) -> list[tuple[str, str]]:
    pairs = [(name, value) for name, values in response.headers.items() for value in values]
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]
