"""Answers that unfold to a thousand times their size, show a million cards or nest without end: how they end, after how
many seconds, and with how much memory above that of an ordinary page.

    python -m benchmarks.faults.bombs classify FOLDER MARKETPLACE CODING
    python -m benchmarks.faults.bombs crawl FOLDER MARKETPLACE ...

Each bomb is taken in by a process of its own, which ends with a line of JSON; those over HTTP by the crawl's own child.
"""

import gzip
import json
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import brotli
import yaml
import zstandard

from benchmarks.faults.bomb_crawl import crawled
from benchmarks.faults.table import FaultRow
from configs.marketplaces import Marketplace
from sandbox.scenario import PRACTICE, PRACTICE_HTML
from sandbox.world import TEMPLATES
from spiders.outcome import classify
from spiders.pages import STORED, ArchivedPage

UNFOLDED = 100 << 20
CARDS, DEPTH = 10**6, 10**5
PEAK_MB, SECONDS = 300.0, 30.0
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 9),
    "deflate": lambda body: zlib.compress(body, 9),
    "br": lambda body: brotli.compress(body, quality=5),
    "zstd": lambda body: zstandard.ZstdCompressor(level=9).compress(body),
    "gzip, gzip": lambda body: gzip.compress(gzip.compress(body, 9), 9),
}
FEW = ("1:1000 br", "cards in JSON", "cards in HTML", "nesting in JS", "nesting in HTML")  # one of each kind
SCRIPT = "<html><script>var pageConfig = %s</script></html>"
GOODS = '<div class="goods-card" data-goods="1" data-shop="2"><div class="money"><em>¥</em><b>1</b></div>'
WHOLE = SCRIPT % '{"listOffer":[{"offerid":"1","memberId":"m"}]}'


@dataclass(frozen=True)
class Bomb:
    """An answer, and the marketplace that it pretends to be of."""

    name: str
    marketplace: str
    coding: str
    body: Callable[[], bytes]


def bombs() -> Iterator[Bomb]:
    """All bombs; their bodies are made when they are asked for, as each fills memory."""
    for coding, squeeze in CODINGS.items():
        yield Bomb(f"1:1000 {coding}", PRACTICE, coding, partial(_squeezed, squeeze))
    yield Bomb("empty members", PRACTICE, "gzip", lambda: gzip.compress(b"") * 300_000)
    card = '{"offerid":"1","memberId":"m"}'
    for name, marketplace, text in (
        ("cards in JSON", PRACTICE, SCRIPT % f'{{"listOffer":[{card}{f",{card}" * (CARDS - 1)}]}}'),
        ("small cards in JSON", PRACTICE, SCRIPT % f'{{"listOffer":[{{}}{",{}" * (CARDS - 1)}]}}'),
        ("cards in JS", PRACTICE, SCRIPT % f"{{listOffer:[{{a:1}}{',{a:1}' * (CARDS - 1)}]}}"),
        ("cards in HTML", PRACTICE_HTML, f"<html>{GOODS}</div>{'<p class=goods-card>' * (CARDS - 1)}</html>"),
        ("nesting in JSON", PRACTICE, SCRIPT % ('{"listOffer":' + "[" * DEPTH + "]" * DEPTH + "}")),
        ("nesting in JS", PRACTICE, SCRIPT % ("{listOffer:" + "{a:" * DEPTH + "1" + "}" * DEPTH + "}")),
        ("nesting that does not end", PRACTICE, SCRIPT % ("{listOffer:" + "[{a:" * DEPTH)),
        ("nesting in HTML", PRACTICE_HTML, f"<html>{'<div>' * DEPTH}{GOODS}</div>{'</div>' * DEPTH}</html>"),
        ("cards within cards", PRACTICE_HTML, f"<html>{GOODS * (DEPTH // 10)}</html>"),
        ("open formatting", PRACTICE_HTML, _open_formatting(3_000)),
        ("one tag of attributes", PRACTICE_HTML, f"<html><p {' '.join(f'a{n}' for n in range(DEPTH))}>{GOODS}</html>"),
    ):
        yield Bomb(name, marketplace, "", text.encode)


def _squeezed(squeeze: Callable[[bytes], bytes]) -> bytes:
    return squeeze(bytes(UNFOLDED))


