"""History from the archives of other crawlers: their captures of listing pages, by week, in ours."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from itertools import starmap
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from configs.calendar import week_of
from configs.marketplaces import Marketplace
from spiders.foreign_warc import Capture, Originals, Source, read_capture, warc_files
from spiders.garbage import few_collections
from spiders.lake_files import whole_file
from spiders.ledger import Ledger
from spiders.outcome import classify
from spiders.pages import STORED, PageFacts, PageKey

NAMED_URLS = 5

Progress = Callable[[int, int], None]
Rows = list[dict[str, Any]]
Each = Callable[[Callable[..., Rows], Iterable[tuple[Any, ...]]], Iterator[Rows]]
"""Calls a function once per tuple of arguments, here or in other processes, and gives the results in their order."""


@dataclass
class BackfillReport:
    """What became of the captures: captures = unmatched + undated + known + later + stored.

    `known` are of pages that are done in the ledger already, `later` of pages of which an earlier capture was taken. Of
    the unmatched, `unknown_hosts` counts those of hosts that the marketplace does not have. `revisits` are captures
    that were found to be as another is, `unresolved` those that point at none in these files; `skipped` counts what is
    no capture of a page by its kind, `damaged` what is no whole record.
    """

    sources: int = 0
    captures: int = 0
    unmatched: int = 0
    unmatched_urls: list[str] = field(default_factory=list)
    unknown_hosts: Counter[str] = field(default_factory=Counter)
    undated: int = 0
    known: int = 0
    later: int = 0
    stored: int = 0
    revisits: int = 0
    unresolved: int = 0
    damaged: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    cut_sources: list[Path] = field(default_factory=list)


WORKER = "backfill"  # tells the ledger's readers that nobody planned these pages: others may be missing


@dataclass(frozen=True)
class _Chosen:
    """The capture that stands for a page, and what it turned out to be."""

    key: PageKey
    capture: Capture
    facts: PageFacts
    record: bytes


def backfill(
    home: Path,
    marketplace: Marketplace,
    warc_paths: list[Path],
    ledger: Ledger,
    on_progress: Progress | None = None,
    each: Each = starmap,
    on_source: Progress | None = None,
) -> BackfillReport:
    """Takes listing pages of the marketplace from WARC files into our archive and ledger, as pages that are done.

    The week is that of the capture. Of several captures of a page in a week the earliest that is a listing or says
    that there is none is taken, else the earliest: it is the nearest to the Monday of which the week's figures are.
    Pages that are done in the ledger stay as they are, so that running it again changes nothing; those that are open
    there are done with it. `on_progress` is told pages done and pages to do; `on_source` files looked through and files
    in all; `each` may read batches of pages in other processes, the ledger is written in this one. InputError for a
    file that is no WARC, before anything is written.
    """
    report = BackfillReport()
    done = ledger.rows(marketplace=marketplace.name).filter(state="done")
    known = set(done.select("week", "category", "page").iter_rows())
    found = _candidates(marketplace, _captures(warc_files(warc_paths), marketplace, report, on_source), known, report)
    report.later = sum(len(captures) - 1 for captures in found.values())
    told = 0
    batches = [(home, marketplace, source, {key: found[key] for key in keys}) for source, keys in _batches(found)]
    for rows in each(_taken, batches):
        report.stored += ledger.record(rows)
        report.outcomes += Counter(row["outcome"] for row in rows)
        told += len(rows)
        if on_progress is not None:
            on_progress(told, len(found))
    return report


def _captures(
    paths: list[Path], marketplace: Marketplace, report: BackfillReport, on_source: Progress | None
) -> Iterator[Capture]:
    """The captures in some files, revisits behind those that they may be as."""
    originals = Originals()
    for done, source in enumerate(map(Source, paths), start=1):
        for capture in source.captures():
            if marketplace.category_of_url(capture.url) is not None:
                originals.add(capture)
            yield capture
        originals.wanted += source.revisits
        report.sources += 1
        report.damaged += source.damaged
        report.skipped += source.skipped
        report.cut_sources += [source.path] if source.is_cut else []
        if on_source is not None:
            on_source(done, len(paths))
    for revisit in originals.wanted:
        found = originals.of(revisit)
        report.revisits += found is not None
        if found is not None:
            yield found
        elif marketplace.category_of_url(revisit.url) is not None:
            report.unresolved += 1


def _candidates(
    marketplace: Marketplace, captures: Iterable[Capture], known: set[tuple[date, str, int]], report: BackfillReport
) -> dict[PageKey, list[Capture]]:
    """Captures of each page that the ledger does not have, the earliest first; the others are counted."""
    found: dict[PageKey, list[Capture]] = {}
    for capture in captures:
        report.captures += 1
        key = _key(marketplace, capture, report)
        if key is not None and (key.week, key.category, key.page) in known:
            report.known += 1
        elif key is not None:
            found.setdefault(key, []).append(capture)
    return {key: sorted(captures, key=_age) for key, captures in found.items()}


def _key(marketplace: Marketplace, capture: Capture, report: BackfillReport) -> PageKey | None:
    place = marketplace.category_of_url(capture.url)
    if place is None:
        report.unmatched += 1
        host = _host(capture.url)
        if host not in marketplace.hosts:
            report.unknown_hosts[host] += 1
        if len(report.unmatched_urls) < NAMED_URLS and capture.url not in report.unmatched_urls:
            report.unmatched_urls.append(capture.url)
        return None
    if capture.fetched_at is None:
        report.undated += 1
        return None
    return PageKey(marketplace.name, week_of(capture.fetched_at), *place)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "(none)"
    except ValueError:
        return "(none)"


def _age(capture: Capture) -> tuple[Any, ...]:
    return capture.fetched_at, capture.path.name, capture.offset, capture.inner


def _batches(found: dict[PageKey, list[Capture]]) -> list[tuple[Path, list[PageKey]]]:
    """Pages by week and by the file of their earliest capture: the unit that is archived and recorded at once, so that
    a crash loses one of them at most, and the next run finds it again."""
    batches: dict[tuple[date, Path], list[PageKey]] = {}
    for key in sorted(found):
        batches.setdefault((key.week, found[key][0].path), []).append(key)
    return [(source, keys) for (_, source), keys in sorted(batches.items())]


def _taken(home: Path, marketplace: Marketplace, source: Path, batch: dict[PageKey, list[Capture]]) -> Rows:
    """Chooses and archives the pages of a batch."""
    with few_collections():
        chosen = [_choose(marketplace, key, captures) for key, captures in batch.items()]
    return _archived(home, source, chosen)


def _choose(marketplace: Marketplace, key: PageKey, captures: list[Capture]) -> _Chosen:
    """The earliest capture whose outcome reaches figures, else the earliest."""
    first: _Chosen | None = None
    for capture in captures:
        page, record = read_capture(capture)
        outcome = classify(page, marketplace, f"{capture.url} ({capture.path.name}@{capture.offset})", key)
        reading = outcome.reading
        facts = PageFacts(
            outcome=outcome.kind,
            reason=outcome.reason,
            sha256=outcome.digest,
            status=page.status,
            bytes=len(page.body),
            fetched_at=page.fetched_at,
            cards=len(reading.cards) if reading else None,
            pages_said=reading.pages_said if reading else None,
            listings_said=reading.listings_said if reading else None,
        )
        chosen = _Chosen(key, capture, facts, record)
        first = first or chosen
        if outcome.kind in STORED:
            return chosen
    assert first is not None
    return first


def _archived(home: Path, source: Path, chosen: list[_Chosen]) -> Rows:
    """Ledger rows of a batch whose records are on disk when this returns.

    The file is named after the source and what was taken from it: a run that was cut short writes the same file again,
    and one that takes other pages of the same source writes another.
    """
    key = chosen[0].key
    taken = [(one.key.category, one.key.page, *_age(one.capture)) for one in chosen]
    digest = sha256(repr((source.name, source.stat().st_size, taken)).encode()).hexdigest()[:12]
    path = home / "pages" / key.marketplace / key.week.isoformat() / f"backfill-{digest}.warc.gz"
    rows = []
    with whole_file(path) as file:
        for one in chosen:
            place = {"archive_file": path.relative_to(home).as_posix(), "archive_offset": file.tell()}
            rows.append({**one.key._asdict(), "url": one.capture.url, "worker": WORKER, **asdict(one.facts), **place})
            file.write(one.record)
    return rows
