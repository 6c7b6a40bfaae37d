"""The crawl child in a made-up internet: names mean what ASTRAY says, one address is the site, and behind every other
address stands the trap. Nothing leaves this machine, and whatever the child connects to is counted.
"""

import os
import socket
from collections import Counter
from typing import Any

from pydantic import BaseModel, TypeAdapter
from twisted.internet.posixbase import PosixReactorBase

from spiders import child

VARIABLE = "ASTRAY"


class Internet(BaseModel):
    """Ports of the site and the trap on loopback, the site's address, and of each name its addresses at the first
    look-up, at the second, and so on; the last ones stay."""

    site_port: int
    trap_port: int
    site_address: str
    names: dict[str, list[list[str]]]


def main() -> None:
    """Crawls one unit there."""
    internet = TypeAdapter(Internet).validate_json(os.environ[VARIABLE])
    real_connect: Any = PosixReactorBase.connectTCP
    real_look_up = socket.getaddrinfo
    looked_up: Counter[str] = Counter()

    def connect(reactor: Any, host: str, _port: int, *arguments: Any, **named: Any) -> Any:
        port = internet.site_port if host == internet.site_address else internet.trap_port
        return real_connect(reactor, "127.0.0.1", port, *arguments, **named)

    def look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        times = internet.names.get(str(host))
        if times is None:
            return real_look_up(host, *arguments, **named)
        looked_up[host] += 1
        found = times[min(looked_up[host], len(times)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    setattr(PosixReactorBase, "connectTCP", connect)  # noqa: B010
    socket.getaddrinfo = look_up
    child.main()


if __name__ == "__main__":
    main()
