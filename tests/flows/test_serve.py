"""`beltwatch serve`: runs are created on schedule and run, one at a time, once a week; none piles up, none is left."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from configs.calendar import SHANGHAI
from configs.calendar import WEEK as SEVEN_DAYS
from configs.errors import BeltwatchError, InputError
from flows.line import Line
from flows.mapping import in_turn
from flows.once import held, is_held, is_made, note_made
from flows.prefect_server import address_of_server, api_at, server_lock
from flows.progress import Reporter
from flows.serve import CRON, serve_forever, server
from flows.workplace import workplace
from sandbox.scenario import load
from sandbox.site import serving
from sandbox.world import lay_out, write_marketplace
from tests.flows.conftest import NOW, SCENARIO, WEEK, beltwatch

SECONDS_TO_WAIT = 150  # on a machine that does much else; alone it takes a fifth
FAST = {"PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5"}
EVERY_TEN_SECONDS = "* * * * * */10"
PAUSE = 3 * SEVEN_DAYS
Run = dict[str, Any]


@dataclass
class Served:
    """A practice home, and `beltwatch serve` on it."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, now: datetime, *options: str) -> None:
        """Serve at an instant."""
        environment = os.environ | FAST | {"BELTWATCH_NOW": now.isoformat(), "BELTWATCH_HOME": str(self.home)}
        command = [sys.executable, "-m", "flows", "serve", "--port", str(self.port), *options]
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

    def until(self, condition: Callable[[list[str]], bool]) -> list[Run]:
        """The runs, in the order in which they were due, once the names of their states satisfy a condition."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        runs: list[Run] = []
        while time.monotonic() < deadline:
            try:
                runs = self.ask("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_ASC"})
            except (URLError, OSError):
                time.sleep(0.5)
                continue
            if condition([run["state_name"] for run in runs]):
                return runs
            time.sleep(0.5)
        states = [run["state_name"] for run in runs]
        pytest.fail(f"{states} after {SECONDS_TO_WAIT} s; {(self.home / 'serve.log').read_text()}")

    def releases(self) -> list[Path]:
        """The manifests of what was published."""
        return list(self.home.glob("releases/*/manifest.json"))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The tiny world, laid out and its site up; not yet served."""
    home = tmp_path / "home"
    lay_out(home, load(SCENARIO), 1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = Served(home, probe.getsockname()[1])
    with serving(SCENARIO, 1, NOW, tmp_path / "requests.log") as url:
        write_marketplace(home, url)
        yield found
        if found.process:
            found.end(signal.SIGKILL)


def test_scheduled_runs_are_created_and_run_and_a_week_is_made_once(served: Served) -> None:
    served.start(NOW, "--cron", EVERY_TEN_SECONDS)
    runs = served.until(lambda states: "Completed" in states and "Skipped" in states)
    by_state = {run["state_name"]: run for run in runs}
    assert by_state["Completed"]["name"] == f"week-{WEEK}"
    assert by_state["Completed"]["auto_scheduled"]
    assert "is made" in by_state["Skipped"]["state"]["message"]
    assert {"Failed", "Crashed"}.isdisjoint(by_state)
    assert len(served.releases()) == 1
    assert address_of_server(served.home) == f"http://127.0.0.1:{served.port}/api"
    shows_steps_log_and_artifacts(served, by_state["Completed"]["id"])
    assert served.end(signal.SIGKILL) == -signal.SIGKILL
    assert address_of_server(served.home) is None


def shows_steps_log_and_artifacts(served: Served, run: str) -> None:
    """The run's page tells each step, and what the spider logs, once; at most a hundred task runs."""
    said = [log["message"] for log in served.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})]
    assert sum("Spider opened" in line for line in said) == 1
    assert [line.split(":")[0] for line in said if line.startswith(("crawl:", "release:"))] == ["crawl", "release"]
    artifacts = {artifact["key"]: artifact for artifact in served.ask("/artifacts/latest/filter", {})}
    assert set(artifacts) == {"ranking", "gates", "crawl"}
    assert "高阳毛巾" in artifacts["ranking"]["data"]
    assert artifacts["crawl"]["data"] == 100
    assert served.ask("/task_runs/count", {}) <= 100


def test_after_a_pause_of_three_weeks_one_run_makes_the_present_week(served: Served) -> None:
    made_by_steps(served.home)
    with server(served.home, served.port):
        late, ghost = asyncio.run(left_behind(served.home, served.port))
    served.start(NOW + PAUSE)
    runs = served.until(lambda states: "Completed" in states)
    by_id = {run["id"]: run for run in runs}
    assert [by_id[run]["state_name"] for run in late] == ["Cancelled"] * 3
    assert by_id[ghost]["state_name"] == "Crashed"
    assert [run["name"] for run in runs if run["state_name"] == "Completed"] == [f"week-{WEEK + PAUSE}"]
    assert len(served.releases()) == 2
    waiting = [run for run in runs if run["state_type"] not in {"COMPLETED", "CANCELLED", "CRASHED"}]
    assert {run["state_name"] for run in waiting} == {"Scheduled"}
    due = [datetime.fromisoformat(run["expected_start_time"]).astimezone(SHANGHAI) for run in waiting]
    assert min(due) > datetime.now(UTC)
    assert {f"{moment:%A %H:%M}" for moment in due} == {"Monday 02:00"}
    assert served.end(signal.SIGTERM) == 0


def made_by_steps(home: Path) -> None:
    """Make the world's present week, step by step and without Prefect."""
    work = workplace(home)
    work = replace(work, settings=work.settings.model_copy(update={"now": NOW}))
    line = Line(work, ["practice"], Reporter(), each=in_turn)
    line.plan(WEEK)
    line.crawl(WEEK)
    line.parse([WEEK])
    line.build([WEEK])
    line.release()


async def left_behind(home: Path, port: int) -> tuple[list[str], str]:
    """A deployment with three runs that were due in the past, and one that runs according to Prefect and whose
    process is gone."""
    from prefect import get_client
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings
    from prefect.states import Running, Scheduled

    from flows.runner import deployment_of

    with temporary_settings({PREFECT_API_URL: api_at(port), PREFECT_HOME: home / "prefect"}):
        deployment = await deployment_of(CRON, {"home": str(home)}).aapply()
        async with get_client() as client:
            ghost = await client.create_flow_run_from_deployment(deployment)
            await client.set_flow_run_state(ghost.id, Running(), force=True)
            past = [Scheduled(scheduled_time=datetime.now(UTC) - back * SEVEN_DAYS) for back in (3, 2, 1)]
            late = [await client.create_flow_run_from_deployment(deployment, state=state) for state in past]
    return [str(run.id) for run in late], str(ghost.id)


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


def test_a_second_server_on_a_home_and_a_taken_port_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    work = workplace(tmp_path)
    with held(server_lock(tmp_path)), pytest.raises(BeltwatchError, match="another `beltwatch serve`"):
        serve_forever(work, [], None, 4200)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="is taken"):
            server(tmp_path, taken.getsockname()[1]).__enter__()


def test_a_wrong_schedule_is_one_sentence(tmp_path: Path) -> None:
    done = beltwatch("serve", "--cron", "on mondays", home=str(tmp_path))
    assert done.returncode == 64, done.stderr
    assert "'on mondays' is no schedule; expected five fields" in done.stderr
