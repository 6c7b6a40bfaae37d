"""The practice marketplaces over real HTTP: `python -m sandbox.site --scenario tiny --seed 1 --now 2026-11-16T09:00`.

It shows the listings as they are on the day of `--now`, a fixed instant: nothing on a page depends on the real
time. Only with `--clock-speed` time goes on, a week at a time as in the archive. It listens on 127.0.0.1 only.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from configs.calendar import SHANGHAI, week_of
from configs.clock import Clock
from configs.errors import BeltwatchError, InputError
from sandbox.answers import Desk
from sandbox.economy import build
from sandbox.faults import Fault, read_fault
from sandbox.goods import GoodsSite
from sandbox.pages import Site
from sandbox.scenario import load

STARTED = datetime.now(UTC).isoformat()
LOOPBACK = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 5
GZIP_LEVEL = 1


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 for a desk, which `main` sets."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: 40 ms a page on a kept connection otherwise
    desk: ClassVar[Desk]
    delay_ms: ClassVar[int] = 0

    def do_GET(self) -> None:
        """Answers one request."""
        number, answer = self.desk.answer(self.path, self.headers.get("User-Agent", ""))
        if self.delay_ms:
            time.sleep(self.delay_ms / 1000)
        is_packed = "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(answer.body, GZIP_LEVEL, mtime=0) if is_packed else answer.body
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Request-Number", str(number))
        for name, value in answer.headers:
            self.send_header(name, value)
        if is_packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error: the desk writes the log."""


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is ended; prints one line of JSON with port and url once it is ready."""
    options = _parser().parse_args(arguments)
    try:
        faults = [_on_clock(read_fault(text), options.clock_speed) for text in options.fail]
        economy, today = build(load(options.scenario), options.seed), _calendar(options)
        economy.span.number(today())
    except BeltwatchError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    Handler.desk = Desk((Site(economy), GoodsSite(economy)), today, options.log, faults)
    Handler.delay_ms = options.delay_ms
    server = ThreadingHTTPServer((LOOPBACK, options.port), Handler)
    server.daemon_threads = True
    if options.with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    port = server.server_address[1]
    print(json.dumps({"port": port, "url": f"http://{LOOPBACK}:{port}"}), flush=True)
    server.serve_forever()
    return 0


def day_of(text: str) -> date:
    """The Shanghai date of an ISO instant (without a zone: Shanghai's)."""
    return _instant(text, "--now").date()


def _instant(text: str, option: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text!r} is no instant; give one such as 2026-11-16T09:00+08:00") from None
    return instant.replace(tzinfo=SHANGHAI) if instant.tzinfo is None else instant.astimezone(SHANGHAI)


def _calendar(options: argparse.Namespace) -> Callable[[], date]:
    """What tells the day to show: always that of --now, or the Monday of the week in which a fast clock is."""
    now, since = _instant(options.now, "--now"), _instant(options.clock_since, "--clock-since")
    if not options.clock_speed:
        return now.date
    clock = Clock(now, since, options.clock_speed)
    return lambda: week_of(clock.at(datetime.now(UTC)))


def _on_clock(fault: Fault, speed: float | None) -> Fault:
    """The fault with its seconds in the machine's time: they are given in those of the clock that the site shows."""
    return fault if fault.seconds is None else replace(fault, seconds=fault.seconds / (speed or 1.0))


@contextmanager
def serving(scenario: str | Path, seed: int, now: datetime, log: Path, **options: object) -> Iterator[str]:
    """The base url of the site in a child process, which is ended at the end, or with this process if that is killed.

    Options are those of the command line: port=8816, delay_ms=50, fail=["towels/2=503x2"], clock_speed=20000.
    """
    command = [sys.executable, "-m", "sandbox.site", "--scenario", str(scenario), "--seed", str(seed)]
    command += ["--now", now.isoformat(), "--log", str(log), "--with-parent", *_as_arguments(options)]
    root = str(Path(__file__).resolve().parent.parent)
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
    )
    try:
        yield _ready(child)
    finally:
        _end(child)


def _ready(child: subprocess.Popen[str]) -> str:
    """The url that the child prints once it serves."""
    assert child.stdout is not None
    alarm = threading.Timer(SECONDS_TO_START, child.kill)
    alarm.start()
    line = child.stdout.readline()
    alarm.cancel()
    if not line:
        raise InputError(f"the practice site did not start (exit code {child.wait()}); its own message stands above")
    return str(json.loads(line)["url"])


def _end(child: subprocess.Popen[str]) -> None:
    child.terminate()
    try:
        child.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _end_with_parent() -> None:
    """Standard input ends when the parent does, however it ended."""
    sys.stdin.buffer.read()
    os._exit(0)


def _as_arguments(options: dict[str, object]) -> list[str]:
    arguments = []
    for name, value in options.items():
        for one in value if isinstance(value, list) else [value]:
            arguments += [f"--{name.replace('_', '-')}", str(one)]
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.site", description="The practice marketplace over HTTP.")
    parser.add_argument("--scenario", required=True, help="name in sandbox/scenarios, or a path to a .yaml")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--now", required=True, help="ISO instant whose listings are shown")
    parser.add_argument("--clock-speed", type=float, help="weeks go on, so many times as fast as the machine's clock")
    parser.add_argument("--clock-since", default=STARTED, help="ISO instant at which it was --now; default the start")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--log", type=Path, required=True, help="one line of JSON is added per request")
    parser.add_argument("--delay-ms", type=int, default=0)
    parser.add_argument("--fail", action="append", default=[], metavar="CATEGORY/PAGE=FAULTxTIMES")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
