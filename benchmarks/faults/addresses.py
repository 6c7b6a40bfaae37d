"""Redirects and links to forbidden addresses: does anything ever connect to one of them?

A small shop on a public name sends every page on to another forbidden address; other pages have such an address in the
ledger itself; and on other hosts robots.txt sends on to one. Hosts that can be written down are written into the
marketplace file, so that the check of the address stands alone. The crawl child runs in a made-up internet
(astray_child), in which every connection but those to the shop ends at a trap on loopback that counts it.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from benchmarks.faults import astray_child
from benchmarks.faults.robots import WEEK
from benchmarks.faults.small_site import SmallSite, Told, marketplace_at, serving
from benchmarks.faults.table import FaultRow
from configs.calendar import starts_at
from configs.clock import Clock
from configs.marketplaces import Marketplace
from configs.settings import Settings
from spiders import overseer
from spiders.crawl import CrawlOptions, crawl
from spiders.ledger import Ledger
from spiders.pages import PageKey, PlannedPage

SHOP, SHOP_ADDRESS = "shop.example", "93.184.216.34"
TURNING = "turning.example"
SPELLED = [  # hosts as they can be written into the marketplace file
    *("127.0.0.1", "127.0.0.2", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "168.63.129.16"),
    *("100.64.0.1", "100.100.100.200", "0.0.0.0", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "localhost"),
]
STANDS_FOR: dict[str, list[list[str]]] = {
    "loopback.example": [["127.0.0.1"]],
    "metadata.example": [["169.254.169.254"]],
    "metadata-six.example": [["fd00:ec2::254"]],
    "six.example": [["::1"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "nat64.example": [["64:ff9b::7f00:1"]],
    "sixtofour.example": [["2002:7f00:1::"]],
    "teredo.example": [["2001:0:7f00:1::"]],
    "link.example": [["fe80::1"]],
    "both.example": [[SHOP_ADDRESS, "10.0.0.1"]],
    TURNING: [[SHOP_ADDRESS], ["127.0.0.1"]],  # another address at the second look-up
}
WRITTEN = (
    "http://other.example{path}",
    "http://shop.example.{path}",
    "http://shop.example:22{path}",
    "http://shop.example@10.0.0.1{path}",
    "http://shop.example:80@10.0.0.1{path}",
    "http://10.0.0.1\\@shop.example{path}",
    "http://[::1]{path}",
    "http://[::ffff:127.0.0.1]{path}",
    "http://[fd00:ec2::254]{path}",
    "http://１２７.0.0.1{path}",
    "file:///etc/hostname",
    "ftp://127.0.0.1{path}",
    "gopher://127.0.0.1{path}",
    "s3://bucket{path}",
    "data:text/html,x",
    "javascript:alert(1)",
    "http:///{path}",
    "no address at all",
)
WAYS = ("towels", "luggage", "socks")  # redirect from a page, link, redirect from robots.txt
GOOD = ("carpets", 2)


@dataclass
class Trap:
    """Where all wrong ways lead; `connections` counts who came."""

    port: int = 0
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """One crawl of pages that all lead astray but two."""
    hosts = [*SPELLED, *STANDS_FOR]
    targets = [*(f"http://{host}{{path}}" for host in hosts), *WRITTEN][:: 3 if is_short else 1]
    with trap() as caught, serving(lambda path, host: _astray(path, host, targets)) as site:
        ledger, marketplace = _planned(folder, targets, hosts, site)
        named = _internet(site, caught, len(targets)).model_dump_json()
        _crawl(folder, marketplace, named)
    pages = ledger.rows()
    ledger.close()
    astray = pages.filter(pages["category"] != GOOD[0])
    read = pages.filter(pages["outcome"] == "listing")
    told = astray.filter(astray["outcome"].is_in(["error", "refused"]), astray["reason"].is_not_null())
    return FaultRow(
        fault=f"redirects of pages and of robots.txt, and links, to {len(targets)} forbidden addresses and schemes",
        counts={
            "connections at the trap": caught.connections,
            "pages without a reason": astray.height - told.height,
            "pages of the shop itself not read": GOOD[1] - read.filter(read["category"] == GOOD[0]).height,
        },
        seen={"pages that lead astray": astray.height},
    )


def _crawl(folder: Path, marketplace: Marketplace, named: str) -> None:
    """One crawl in the made-up internet."""
    settings = Settings(home=folder, contact="https://shop.example/contact")
    clock = Clock(starts_at(WEEK) + timedelta(days=2), datetime.now(UTC))
    options = CrawlOptions(clock=clock, attempts=1, retry_seconds=0.02)
    there = patch.object(overseer, "CHILD", astray_child.__name__)
    with patch.dict(os.environ, {astray_child.VARIABLE: named}), there:
        crawl(folder, settings, marketplace, WEEK, options)


@contextmanager
def trap() -> Iterator[Trap]:
    """A listener on loopback that takes every connection, counts it and hangs up."""
    caught = Trap()
    with socket.create_server(("127.0.0.1", 0)) as server:
        caught.port = server.getsockname()[1]
        threading.Thread(target=_catch, args=(server, caught), daemon=True).start()
        yield caught
        server.shutdown(socket.SHUT_RDWR)


def _catch(server: socket.socket, caught: Trap) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with caught.lock, connection:
            caught.connections += 1


def _planned(folder: Path, targets: list[str], hosts: list[str], site: SmallSite) -> tuple[Ledger, Marketplace]:
    """The ledger with a page for each way and target, and the shop's marketplace file."""
    own = [_own_host(number) for number in range(len(targets))]
    address = f"http://{SHOP}/list/{{category}}/{{page}}"
    marketplace = marketplace_at(
        SHOP,
        site.port,
        hosts=[SHOP, *hosts, *own],
        allow_loopback=False,
        listing={"url": address, "page_size": 1, "depth": 1},
        categories={name: name for name in (*WAYS, GOOD[0])},
    )
    pages = [(GOOD[0], page, marketplace.page_url(GOOD[0], page)) for page in range(1, GOOD[1] + 1)]
    for number, target in enumerate(targets):
        page = number + 1
        pages += [
            ("towels", page, marketplace.page_url("towels", page)),
            ("luggage", page, target.replace("{path}", f"/list/luggage/{page}")),
            ("socks", page, f"http://{own[number]}/list/socks/{page}"),
        ]
    ledger = Ledger(Settings(home=folder).ledger_url)
    ledger.plan(PlannedPage(PageKey(marketplace.name, WEEK, name, page), url) for name, page, url in pages)
    return ledger, marketplace


def _own_host(number: int) -> str:
    return f"robots-{number}.example"


def _internet(site: SmallSite, caught: Trap, targets: int) -> astray_child.Internet:
    names = {SHOP: [[SHOP_ADDRESS]], "other.example": [["93.184.216.35"]], **STANDS_FOR}
    names |= {_own_host(number): [[SHOP_ADDRESS]] for number in range(targets)}
    return astray_child.Internet(site_port=site.port, trap_port=caught.port, site_address=SHOP_ADDRESS, names=names)


def _astray(path: str, host: str, targets: list[str]) -> Told | None:
    """What the shop and the hosts beside it answer: on to a target, which the page's or the host's number tells."""
    if host == TURNING:  # its connection is not kept, so that the name is looked up again
        return Told(404, b"", {"Connection": "close"})
    if path == "/robots.txt":
        number = host.removeprefix("robots-").removesuffix(".example")
        return _sent_on(targets[int(number)], path) if number.isdigit() else Told(404)
    _, _, category, page = path.split("/")
    if category == "towels" and host == SHOP:
        return _sent_on(targets[int(page) - 1], path)
    return None


def _sent_on(target: str, path: str) -> Told:
    return Told(302, b"", {"Location": target.replace("{path}", path).encode().decode("latin-1")})
