"""The one Scrapy spider. It fetches what its keeper has leased, one request per page, and hands every answer over."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.keeper import REFUSALS, Keeper
from spiders.manners import Manners
from spiders.middleware import NotSent
from spiders.pages import ArchivedPage, PageKey, PlannedPage
from spiders.reach import OutOfReach, check_url, onward
from spiders.robots import RobotsRefusal, RobotsUnreadable

POLL_SECONDS = 0.25  # how soon pages are seen that others give back, or whose time to be asked again has come
RENEWALS_PER_LEASE = 4
BROKEN = "keeping failed"


class ListingSpider(Spider):
    """Leases as many pages as may be fetched at once, so that no page waits under a lease."""

    name = "listing"

    def __init__(self, keeper: Keeper, manners: Manners, on_page: Callable[[], None], **named: Any) -> None:
        super().__init__(**named)
        self.marketplace = keeper.desk.marketplace
        self.manners = manners
        self.retry_seconds = keeper.patience.retry_seconds
        self.ending: str | None = None
        self.allowed_domains = self.marketplace.hosts
        self._keeper = keeper
        self._on_page = on_page
        self._host = urlsplit(self.marketplace.listing.url).hostname or ""
        self._renew_every = keeper.patience.lease_seconds / RENEWALS_PER_LEASE
        self._renewed = time.monotonic()
        self._held: set[PageKey] = set()
        self._is_broken = False
        self._has_end = False
        self._free = asyncio.Event()

    async def start(self) -> AsyncIterator[Request]:
        """Requests for leased pages, until no page of this unit is open or the week is over."""
        while not self._is_finished():
            for planned in self._keeper.lease(self._free_places()):
                self._held.add(planned.key)
                if request := self._first_request(planned):
                    yield request
            self._renew()
            self._free.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._free.wait(), POLL_SECONDS)

    def answered(self, response: Response, planned: PlannedPage, hops: int = 0) -> Request | None:
        """Keeps an answer, whatever its status, or follows where it sends on to within the site."""
        page = ArchivedPage(
            url=response.url,
            status=response.status,
            headers=_headers(response),
            body=response.body,
            fetched_at=self._keeper.desk.clock(),
            is_cut="dataloss" in response.flags,
            is_open_ended="partial" in response.flags,
        )
        is_probe = response.meta["is_probe"]
        note = ""
        try:
            target = onward(page, planned.key, self.marketplace, hops)
        except OutOfReach as error:
            target, note = None, f"not followed: {error}"
        if target is not None:
            self.manners.answered(_host(response.url), is_probe)
            return self._request(planned, target, hops + 1)
        self._end(planned, lambda: self._keep(planned, page, note, is_probe))
        return None

    def unanswered(self, failure: Failure) -> None:
        """Counts an attempt without an answer; a page that robots.txt forbids is refused for good."""
        planned: PlannedPage = failure.request.cb_kwargs["planned"]  # type: ignore[attr-defined]
        reason = f"{type(failure.value).__name__}: {failure.value}"
        if isinstance(failure.value, NotSent):
            self._held.discard(planned.key)
        elif isinstance(failure.value, RobotsRefusal):
            self._end(planned, lambda: self._keeper.refuse(planned, reason))
        elif isinstance(failure.value, OutOfReach):
            self._end(planned, lambda: self._keeper.refuse(planned, reason, "error"))
        else:
            kind = "refused" if isinstance(failure.value, RobotsUnreadable) else "error"
            self._end(planned, lambda: self._keeper.fail(planned, reason, kind))

    def closed(self, _reason: str) -> None:
        """Gives leases back, whatever ended the spider."""
        self._keeper.close()

    def _first_request(self, planned: PlannedPage) -> Request | None:
        """The request for a page; None where its address in the ledger is none that may be asked, which ends it."""
        try:
            check_url(planned.url, self.marketplace)
            return self._request(planned, planned.url)
        except (OutOfReach, ValueError) as error:
            reason = f"{type(error).__name__}: {error}"
            self._end(planned, lambda: self._keeper.refuse(planned, reason, "error"))
            return None

    def _request(self, planned: PlannedPage, url: str, hops: int = 0) -> Request:
        named = {"planned": planned, "hops": hops}
        return Request(url, self.answered, errback=self.unanswered, cb_kwargs=named, dont_filter=True)

    def _keep(self, planned: PlannedPage, page: ArchivedPage, note: str, is_probe: bool) -> None:
        outcome = self._keeper.keep(planned, page, note, is_probe)
        if page.status in REFUSALS:  # heard already
            return
        if outcome.kind == "blocked":
            self.manners.refused(_host(page.url), is_probe)
        else:
            self.manners.answered(_host(page.url), is_probe)

    def _free_places(self) -> int:
        """How many pages more may be held; none while the host rests, and one until the first has come to its end:
        before that nobody knows what robots.txt says, and a crawl beside this one may take the others."""
        if not self.manners.may_ask(self._host):
            return 0
        free = (self.marketplace.rate.concurrency if self._has_end else 1) - len(self._held)
        return min(free, self._keeper.budget.left()) if free else 0

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
            self._has_end = True
            self._free.set()
        self._on_page()

    def _is_finished(self) -> bool:
        if self._is_broken or (not self._held and self._keeper.is_finished()):
            return True
        self.ending = self.manners.ending or (None if self._held else self._keeper.budget.ending())
        return self.ending is not None

    def _renew(self) -> None:
        if time.monotonic() - self._renewed >= self._renew_every:
            self._keeper.renew()
            self._renewed = time.monotonic()


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _headers(response: Response) -> list[tuple[str, str]]:
    pairs = [(name, value) for name, values in response.headers.items() for value in values]
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]
