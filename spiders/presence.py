"""Who is still at work on this machine: each worker holds a file lock that the kernel drops when its process dies.

A lease's deadline finds dead workers anywhere, but late; the lock finds those that share the home at once.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "workers"


def new_worker() -> str:
    """A name for this process that no other worker has or had."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


@contextmanager
def present(home: Path, worker: str) -> Iterator[None]:
    """Holds the worker's lock for as long as the block runs."""
    path = _lock_file(home, worker)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        path.unlink()  # not after an exception: then the lock's end tells others that leases may be left


def is_dead(home: Path, worker: str) -> bool:
    """Whether the worker was here and its process has ended; False where its lock was never on this home."""
    try:
        with _lock_file(home, worker).open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # no such file, or still locked
        return False
    return True


def forget(home: Path, worker: str) -> None:
    """Removes the lock file of a dead worker whose leases are given back."""
    _lock_file(home, worker).unlink(missing_ok=True)


def _lock_file(home: Path, worker: str) -> Path:
    return home / FOLDER / f"{worker}.lock"
