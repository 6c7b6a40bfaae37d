"""How many pages of a marketplace may be asked for today; counted in the ledger, so that a new start adds nothing."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from configs.calendar import SHANGHAI
from configs.marketplaces import Marketplace
from spiders.ledger import Ledger, Quota

NO_LIMIT = 1 << 30


class Budget:
    """`rate.pages_per_day` of a marketplace, by the date in Asia/Shanghai, over all its workers."""

    def __init__(self, marketplace: Marketplace, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._marketplace = marketplace
        self._ledger = ledger
        self._clock = clock

    def left(self) -> int:
        """Pages that may be asked for now."""
        limit = self._marketplace.rate.pages_per_day
        if limit is None:
            return NO_LIMIT
        return max(limit - self._ledger.asked_between(self._marketplace.name, *self._today()), 0)

    def quota(self) -> Quota:
        """What the ledger may lease to all workers together."""
        rate = self._marketplace.rate
        return Quota(rate.concurrency, rate.pages_per_day, self._today())

    def ending(self) -> str | None:
        """Why no more is asked today, as part of a sentence; None where pages are left."""
        if self.left():
            return None
        name, limit = self._marketplace.name, self._marketplace.rate.pages_per_day
        return f"the {limit} pages a day of {name} are used until {self._today()[1]:%Y-%m-%d %H:%M} Shanghai time"

    def _today(self) -> tuple[datetime, datetime]:
        start = datetime.combine(self._clock().astimezone(SHANGHAI).date(), time(), SHANGHAI)
        return start, start + timedelta(days=1)
