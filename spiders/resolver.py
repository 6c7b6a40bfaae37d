"""Names to addresses for the crawl child. Only what is checked here is ever connected to.

A connection is made to the very addresses that this resolver hands out, and no name is looked up between: a name that
stands for a harmless address when it is checked and for another when it is used (DNS rebinding) has no moment to turn.
"""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Any, Literal, Self

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.internet.threads import deferToThreadPool
from zope.interface import implementer  # type: ignore[import-untyped]

from configs.networks import Address, literal_of, refusal_of

ALLOW_LOOPBACK = "BELTWATCH_ALLOW_LOOPBACK"  # a Scrapy setting

Transport = Literal["TCP", "UDP"]


@implementer(IHostResolution)
class Resolution:
    """One look-up under way."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """A look-up in a thread cannot be called back; what it finds is dropped by who has left."""


@implementer(IHostnameResolver)
class CheckedResolver:
    """Hands out a host's addresses where all of them may be connected to, and none otherwise.

    `refusals` says of each host looked up in vain which forbidden address it stands for.
    """

    def __init__(self, reactor: Any, allow_loopback: bool) -> None:
        self.refusals: dict[str, str] = {}
        self._reactor = reactor
        self._allow_loopback = allow_loopback

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:
        """As Scrapy builds it."""
        return cls(reactor, crawler.settings.getbool(ALLOW_LOOPBACK))

    def install_on_reactor(self) -> None:
        """Puts it in the place of the reactor's own."""
        self._reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type] | None = None,
        transportSemantics: Transport = "TCP",
    ) -> Any:
        """Looks a host up; no address is handed out where it stands for a forbidden one, or for none."""
        resolution = Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        looked_up: Any = deferToThreadPool(self._reactor, self._reactor.getThreadPool(), addresses_of, hostName)
        looked_up.addErrback(lambda _: [])
        looked_up.addCallback(self._allowed, hostName)
        looked_up.addCallback(lambda found: [_shaped(one, transportSemantics, portNumber) for one in found])
        kinds = tuple(addressTypes or (IPv4Address, IPv6Address))
        looked_up.addCallback(lambda found: _hand_out(found, resolutionReceiver, kinds))
        return resolution

    def _allowed(self, found: list[Address], host: str) -> list[Address]:
        """All of a host's addresses, or none."""
        self.refusals.pop(host, None)
        for address in found:
            if what := refusal_of(address, self._allow_loopback):
                self.refusals[host] = f"{host} stands for {address}, which is {what}"
                return []
        return found


def addresses_of(host: str) -> list[Address]:
    """All addresses of a host, without doubles; OSError where it has none. It blocks."""
    literal = literal_of(host)
    if literal is not None:
        return [literal]
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


def _hand_out(found: list[IPv4Address | IPv6Address], receiver: Any, kinds: tuple[type, ...]) -> None:
    for address in found:
        if isinstance(address, kinds):
            receiver.addressResolved(address)
    receiver.resolutionComplete()


def _shaped(address: Address, transport: Transport, port: int) -> IPv4Address | IPv6Address:
    return (IPv4Address if address.version == 4 else IPv6Address)(transport, str(address), port)
