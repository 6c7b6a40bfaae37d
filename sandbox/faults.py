"""What can go wrong with a page of the practice site, on request.

A fault is a small function from the right answer to a wrong one, listed in FAULTS by the word that asks for it on
the command line (`--fail towels/2=503x2`: page 2 of towels answers 503 the first two times; `html-towels/2` is on
the second site).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from configs.errors import InputError
from sandbox.canaries import planted

ALWAYS = "always"
WRITTEN = re.compile(r"^(?P<page>[a-z0-9-]+/\d+|robots)=(?P<fault>[a-z0-9-]+)x(?P<times>\d+|always)$")


RENAMED = {
    b"var pageConfig = {": b"window.__STORE__ = {",
    b'"listOffer"': b'"cardItems"',
    b'class="goods-card"': b'class="tile-v2"',
}


@dataclass(frozen=True)
class Answer:
    """An answer of the site: HTTP status, content type and the body before any content encoding."""

    status: int
    kind: str
    body: bytes


@dataclass(frozen=True)
class Fault:
    """A fault of one page: `times` is how many first requests meet it, None for all."""

    page: str
    name: str
    times: int | None

    def meets(self, request: int) -> bool:
        """Whether the n-th request of the page (from 1) meets it."""
        return self.times is None or request <= self.times


def refuse(status: int) -> Callable[[Answer], Answer]:
    """The fault of answering this status."""
    return lambda right: Answer(status, "text/html; charset=utf-8", f"<h1>{status}</h1>\n".encode())


def change_layout(right: Answer) -> Answer:
    """The same shop after a relaunch: answered with 200, and no layout of today fits."""
    body = right.body
    for text, other in RENAMED.items():
        body = body.replace(text, other)
    return replace(right, body=body)


def plant_canaries(right: Answer) -> Answer:
    """The right page, with contact data of persons in it."""
    return replace(right, body=planted(right.body.decode()).encode())


FAULTS: dict[str, Callable[[Answer], Answer]] = {
    "404": refuse(404),
    "500": refuse(500),
    "503": refuse(503),
    "changed": change_layout,
    "canaries": plant_canaries,
}


def read_fault(text: str) -> Fault:
    """A fault from its command line text PAGE=FAULTxTIMES; InputError where it is none."""
    match = WRITTEN.match(text)
    if not match or match["fault"] not in FAULTS:
        sentence = f"{text!r} is no fault; write CATEGORY/PAGE=FAULTxTIMES with TIMES a number or always"
        raise InputError(f"{sentence} and FAULT one of {', '.join(FAULTS)}")
    return Fault(match["page"], match["fault"], None if match["times"] == ALWAYS else int(match["times"]))
