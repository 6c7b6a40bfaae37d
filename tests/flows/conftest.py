"""A tiny practice world, served over real HTTP, and the command line against it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from configs.calendar import starts_at
from sandbox.scenario import load
from sandbox.site import serving
from sandbox.world import lay_out, write_marketplace

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
        """Run a command on this home at the world's present; `code` None takes any exit code."""
        done = beltwatch(*arguments, "--home", str(self.home), now=NOW.isoformat())
        assert code is None or done.returncode == code, done.stderr
        return done


def beltwatch(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as its users start it."""
    environment = os.environ | {f"BELTWATCH_{name.upper()}": value for name, value in variables.items()}
    command = [sys.executable, "-m", "flows", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def prefect_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever test imports Prefect first, it writes nothing into anybody's home."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A tiny world whose site is up and whose past is laid out, not yet read."""
    log = tmp_path / "requests.log"
    lay_out(tmp_path / "home", load(SCENARIO), 1)
    with serving(SCENARIO, 1, NOW, log) as url:
        write_marketplace(tmp_path / "home", url)
        yield World(tmp_path / "home", log)
