"""Internet addresses that a crawl never connects to, whatever name led there (IANA special-purpose registries)."""

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address

GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that is given out; everything else in IPv6 is special
FORBIDDEN: dict[str, str] = {
    "0.0.0.0/8": "unspecified",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared (carrier NAT, and a cloud's metadata)",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "a cloud's metadata",
    "169.254.0.0/16": "link-local (a cloud's metadata)",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved",
    "192.0.2.0/24": "for documentation",
    "192.88.99.0/24": "reserved (6to4)",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "for benchmarks",
    "198.51.100.0/24": "for documentation",
    "203.0.113.0/24": "for documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::ffff:0:0/96": "an IPv4 address in IPv6",
    "64:ff9b::/96": "an IPv4 address in IPv6 (NAT64)",
    "64:ff9b:1::/48": "an IPv4 address in IPv6 (NAT64)",
    "2001::/23": "reserved (Teredo and others)",
    "2001:db8::/32": "for documentation",
    "2002::/16": "an IPv4 address in IPv6 (6to4)",
    "3fff::/20": "for documentation",
    "fc00::/7": "private (a cloud's metadata)",
    "fe80::/10": "link-local",
    "ff00::/8": "multicast",
}
NETWORKS = {ipaddress.ip_network(text): what for text, what in FORBIDDEN.items()}
NUMBER = re.compile(r"[0-9a-fx.]+", re.IGNORECASE)


def refusal_of(address: Address, allow_loopback: bool = False) -> str | None:
    """Why an address is not connected to, in one word or two; None where it may be."""
    if allow_loopback and address.is_loopback:
        return None
    for network, what in NETWORKS.items():
        if address.version == network.version and address in network:
            return what
    return "reserved" if isinstance(address, IPv6Address) and address not in GLOBAL_V6 else None


def literal_of(host: str) -> Address | None:
    """The address that a host spells as a number: dotted, decimal, octal, hexadecimal, or IPv6; None for a name."""
    text = host.strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        # resolvers read `2130706433`, `0x7f.1` and `0177.0.0.1` as numbers, ipaddress does not
        return IPv4Address(socket.inet_aton(text)) if NUMBER.fullmatch(text) else None
    except OSError:
        return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very spelling."""
    literal = literal_of(host)
    if literal is not None:
        return literal.is_loopback
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")
