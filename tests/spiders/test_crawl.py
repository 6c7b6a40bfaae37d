"""Crawls over real HTTP in real child processes: nothing is lost, nothing is fetched twice, whatever dies when."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from configs.calendar import week_of
from configs.clock import Clock
from configs.errors import ConfigError
from configs.marketplaces import Marketplace
from configs.settings import Settings
from spiders import overseer
from spiders.archive import PageWriter, read_page, unlisted
from spiders.crawl import CrawlError, CrawlOptions, CrawlReport, crawl
from spiders.ledger import Ledger
from spiders.outcome import classify
from spiders.overseer import Progress
from spiders.pages import ArchivedPage, PageKey, PlannedPage
from spiders.plan import plan_week

# A Wednesday: real midnights must not end the week while a test runs
NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
WEEK = week_of(NOW)
TOWELS, LUGGAGE = "毛巾", "箱包"
ALL_PAGES = Counter([(TOWELS, page) for page in (1, 2, 3, 4)] + [(LUGGAGE, page) for page in (1, 2, 3)])
WORDS = {"towels": TOWELS, "luggage": LUGGAGE}


def options(**changes: Any) -> CrawlOptions:
    return CrawlOptions(**{"clock": starting_at(NOW), "retry_seconds": 0.02, **changes})


def starting_at(now: datetime, speed: float = 1.0) -> Clock:
    return Clock(now, datetime.now(UTC), speed)


def crawled(settings: Settings, marketplace: Marketplace, **changes: Any) -> CrawlReport:
    with_plan(settings, marketplace)
    return crawl(settings.home, settings, marketplace, WEEK, options(**changes))


def with_plan(settings: Settings, marketplace: Marketplace) -> Ledger:
    ledger = Ledger(settings.ledger_url)
    ledger.plan(plan_week(marketplace, WEEK))
    return ledger


def stored_pages(settings: Settings, marketplace: Marketplace) -> set[tuple[str, int]]:
    """What is stored for good: done pages, and whole records that need no other attempt."""
    rows = Ledger(settings.ledger_url).rows().filter(state="done")
    found = {(WORDS[category], page) for category, page in rows.select("category", "page").iter_rows()}
    for key, _, _, page in unlisted(settings.home, marketplace.name, WEEK.isoformat(), set()):
        if not classify(page, marketplace, "").is_temporary:
            found.add((WORDS[key.category], key.page))
    return found


def test_a_complete_crawl(site: Any, small: Marketplace, home_settings: Settings) -> None:
    told: list[Progress] = []
    report = crawled(home_settings, small, on_progress=told.append)
    assert report.balance.done == {"listing": 7}
    assert (report.balance.planned, report.balance.open, report.is_current) == (7, 0, True)
    assert site.fetched == ALL_PAGES
    assert told[-1] == Progress(7, 7)
    for row in Ledger(home_settings.ledger_url).rows().iter_rows(named=True):
        page = read_page(home_settings.home, row["archive_file"], row["archive_offset"])
        outcome = classify(page, small, "")
        assert (outcome.digest, row["status"], row["bytes"]) == (row["sha256"], page.status, len(page.body))
        assert (page.fetched_at, week_of(page.fetched_at), row["cards"]) == (row["fetched_at"], WEEK, 2)
    sent = site.headers[-1]
    assert sent["User-Agent"].startswith("beltwatch/")
    assert {"Cookie", "Referer"}.isdisjoint(sent)
    assert crawled(home_settings, small).requests == 0
    assert site.fetched == ALL_PAGES


def test_failures_of_every_kind_end_in_an_outcome(site: Any, small: Marketplace, home_settings: Settings) -> None:
    oops: tuple[int, dict[str, str], bytes] = (500, {}, b"oops")
    site.failures[TOWELS, 2] = [oops, oops]
    site.failures[TOWELS, 3] = [(200, {"Content-Length": "9999"}, b"cut")]
    site.failures[TOWELS, 4] = [(0, {}, b"")]
    site.failures[LUGGAGE, 2] = [(500, {"X-Always": "1"}, b"oops")]
    site.failures[LUGGAGE, 3] = [(302, {"Location": "http://127.0.0.1:9/"}, b"")]
    report = crawled(home_settings, small)
    assert report.balance.is_even
    assert report.balance.done == {"error": 2, "listing": 5}
    assert site.fetched == ALL_PAGES + Counter({(TOWELS, 2): 2, (TOWELS, 3): 1, (TOWELS, 4): 1, (LUGGAGE, 2): 2})
    rows = Ledger(home_settings.ledger_url).rows().filter(category="luggage", page=2)
    assert rows.select("outcome", "reason", "attempts", "status").row(0) == ("error", "status 500", 3, 500)


def test_a_site_that_is_down_leaves_no_hole(home_settings: Settings, reshaped: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = reshaped(taken.getsockname()[1])
        report = crawled(home_settings, nobody, attempts=1)
    assert report.balance.done == {"error": 2}
    assert report.balance.is_even


@pytest.mark.parametrize("status", [200, 503])
def test_robots_txt_is_obeyed(status: int, site: Any, small: Marketplace, home_settings: Settings) -> None:
    site.robots = (status, {}, b"User-agent: beltwatch\nDisallow: /offer_search.htm\n")
    report = crawled(home_settings, small, attempts=2)
    assert report.balance.done == {"refused": 2}
    assert set(Ledger(home_settings.ledger_url).rows()["attempts"]) == {1 if status == 200 else 2}
    assert site.fetched == {}


def test_killed_children_lose_nothing_and_fetch_nothing_twice(
    site: Any, small: Marketplace, home_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(7)
    site.delay = 0.01
    site.pages = {TOWELS: 15, LUGGAGE: 15}
    start = overseer._start

    def start_and_kill(job: Any) -> "subprocess.Popen[str]":
        child = start(job)
        goal = len(site.log) + dice.randrange(1, 6)
        threading.Thread(target=kill_at, args=(child, goal)).start()
        return child

    def kill_at(child: "subprocess.Popen[str]", goal: int) -> None:
        while child.poll() is None and len(site.log) < goal:
            time.sleep(0.001)
        time.sleep(dice.random() * 0.02)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)

    monkeypatch.setattr(overseer, "_start", start_and_kill)
    at_kills = []
    for _ in range(3):
        with pytest.raises(CrawlError, match="run the same command again"):
            crawled(home_settings, small)
        at_kills.append((stored_pages(home_settings, small), len(site.log)))
        cut_last_record(home_settings.home)
    monkeypatch.setattr(overseer, "_start", start)
    report = crawled(home_settings, small)
    assert report.balance.done == {"listing": 30}
    assert report.balance.is_even
    assert at_kills[-1][0]
    for stored, seen in at_kills:
        assert stored.isdisjoint(site.log[seen:])


def cut_last_record(home: Path) -> None:
    """Half a record behind the whole ones, as a crash in the middle of a write leaves it."""
    for path in home.glob("pages/*/*/*.warc.gz"):
        with path.open("ab") as file:
            file.write(path.read_bytes()[:200])


def test_what_was_archived_before_a_crash_is_adopted(site: Any, small: Marketplace, home_settings: Settings) -> None:
    ledger = with_plan(home_settings, small)
    key = PageKey("small", WEEK, "towels", 1)
    with PageWriter(home_settings.home, "dead") as writer:
        for status, fetched_at in ((500, NOW), (200, NOW), (200, NOW - timedelta(days=7))):
            body = site.answer("/?keywords=%C3%AB%BD%ED&beginPage=1")[2]
            writer.write(key, ArchivedPage(small.page_url("towels", 1), status, [], body, fetched_at))
    site.log.clear()
    report = crawled(home_settings, small)
    assert report.adopted == 1
    assert report.balance.done == {"listing": 7}
    assert site.fetched == ALL_PAGES - Counter([(TOWELS, 1)])
    first = ledger.rows().filter(category="towels", page=1).row(0, named=True)
    assert (first["status"], first["fetched_at"]) == (200, NOW)


def test_two_crawls_at_once_fetch_no_page_twice(site: Any, small: Marketplace, home_settings: Settings) -> None:
    site.delay = 0.03
    site.pages = {TOWELS: 8, LUGGAGE: 8}
    site.crawlers_wanted = threading.Barrier(2)
    keys = [PageKey("small", WEEK, category, page) for category in WORDS for page in range(1, 9)]
    Ledger(home_settings.ledger_url).plan(PlannedPage(key, small.page_url(key.category, key.page)) for key in keys)
    reports: list[CrawlReport] = []
    crawls = [threading.Thread(target=lambda: reports.append(crawled(home_settings, small))) for _ in range(2)]
    for one in crawls:
        one.start()
    for one in crawls:
        one.join()
    assert [report.balance.done for report in reports] == [{"listing": 16}] * 2
    assert set(site.fetched.values()) == {1}
    assert all(report.requests > 1 for report in reports)  # more than robots.txt: both took part


def test_a_child_ends_with_its_parent(site: Any, small: Marketplace, home_settings: Settings) -> None:
    site.delay = 0.1
    site.pages = {TOWELS: 20, LUGGAGE: 20}
    with_plan(home_settings, small)
    script = (
        "import sys; from pathlib import Path; from datetime import UTC, date, datetime;"
        "from configs.clock import Clock; from configs.settings import Settings;"
        "from configs.marketplaces import Marketplace; from spiders.crawl import *;"
        "home = Path(sys.argv[1]); marketplace = Marketplace.model_validate_json(sys.argv[2]);"
        "crawl(home, Settings(home=home), marketplace, date.fromisoformat(sys.argv[3]),"
        " CrawlOptions(clock=Clock(datetime.fromisoformat(sys.argv[4]), datetime.now(UTC))))"
    )
    now = NOW.isoformat()
    command = [sys.executable, "-c", script, str(home_settings.home), small.model_dump_json(), str(WEEK), now]
    parent = subprocess.Popen(command, cwd=Path(overseer.__file__).parent.parent)
    wait_until(lambda: len(site.log) >= 4)
    parent.kill()
    parent.wait()
    wait_until(lambda: Ledger(home_settings.ledger_url).balance().leased == 0)
    seen = len(site.log)
    time.sleep(0.5)
    assert len(site.log) == seen


def test_an_interrupted_crawl_ends_its_child(site: Any, small: Marketplace, home_settings: Settings) -> None:
    site.delay = 0.05

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawled(home_settings, small, on_progress=interrupt)
    seen = len(site.log)
    balance = Ledger(home_settings.ledger_url).balance()
    assert (balance.leased, balance.is_even) == (0, True)
    assert balance.open > 0
    time.sleep(0.3)
    assert len(site.log) == seen


def test_a_home_that_takes_no_pages_stops_the_crawl(site: Any, small: Marketplace, home_settings: Settings) -> None:
    (home_settings.home / "pages").write_text("no folder")
    with pytest.raises(CrawlError, match="keeping failed"):
        crawled(home_settings, small)
    assert Ledger(home_settings.ledger_url).balance().waiting == 2
    assert len(site.log) <= 2


def wait_until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("days", [-7, 7])
def test_only_the_week_that_it_is_is_crawled(days: int, site: Any, small: Marketplace, home_settings: Settings) -> None:
    report = crawled(home_settings, small, clock=starting_at(NOW + timedelta(days=days)))
    assert not report.is_current
    assert (report.balance.planned, report.balance.open) == (2, 2)
    assert site.log == []
    assert Ledger(home_settings.ledger_url).open_pages("small", WEEK).height == 2


def test_a_crawl_ends_with_its_week(site: Any, small: Marketplace, home_settings: Settings) -> None:
    almost_over = datetime(2026, 11, 22, 16, tzinfo=UTC) - timedelta(seconds=3)
    site.delay = 0.4
    site.pages = {TOWELS: 10, LUGGAGE: 10}
    report = crawled(home_settings, small, clock=starting_at(almost_over))
    assert report.balance.open > 0
    assert report.balance.is_even
    stored = Ledger(home_settings.ledger_url).rows().filter(state="done")
    assert {week_of(instant) for instant in stored["fetched_at"]} <= {WEEK}


def test_on_a_clock_that_runs_fast_leases_and_waits_last_as_long(
    site: Any, small: Marketplace, home_settings: Settings
) -> None:
    site.delay = 0.05  # 500 seconds of this clock, of which a lease would have 120
    site.failures[TOWELS, 2] = [(500, {}, b"oops")]
    report = crawled(home_settings, small, clock=starting_at(NOW, speed=10_000), retry_seconds=0.4)
    assert report.balance.done == {"listing": 7}
    assert site.fetched == ALL_PAGES + Counter({(TOWELS, 2): 1})
    assert report.seconds > 0.4
    seen = Ledger(home_settings.ledger_url).rows()["fetched_at"]
    assert timedelta(seconds=0.4 * 10_000) < seen.max() - seen.min() < timedelta(days=7)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"crawl": False, "crawl_note": "its terms forbid it"}, "its terms forbid it"),
        ({"allow_loopback": False}, "allow_loopback"),
        ({"hosts": ["shop.example"], "listing": {"url": "http://shop.example/{category}/{page}"}}, "BELTWATCH_CONTACT"),
    ],
)
def test_what_may_not_be_crawled_is_refused(
    changes: dict[str, Any], sentence: str, reshaped: Any, home_settings: Settings
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        crawl(home_settings.home, home_settings, reshaped(1, **changes), WEEK)
