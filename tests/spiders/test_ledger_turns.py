"""What crawls of one ledger may do together: pace of a host, pages held at once, pages of a day. On both databases."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from spiders.ledger import Ledger
from spiders.ledger_leases import Quota
from spiders.ledger_schema import CRAWL_WORKERS, HOST_TURNS, PAGES, open_engine
from spiders.ledger_scope import Scope
from spiders.pages import PageFacts, PageKey, PlannedPage

WEEK = date(2026, 11, 16)
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
SCOPE = Scope("small", WEEK)
DAY = (NOW - timedelta(hours=12), NOW + timedelta(hours=12))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    address = (
        f"sqlite:///{tmp_path / 'ledger.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres"))
    )
    engine = open_engine(address)
    with engine.begin() as connection:
        for table in (PAGES, HOST_TURNS, CRAWL_WORKERS):
            connection.execute(sa.delete(table))
    engine.dispose()
    return address


@pytest.fixture
def two(url: str) -> Iterator[tuple[Ledger, Ledger]]:
    """Two crawls' connections to one ledger in which twenty pages are planned."""
    ledgers = Ledger(url), Ledger(url)
    keys = [PageKey("small", WEEK, "towels", number) for number in range(1, 21)]
    ledgers[0].plan(PlannedPage(key, "http://127.0.0.1/") for key in keys)
    yield ledgers
    for ledger in ledgers:
        ledger.close()


def test_a_host_asked_by_one_is_left_alone_by_the_other(two: tuple[Ledger, Ledger]) -> None:
    mine, other = two
    assert mine.take_turn("one.example", 30) == 0
    assert 29 < other.take_turn("one.example", 30) <= 30
    assert other.take_turn("two.example", 30) == 0
    assert other.take_turn("one.example", 0.0) == 0
    assert 29 < mine.take_turn("one.example", 30) <= 30


def test_crawls_together_keep_the_pace(url: str) -> None:
    seconds, count = 0.1, 6
    granted: list[float] = []
    began = time.monotonic()

    def ask() -> None:
        ledger = Ledger(url)
        for _ in range(count):
            while wait := ledger.take_turn("one.example", seconds):
                time.sleep(wait)
            granted.append(time.monotonic())
        ledger.close()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(granted) == 3 * count
    assert max(granted) - began >= (3 * count - 1) * seconds


def test_a_clock_set_back_an_hour_costs_one_distance(url: str, two: tuple[Ledger, Ledger]) -> None:
    engine = open_engine(url)
    ahead = {"host": "one.example", "asked_at": datetime.now(UTC) + timedelta(hours=1)}
    with engine.begin() as connection:
        connection.execute(sa.insert(HOST_TURNS), ahead)
    engine.dispose()
    assert two[0].take_turn("one.example", 0.2) == 0.2
    time.sleep(0.21)
    assert two[1].take_turn("one.example", 0.2) == 0


def test_pages_held_at_once_are_shared_evenly_with_who_comes_later(two: tuple[Ledger, Ledger]) -> None:
    mine, other = two
    quota = Quota(at_once=4)
    held = {"a": mine.lease(SCOPE, "a", 9, NOW, 60, quota), "b": other.lease(SCOPE, "b", 9, NOW, 60, quota)}
    assert [len(pages) for pages in held.values()] == [4, 0]
    for free, expected in ((3, [3, 1]), (2, [2, 2])):
        mine.store_done(held["a"].pop().key, "a", PageFacts("listing", fetched_at=NOW))
        assert len(held["a"]) == free
        held["a"] += mine.lease(SCOPE, "a", 9, NOW, 60, quota)
        held["b"] += other.lease(SCOPE, "b", 9, NOW, 60, quota)
        assert [len(pages) for pages in held.values()] == expected
    other.let_go("b")
    assert len(mine.lease(SCOPE, "a", 9, NOW, 60, quota)) == 2


def test_the_pages_of_a_day_are_not_overdrawn_by_crawls_at_once(url: str, two: tuple[Ledger, Ledger]) -> None:
    quota = Quota(at_once=100, in_all=5, span=DAY)
    start, held = threading.Barrier(4), []

    def lease(worker: str) -> None:
        ledger = Ledger(url)
        start.wait()
        held.extend(ledger.lease(SCOPE, worker, 3, NOW, 60, quota))
        ledger.close()

    threads = [threading.Thread(target=lease, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({page.key for page in held}) == len(held) == 5
    assert two[0].asked_between("small", *DAY) == 5
