"""The practice marketplace's past as WARC files, as another crawler would have left it: one file per week."""

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from configs.calendar import SHANGHAI
from sandbox.economy import build
from sandbox.pages import Site, address
from sandbox.scenario import Scenario

HOST = "http://practice.example"
HOUR = 2  # of Monday in Shanghai, when the archive's crawler came by
GZIP_LEVEL = 1

Progress = Callable[[int, int], None]


def write_past(folder: Path, scenario: Scenario, seed: int, progress: Progress | None = None) -> list[Path]:
    """All past weeks as <folder>/practice-<week>.warc.gz, oldest first; equal bytes for equal scenario and seed.

    Files that are there already are left alone. `progress` is told weeks done and weeks in all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weeks = scenario.past_weeks
    paths = [folder / f"practice-{week}.warc.gz" for week in weeks]
    site: Site | None = None
    for done, (week, path) in enumerate(zip(weeks, paths, strict=True), 1):
        if not path.exists():
            site = site or Site(build(scenario, seed))
            _write_week(path, site, week)
        if progress:
            progress(done, len(weeks))
    return paths


def _write_week(path: Path, site: Site, week: date) -> None:
    """One week's file under a temporary name, synced, then renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    start = datetime(week.year, week.month, week.day, HOUR, tzinfo=SHANGHAI)
    with temporary.open("wb") as file:
        writer = GzipWriter(file, compression_level=GZIP_LEVEL)
        for second, (url, body) in enumerate(pages_of(site, week)):
            _record(url, body, start + timedelta(seconds=second)).write(writer, checksum_data=True)
            writer.finish()  # one gzip member per record, so that a reader can begin at any of them
        writer.close()
        os.fsync(file.fileno())
    temporary.replace(path)


def pages_of(site: Site, week: date) -> Iterator[tuple[str, bytes]]:
    """Address and body of every page of every category on the Monday of a week."""
    for category, words in site.scenario.categories.items():
        for number in range(1, site.page_count(category, week) + 1):
            yield HOST + address(words, number), site.page(words, number, week).encode()


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
