"""What goes for all tests: the long ones begin first, so that no worker is left alone with one at the end; a practice
world that many need is laid out once."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

# Before anything starts them: there is a worker for every processor, and on frames as small as these a second thread
# costs more than it does. Threads have tests of their own: transforms/index/test_threads.py, whole_line/test_demo.py
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import pytest

from sandbox.scenario import load
from sandbox.world import lay_out

LONG = (
    "tests/flows/test_serve.py",
    "tests/whole_line/",
    "tests/flows/test_left_open.py",
    "tests/benchmarks/",
    "tests/flows/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest first; the others keep their order."""
    items.sort(
        key=lambda item: next((rank for rank, path in enumerate(LONG) if item.nodeid.startswith(path)), len(LONG))
    )


@pytest.fixture(scope="session")
def tiny_world(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Gives a home the tiny practice world of seed 1, as `lay_out` would; the first worker lays it out for all."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # a worker's is a folder in that of the run
        root = root.parent
    with (root / "tiny-world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lay_out(root / "tiny-world", load("tiny"), 1)

    def into(home: Path) -> Path:
        shutil.copytree(root / "tiny-world", home, dirs_exist_ok=True)
        return home

    return into
