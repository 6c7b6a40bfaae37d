"""`beltwatch serve`: runs are created on schedule and run, one at a time, once a week; none piles up, none is left."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import polars as pl
import pytest

import warehouse
from configs.calendar import SHANGHAI, as_week, starts_at
from configs.calendar import WEEK as SEVEN_DAYS
from configs.clock import MACHINE, Clock
from configs.errors import BeltwatchError, InputError
from flows.once import held
from flows.prefect_server import address_of_server, server_lock
from flows.serve import serve_forever, server
from flows.workplace import workplace
from sandbox.site import serving
from sandbox.world import write_marketplace
from tests.flows.conftest import NOW, SCENARIO, WEEK, beltwatch

SECONDS_TO_WAIT = 400  # on a machine that does much else; alone it takes a sixth
SECONDS_A_WEEK = 36  # a run takes half of it; on a machine that does much else a week may be missed, and others do
SECONDS_TO_START = 20  # before the first Monday 02:00, for the server to be up by then
SECONDS_BETWEEN_LOOKS = 1
FIRST_WEEK = WEEK - 16 * SEVEN_DAYS
PAUSE = 3 * SEVEN_DAYS
FAST = {"PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "8"}  # 60 by itself; each time it makes a hundred runs anew
Run = dict[str, Any]


@dataclass
class Served:
    """A practice home, and `beltwatch serve` on it."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, clock: Clock) -> None:
        """Serve by a clock."""
        variables = {"NOW": clock.start.isoformat(), "CLOCK_SINCE": clock.since.isoformat(), "HOME": self.home}
        named = {f"BELTWATCH_{name}": str(value) for name, value in variables.items()}
        environment = os.environ | FAST | named | {"BELTWATCH_CLOCK_SPEED": str(clock.speed)}
        command = [sys.executable, "-m", "flows", "serve", "--port", str(self.port)]
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)

    def end(self, how: signal.Signals) -> int:
        """Signal the command and wait for its end; then nothing may answer on the port."""
        assert self.process
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process = None
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)):
                    return code
            time.sleep(0.1)
        pytest.fail("the server outlived its parent")

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """What the Prefect API answers."""
        request = Request(f"http://127.0.0.1:{self.port}/api{path}", json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
            return json.load(answer)

    def runs(self, **only: Any) -> list[Run]:
        """All runs, or those that a filter lets through, in the order in which they were due."""
        asked = {"sort": "EXPECTED_START_TIME_ASC"} | ({"flow_runs": only} if only else {})
        found: list[Run] = self.ask("/flow_runs/filter", asked)
        return found

    def until(self, condition: Callable[[dict[date, Run]], bool]) -> dict[date, Run]:
        """The completed runs by the week they made, once they satisfy a condition."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while time.monotonic() < deadline:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            try:
                runs = self.runs(state={"name": {"any_": ["Completed"]}})  # of the hundred to come each answer is work
            except (URLError, OSError):
                continue
            made = {as_week(run["name"][5:]): run for run in runs}
            if condition(made):
                return made
        states = [run["state_name"] for run in self.runs()]
        pytest.fail(f"{states} after {SECONDS_TO_WAIT} s; {(self.home / 'serve.log').read_text()}")


@pytest.fixture
def served(tmp_path: Path, tiny_world: Callable[[Path], Path]) -> Iterator[Served]:
    """The tiny world, laid out; neither its site nor `beltwatch serve` is up."""
    home = tiny_world(tmp_path / "home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = Served(home, probe.getsockname()[1])
    yield found
    if found.process:
        found.end(signal.SIGKILL)


def test_two_weeks_of_a_fast_clock_are_two_releases_and_a_pause_of_three_weeks_is_one_run(served: Served) -> None:
    speed = SEVEN_DAYS.total_seconds() / SECONDS_A_WEEK
    start = starts_at(FIRST_WEEK) + timedelta(hours=2) - timedelta(seconds=SECONDS_TO_START * speed)
    clock = Clock(start, datetime.now(UTC), speed)
    log, going_on = served.home / "requests.log", {"clock_speed": speed, "clock_since": clock.since.isoformat()}
    with serving(SCENARIO, 1, start, log, **going_on) as url:
        write_marketplace(served.home, url)
        served.start(clock)
        made = served.until(lambda made: any(week + SEVEN_DAYS in made for week in made))
        week = max(made)
        assert address_of_server(served.home) == f"http://127.0.0.1:{served.port}/api"
        shows_steps_log_and_artifacts(served, made[week - SEVEN_DAYS]["id"])  # logs follow some seconds after the end
        left = left_behind(served)
        earlier = {run["id"] for run in served.runs()}
        assert served.end(signal.SIGKILL) == -signal.SIGKILL
    assert address_of_server(served.home) is None
    assert all(run["auto_scheduled"] and due(run, clock) == "Monday 02:00" for run in made.values())
    each_week_has_its_release_and_its_figures(served.home, list(made))

    present = week + PAUSE
    clock = Clock(starts_at(present) + timedelta(hours=12), datetime.now(UTC))
    with serving(SCENARIO, 1, clock.start, log, port=urlsplit(url).port):
        served.start(clock)
        made = served.until(lambda made: present in made)
        one_run_stood_in(served.runs(), earlier, left)
        assert served.end(signal.SIGTERM) == 0
    each_week_has_its_release_and_its_figures(served.home, list(made))


def due(run: Run, clock: Clock) -> str:
    """Day and time in Shanghai at which a run was due by a clock."""
    return f"{clock.at(datetime.fromisoformat(run['expected_start_time'])).astimezone(SHANGHAI):%A %H:%M}"


def shows_steps_log_and_artifacts(served: Served, run: str) -> None:
    """The run's page tells each step, and what the spider logs, once; at most a hundred task runs."""
    said = [log["message"] for log in served.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})]
    assert sum("Spider opened" in line for line in said) == 1
    assert [line.split(":")[0] for line in said if line.startswith(("crawl:", "release:"))] == ["crawl", "release"]
    artifacts = {artifact["key"]: artifact for artifact in served.ask("/artifacts/latest/filter", {})}
    assert set(artifacts) == {"ranking", "gates", "crawl"}
    assert "高阳毛巾" in artifacts["ranking"]["data"]
    assert artifacts["crawl"]["data"] == 100
    assert 0 < served.ask("/task_runs/count", {"flow_runs": {"id": {"any_": [run]}}}) <= 100


