"""A crawl's manners towards the hosts of its marketplace: when the next request may go out, and when to stop.

What a host asked for is kept, so that a crawl that is started again does not ask earlier than the one before was told,
nor one beside it. The pace is one for all: a request takes its turn in the ledger.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from spiders.host import CLOSED, OPEN, Host, Tact
from spiders.standing import HostStanding, read_standings, sole_writer, version_of, write_standings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.25  # how soon a waiting request sees that the crawl ends


class Manners:
    """Every request of a crawl passes `turn`, and what came of it is told here. `path` is the file of the standings.

    `is_last_page` says whether one page alone is left of many: that it is refused says nothing of the host.
    `take_turn` is the ledger's: it says how long a host must be left alone after any crawl's request, and where that is
    0 it notes one now.
    """

    def __init__(
        self,
        path: Path,
        tact: Tact,
        is_last_page: Callable[[], bool],
        take_turn: Callable[[str, float], float] = lambda host, seconds: 0.0,
    ) -> None:
        self.is_stopped = False
        self._path = path
        self._tact = tact
        self._is_last_page = is_last_page
        self._take_turn = take_turn
        self._hosts: dict[str, Host] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._standings: dict[str, HostStanding] = {}
        self._version: tuple[int, int] | None = None
        self._to_utc = time.time() - time.monotonic()

    @property
    def ending(self) -> str | None:
        """Why no more is asked, as part of a sentence; None while it goes on."""
        given_up = [host.name for host in self._hosts.values() if host.is_given_up]
        if not given_up:
            return None
        opened = f"{given_up[0]} refused {self._tact.refusals_in_a_row} requests in a row (429, 503 or blocked)"
        return f"{opened} and {self._tact.probes} probes after"

    def may_ask(self, host: str) -> bool:
        """Whether a request would be sent soon: no page is held while a host rests."""
        return self._wait_seconds(self._host(host)) <= max(LOOK_SECONDS, self._tact.seconds_between)

    def slow_down(self, host: str, seconds_between: float) -> None:
        """Asks a host no more often than this."""
        self._host(host).slow_down(seconds_between)

    async def turn(self, name: str, is_robots: bool = False, is_ending: Callable[[], bool] = bool) -> bool | None:
        """Waits until a request may be sent to the host; whether it is a probe, None where the crawl ends before."""
        host = self._host(name)
        async with self._turns[name + "/robots.txt" * is_robots]:
            while seconds := self._wait_seconds(host, is_robots) or self._others_seconds(host):
                await asyncio.sleep(min(seconds, LOOK_SECONDS))
                if self.is_stopped or host.is_given_up or is_ending():
                    return None
            is_probe = host.ask(time.monotonic(), is_robots)
            if is_probe:
                self._note(host, True)
            return is_probe

    def refused(self, name: str, is_probe: bool, asked_seconds: float = 0.0, is_robots: bool = False) -> None:
        """Notes a 429, a 503, or a page that blocks. A robots.txt that is refused is as good as a probe refused, though
        one that is answered says nothing of the pages.
        """
        host = self._host(name)
        is_probe = is_probe or (is_robots and host.state == OPEN)
        may_open = host.state != CLOSED or not self._is_last_page()
        self._note(host, host.refused(time.monotonic(), is_probe, asked_seconds, may_open))

    def answered(self, name: str, is_probe: bool) -> None:
        """Notes any other answer."""
        host = self._host(name)
        if host.answered(is_probe):
            self._note(host, True, is_cleared=True)

    def silent(self, name: str, is_probe: bool) -> None:
        """Notes that no answer came."""
        host = self._host(name)
        if host.silent(time.monotonic(), is_probe):
            self._note(host, True)

    def _host(self, name: str) -> Host:
        if name not in self._hosts:
            self._hear()
            self._hosts[name] = Host(name, self._tact)
            if earlier := self._standings.get(name):
                self._hosts[name].heed(earlier.state, *self._instants(earlier))
        return self._hosts[name]

    def _wait_seconds(self, host: Host, is_robots: bool = False) -> float:
        """Seconds until the host may be asked, by what any crawl was told."""
        self._hear()
        return host.wait_seconds(time.monotonic(), is_robots)

    def _others_seconds(self, host: Host) -> float:
        """Seconds until the host may be asked after what others asked; where that is now, it is noted as asked."""
        return self._take_turn(host.name, host.seconds_between(time.monotonic()))

    def _hear(self, cleared: str | None = None) -> None:
        """Takes up what other crawls wrote since; of the host `cleared`, which has just answered, only how long to
        wait."""
        version = version_of(self._path)
        if version == self._version:
            return
        known, self._standings, self._version = self._standings, read_standings(self._path), version
        for name, standing in self._standings.items():
            if name in self._hosts and standing != known.get(name):
                state = CLOSED if name == cleared else standing.state
                if self._hosts[name].heed(state, *self._instants(standing)):
                    logger.warning("%s: circuit open, as another crawl found", name)

    def _note(self, host: Host, is_news: bool, is_cleared: bool = False) -> None:
        """Keeps how a host stands, and tells it where its circuit has turned."""
        with sole_writer(self._path):
            self._hear(host.name if is_cleared else None)
            standing = self._standing(host)
            self._standings[host.name] = standing
            write_standings(self._path, self._standings)
            self._version = version_of(self._path)
        if is_news:
            logger.warning("%s", standing.line)

    def _standing(self, host: Host) -> HostStanding:
        not_before = datetime.fromtimestamp(host.not_before + self._to_utc, UTC)
        when = f", asked next at {not_before:%Y-%m-%dT%H:%M:%SZ}" if host.state == OPEN else ""
        given_up = ", given up for this run" if host.is_given_up else ""
        line = f"{host.name}: circuit {host.state} ({host.refused_in_a_row} refused in a row){given_up}{when}"
        slow = datetime.fromtimestamp(host.slow_until + self._to_utc, UTC) if host.slow_until > 0 else None
        return HostStanding(state=host.state, not_before=not_before, line=line, slow_until=slow)

    def _instants(self, standing: HostStanding) -> tuple[float, float]:
        """From when on it is asked, and until when half as often, on the clock of the hosts."""
        slow_until = standing.slow_until.timestamp() if standing.slow_until else float("-inf")
        return standing.not_before.timestamp() - self._to_utc, slow_until - self._to_utc
