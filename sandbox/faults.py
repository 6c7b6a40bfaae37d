"""What can go wrong with a page of the practice site, on request.

A fault is a small function from the right answer to a wrong one, listed in FAULTS by the word that asks for it on
the command line (`--fail towels/2=503x2`: page 2 of towels answers 503 the first two times; `html-towels/2` is on
the second site; `any=stormx60s` meets every request of 60 seconds from the first on).
"""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate

from configs.errors import InputError
from sandbox.canaries import planted

ALWAYS = "always"
ANY = "any"
WRITTEN = re.compile(r"^(?P<page>[a-z0-9-]+/\d+|robots|any)=(?P<fault>[a-z0-9-]+)x(?P<times>\d+s?|always)$")
STORM_SECONDS = (1, 2)  # what a storm asks to wait, drawn evenly
PRICE = re.compile(rb'"strPriceMoney":\s*"([\d.]+)"')


RENAMED = {
    b"var pageConfig = {": b"window.__STORE__ = {",
    b'"listOffer"': b'"cardItems"',
    b'class="goods-card"': b'class="tile-v2"',
}


@dataclass(frozen=True)
class Answer:
    """An answer of the site: HTTP status, content type, the body before any content encoding, and headers beside."""

    status: int
    kind: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Fault:
    """A fault of one page, or of any: `times` is how many first requests meet it, None for all; `seconds` is for how
    long after the site's first request, in the machine's time, it is met, None for ever.
    """

    page: str
    name: str
    times: int | None
    seconds: float | None = None

    def meets(self, page: str, request: int, seconds: float) -> bool:
        """Whether the n-th request of a page (from 1), so many seconds after the site's first, meets it."""
        is_due = (self.times is None or request <= self.times) and (self.seconds is None or seconds <= self.seconds)
        return self.page in (page, ANY) and is_due


def refuse(status: int) -> Callable[[Answer], Answer]:
    """The fault of answering this status."""
    return lambda right: Answer(status, "text/html; charset=utf-8", f"<h1>{status}</h1>\n".encode())


def change_layout(right: Answer) -> Answer:
    """The same shop after a relaunch: answered with 200, and no layout of today fits."""
    body = right.body
    for text, other in RENAMED.items():
        body = body.replace(text, other)
    return replace(right, body=body)


class Storm:
    """Half of the answers, drawn by a fixed seed, become 429 or 503 with Retry-After in seconds or as a date."""

    def __init__(self) -> None:
        self._dice = random.Random(429)

    def __call__(self, right: Answer) -> Answer:
        """The next answer of the storm."""
        if self._dice.random() < 0.5:
            return right
        seconds = self._dice.choice(STORM_SECONDS)
        asked = self._dice.choice((str(seconds), formatdate(time.time() + seconds, usegmt=True)))
        return replace(refuse(self._dice.choice((429, 503)))(right), headers=(("Retry-After", asked),))


def drift(right: Answer) -> Answer:
    """The same page after a small change of the shop's: a discount in per cent stands right before the price, and the
    price alone has a name of its own."""
    return replace(right, body=PRICE.sub(rb'"strPriceMoney":"99\1","paidMoney":"\1"', right.body))


def plant_canaries(right: Answer) -> Answer:
    """The right page, with contact data of persons in it."""
    return replace(right, body=planted(right.body.decode()).encode())


FAULTS: dict[str, Callable[[Answer], Answer]] = {
    "404": refuse(404),
    "429": refuse(429),
    "500": refuse(500),
    "503": refuse(503),
    "changed": change_layout,
    "storm": Storm(),
    "drifted": drift,
    "canaries": plant_canaries,
}


def read_fault(text: str) -> Fault:
    """A fault from its command line text PAGE=FAULTxTIMES; InputError where it is none."""
    match = WRITTEN.match(text)
    if not match or match["fault"] not in FAULTS:
        sentence = f"{text!r} is no fault; write CATEGORY/PAGE=FAULTxTIMES with TIMES a number, seconds (60s) or always"
        raise InputError(f"{sentence} and FAULT one of {', '.join(FAULTS)}")
    times = match["times"]
    if times.endswith("s") and times != ALWAYS:
        return Fault(match["page"], match["fault"], None, float(times[:-1]))
    return Fault(match["page"], match["fault"], None if times == ALWAYS else int(times))
