"""A week is made once: by one run at a time, for the marketplaces it was made for."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from configs.calendar import WEEK as SEVEN_DAYS
from flows.once import held, is_held, is_made, note_made, run_lock, sole_builder
from flows.weekly import FLOW
from sandbox.world import write_marketplace
from tests.flows.conftest import NOW, WEEK


def test_a_week_is_made_for_the_marketplaces_it_was_made_for(tmp_path: Path) -> None:
    week = date(2026, 11, 16)
    assert not is_made(tmp_path, "beltwatch", week, [])
    note_made(tmp_path, "beltwatch", week, ["b", "a"], NOW)
    assert is_made(tmp_path, "beltwatch", week, ["a"])
    assert not is_made(tmp_path, "beltwatch", week, ["a", "c"])
    assert not is_made(tmp_path, "beltwatch", week + SEVEN_DAYS, ["a"])


def test_a_lock_is_held_by_one_and_falls_with_its_block(tmp_path: Path) -> None:
    lock = tmp_path / "runs" / ".lock"
    assert not is_held(lock)
    with held(lock) as mine, held(lock) as other:
        assert (mine, other, is_held(lock)) == (True, False, True)
    assert not is_held(lock)


def test_a_second_build_says_that_it_waits_and_begins_when_the_first_has_ended(tmp_path: Path) -> None:
    told: Queue[str] = Queue()

    def second() -> None:
        with sole_builder(tmp_path, told.put):
            told.put("begins")

    with sole_builder(tmp_path, told.put):
        builder = Thread(target=second)
        builder.start()
        assert told.get(timeout=20) == f"waiting for another build of {tmp_path}"
        time.sleep(0.2)
        assert told.empty()
        told.put("ended")
    builder.join(timeout=20)
    assert [told.get_nowait() for _ in range(2)] == ["ended", "begins"]


@pytest.mark.usefixtures("prefect_home")
def test_a_scheduled_run_leaves_a_week_alone_that_is_made_or_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_world: Callable[[Path], Path]
) -> None:
    from flows.scheduled import weekly

    tiny_world(tmp_path)
    write_marketplace(tmp_path, "http://127.0.0.1:9")
    monkeypatch.setenv("BELTWATCH_NOW", NOW.isoformat())
    note_made(tmp_path, FLOW, WEEK, ["practice"], NOW)
    with held(run_lock(tmp_path, FLOW)):
        busy = weekly.fn(str(tmp_path))
    made = weekly.fn(str(tmp_path))
    assert (busy.name, busy.message) == ("Skipped", "Another run is at work on this data home.")
    assert (made.name, made.message) == (
        "Skipped",
        f"The week of {WEEK} is made; `beltwatch run` would make it again.",
    )
    assert not (tmp_path / "ledger.db").exists()
