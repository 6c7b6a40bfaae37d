"""Runs of one week at once on one home: two whole runs on SQLite, four workers on PostgreSQL, every step together.

The site logs every request, and when it came: together they may ask no more often than one. A home in which one run was
alone tells what the tables must be. Of several releases at once one is made, and the others refuse with a sentence.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml

from benchmarks.faults.homes import (
    LIVE,
    NOW,
    SCENARIO,
    asked_beyond_plan,
    different,
    doubled,
    ended,
    finish,
    pages_of,
    prepare,
    start,
    steps,
)
from benchmarks.faults.postgres import postgres
from benchmarks.faults.storm import Asked, requests
from benchmarks.faults.table import FaultRow
from configs.tables import table
from sandbox.scenario import load
from sandbox.site import serving
from sandbox.world import lay_out, write_marketplace
from spiders.ledger import Ledger

PAGE_SIZE = 2  # cards: so that the week has thirty pages to share
DELAY_MS = 1500  # an answer takes: so that none has read them all before the others begin
RATE = {"requests_per_second": 2.5, "concurrency": 16}  # slow beside what a busy machine delays; many answers at once
IN_A_ROW, LATE = 8, 2  # distances, and how many a request may lose on a busy machine's way: two runs apart lose half
REFUSED = "another publisher"
RUN = ["run", "--week", str(LIVE), "--marketplace", "practice"]


@dataclass(frozen=True)
class Meeting:
    """What came of several workers at one week."""

    fetched_twice: int
    rows_doubled: int
    tables_different: int
    pages_open: int
    workers: int
    too_early: int


def together(home: Path, command: Sequence[str], workers: int, **variables: str) -> None:
    """The same command so many times at once."""
    children = [start(home, command, NOW, **variables) for _ in range(workers)]
    for child in children:
        ended(child, allowed=REFUSED)


def on_sqlite(folder: Path, prepared: Path, commands: Sequence[Sequence[str]], twin: Path | None) -> Meeting:
    """Two at once, with the ledger in the home."""
    return _meeting(folder, prepared, commands, 2, twin)


def on_postgresql(folder: Path, prepared: Path, commands: Sequence[Sequence[str]], twin: Path | None) -> Meeting:
    """Four at once, with the ledger in PostgreSQL."""
    with postgres(folder / "server") as url:
        ledger = Ledger(url)
        ledger.record(pages_of(prepared).to_dicts())
        ledger.close()
        return _meeting(folder, prepared, commands, 4, twin, url)


def _meeting(
    folder: Path, prepared: Path, commands: Sequence[Sequence[str]], workers: int, twin: Path | None, url: str = ""
) -> Meeting:
    home, log = folder / "home", folder / "requests.log"
    shutil.copytree(prepared, home)
    variables = {"ledger": url} if url else {}
    with serving(home.parent.parent / "world.yaml", 1, NOW, log, delay_ms=DELAY_MS) as base:
        _write_marketplace(home, base)
        finish(home, steps()["plan"], NOW, **variables)
        for command in commands:
            together(home, command, workers, **variables)
        finish(home, steps()["parse"], NOW, **variables)
    pages = pages_of(home, url or None).filter(pl.col("week") == LIVE)
    return Meeting(
        fetched_twice=asked_beyond_plan(pages, log),
        rows_doubled=_offers_doubled(home) + (doubled(home) if twin else 0),
        tables_different=len(different(twin, home)) if twin else 0,
        pages_open=pages.filter(pl.col("state") != "done").height,
        workers=pages["worker"].n_unique(),
        too_early=earlier_than_rate(requests(log), 1 / RATE["requests_per_second"]),
    )


def earlier_than_rate(asked: Sequence[Asked], delay: float) -> int:
    """Requests that came sooner behind the eighth before than six distances."""
    spans = zip(asked, asked[IN_A_ROW:], strict=False)
    return sum(later.came_at - earlier.came_at < (IN_A_ROW - LATE) * delay for earlier, later in spans)


def _write_marketplace(home: Path, base: str) -> None:
    """The practice marketplace's file with the rate that is held against the site's log."""
    path = write_marketplace(home, base)
    content = yaml.safe_load(path.read_text(encoding="utf-8")) | {"rate": RATE}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _offers_doubled(home: Path) -> int:
    offers = pl.read_parquet(sorted((home / "offers" / "practice" / str(LIVE)).glob("*.parquet")))
    return offers.height - offers.unique(table("offers").key).height


def small_pages(folder: Path, **changes: object) -> Path:
    """The tiny scenario on smaller pages, with other changes, as a file in a folder."""
    scenario = load(SCENARIO).model_dump(mode="json", by_alias=True) | {"page_size": PAGE_SIZE, **changes}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "world.yaml"
    path.write_text(yaml.safe_dump(scenario, allow_unicode=True), encoding="utf-8")
    return path


def _alone(folder: Path, prepared: Path) -> Path:
    """The home after one run that nobody met."""
    home = folder / "alone"
    shutil.copytree(prepared, home)
    with serving(folder / "world.yaml", 1, NOW, folder / "alone.log") as base:
        _write_marketplace(home, base)
        for command in steps().values():
            finish(home, command)
    return home


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Both meetings; in the short version only the crawls meet, and there is no past."""
    world = small_pages(folder)
    if is_short:
        prepared, twin = folder / "prepared", None
        lay_out(prepared, load(world), 1)
        chain = runs = [steps()["crawl"]]
    else:
        prepared = prepare(folder, world)
        twin = _alone(folder, prepared)
        chain, runs = [*steps().values(), steps()["release"]], [RUN, steps()["release"]]
    sqlite = on_sqlite(folder / "sqlite", prepared, runs, twin)
    server = on_postgresql(folder / "postgresql", prepared, chain, twin)
    return FaultRow(
        fault="two runs of one week at once on SQLite, four workers on PostgreSQL",
        counts={
            "pages fetched twice": sqlite.fetched_twice + server.fetched_twice,
            "rows doubled": sqlite.rows_doubled + server.rows_doubled,
            "tables different": sqlite.tables_different + server.tables_different,
            "requests earlier than the rate": sqlite.too_early + server.too_early,
            "pages left open": sqlite.pages_open + server.pages_open,
            "workers that read pages on SQLite": sqlite.workers,
            "workers that read pages on PostgreSQL": server.workers,
        },
        least={"workers that read pages on SQLite": 2, "workers that read pages on PostgreSQL": 4},
    )
