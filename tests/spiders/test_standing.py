"""Two crawls of one marketplace: what a host told one of them holds for both."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spiders.host import Tact
from spiders.manners import Manners
from spiders.standing import read_standings, standing_file

HOST, OTHER = "shop.example", "img.shop.example"
TACT = Tact(seconds_between=0.0, rest_seconds=0.0, refusals_in_a_row=3, break_seconds=0.1, jitter_share=0.0)
AN_HOUR = 3600.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return standing_file(tmp_path, "small")


def crawl_of(path: Path) -> Manners:
    """A crawl that has asked both hosts already."""
    one = Manners(path, TACT, lambda: False)
    assert one.may_ask(HOST)
    assert one.may_ask(OTHER)
    return one


def seconds_left(path: Path, host: str = HOST) -> float:
    return (read_standings(path)[host].not_before - datetime.now(UTC)).total_seconds()


def test_what_one_crawl_is_told_holds_for_the_other_and_is_not_overwritten(path: Path) -> None:
    told, other = crawl_of(path), crawl_of(path)
    other.refused(HOST, is_probe=False)
    for _ in range(TACT.refusals_in_a_row):
        told.refused(HOST, is_probe=False, asked_seconds=AN_HOUR)
    assert not other.may_ask(HOST)
    assert other.may_ask(OTHER)
    other.refused(HOST, is_probe=False)
    other.refused(OTHER, is_probe=False, asked_seconds=AN_HOUR / 2)
    assert read_standings(path)[HOST].state == "open"
    assert seconds_left(path) == pytest.approx(AN_HOUR, abs=60)
    assert seconds_left(path, OTHER) == pytest.approx(AN_HOUR / 2, abs=60)
    assert not told.may_ask(OTHER)


def test_a_circuit_is_closed_by_a_probe_of_ones_own(path: Path) -> None:
    one, other = crawl_of(path), crawl_of(path)
    for _ in range(TACT.refusals_in_a_row):
        one.refused(HOST, is_probe=False)
    assert other.may_ask(HOST)  # in a moment, and then it is the probe
    assert read_standings(path)[HOST].state == "open"
    assert asyncio.run(one.turn(HOST)) is True
    one.answered(HOST, is_probe=True)
    assert read_standings(path)[HOST].state == "closed"
    assert asyncio.run(other.turn(HOST)) is True
    other.answered(HOST, is_probe=True)
    assert asyncio.run(other.turn(HOST)) is False


def test_an_answer_does_not_shorten_what_another_crawl_was_asked_to_wait(path: Path) -> None:
    one, other = crawl_of(path), crawl_of(path)
    for _ in range(TACT.refusals_in_a_row):
        one.refused(HOST, is_probe=False)
    assert asyncio.run(one.turn(HOST)) is True
    other.refused(HOST, is_probe=False, asked_seconds=AN_HOUR)
    one.answered(HOST, is_probe=True)
    assert read_standings(path)[HOST].state == "closed"
    assert seconds_left(path) == pytest.approx(AN_HOUR, abs=60)
    assert not one.may_ask(HOST)
