"""What a robots.txt says to this crawler (RFC 9309)."""

import re
from dataclasses import dataclass

from protego import Protego

MAX_BYTES = 500 << 10  # RFC 9309 2.5: so much is read, and may be all that is
AGENT_LINE = re.compile(r"(?P<name>[ \t]*user-?agent[ \t]*:)[ \t]*(?P<token>\*|[a-z_-]*)[^\r\n]*", re.IGNORECASE)
OTHER = "another"  # no part of our own name


@dataclass(frozen=True)
class Rules:
    """Which addresses may be fetched, and how many seconds are to lie between two requests (0 where it says none)."""

    seconds_between: float
    _protego: Protego
    _agent: str

    def allows(self, url: str) -> bool:
        """Whether the longest rule that matches allows the address, or none matches."""
        return self._protego.can_fetch(url, self._agent)


def read_rules(body: bytes, agent: str) -> Rules:
    """The rules for a product token; lines that say nothing are passed over, as is all behind the first 500 KiB."""
    text = body[:MAX_BYTES]
    if len(body) > MAX_BYTES:
        text = text[: max(text.rfind(b"\n"), text.rfind(b"\r")) + 1]  # half a rule may allow more than the whole one
    # Protego applies `User-agent: b` to every crawler whose name begins with b, and `beltwatch/1` to none
    meant = AGENT_LINE.sub(lambda line: line["name"] + " " + _token(line["token"], agent), _lines(text))
    protego = Protego.parse(meant)
    return Rules(_seconds_between(protego, agent), protego, agent)


def _lines(body: bytes) -> str:
    return body.decode("utf-8-sig", errors="replace")


def _token(token: str, agent: str) -> str:
    return token if token == "*" or token.lower() == agent.lower() else OTHER


def _seconds_between(protego: Protego, agent: str) -> float:
    """The larger of Crawl-delay and Request-rate."""
    rate = protego.request_rate(agent)
    return max(protego.crawl_delay(agent) or 0.0, rate.seconds / rate.requests if rate else 0.0)
