"""`beltwatch serve`: Prefect's server on this machine, and the runner of the weekly schedule (flows/runner.py).

Everything is below the data home and listens on this machine only. The server ends with this process, however that one
ends: Prefect's own would outlive a killed parent.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from configs.errors import BeltwatchError, InputError
from flows.once import held, is_held, run_lock
from flows.prefect_server import LOOPBACK, address_of_server, api_at, server_lock
from flows.weekly import FLOW, prepare_prefect
from flows.workplace import Workplace
from spiders.lake_files import make_folder

SECONDS_TO_START = 180
SECONDS_TO_STOP = 10


def serve_forever(work: Workplace, marketplaces: list[str], cron: str | None, port: int) -> None:
    """Serve the weekly schedule until interrupted; `cron` (None: Monday 02:00) is read in Asia/Shanghai time.

    Without marketplaces each run reads those whose files permit crawling when it starts. Runs ask the clock in force
    here; where that runs fast, so does the schedule.
    """
    for name in marketplaces:
        work.configs.marketplace(name)
    with held(server_lock(work.home)) as is_mine:
        if not is_mine:
            raise BeltwatchError(f"another `beltwatch serve` is on {work.home} ({address_of_server(work.home)})")
        server_lock(work.home).write_text("", encoding="utf-8")  # until the server answers
        _set_environment(work, port)
        from flows.runner import deployment_of, run_schedule, schedule_of

        parameters = {"home": str(work.home), "marketplaces": marketplaces}
        deployment = deployment_of(schedule_of(cron, work.clock), parameters)
        os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"  # of the runs, which say why they failed
        with server(work.home, port):
            server_lock(work.home).write_text(api_at(port), encoding="utf-8")
            print(f"Prefect's page  http://{LOOPBACK}:{port}", file=sys.stderr)
            run_schedule(deployment, is_at_work=is_held(run_lock(work.home, FLOW)))


@contextmanager
def server(home: Path, port: int) -> Iterator[None]:
    """Prefect's server, up while the block runs; its words go to <home>/prefect/server.log."""
    _refuse_taken(port)
    log = home / "prefect" / "server.log"
    make_folder(log.parent)
    with log.open("wb") as words:
        child = subprocess.Popen(
            [sys.executable, "-m", "flows.prefect_server", str(port)],
            env=os.environ | {"PREFECT_HOME": str(log.parent)},
            stdin=subprocess.PIPE,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # an interrupt on the terminal reaches the runner first, which still needs it
        )
    try:
        _await(child, port, log)
        yield
    finally:
        _end(child)


def _set_environment(work: Workplace, port: int) -> None:
    """What the server, the runner and its runs read when they start."""
    os.environ |= {"PREFECT_API_URL": api_at(port)} | work.clock_variables()
    loopback = [LOOPBACK, "localhost"]
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), *loopback]))
    root = str(Path(__file__).parent.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    prepare_prefect(work.home)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise InputError(f"port {port} is taken, expected a free one for Prefect's page; see --port") from None


def _await(child: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with opener.open(f"{api_at(port)}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.25)
    ended = "ended at its start" if child.poll() is not None else f"did not answer within {SECONDS_TO_START} seconds"
    raise BeltwatchError(f"Prefect's server {ended}, expected it to serve on port {port}; see {log}")


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the server, gently and then by closing the pipe that it watches."""
    child.terminate()
    try:
        child.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        assert child.stdin is not None
        child.stdin.close()
        child.wait()
