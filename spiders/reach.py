"""Which addresses a crawl may ask: http and https on the marketplace's own hosts and ports, and nothing else.

Names are looked up later, and what they stand for is checked where the connection is made (spiders/resolver.py).
"""

from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

from scrapy.exceptions import IgnoreRequest

from configs.marketplaces import Marketplace
from configs.networks import is_loopback
from spiders.outcome import classify
from spiders.pages import ArchivedPage, PageKey

DEFAULT_PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
MOST_HOPS = 5


class OutOfReach(IgnoreRequest):
    """An address that is never asked; the text says why."""


class NotConnected(IgnoreRequest):
    """A host of the marketplace that stands, for now, for an address that is never connected to."""


def check_url(url: str, marketplace: Marketplace) -> None:
    """OutOfReach where the marketplace's pages cannot be at this address."""
    parts = _split(url)
    ports = _ports(marketplace)
    if parts.scheme not in ports:
        raise OutOfReach(f"{url[:200]} is {parts.scheme or 'no scheme'}, expected http or https")
    if "@" in parts.netloc or "\\" in url or any(ord(sign) <= 0x20 or ord(sign) == 0x7F for sign in url):
        raise OutOfReach(f"{url[:200]!r} hides its host behind a user, a backslash or a blank")
    if parts.hostname not in marketplace.hosts:
        raise OutOfReach(f"{url[:200]} is on {parts.hostname}, no host of {marketplace.name}")
    port = parts.port if parts.port is not None else DEFAULT_PORTS[parts.scheme]
    if port not in ports[parts.scheme]:
        raise OutOfReach(f"{url[:200]} is on port {port}, where {marketplace.name} has no pages")


def check_hop(url: str, target: str, marketplace: Marketplace) -> None:
    """OutOfReach where a redirect from one address to another may not be followed."""
    check_url(target, marketplace)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise OutOfReach(f"{target[:200]} is not encrypted, and {url[:200]} is")


def target_of(url: str, status: int, location: str) -> str | None:
    """The address that an answer sends on to; None where it sends on to none."""
    if status not in REDIRECTS or not location.strip():
        return None
    try:
        return urldefrag(urljoin(url, location.strip())).url
    except ValueError:
        raise OutOfReach(f"{location[:200]!r} is no address") from None


def onward(page: ArchivedPage, key: PageKey, marketplace: Marketplace, hops: int) -> str | None:
    """Where a page is instead; None where the answer is the page itself, or a block or login whatever its status.

    OutOfReach where it sends on to what may not be asked, or is another page: its cards would be counted here.
    """
    target = target_of(page.url, page.status, page.header("Location"))
    if target is None or classify(page, marketplace, "").kind in ("blocked", "login"):
        return None
    check_hop(page.url, target, marketplace)
    if marketplace.category_of_url(target) != (key.category, key.page):
        raise OutOfReach(f"{target[:200]} is not page {key.page} of {key.category}")
    if hops >= MOST_HOPS:
        raise OutOfReach(f"{target[:200]} would be redirect number {hops + 1}, expected at most {MOST_HOPS}")
    return target


def may_loop(marketplace: Marketplace) -> bool:
    """Whether its hosts may be this very machine: it says so, and its listing says so too."""
    return marketplace.allow_loopback and is_loopback(urlsplit(marketplace.listing.url).hostname or "")


def _ports(marketplace: Marketplace) -> dict[str, set[int]]:
    """The ports that may be asked, by scheme: the listing's own, and beside it the usual ones of a real site."""
    listing = urlsplit(marketplace.listing.url)
    ports = {scheme: set() if may_loop(marketplace) else {port} for scheme, port in DEFAULT_PORTS.items()}
    ports[listing.scheme].add(listing.port or DEFAULT_PORTS[listing.scheme])
    return ports


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError as error:
        raise OutOfReach(f"{url[:200]!r} is no address ({error})") from None
    return parts
