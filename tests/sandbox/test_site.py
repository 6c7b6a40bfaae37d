"""The site over real HTTP."""

import gzip
import json
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse
from pathlib import Path

import pytest

from configs.calendar import SHANGHAI
from configs.errors import InputError
from sandbox.economy import build
from sandbox.faults import read_fault
from sandbox.goods import GoodsSite
from sandbox.pages import Site, address
from sandbox.scenario import Scenario
from sandbox.site import day_of, serving

FAULTS = ["towels/1=503x2", "towels/3=500xalways", "socks/1=changedxalways", "robots=503x1"]


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body."""
    request = urllib.request.Request(url, headers=headers)
    try:
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=10)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()
    with answer:
        return answer.status, dict(answer.headers), answer.read()


def lines(log: Path) -> list[dict[str, object]]:
    """The log's entries."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_pages_robots_packing_and_log(tiny: Scenario, site: Site, tmp_path: Path) -> None:
    week = tiny.past_weeks[20]
    now = datetime(week.year, week.month, week.day, 9, tzinfo=SHANGHAI)
    log = tmp_path / "site.log"
    with serving("tiny", 1, now, log) as url:
        status, headers, body = get(url + address("毛巾", 2), **{"User-Agent": "tester"})
        assert (status, body) == (200, site.page("毛巾", 2, week).encode())
        assert headers["X-Request-Number"] == "1"
        _, packed_headers, packed = get(url + address("毛巾", 2), **{"Accept-Encoding": "gzip, deflate"})
        assert packed_headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed) == body
        assert packed[4:8] == bytes(4)
        assert get(url + "/robots.txt")[2].startswith(b"User-agent: *")
        assert get(url + "/elsewhere")[0] == 404
        assert "没有找到相关货源" in get(url + address("箱包", 1))[2].decode()
    entries = lines(log)
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry["page"] for entry in entries] == ["towels/2", "towels/2", "robots", "/elsewhere", "箱包/1"]
    assert [entry["status"] for entry in entries] == [200, 200, 200, 404, 200]
    assert entries[0]["user_agent"] == "tester"


def test_faults_are_met_as_often_as_asked_and_numbers_go_on(tiny: Scenario, tmp_path: Path) -> None:
    now = datetime(2026, 11, 16, 9, tzinfo=SHANGHAI)
    log = tmp_path / "site.log"
    with serving("tiny", 1, now, log, fail=FAULTS) as url:
        assert [get(url + address("毛巾", 1))[0] for _ in range(4)] == [503, 503, 200, 200]
        assert [get(url + address("毛巾", 3))[0] for _ in range(3)] == [500, 500, 500]
        assert [get(url + "/robots.txt")[0] for _ in range(2)] == [503, 200]
        status, _, body = get(url + address("袜子", 1))
        assert status == 200
        assert b"pageConfig =" not in body
        assert b"listOffer" not in body
    with serving("tiny", 1, now, log, delay_ms=1) as url:
        assert get(url + address("毛巾", 1))[1]["X-Request-Number"] == "11"
    assert [entry["seq"] for entry in lines(log)] == list(range(1, 12))


def test_one_server_shows_both_sites(story: Scenario, tmp_path: Path) -> None:
    now = datetime.combine(story.live_week, datetime.min.time(), SHANGHAI)
    with serving(
        "anti-involution", 1, now, tmp_path / "log", fail=["html-socks/2=503x1", "html-socks/3=changedx1"]
    ) as url:
        status, _, body = get(url + "/goods/list-socks-1.html")
        assert (status, body) == (200, GoodsSite(build(story, 1)).page_of("socks", 1, story.live_week).encode())
        assert [get(url + "/goods/list-socks-2.html")[0] for _ in range(2)] == [503, 200]
        assert b"goods-card" not in get(url + "/goods/list-socks-3.html")[2]
        assert b"goods-card" in get(url + "/goods/list-fishing-line-1.html")[2]
        assert get(url + address("袜子", 1))[0] == 200
    assert [entry["page"] for entry in lines(tmp_path / "log")][:2] == ["html-socks/1", "html-socks/2"]


def test_a_storm_refuses_about_half_and_says_until_when(tiny: Scenario, tmp_path: Path) -> None:
    now, log = datetime(2026, 11, 16, 9, tzinfo=SHANGHAI), tmp_path / "log"
    with serving("tiny", 1, now, log, fail=["any=stormxalways"]) as url:
        answers = [get(url + address("毛巾", 1)) for _ in range(40)]
    refused = [headers["Retry-After"] for status, headers, _ in answers if status in (429, 503)]
    assert 10 <= len(refused) <= 30
    assert {text.isdigit() for text in refused} == {True, False}
    assert {status for status, _, _ in answers} == {200, 429, 503}
    assert [entry.get("Retry-After") for entry in lines(log) if entry["status"] != 200] == refused
    with serving("tiny", 1, now, tmp_path / "other", fail=["any=503x1s"], clock_speed=10) as url:
        assert get(url + "/robots.txt")[0] == 503
        time.sleep(0.12)
        assert get(url + "/robots.txt")[0] == 200


def test_the_site_is_gone_afterwards(tmp_path: Path) -> None:
    with serving("tiny", 1, datetime(2026, 11, 16, tzinfo=SHANGHAI), tmp_path / "log") as url:
        assert get(url + "/robots.txt")[0] == 200
    with pytest.raises(urllib.error.URLError):
        get(url + "/robots.txt")


def test_weeks_go_on_by_a_fast_clock(tiny: Scenario, site: Site, tmp_path: Path) -> None:
    week, later = tiny.past_weeks[20], tiny.past_weeks[23]
    now = datetime(week.year, week.month, week.day, 9, tzinfo=SHANGHAI)
    shown = {day: site.page("毛巾", 1, day).encode() for day in (week, later)}
    assert shown[week] != shown[later]
    for seconds, day in ((0, week), (3 * 600, later)):
        since = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
        with serving("tiny", 1, now, tmp_path / "log", clock_speed=7 * 24 * 6, clock_since=since) as url:
            assert get(url + address("毛巾", 1))[2] == shown[day]


def test_a_wrong_day_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    late = datetime(2026, 11, 16, tzinfo=SHANGHAI) + timedelta(days=70)
    with pytest.raises(InputError, match="exit code 64"), serving("tiny", 1, late, tmp_path / "log"):
        pass
    assert "runs from 2025-11-03" in capfd.readouterr().err


@pytest.mark.parametrize("text", ["towels/2", "towels/2=503", "towels/2=999x1", "towels=503x1"])
def test_a_wrong_fault_is_told(text: str) -> None:
    with pytest.raises(InputError, match="CATEGORY/PAGE=FAULTxTIMES"):
        read_fault(text)


def test_days_are_those_of_shanghai() -> None:
    assert day_of("2026-11-15T20:00+00:00").isoformat() == day_of("2026-11-16T09:00").isoformat() == "2026-11-16"
    with pytest.raises(InputError, match="--now"):
        day_of("Monday")
