"""Data homes with a tiny practice world in them, the command line against them, and what two of them differ in."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import polars as pl

from configs.calendar import starts_at
from configs.tables import table
from sandbox.scenario import load
from sandbox.world import lay_out, write_marketplace
from spiders.archive import read_page
from spiders.ledger import Ledger
from warehouse.read import Warehouse

SCENARIO = "tiny"
LIVE = load(SCENARIO).live_week
NOW = starts_at(LIVE) + timedelta(hours=2)
BASE_WEEKS, LAST_WEEKS = 3, 4  # of the past: enough for a base, and for prices of four weeks ago
STORED = ("listing_weeks", "listing_belts", "rejects", "figures", "releases", "pages")
COMMAND_SECONDS = 900
SITE = "http://127.0.0.1:"  # of pages that were asked for over HTTP; archived ones have another host


def prepare(folder: Path, scenario: str | Path = SCENARIO) -> Path:
    """A home in which both ends of the practice world's past have been read and published."""
    home = folder / "prepared"
    backfill, release = past_of(home, scenario)
    now = starts_at(load(scenario).live_week) + timedelta(hours=2)
    finish(home, backfill, now)
    finish(home, release, now)
    return home


def past_of(home: Path, scenario: str | Path = SCENARIO) -> tuple[list[str], list[str]]:
    """Lays out a practice world in a home; gives the commands that read and publish both ends of its past."""
    world = lay_out(home, load(scenario), 1)
    write_marketplace(home, "http://127.0.0.1:9")
    past = [*world.archive[:BASE_WEEKS], *world.archive[-LAST_WEEKS:]]
    return ["backfill", *map(str, past), "--marketplace", "practice"], ["release"]


def start(home: Path, arguments: Sequence[str], now: datetime = NOW, **variables: str) -> "subprocess.Popen[bytes]":
    """A command in a process group of its own, on a home whose clock shows `now` when it starts."""
    named = {f"BELTWATCH_{name.upper()}": value for name, value in variables.items()}
    environment = os.environ | {"BELTWATCH_NOW": now.isoformat(), "BELTWATCH_HOME": str(home)} | named
    command = [sys.executable, "-m", "flows", *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def finish(home: Path, arguments: Sequence[str], now: datetime = NOW, **variables: str) -> float:
    """Run a command to its end; returns its seconds."""
    began = time.perf_counter()
    ended(start(home, arguments, now, **variables))
    return time.perf_counter() - began


def ended(child: "subprocess.Popen[bytes]", allowed: str | None = None) -> bool:
    """Wait for a command; False where it failed with a sentence that holds `allowed`, an error where it failed
    otherwise."""
    _, errors = child.communicate(timeout=COMMAND_SECONDS)
    if child.returncode and not (allowed and allowed in errors.decode()):
        raise RuntimeError(f"{child.args!r}: exit {child.returncode}: {errors.decode()[-2000:]}")
    return child.returncode == 0


def steps(week: date = LIVE, marketplace: str = "practice") -> dict[str, list[str]]:
    """The step commands of a week in their order."""
    of_week, of_site = ["--week", str(week)], ["--marketplace", marketplace]
    read = {step: [step, *of_week, *of_site] for step in ("plan", "crawl", "parse")}
    return read | {step: [step, *of_week] for step in ("build", "release")}


def rows(home: Path, name: str) -> pl.DataFrame:
    """A table's columns that are not volatile, sorted; pages without the port that the site had."""
    shape = table(name)
    with Warehouse(home) as reader:
        columns = ", ".join(f'"{column}"' for column in shape.stable_names)
        found = reader.sql(f"select {columns} from {name}").sort(shape.key)
    return found.with_columns(pl.col("url").str.replace(r"127\.0\.0\.1:\d+", "site")) if name == "pages" else found


def different(left: Path, right: Path) -> list[str]:
    """The tables that two homes do not have alike."""
    return [name for name in STORED if not rows(left, name).equals(rows(right, name))]


def doubled(home: Path) -> int:
    """Rows of all tables that have a key which another has."""
    return sum(
        found.height - found.unique(table(name).key).height
        for name in STORED
        if not (found := rows(home, name)).is_empty()
    )


def pages_of(home: Path, url: str | None = None) -> pl.DataFrame:
    """The ledger of a home (table pages), or the one at `url`."""
    ledger = Ledger(url or f"sqlite:///{home / 'ledger.db'}")
    try:
        return ledger.rows()
    finally:
        ledger.close()


def requests(log: Path) -> list[dict[str, object]]:
    """The site's own log of requests for listing pages, in their order."""
    lines = log.read_bytes().splitlines() if log.exists() else []
    return [line for line in map(orjson.loads, lines) if line["page"] != "robots"]


def fetched_again(home: Path, done: pl.DataFrame, log: Path) -> int:
    """Pages, of rows of table pages, whose last request is none of those whose answers are stored: a page may be stored
    once as a listing and once as an overlap."""
    last: dict[str, int] = {}
    for request in requests(log):
        last[str(request["path"])] = int(str(request["seq"]))
    kept: dict[str, int] = {}
    for row in done.iter_rows(named=True):
        stored = read_page(home, row["archive_file"], row["archive_offset"])
        path = _path(row["url"])
        kept[path] = max(kept.get(path, 0), int(stored.header("X-Request-Number")))
    return sum(last[path] != number for path, number in kept.items())


def asked_beyond_plan(pages: pl.DataFrame, log: Path) -> int:
    """Requests for pages beyond those that the ledger (table pages) plans of the site: an overlap is one of its own."""
    planned = Counter(_path(url) for url in pages["url"].to_list() if url.startswith(SITE))
    asked = Counter(str(request["path"]) for request in requests(log))
    return sum(max(0, count - planned[path]) for path, count in asked.items())


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
