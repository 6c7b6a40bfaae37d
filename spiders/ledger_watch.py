"""Which workers have fallen silent: those whose leases nobody has put off for as long as a lease lasts.

A deadline is never compared with a clock: clocks of two machines differ, and one that is set back an hour would give
every later lease a deadline that others take for past. Whether a deadline stands still can be told by waiting.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime


class Watch:
    """One process's memory of others' deadlines; `seconds` is how long a lease lasts, `tick` a clock that only runs."""

    def __init__(self, seconds: float, tick: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._tick = tick
        self._seen: dict[str, tuple[datetime, float]] = {}

    def silent(self, deadlines: Mapping[str, datetime]) -> dict[str, datetime]:
        """Of the workers and their latest deadlines those that have stood still; one that is new here is not silent."""
        now = self._tick()
        before = self._seen
        self._seen = {
            worker: before[worker] if worker in before and before[worker][0] == deadline else (deadline, now)
            for worker, deadline in deadlines.items()
        }
        return {worker: deadline for worker, (deadline, since) in self._seen.items() if now - since >= self._seconds}
