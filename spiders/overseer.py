"""The parent's side of a crawl child: starts it in its own session, passes on what it tells, ends it for sure."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import spiders
from spiders.job import CrawlJob

GRACE_SECONDS = 10.0
CHILD = "spiders.child"

logger = logging.getLogger(__name__)


class Progress(NamedTuple):
    """Pages done and pages planned in the scope of a crawl."""

    done: int
    planned: int


@dataclass(frozen=True)
class Ending:
    """How a child ended: Scrapy's finish reason, or the exit code where it told none; and why pages were left open on
    purpose, None where that was not so."""

    reason: str
    requests: int
    left_open: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether it ended because its work had."""
        return self.reason == "finished"


def oversee(job: CrawlJob, on_progress: Callable[[Progress], None]) -> Ending:
    """Runs a child to its end. Whatever interrupts this call ends the child, and all that it has started, too."""
    child = _start(job)
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        forwarding = threading.Thread(target=_forward_log, args=(child.stderr,), daemon=True)
        forwarding.start()
        _hand_over(child.stdin, job)
        stats = _listen(child.stdout, on_progress)
        code = child.wait()
        forwarding.join()
    finally:
        _end(child)
    reason = stats.get("finish_reason", "no reason") if code == 0 else f"exit code {code}"
    return Ending(str(reason), int(stats.get("downloader/request_count", 0)), stats.get("ending"))


def _start(job: CrawlJob) -> "subprocess.Popen[str]":
    root = str(Path(spiders.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", CHILD, job.marketplace.name, job.week.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
        start_new_session=True,
    )


def _hand_over(stdin: IO[str], job: CrawlJob) -> None:
    """Writes the job; the pipe stays open, for its end tells the child that its parent has gone."""
    try:
        stdin.write(job.model_dump_json() + "\n")
        stdin.flush()
    except BrokenPipeError:  # it died at once; its exit code says so
        return


def _listen(stdout: IO[str], on_progress: Callable[[Progress], None]) -> dict[str, Any]:
    """Passes on progress until the child is silent; returns its statistics, empty where it told none."""
    stats: dict[str, Any] = {}
    for line in stdout:
        try:
            told = json.loads(line)
        except ValueError:  # a library that prints
            logger.info("%s", line.rstrip())
            continue
        if "stats" in told:
            stats = told["stats"]
        else:
            on_progress(Progress(told["done"], told["planned"]))
    return stats


def _forward_log(stderr: IO[str]) -> None:
    """Passes each line on once with its own level; lines without one (tracebacks) keep that of the line before."""
    level = logging.INFO
    for line in stderr:
        name, tab, text = line.rstrip().partition("\t")
        known = logging.getLevelNamesMapping().get(name) if tab else None
        level = known or level
        logger.log(level, "%s", text if known else line.rstrip())


def _end(child: "subprocess.Popen[str]") -> None:
    """Ends the child's whole group, gently and then by force."""
    if child.poll() is None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            os.killpg(child.pid, sign)
            try:
                child.wait(GRACE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(BrokenPipeError):  # what it did not live to read is still in the buffer
                pipe.close()