def _open_formatting(count: int) -> str:
    """Elements that each of the paragraphs behind them would open anew."""
    opened = "".join(f"<font id={number}>" for number in range(count))
    return f"<html><p>{opened}</p>{'<p>x</p>' * count}{GOODS}</html>"


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Every bomb in a process of its own, and those of the codings over HTTP."""
    idle = _run("classify", _folder(folder / "idle", [Bomb("idle", PRACTICE, "", WHOLE.encode)]), PRACTICE, "")
    chosen = (bomb for bomb in bombs() if bomb.name in FEW or not is_short)
    found = {
        bomb.name: _run("classify", _folder(folder / "one", [bomb]), bomb.marketplace, bomb.coding) for bomb in chosen
    }
    over_http = {} if is_short else _over_http(folder)
    ends = [*found.values(), *([over_http] if over_http else [])]
    kinds = [kind for end in ends for kind in end["kinds"]]
    return FaultRow(
        fault=f"bombs: {', '.join(found)}" + (", and those of the codings over HTTP" if over_http else ""),
        counts={
            "taken as data": sum(kind in STORED for kind in kinds),
            "without an outcome": sum(kind is None for kind in kinds) + (idle["kinds"] != ["listing"]),
            "peak MB above idle": max(end["peak_mb"] for end in ends),
            "seconds of the slowest": max(end["seconds"] for end in ends),
        },
        limits={"peak MB above idle": PEAK_MB, "seconds of the slowest": SECONDS},
    )


def _over_http(folder: Path) -> dict[str, Any]:
    """The crawl of all bombs that lie in a coding, and of 100 MB that are plain, beside that of an ordinary page."""
    coded = [bomb for bomb in bombs() if bomb.coding]
    plain = [Bomb(f"plain, {way}", PRACTICE, way, partial(bytes, UNFOLDED)) for way in ("length", "chunked")]
    idle = _run("crawl", _folder(folder / "page", [Bomb("idle", PRACTICE, "", WHOLE.encode)]), PRACTICE, "")
    names = [bomb.coding for bomb in (*coded, *plain)]
    found = _run("crawl", _folder(folder / "bombs", [*coded, *plain]), PRACTICE, *names)
    return {**found, "peak_mb": found["peak_mb"] - idle["peak_mb"], "seconds": found["seconds"] - idle["seconds"]}


def _folder(folder: Path, contents: list[Bomb]) -> Path:
    """A folder with a file for each body: what a process builds itself would count as its own memory."""
    folder.mkdir(exist_ok=True)
    for number, bomb in enumerate(contents):
        (folder / f"{number}.body").write_bytes(bomb.body())
    return folder


def _run(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.faults.bombs", *map(str, arguments)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if child.returncode:
        return {"kinds": [None], "peak_mb": float("inf"), "seconds": float("inf")}
    found: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return found


def _classified(folder: Path, name: str, coding: str) -> dict[str, Any]:
    """What the process of one bomb tells: kinds, seconds, and its peak above that of an ordinary page."""
    marketplace = marketplace_of(name)
    classify(_answer(WHOLE.encode(), ""), marketplace, "idle")
    before = _peak_mb()
    began = time.perf_counter()
    outcome = classify(_answer((folder / "0.body").read_bytes(), coding), marketplace, "bomb")
    return {"kinds": [outcome.kind], "seconds": time.perf_counter() - began, "peak_mb": _peak_mb() - before}


def _answer(body: bytes, coding: str) -> ArchivedPage:
    return ArchivedPage("http://127.0.0.1/", 200, [("Content-Encoding", coding)], body, datetime.now(UTC))


def marketplace_of(name: str) -> Marketplace:
    """A practice marketplace as it is shipped."""
    return Marketplace.model_validate(yaml.safe_load(TEMPLATES[name].read_text(encoding="utf-8")))


def _peak_mb() -> float:
    """The most memory that this program held; Linux counts that of whoever started it too, but for VmHWM."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


if __name__ == "__main__":
    work, place, of, *codings = sys.argv[1:]
    if work == "classify":
        told = _classified(Path(place), of, codings[0])
    else:
        told = crawled(Path(place), marketplace_of(of), codings)
    print(json.dumps(told))
