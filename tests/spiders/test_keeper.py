"""A page is done only when its record is on disk, and a dead worker's pages come back while others are at work."""

import os
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from configs.calendar import week_of
from configs.clock import MACHINE
from configs.marketplaces import Marketplace
from spiders.archive import PageWriter, read_page
from spiders.child import _clock
from spiders.keeper import Desk, Keeper, Patience
from spiders.ledger import Ledger
from spiders.ledger_scope import Scope
from spiders.ledger_watch import Watch
from spiders.pages import ArchivedPage, PlannedPage
from spiders.plan import plan_week
from spiders.presence import present
from tests.spiders.conftest import LUGGAGE, TOWELS, listing_page

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
WEEK = week_of(NOW)
ANSWER = ArchivedPage("http://127.0.0.1/", 200, [], listing_page(TOWELS, 1, 1).encode(), NOW)


def answer_to(page: PlannedPage) -> ArchivedPage:
    """A listing in answer to a page."""
    return replace(ANSWER, url=page.url)


@pytest.fixture
def ledger(tmp_path: Path, small: Marketplace) -> Iterator[Ledger]:
    """A ledger with the first pages of the small site planned."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.plan(plan_week(small, WEEK))
    yield ledger
    ledger.close()


def keeper(home: Path, marketplace: Marketplace, ledger: Ledger, worker: str, seconds: float = 60.0) -> Keeper:
    desk = Desk(home, marketplace, WEEK, tuple(marketplace.categories), worker, lambda: NOW)
    return Keeper(desk, ledger, Patience(lease_seconds=seconds))


def test_a_page_is_done_only_when_its_record_is_synced(
    tmp_path: Path, small: Marketplace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: dict[str, int] = {}
    fsync, store_done = os.fsync, Ledger.store_done

    def watched_fsync(descriptor: int) -> None:
        fsync(descriptor)
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        synced[path] = os.stat(path).st_size

    def watched_store_done(self: Ledger, *arguments: Any) -> bool:
        [archive] = tmp_path.glob("pages/*/*/*.warc.gz")
        assert synced[str(archive)] == archive.stat().st_size > 0
        assert str(archive.parent) in synced
        assert not self.balance().done
        return store_done(self, *arguments)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Ledger, "store_done", watched_store_done)
    mine = keeper(tmp_path, small, ledger, "mine")
    [page, *_] = mine.lease(1)
    assert mine.keep(page, answer_to(page)).kind == "listing"
    row = ledger.rows().filter(state="done").row(0, named=True)
    assert read_page(tmp_path, row["archive_file"], row["archive_offset"]).body == ANSWER.body


def test_a_record_that_cannot_be_synced_leaves_its_page_open_and_no_half_record(
    tmp_path: Path, small: Marketplace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = keeper(tmp_path, small, ledger, "mine")
    [first, second] = mine.lease(2)
    mine.keep(first, answer_to(first))
    [archive] = tmp_path.glob("pages/*/*/luggage-*.warc.gz")
    size = archive.stat().st_size

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full_disk)
        with pytest.raises(OSError, match="No space"):
            mine.keep(second, answer_to(second))
    assert ledger.balance().done == {"listing": 1}
    assert archive.stat().st_size == size
    assert not [path for path in tmp_path.glob("pages/*/*/towels-*") if path.stat().st_size]


def test_a_block_that_a_probe_met_is_asked_for_again_after_a_crash(
    tmp_path: Path, small: Marketplace, ledger: Ledger
) -> None:
    probing = keeper(tmp_path, small, ledger, "probing")
    [page] = probing.lease(1)
    word = {"towels": TOWELS, "luggage": LUGGAGE}[page.key.category]
    blocked = replace(ANSWER, url=page.url, body="<p>访问受限</p>".encode())
    assert probing.keep(page, blocked, is_probe=True).kind == "blocked"
    probing.close()
    assert keeper(tmp_path, small, ledger, "next").adopt() == 0
    assert ledger.balance().open == 2
    answered = replace(ANSWER, url=page.url, body=listing_page(word, 1, 1).encode())
    with PageWriter(tmp_path, "died") as writer:
        writer.write(page.key, answered)
    assert keeper(tmp_path, small, ledger, "last").adopt() == 1
    assert ledger.balance().done == {"listing": 1}


@pytest.mark.parametrize("is_here", [True, False], ids=["on this machine", "on another"])
def test_a_dead_workers_pages_come_back_while_others_work(
    is_here: bool, tmp_path: Path, small: Marketplace, ledger: Ledger
) -> None:
    seconds = iter(range(0, 1000, 40))
    other, mine = keeper(tmp_path, small, ledger, "other"), keeper(tmp_path, small, ledger, "mine")
    mine._watch = Watch(60, lambda: next(seconds))
    with suppress(ZeroDivisionError), present(tmp_path, "other") if is_here else nullcontext():
        assert len(other.lease(9)) == 2
        assert mine.lease(9) == []
        raise ZeroDivisionError  # it dies: its lock falls, its leases stay
    taken = [len(mine.lease(9)) for _ in range(3)]
    assert taken == ([2, 0, 0] if is_here else [0, 2, 0])
    assert list(ledger.deadlines(Scope())) == ["mine"]


def test_a_crawls_clock_does_not_go_back_with_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _clock(MACHINE)
    before = clock()
    monkeypatch.setattr("time.time", lambda: before.timestamp() - 3600)
    after = clock()
    assert before <= after < before + timedelta(seconds=60)
