"""The practice marketplaces' past as WARC files, as another crawler would have left it: one file per site and week."""

import os
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import starmap
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from configs.calendar import SHANGHAI
from sandbox.economy import Economy, build
from sandbox.goods import GoodsSite
from sandbox.pages import Site
from sandbox.scenario import PRACTICE, PRACTICE_HTML, Scenario

HOUR = 2  # of Monday in Shanghai, when the archive's crawler came by
GZIP_LEVEL = 1
CHUNK = 13  # weeks that one process writes at a time

Progress = Callable[[int, int], None]


class Pages(Protocol):
    """A site whose pages can be archived."""

    @property
    def name(self) -> str:
        """Its marketplace."""

    def address(self, category: str, number: int) -> str:
        """Path of a page."""

    def page_count(self, category: str, day: date) -> int:
        """Pages of a category on a day."""

    def page_of(self, category: str, number: int, day: date) -> str:
        """One page's HTML."""


SITES: dict[str, Callable[[Economy], Pages]] = {PRACTICE: Site, PRACTICE_HTML: GoodsSite}


def write_past(folder: Path, scenario: Scenario, seed: int, progress: Progress | None = None) -> list[Path]:
    """All past weeks as <folder>/<marketplace>/<marketplace>-<week>.warc.gz, oldest first and in a week the first site
    first; equal bytes for equal scenario and seed.

    Files that are there already are left alone. `progress` is told weeks done and weeks in all.
    """
    weeks = scenario.past_weeks
    missing = [week for week in weeks if not all(path.exists() for path in _files(folder, scenario, week))]
    done = len(weeks) - len(missing)
    for made in _each(
        _write_weeks, [(folder, scenario, seed, missing[n : n + CHUNK]) for n in range(0, len(missing), CHUNK)]
    ):
        done += made
        if progress:
            progress(done, len(weeks))
    return [path for week in weeks for path in _files(folder, scenario, week)]


def _files(folder: Path, scenario: Scenario, week: date) -> list[Path]:
    """The files of a week, one per marketplace."""
    return [folder / name / f"{name}-{week}.warc.gz" for name in scenario.marketplaces]


def _each(write: Callable[..., int], chunks: list[tuple[Any, ...]]) -> Iterator[int]:
    """What each chunk comes to; several go through processes, of which each builds the economy once."""
    if len(chunks) < 2:
        yield from starmap(write, chunks)
        return
    with ProcessPoolExecutor(min(len(chunks), os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
        yield from pool.map(write, *zip(*chunks, strict=True))


def _write_weeks(folder: Path, scenario: Scenario, seed: int, weeks: list[date]) -> int:
    """Writes the files that are missing of some weeks; returns how many weeks."""
    sites = _sites(scenario.model_dump_json(), seed)
    for week in weeks:
        for path, (name, categories) in zip(_files(folder, scenario, week), scenario.marketplaces.items(), strict=True):
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_week(path, pages_of(sites[name], categories, week), week)
    return len(weeks)


@lru_cache(maxsize=1)
def _sites(scenario_json: str, seed: int) -> dict[str, Pages]:
    scenario = Scenario.model_validate_json(scenario_json)
    economy = build(scenario, seed)
    return {name: SITES[name](economy) for name in scenario.marketplaces}


def _write_week(path: Path, pages: Iterator[tuple[str, bytes]], week: date) -> None:
    """One week's file under a temporary name, synced, then renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    start = datetime(week.year, week.month, week.day, HOUR, tzinfo=SHANGHAI)
    with temporary.open("wb") as file:
        writer = GzipWriter(file, compression_level=GZIP_LEVEL)
        for second, (url, body) in enumerate(pages):
            _record(url, body, start + timedelta(seconds=second)).write(writer, checksum_data=True)
            writer.finish()  # one gzip member per record, so that a reader can begin at any of them
        writer.close()
        os.fsync(file.fileno())
    temporary.replace(path)


def pages_of(site: Pages, categories: list[str], week: date) -> Iterator[tuple[str, bytes]]:
    """Address and body of every page of every category on the Monday of a week."""
    for category in categories:
        for number in range(1, site.page_count(category, week) + 1):
            url = f"http://{site.name}.example{site.address(category, number)}"
            yield url, site.page_of(category, number, week).encode()


def _record(url: str, body: bytes, at: datetime) -> WarcRecord:
    """A response record; its id is derived from address and time, as random ids would change the bytes."""
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    record = WarcRecord()
    urn = f"uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{url} {stamp}')}"
    record.init_headers(WarcRecordType.response, urn.encode())
    record.is_http = True
    record.headers.set("WARC-Date", stamp)
    record.headers.set("WARC-Target-URI", url)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    record.set_bytes_content(head.encode() + body)
    return record
