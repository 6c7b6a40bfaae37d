"""One host: when it may be asked next, and whether at all. Instants are seconds of a clock that never goes back.

The circuit is closed while the host answers. Several refusals in a row (429, 503, a page that blocks) open it: nobody
asks for a while, then one single request probes. An answer closes the circuit, a refusal opens it again, for twice as
long, and after the last probe the host is given up for this run.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"
SLOW_SECONDS = 60.0  # after a refusal the host is asked half as often for so long


@dataclass(frozen=True)
class Tact:
    """How a host is treated: seconds between two requests, how long it rests after a refusal that names no time (for
    each further one in a row `rest_factor` times as long), and when the circuit opens, for how long, how often."""

    seconds_between: float = 1.0
    rest_seconds: float = 5.0
    rest_factor: float = 2.0
    longest_rest_seconds: float = 120.0
    refusals_in_a_row: int = 5
    break_seconds: float = 60.0
    probes: int = 4
    jitter_share: float = 0.5


class Host:
    """Pace and circuit of one host; `luck` draws from [0, 1)."""

    def __init__(self, name: str, tact: Tact, luck: Callable[[], float] = random.random) -> None:
        self.name = name
        self.state = CLOSED
        self.is_given_up = False
        self.refused_in_a_row = 0
        self.not_before = 0.0  # nothing is asked earlier
        self.slow_until = float("-inf")  # it is asked half as often
        self._tact = tact
        self._luck = luck
        self._delay = tact.seconds_between
        self._asked_at = float("-inf")
        self._openings = 0
        self._is_probing = False

    def slow_down(self, seconds_between: float) -> None:
        """Asks no more often than this, such as robots.txt wants it."""
        self._delay = max(self._tact.seconds_between, seconds_between)

    def seconds_between(self, now: float) -> float:
        """How long after one request the next may follow."""
        return 2 * self._delay if now < self.slow_until else self._delay

    def heed(self, state: str, not_before: float, slow_until: float = float("-inf")) -> bool:
        """Takes up what an earlier run was told or another crawl is, where it is worse; whether the state is another
        now. What opened here closes only by a probe from here.
        """
        self.not_before = max(self.not_before, not_before)
        self.slow_until = max(self.slow_until, slow_until)
        if self.state != CLOSED or state == CLOSED:
            return False
        self.state, self._openings = OPEN, 1
        return True

    def wait_seconds(self, now: float, is_robots: bool = False) -> float:
        """Seconds until the next request may be sent, 0 for now; infinite while another one probes."""
        if self._is_probing and not is_robots:
            return float("inf")
        return max(self.not_before - now, self._asked_at + self.seconds_between(now) - now, 0.0)

    def ask(self, now: float, is_robots: bool = False) -> bool:
        """Notes that a request is sent now; whether it is the one that probes. robots.txt tells nothing of pages."""
        self._asked_at = now
        if self.state == CLOSED or is_robots:
            return False
        self.state, self._is_probing = HALF_OPEN, True
        return True

    def answered(self, is_probe: bool) -> bool:
        """Notes an answer that is none of refusal; whether the state is another now."""
        if self.state == CLOSED or is_probe:
            self.refused_in_a_row = 0
        if not is_probe:
            return False
        self.state, self._is_probing, self._openings = CLOSED, False, 0
        return True

    def refused(self, now: float, is_probe: bool, asked_seconds: float = 0.0, may_open: bool = True) -> bool:
        """Notes a refusal, with the seconds that the host asks for; whether the state is another now.

        `may_open` is false where one page alone is refused, which says nothing of the host.
        """
        self.refused_in_a_row += 1
        self.slow_until = now + SLOW_SECONDS
        self._is_probing = self._is_probing and not is_probe
        is_run = self.state == CLOSED and self.refused_in_a_row >= self._tact.refusals_in_a_row
        if is_probe or (is_run and may_open):
            return self._open(now, asked_seconds)
        # what was under way when the circuit opened says nothing new
        self.not_before = max(self.not_before, now + (asked_seconds or self._rest_seconds()))
        return False

    def silent(self, now: float, is_probe: bool) -> bool:
        """Notes a request without any answer, which counts only where it was the probe."""
        return self.refused(now, is_probe) if is_probe else False

    def _open(self, now: float, asked_seconds: float) -> bool:
        self.state = OPEN
        self.is_given_up = self._openings >= self._tact.probes
        rest = self._jittered(self._tact.break_seconds * 2**self._openings)
        self.not_before = max(self.not_before, now + max(asked_seconds, rest))
        self._openings += 1
        return True

    def _rest_seconds(self) -> float:
        if self.state != CLOSED:
            return 0.0
        seconds = self._tact.rest_seconds * self._tact.rest_factor ** (self.refused_in_a_row - 1)
        return self._jittered(min(seconds, self._tact.longest_rest_seconds))

    def _jittered(self, seconds: float) -> float:
        """At least so many: crawlers that were refused together do not come back together."""
        return seconds * (1 + self._tact.jitter_share * self._luck())
