"""Pace and circuit of a host, on a clock of the test's own."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.host import CLOSED, HALF_OPEN, OPEN, SLOW_SECONDS, Host, Tact

TACT = Tact(seconds_between=2.0, rest_seconds=5.0, refusals_in_a_row=3, break_seconds=100.0, probes=2)


def host(luck: float = 0.0) -> Host:
    return Host("shop.example", TACT, lambda: luck)


def opened(now: float = 0.0) -> Host:
    one = host()
    for _ in range(TACT.refusals_in_a_row):
        one.refused(now, is_probe=False)
    return one


def test_requests_lie_apart() -> None:
    one = host()
    assert one.wait_seconds(10.0) == 0
    one.ask(10.0)
    assert one.wait_seconds(11.0) == 1.0
    assert one.wait_seconds(12.0) == 0
    one.slow_down(7.0)
    assert one.wait_seconds(12.0) == 5.0
    one.slow_down(0.0)
    assert one.wait_seconds(12.0) == 0


def test_a_refusal_makes_it_rest_longer_each_time_and_slow_for_a_while() -> None:
    one = host()
    assert not one.refused(0.0, is_probe=False)
    assert one.wait_seconds(0.0) == 5.0
    one.refused(5.0, is_probe=False)
    assert one.wait_seconds(5.0) == 10.0
    one.answered(is_probe=False)
    one.ask(20.0)
    assert one.wait_seconds(20.0) == 4.0
    later = 5.0 + SLOW_SECONDS
    one.ask(later)
    assert one.wait_seconds(later) == 2.0


def test_what_the_host_asks_for_goes_before_what_we_think() -> None:
    one = host()
    one.refused(0.0, is_probe=False, asked_seconds=1.0)
    assert one.wait_seconds(0.0) == 1.0
    one.refused(0.0, is_probe=False, asked_seconds=3600.0)
    one.refused(0.0, is_probe=False, asked_seconds=1.0)
    assert one.wait_seconds(0.0) == 3600.0


def test_the_circuit_opens_probes_and_closes() -> None:
    one = opened()
    assert (one.state, one.wait_seconds(0.0)) == (OPEN, 100.0)
    assert one.ask(100.0)
    assert (one.state, one.wait_seconds(200.0)) == (HALF_OPEN, math.inf)
    assert one.answered(is_probe=True)
    assert (one.state, one.refused_in_a_row, one.wait_seconds(200.0)) == (CLOSED, 0, 0)
    assert not one.refused(200.0, is_probe=False)
    assert not one.is_given_up


def test_a_host_that_refuses_every_probe_is_given_up() -> None:
    one = opened()
    assert one.ask(100.0)
    assert one.refused(100.0, is_probe=True)
    assert (one.state, one.wait_seconds(100.0), one.is_given_up) == (OPEN, 200.0, False)
    assert one.ask(300.0)
    assert one.silent(300.0, is_probe=True)
    assert one.is_given_up


def test_what_was_on_the_way_when_it_opened_neither_closes_nor_lengthens_it() -> None:
    one = opened()
    one.refused(1.0, is_probe=False)
    assert not one.answered(is_probe=False)
    assert (one.state, one.not_before, one.is_given_up) == (OPEN, 100.0, False)
    one.refused(1.0, is_probe=False, asked_seconds=500.0)
    assert one.not_before == 501.0


def test_one_page_alone_opens_nothing() -> None:
    one = host()
    for _ in range(9):
        assert not one.refused(0.0, is_probe=False, may_open=False)
    assert one.state == CLOSED
    assert one.wait_seconds(0.0) == TACT.longest_rest_seconds


def test_a_new_run_goes_on_where_the_last_one_stopped() -> None:
    one = host()
    one.heed(OPEN, 50.0)
    assert one.wait_seconds(0.0) == 50.0
    assert one.wait_seconds(0.0, is_robots=True) == 50.0
    assert not one.ask(50.0, is_robots=True)
    assert one.ask(52.0)
    assert one.refused(52.0, is_probe=True)
    assert one.not_before == 252.0


@given(st.floats(0, 0.999))
def test_pauses_are_spread_and_never_shorter(luck: float) -> None:
    one = host(luck)
    one.refused(0.0, is_probe=False)
    assert one.wait_seconds(0.0) == pytest.approx(5.0 * (1 + TACT.jitter_share * luck))


@given(st.lists(st.tuples(st.floats(0, 30), st.booleans(), st.sampled_from([0.0, 1.0, 40.0])), max_size=60))
def test_no_request_is_ever_earlier_than_allowed(steps: list[tuple[float, bool, float]]) -> None:
    one, now, asked_at, allowed_at = host(0.5), 0.0, -math.inf, 0.0
    for seconds, is_refused, asked_seconds in steps:
        now += seconds
        if one.wait_seconds(now) > 0 or one.is_given_up:
            continue
        is_probe = one.ask(now)
        assert now >= max(asked_at + TACT.seconds_between, allowed_at)
        asked_at = now
        if is_refused:
            one.refused(now, is_probe, asked_seconds)
            allowed_at = max(allowed_at, now + (asked_seconds or TACT.rest_seconds))
        else:
            one.answered(is_probe)