def left_behind(served: Served) -> dict[str, str]:
    """Runs by id, and the state that the next server should give each: the next three that the schedule has created
    come to be due in the past, and one more runs according to Prefect while nothing does."""
    assert served.process
    served.process.send_signal(signal.SIGSTOP)  # the runner, so that it cannot start what is late; its server goes on
    *late, ghost = [run["id"] for run in served.runs() if run["state_type"] == "SCHEDULED"][:4]
    for back, run in zip((3, 2, 1), late, strict=True):
        then = datetime.now(UTC) - timedelta(seconds=back * SECONDS_A_WEEK)
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": then.isoformat()}}
        served.ask(f"/flow_runs/{run}/set_state", {"state": state, "force": True})
    served.ask(f"/flow_runs/{ghost}/set_state", {"state": {"type": "RUNNING"}, "force": True})
    return dict.fromkeys(late, "Cancelled") | {ghost: "Crashed"}


def one_run_stood_in(runs: list[Run], earlier: set[str], left: dict[str, str]) -> None:
    """What was left behind is settled, one run was started instead, and the next are due on Mondays to come."""
    assert {run["id"]: run["state_name"] for run in runs if run["id"] in left} == left
    waiting = [run for run in runs if run["state_name"] == "Scheduled"]
    assert min(datetime.fromisoformat(run["expected_start_time"]) for run in waiting) > datetime.now(UTC)
    assert {due(run, MACHINE) for run in waiting} == {"Monday 02:00"}
    started = [run for run in runs if run not in waiting and run["id"] not in earlier]
    assert [(run["state_name"], run["tags"]) for run in started] == [("Completed", ["made-good"])]


def each_week_has_its_release_and_its_figures(home: Path, weeks: list[date]) -> None:
    """One release a week, in their order; each week's sales are those that the practice economy really had then."""
    truth = pl.read_parquet(home / "sandbox" / "truth.parquet").filter(
        pl.col("metric") == "displayed_sales", pl.col("segment") == "all", pl.col("comparison") == "level"
    )
    with warehouse.open(home) as reader:
        # of the price indices alone a month that is over changes a week that was published before
        released = "from figures join releases using (release) where not starts_with(metric, 'price_index')"
        published = reader.sql(f"select distinct sequence, week {released}").sort("week")
        measured = reader.sql("select belt, week, displayed_sales as value from belt_weeks order by week")
    assert published.rows() == list(enumerate(sorted(weeks), start=1))
    both = measured.join(truth, on=["belt", "week"], how="inner")
    assert both["belt"].value_counts().sort("belt").rows() == [
        ("gaoyang-towels", len(weeks)),
        ("zhuji-socks", len(weeks)),
    ]
    assert both["value"].to_list() == pytest.approx(both["realised"].to_list(), rel=0.01)
    socks = both.filter(pl.col("belt") == "zhuji-socks")  # of whom no merchant's county is in doubt
    assert socks["value"].to_list() == pytest.approx(socks["realised"].to_list(), rel=1e-9)
    assert socks["realised"].n_unique() == len(weeks)


@pytest.mark.usefixtures("prefect_home")
def test_a_schedule_is_read_in_shanghai_and_a_fast_clock_has_its_own() -> None:
    from flows.runner import schedule_of

    assert (schedule_of("0 6 * * *", MACHINE).cron, schedule_of(None, MACHINE).cron) == ("0 6 * * *", "0 2 * * 1")
    assert schedule_of(None, MACHINE).timezone == "Asia/Shanghai"
    fast = Clock(NOW + timedelta(days=3), datetime(2030, 1, 1, tzinfo=UTC), 7 * 24 * 60)
    found = schedule_of(None, fast)
    assert found.interval == timedelta(minutes=1)
    sixth = fast.at(found.anchor_date + 5 * found.interval)
    assert abs(sixth - starts_at(WEEK + 5 * SEVEN_DAYS) - timedelta(hours=2)) < timedelta(seconds=1)


def test_a_second_server_on_a_home_and_a_taken_port_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    work = workplace(tmp_path)
    with held(server_lock(tmp_path)), pytest.raises(BeltwatchError, match="another `beltwatch serve`"):
        serve_forever(work, [], None, 4200)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="is taken"):
            server(tmp_path, taken.getsockname()[1]).__enter__()


@pytest.mark.parametrize(
    ("schedule", "speed", "said"),
    [
        ("on mondays", "1", "'on mondays' is no schedule; expected five fields"),
        ("0 6 * * *", "2", "found --cron '0 6 * * *', expected none while the clock runs 2 times as fast"),
    ],
)
def test_a_schedule_that_cannot_be_is_one_sentence(tmp_path: Path, schedule: str, speed: str, said: str) -> None:
    done = beltwatch("serve", "--cron", schedule, home=str(tmp_path), clock_speed=speed)
    assert done.returncode == 64, done.stderr
    assert said in done.stderr
