"""A tiny practice world, served over real HTTP, and the command line against it."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from unittest import mock

import pytest

from configs.calendar import starts_at
from flows.cli import main
from sandbox.scenario import load
from sandbox.site import serving
from sandbox.world import write_marketplace

SCENARIO = "tiny"
WEEK = load(SCENARIO).live_week
NOW = starts_at(WEEK) + timedelta(hours=2)


@dataclass(frozen=True)
class World:
    """One data home with a practice world in it, and the log of the site's requests."""

    home: Path
    log: Path
    week: date = WEEK

    def beltwatch(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run a command on this home at the world's present, in a process; `code` None takes any exit code."""
        return _of_code(beltwatch(*arguments, "--home", str(self.home), now=NOW.isoformat()), code)

    def here(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """The same in this process."""
        return _of_code(beltwatch_here(*arguments, "--home", str(self.home), now=NOW.isoformat()), code)


def beltwatch(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as its users start it."""
    environment = os.environ | _named(variables)
    command = [sys.executable, "-m", "flows", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


def beltwatch_here(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command line in this process and in a thread of it, which have the libraries already: loading them takes a
    new process up to six seconds. Not for commands that start Prefect, which keeps what it reads at its import."""
    command = ["beltwatch", *arguments]
    out, errors = _Stream(io.BytesIO(), encoding="utf-8"), _Stream(io.BytesIO(), encoding="utf-8")
    with (
        mock.patch.dict(os.environ, _named(variables)),
        mock.patch.object(sys, "argv", command),
        mock.patch("flows.mapping.processes", partial(ThreadPoolExecutor, 1)),
        redirect_stdout(out),
        redirect_stderr(errors),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    return subprocess.CompletedProcess(command, int(ended.value.code or 0), out.text(), errors.text())


class _Stream(io.TextIOWrapper):
    """A standard stream that can be read after a command has closed it."""

    def close(self) -> None:
        self.flush()

    def text(self) -> str:
        self.flush()
        self.buffer.seek(0)
        return self.buffer.read().decode()


def _named(variables: dict[str, str]) -> dict[str, str]:
    return {f"BELTWATCH_{name.upper()}": value for name, value in variables.items()}


def _of_code(done: subprocess.CompletedProcess[str], code: int | None) -> subprocess.CompletedProcess[str]:
    assert code is None or done.returncode == code, done.stderr
    return done


@pytest.fixture
def prefect_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever test imports Prefect first, it writes nothing into anybody's home."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))


@pytest.fixture
def world(tmp_path: Path, tiny_world: Callable[[Path], Path]) -> Iterator[World]:
    """A tiny world whose site is up and whose past is laid out, not yet read."""
    log = tmp_path / "requests.log"
    tiny_world(tmp_path / "home")
    with serving(SCENARIO, 1, NOW, log) as url:
        write_marketplace(tmp_path / "home", url)
        yield World(tmp_path / "home", log)
